/* Pages of the other commands. Each is made from that command's JSON document. */

function pair(name, what) {
  return [el("dt", {}, name), el("dd", {}, what)];
}

/** fix: the plan, its proof, the graph before and after, then the model as it is now. */
function fixPage(data) {
  const { plan, equivalence: proof } = data.document;
  const steps = card("The plan", table([
    ["", (step) => badge(step.applied ? "deploys" : "unknown", step.applied ? "applied" : "left")], ["rule", (step) => step.rule],
    ["change", (step) => [step.title, step.reason ? el("div", { class: "soft small" }, foreign(step.reason)) : null].filter(Boolean)],
    ["safety", (step) => step.applicability], ["node", (step) => foreign(step.node_name, "code")]], plan));
  const proven = card("The proof", el("p", {}, badge({ equal: "deploys", different: "fails" }[proof.status] || "unknown", proof.status), ` in ONNX Runtime, ${plural(proof.runs, "run")}`),
    el("dl", { class: "facts" }, pair("largest difference", `${proof.max_abs} (${proof.max_rel} of the largest value)`), proof.tolerance ? pair("allowed", proof.tolerance) : [],
      proof.reason ? pair("because", foreign(proof.reason)) : []),
    (data.document.as_parsed || []).map((row) => el("p", { class: "small" }, `as ${row.target} reads it: ${row.status}${row.reason ? `, ${row.reason}` : ""}`)),
    el("p", {}, data.document.written ? ["written: ", foreign(data.document.written, "code")] : `nothing was written${data.document.reason ? `: ${data.document.reason}` : ""}`),
    (data.document.caller || []).map((line) => el("p", {}, foreign(line))), (data.document.notes || []).map((line) => el("p", { class: "small" }, foreign(line))));
  const changes = (data.document.diff || []).map((change) => folded({ class: "cause" }, el("b", {}, `${change.rule} ${change.title}`), () => el("div", { class: "log code" },
    change.changes.map((line) => el("div", { class: line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "" }, foreign(line))))));
  const before = (data.document.before || []).map((row) => el("p", {}, `before, on ${row.target}: `, badge(row.verdict)));
  return el("div", {}, el("div", { class: "columns" }, steps, proven), changes.length ? card("The graph, before and after", changes) : null,
    card("Verdicts", before, data.models.map((entry) => entry.targets.map((target) => el("p", {}, `after, on ${target.name}: `, badge(target.verdict))))),
    data.models.map((entry) => modelSection(entry, data.pages)));
}

/** verify: what each backend earned, and how far the outputs are apart. */
function verifyPage({ document: found }) {
  const kinds = { passed: "deploys", different: "fails", refused: "fails", crashed: "fails" };
  const evidence = card("Evidence", table([
    ["backend", (row) => row.backend], ["status", (row) => badge(kinds[row.status] || "unknown", row.status)], ["level", (row) => row.level],
    ["", (row) => foreign(row.message || "")]], found.evidence || []));
  const outputs = (found.outputs || found.comparison || []).map((row) => card("Output", foreign(row.name, "code"), outputFigures(row)));
  return el("div", {}, evidence, outputs);
}

/** verify --as-parsed: each output beside what the release computes. */
function emulationPage({ document: found }) {
  return el("div", {}, (found.emulations || [found]).map((one) => card(`As ${(one.target || {}).name || "this release"} reads it`,
    el("p", {}, badge({ equal: "deploys", different: "fails" }[one.status] || "unknown", one.status), " ", foreign(one.reason || (one.impact || {}).reason || "")),
    (one.outputs || []).map((row) => el("div", {}, el("h4", {}, foreign(row.name)), outputFigures(row))),
    (one.findings || []).map((finding) => el("div", { class: "finding" }, badge(finding.severity), ` ${finding.rule} ${finding.name}: `, foreign(finding.message))))));
}

function outputFigures(row) {
  const text = (value) => (typeof value === "number" ? value.toPrecision(3) : value === null || value === undefined ? "" : String(value));
  const figures = Object.entries(row).filter(([key, value]) => !["name", "histogram", "picture"].includes(key) && value !== null && typeof value !== "object");
  return [
    el("dl", { class: "facts" }, figures.flatMap(([key, value]) => pair(key.replace(/_/g, " "), foreign(text(value))))),
    row.histogram && Object.keys(row.histogram).length ? histogram(row.histogram) : null, row.picture ? pictures(row.picture) : null,
  ].filter(Boolean);
}

/** plan: steps in order, each with the commands to type. */
function planPage({ document: found }) {
  return el("div", {}, (found.steps || found.plan || []).map((step, index) => card(`${index + 1}. ${step.title || step.what}`,
    step.why ? el("p", {}, foreign(step.why)) : null, [].concat(step.commands || step.command || []).map((line) => command(line)))));
}

/** device: facts of a board and what is wrong with it. */
function devicePage({ document: found }) {
  const boards = found.devices || [found];
  return el("div", {}, boards.map((board) => {
    const known = Object.entries(board).filter(([, value]) => value === null || typeof value !== "object");
    const hidden = ["schema_version", "error"];
    return el("div", { class: "columns" },
      card("The board", el("dl", { class: "facts" }, known.filter(([key]) => !hidden.includes(key)).flatMap(([key, value]) => pair(key.replace(/_/g, " "), foreign(value === null ? "unknown" : value))))),
      card("What was found", (board.findings || []).length ? (board.findings || []).map((finding) => el("div", { class: "finding" }, el("p", {}, badge(finding.severity), " ", el("b", {}, `${finding.rule} ${finding.name}`)),
        el("p", {}, foreign(finding.message)), finding.fix ? el("p", { class: "small" }, finding.fix.title) : null, (finding.sources || []).map((text) => el("p", { class: "soft small" }, source(text))))) : el("p", {}, "nothing")),
      wide(card("Every fact and where it was read", table([["fact", (row) => row[0]], ["value", (row) => foreign(JSON.stringify(row[1].value))],
        ["read from, or why it is unknown", (row) => foreign(row[1].source || row[1].reason || "")]], Object.entries(board.details || {})))));
  }));
}

/** triage: the diagnoses, best first. */
function triagePage({ document: found }) {
  const level = { high: "deploys", medium: "fixable", low: "unknown" };
  const block = (one, index) => card(`${index + 1}. ${one.category}`, el("p", {}, badge(level[one.confidence] || "unknown", `${one.confidence} confidence`), " ", one.rule || ""),
    el("div", { class: "log code" }, foreign(one.line)), one.means ? el("p", {}, one.means) : null,
    el("dl", { class: "facts" }, pair("cause", foreign(one.cause)), pair("do", foreign(one.fix)), pair("from", source(one.evidence || ""))));
  const asks = found.asks || [];
  return el("div", {}, (found.diagnoses || []).map(block), (found.remarks || []).length ? card("Remarks", found.remarks.map((one) => el("p", {}, foreign(one.line), " ", foreign(one.cause)))) : null,
    asks.length ? card("To be surer", el("ul", {}, asks.map((text) => el("li", {}, foreign(text))))) : null);
}
