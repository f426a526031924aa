/* The page of device: facts of a board, what is wrong with it and what to know about it. */
const FACTS = {
  origin: "read from", jetpack: "JetPack", l4t: "Jetson Linux (L4T)", module: "module", soc: "SoC", compute_capability: "compute capability",
  ram_mb: "memory, MB", dla: "DLA cores", cuda: "CUDA", cudnn: "cuDNN", tensorrt: "TensorRT", python: "Python", numpy: "NumPy", container: "in a container",
};

function devicePage({ document: found }) {
  const boards = found.devices || [found];
  return el("div", {}, boards.map((board) => (board.error ? card("A board that did not answer", el("p", {}, foreign(board.error))) : [
    boards.length > 1 ? el("h2", {}, breakable(board.origin)) : null, boardOf(board)])));
}

function boardOf(board) {
  const known = Object.entries(board).filter(([key, value]) => key !== "schema_version" && (value === null || typeof value !== "object"));
  const listed = (finding) => el("div", { class: "finding" }, el("p", {}, badge(finding.severity), " ", el("b", {}, `${finding.rule} ${finding.name}`)),
    el("p", {}, foreign(finding.message)), finding.fix ? el("p", {}, foreign(finding.fix.title)) : null,
    finding.sources.map((text) => el("p", { class: "soft small" }, source(text))));
  return el("div", { class: "columns" },
    card("What was found", board.findings.length ? board.findings.map(listed) : el("p", {}, "Nothing is wrong.")),
    card("The board", el("dl", { class: "facts" }, known.map(([key, value]) => pair(FACTS[key] || key.replace(/_/g, " "), foreign(valueText(value)))))),
    (board.advice || []).length ? wide(card("Good to know", table([["about", (row) => row.topic], ["what", (row) => marked(row.text).map((part) => (typeof part === "string" ? source(part) : part))]], board.advice))) : null,
    wide(card("Every fact, and where it was read", ...factsOf(board.details || {}))));
}

/** Known facts as a table; the unknown ones, with the reason of each, behind a fold. */
function factsOf(details) {
  const rows = Object.entries(details), known = rows.filter(([, fact]) => fact.value !== null), rest = rows.filter(([, fact]) => fact.value === null);
  const name = (row) => row[0].replace(/_/g, " ");
  return [
    el("div", { class: "thirds" }, table([["fact", name], ["value", (row) => foreign(valueText(row[1].value))], ["read from", (row) => breakable(row[1].source || "")]], known)),
    rest.length ? folded({}, `${plural(rest.length, "fact")} unknown`, () => table([["fact", name], ["why", (row) => foreign(row[1].reason || row[1].source || "")]], rest)) : null,
  ].filter(Boolean);
}

function valueText(value) {
  if (Array.isArray(value)) return value.map(valueText).join(Array.isArray(value[0]) ? "; " : ", ");
  if (value !== null && typeof value === "object") return Object.entries(value).map(([key, one]) => `${key} ${valueText(one)}`).join("; ");
  return { true: "yes", false: "no", null: "unknown" }[String(value)] || String(value);
}
