/* Pages of the other commands. Each is made from that command's JSON document. */

function pair(name, what) {
  return [el("dt", {}, name), el("dd", {}, what)];
}

/** fix: the plan, its proof, the graph before and after, then the model as it is now. */
function fixPage(data) {
  for (const entry of data.models) entry.graph = data.drawn && data.drawn.after;
  const { plan, equivalence: proof } = data.document;
  const steps = card("The plan", plan.length ? table([
    ["", (step) => badge(step.applied ? "deploys" : "unknown", step.applied ? "applied" : "left")], ["rule", (step) => step.rule],
    ["change", (step) => [step.title, step.reason ? el("div", { class: "soft small" }, foreign(step.reason)) : null].filter(Boolean)],
    ["safety", (step) => step.applicability], ["node", (step) => foreign(step.node_name, "code")]], plan) : el("p", {}, "nothing to change"));
  const proven = card("The proof", ...measured(proof),
    (data.document.as_parsed || []).map((row) => el("p", { class: "small" }, `as ${row.target} reads it: ${row.status}${row.reason ? `, ${row.reason}` : ""}`)),
    el("p", {}, data.document.written ? ["written: ", foreign(data.document.written, "code")] : `nothing was written${data.document.reason ? `: ${data.document.reason}` : ""}`),
    (data.document.caller || []).map((line) => el("p", {}, foreign(line))), (data.document.notes || []).map((line) => el("p", { class: "small" }, foreign(line))));
  const before = (data.document.before || []).map((row) => el("p", {}, `before, on ${row.target}: `, badge(row.verdict)));
  return el("div", {}, el("div", { class: "columns" }, steps, proven), changesOf(data),
    data.models.length ? card("Verdicts", before, data.models.map((entry) => entry.targets.map((target) => el("p", {}, `after, on ${target.name}: `, badge(target.verdict))))) : null,
    data.models.map((entry) => modelSection(entry, data.pages)));
}

/** verify: what each backend earned, and how far the outputs are apart. */
function verifyPage({ document: found, drawn }) {
  const kinds = { passed: "deploys", different: "fails", refused: "fails", crashed: "fails", "timed-out": "fails", "out-of-memory": "fails" };
  return el("div", {}, graphOfTrouble(drawn), found.backends.map((row) => card(row.backend,
    el("p", {}, badge(kinds[row.status] || "unknown", row.status), ` evidence: ${row.level}, ${row.seconds} s`), el("p", {}, foreign(row.message)),
    row.findings.map((finding) => el("div", { class: "finding" }, badge(finding.severity), ` ${finding.rule} ${finding.name}: `, foreign(finding.message))),
    ((row.details.comparison || {}).outputs || []).map((output) => el("div", {}, el("h4", {}, "output ", foreign(output.name)), outputFigures(output))),
    details(row.details))));
}

/** Whether original and result were compared, and how far they are apart. */
function measured(proof) {
  const status = badge({ equal: "deploys", different: "fails" }[proof.status] || "unknown", proof.status === "not-run" ? "not compared" : proof.status);
  if (proof.status === "not-run") return [el("p", {}, status, proof.reason ? [" ", foreign(proof.reason)] : null)];
  const apart = proof.max_abs ? `${proof.max_abs.toPrecision(3)} (${proof.max_rel.toPrecision(3)} of the largest value)` : "none";
  return [el("p", {}, status, ` in ONNX Runtime, ${plural(proof.runs, "run")}`), el("dl", { class: "facts" }, pair("largest difference", apart),
    proof.tolerance ? pair("allowed", proof.tolerance) : [], proof.reason ? pair("because", foreign(proof.reason)) : [])];
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
  return el("div", {}, drawn.first ? card("Where it parts", el("p", {}, foreign(drawn.first[2])),
    el("button", { type: "button", class: "link", onclick: () => view.go(drawn.first) }, "show it in the graph")) : null, view.element);
}

/** What a backend measured: latencies as bars, the rest as it is. */
function details(found) {
  const latency = found.latency && typeof found.latency === "object"
    ? Object.entries(found.latency).filter(([, value]) => typeof value === "number") : [];
  const rest = Object.entries(found).filter(([key, value]) => !["comparison", "latency"].includes(key) && value !== null
    && (typeof value !== "object" || (Array.isArray(value) && value.length && value.every((part) => typeof part !== "object"))));
  return [
    latency.length ? [el("h4", {}, "latency, ms"), bars(latency.map(([name, value]) => [name.replace(/_/g, " "), value, value.toPrecision(4)]))] : null,
    rest.length ? el("dl", { class: "facts" }, rest.map(([key, value]) => pair(key.replace(/_/g, " "), foreign([].concat(value).join(", "))))) : null,
  ];
}

/** verify --as-parsed: each output beside what the release computes. */
function emulationPage({ document: found, drawn }) {
  const one = found.as_parsed;
  const listed = (finding) => el("div", { class: "finding" }, el("p", {}, badge(finding.severity), " ", el("b", {}, `${finding.rule} ${finding.name}`)), el("p", {}, foreign(finding.message)),
    finding.impact && finding.impact.reason ? el("p", { class: "small" }, foreign(finding.impact.reason)) : null);
  return el("div", {}, graphOfTrouble(drawn),
    found.refused.length ? card("This release refuses the model", found.refused.map(listed)) : null,
    one.outputs.map((row) => card("Output ", el("p", {}, foreign(row.name, "code")), outputFigures(row))),
    one.findings.length ? card("What is misread, worst first", one.findings.map(listed)) : null);
}

const FIGURES = {
  kind: "impact", max_abs: "largest difference", max_rel: "of the largest value", top1_changed: "rows whose largest entry moves",
  boxes_moved: "boxes that move", strange: "NaN or Inf on one side only", top1: "rows with the same top-1", top5: "rows with the same top-5",
};

function outputFigures(row) {
  const text = (value) => (typeof value === "number" ? value.toPrecision(3) : value === null || value === undefined ? "" : String(value));
  const figures = Object.entries(row).filter(([key, value]) => !["name", "histogram", "picture"].includes(key) && value !== null && value !== "" && typeof value !== "object");
  return [
    el("dl", { class: "facts" }, figures.flatMap(([key, value]) => pair(FIGURES[key] || key.replace(/_/g, " "), foreign(text(value))))),
    row.histogram && Object.keys(row.histogram).length ? histogram(row.histogram) : null, row.picture ? pictures(row.picture) : null,
  ].filter(Boolean);
}

/** plan: steps in order, each with the commands to type. */
function planPage({ document: found }) {
  return el("div", {}, found.steps.map((step, index) => card(`${index + 1}. ${step.title}`,
    [step.command, ...step.alternatives].filter(Boolean).map((line, place) => [place ? el("p", { class: "soft small" }, "or") : null, command(line)]),
    step.remarks.map((line) => el("p", { class: "small" }, foreign(line))))));
}

/** device: facts of a board, what is wrong with it and what to know about it. */
function devicePage({ document: found }) {
  return el("div", {}, (found.devices || [found]).map((board) => (board.error ? card("A board that did not answer", el("p", {}, foreign(board.error))) : boardOf(board))));
}

function boardOf(board) {
  const known = Object.entries(board).filter(([key, value]) => key !== "schema_version" && (value === null || typeof value !== "object"));
  const listed = (finding) => el("div", { class: "finding" }, el("p", {}, badge(finding.severity), " ", el("b", {}, `${finding.rule} ${finding.name}`)),
    el("p", {}, foreign(finding.message)), finding.fix ? el("p", {}, foreign(finding.fix.title)) : null,
    finding.sources.map((text) => el("p", { class: "soft small" }, source(text))));
  return el("div", { class: "columns" },
    card("The board", el("dl", { class: "facts" }, known.map(([key, value]) => pair(key.replace(/_/g, " "), foreign(valueText(value)))))),
    card("What was found", board.findings.length ? board.findings.map(listed) : el("p", {}, "nothing")),
    (board.advice || []).length ? wide(card("Good to know", table([["about", (row) => row.topic], ["what", (row) => foreign(row.text)]], board.advice))) : null,
    wide(card("Every fact, and where it was read", ...factsOf(board.details || {}))));
}

/** Known facts as a table; the unknown ones, with the reason of each, behind a fold. */
function factsOf(details) {
  const rows = Object.entries(details), known = rows.filter(([, fact]) => fact.value !== null), rest = rows.filter(([, fact]) => fact.value === null);
  return [
    table([["fact", (row) => row[0]], ["value", (row) => foreign(valueText(row[1].value))], ["read from", (row) => foreign(row[1].source || "")]], known),
    rest.length ? folded({}, `${plural(rest.length, "fact")} unknown`, () => table([["fact", (row) => row[0]], ["why", (row) => foreign(row[1].reason || row[1].source || "")]], rest)) : null,
  ].filter(Boolean);
}

function valueText(value) {
  if (Array.isArray(value)) return value.map(valueText).join(Array.isArray(value[0]) ? "; " : ", ");
  if (value !== null && typeof value === "object") return Object.entries(value).map(([key, one]) => `${key} ${valueText(one)}`).join("; ");
  return { true: "yes", false: "no", null: "unknown" }[String(value)] || String(value);
}

/** triage: the diagnoses, best first. */
function triagePage({ document: found }) {
  const level = { high: "deploys", medium: "fixable", low: "unknown" };
  const block = (one, index) => card(`${index + 1}. ${one.category}`, el("p", {}, badge(level[one.confidence] || "unknown", `${one.confidence} confidence`), " ", one.rule || ""),
    el("div", { class: "log code" }, foreign(one.line)), one.means && index ? el("p", {}, one.means) : null,
    el("dl", { class: "facts" }, pair("cause", foreign(one.cause)), pair("do", foreign(one.fix)), pair("from", source(one.evidence || ""))),
    one.rule ? command(`jetdoctor explain ${one.rule}`) : null);
  const asks = found.asks || [];
  return el("div", {}, (found.diagnoses || []).map(block), (found.remarks || []).length ? card("Remarks", found.remarks.map((one) => el("p", {}, foreign(one.line), " ", foreign(one.cause)))) : null,
    asks.length ? card("To be surer", el("ul", {}, asks.map((text) => el("li", {}, foreign(text))))) : null);
}
