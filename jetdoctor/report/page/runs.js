/* Pages of verify: what each backend earned, or what a release makes of the model, with the outputs compared. */
const LEVELS = {
  "not-run": "nothing was run", static: "no TensorRT was involved", emulated: "run on a CPU as this release's parser reads it, no TensorRT was involved",
  compiled: "compiled by an NVIDIA compiler, not this device's", built: "built by the target's own TensorRT", verified: "outputs compared with ONNX Runtime",
};
const STATUSES = { passed: "deploys", different: "fails", refused: "fails", crashed: "fails", "timed-out": "fails", "out-of-memory": "fails" };

/** verify: what each backend earned, and how far the outputs are apart. */
function verifyPage({ document: found, drawn }) {
  return el("div", {}, found.backends.map((row) => card(row.backend,
    el("p", {}, badge(STATUSES[row.status] || "unknown", row.status), ` ${LEVELS[row.level] || row.level} (${row.seconds.toFixed(1)} s)`), el("p", {}, foreign(row.message)),
    row.findings.map((finding) => el("div", { class: "finding" }, badge(finding.severity), ` ${finding.rule} ${finding.name}: `, foreign(finding.message))),
    outputsOf((row.details.comparison || {}).outputs || []), latencyOf(row.details.latency), details(row.details))), graphOfTrouble(drawn));
}

/** verify --as-parsed: each output beside what the release computes. */
function emulationPage({ document: found, drawn }) {
  const one = found.as_parsed;
  const listed = (finding) => el("div", { class: "finding" }, el("p", {}, badge(finding.severity), " ", el("b", {}, `${finding.rule} ${finding.name}`)), el("p", {}, foreign(finding.message)),
    finding.impact && finding.impact.reason ? el("p", { class: "small" }, foreign(finding.impact.reason)) : null);
  return el("div", {},
    found.refused.length ? card("This release refuses the model", found.refused.map(listed)) : null,
    one.findings.length ? card("What is misread, worst first", one.findings.map(listed)) : null,
    one.outputs.length ? card("The outputs", outputsOf(one.outputs)) : null, graphOfTrouble(drawn));
}

/** The graph of a model that was run, with a flag at the node where its values part first. */
function graphOfTrouble(drawn) {
  if (!drawn) return null;
  const marks = new Map();
  for (const [path, node, severity] of drawn.first ? [...drawn.marks, [drawn.first[0], drawn.first[1], "error"]] : drawn.marks) {
    if (!marks.has(path)) marks.set(path, new Map());
    marks.get(path).set(node, severity);
  }
  const view = new GraphView(drawn.graph, marks, drawn.first);
  if (drawn.first) view.element.querySelector("h3").after(el("p", {}, el("b", {}, "The flag: "), foreign(drawn.first[2])));
  return view.element;
}

/* Title of a column and how its figure is written; a column without any figure is left out. */
const percent = (share) => (share && share < 1e-3 ? share.toExponential(1) : `${Number((100 * share).toPrecision(3))} %`), few = (value) => (value ? value.toPrecision(3) : "0");
const FIGURES = {
  status: ["result", (status) => badge(STATUSES[status] || "deploys", status)],
  kind: ["result", (kind) => ({ answer: "the answer changes", digits: "digits change", harmless: "harmless here", "not-run": "not run" }[kind] || kind)],
  dtype: ["type", (dtype) => dtype], max_abs: ["largest difference", few], max_rel: ["of the largest value", percent],
  cosine: ["cosine", (value) => String(Number(value.toPrecision(6)))], top1: ["same top-1", percent], top5: ["same top-5", percent],
  top1_changed: ["rows whose top-1 moves", percent], boxes_moved: ["boxes that move", percent],
  nan: ["NaN", String], inf: ["Inf", String], strange: ["NaN or Inf on one side only", String],
};

/** Outputs in a table, then of each how its elements differ. */
function outputsOf(rows) {
  if (!rows.length) return [];
  const there = (value) => value !== null && value !== undefined && value !== "";
  const keys = Object.keys(FIGURES).filter((key) => rows.some((row) => there(row[key])));
  const numbers = new Set(["status", "kind", "dtype"]);
  const columns = keys.map((key) => [FIGURES[key][0], (row) => (there(row[key]) ? FIGURES[key][1](row[key]) : ""), numbers.has(key) ? null : "number"]);
  return [table([["output", (row) => [foreign(row.name, "code"), rows.length > 1 && row.reason ? el("div", { class: "small soft" }, foreign(row.reason)) : null]], ...columns], rows),
    rows.map((row) => [
      typeof row.shape === "string" && row.shape ? el("p", {}, foreign(row.name, "code"), ": ", foreign(row.shape)) : null,
      row.histogram && Object.keys(row.histogram).length > 1 ? histogram(row.histogram, row.name) : null, row.picture ? pictures(row.picture) : null])];
}

/** Percentiles of a timed engine as bars, and whether the figures mean anything. */
function latencyOf(found) {
  const known = Object.entries(found || {}).filter(([name, value]) => name.endsWith("_ms") && typeof value === "number");
  if (!known.length) return [];
  const clocks = { true: "the clocks were locked", false: "the clocks were not locked" }[String(found.clocks_locked)] || "it is not known whether the clocks were locked";
  return [el("h4", {}, "Latency"), bars(known.map(([name, value]) => [name.slice(0, -3), value, `${value.toPrecision(4)} ms`])),
    el("p", { class: "soft small" }, `${plural(found.runs, "run")}; ${clocks}${found.power_mode ? `, power mode ${found.power_mode}` : ""}`,
      found.meaningful ? "" : ": without sudo jetson_clocks the figures are unreliable")];
}

const DETAILS = {
  runs: "sets of inputs", max_abs: "largest difference in all of them", max_rel: "largest, of the largest value of its output", worst_run: "inputs of the figures above",
  different_runs: "inputs that give another output",
};

/** Lines of a log as they are, anything else as text. */
function told(text) {
  return text.includes("\n") ? el("div", { class: "log code" }, foreign(text)) : foreign(text);
}

/** What else a backend told. */
function details(found) {
  const plain = (value) => typeof value !== "object" || (Array.isArray(value) && value.length && value.every((part) => typeof part !== "object"));
  const rest = Object.entries(found).filter(([key, value]) => !["comparison", "latency"].includes(key) && value !== null && value !== "" && plain(value));
  const text = (value) => (typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(4))) : [].concat(value).join(", "));
  return rest.length ? el("dl", { class: "facts" }, rest.map(([key, value]) => pair(DETAILS[key] || key.replace(/_/g, " "), told(text(value))))) : null;
}
