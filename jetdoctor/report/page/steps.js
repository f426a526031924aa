/* Pages of fix, plan and triage. Each is made from that command's JSON document. */

/** fix: the plan, its proof, the graph before and after, then the model as it is now. */
function fixPage(data) {
  const found = data.document, changed = found.plan.some((step) => step.applied);
  for (const entry of data.models) {
    entry.graph = data.drawn && data.drawn.after;
    if (!found.written && found.plan.length) for (const target of entry.targets) target.next = null; // this was that step
  }
  const steps = card("The plan", found.plan.length ? table([
    ["", (step) => badge(step.applied ? "deploys" : "unknown", step.applied ? "applied" : "left")], ["rule", (step) => step.rule],
    ["change", (step) => [step.title, step.reason && step.reason !== found.reason ? el("div", { class: "soft small" }, foreign(step.reason)) : null].filter(Boolean)],
    ["safety", (step) => step.applicability], ["node", (step) => el("code", {}, breakable(step.node_name))]], found.plan) : el("p", {}, "Nothing to change."));
  const proven = card("The proof", ...measured(found.equivalence),
    (found.as_parsed || []).map((row) => el("p", { class: "small" }, `as ${row.target} reads it: ${row.status}${row.reason ? `, ${row.reason}` : ""}`)),
    written(found, changed), (found.caller || []).map((line) => el("p", {}, "your code: ", foreign(line))), (found.notes || []).map((line) => el("p", { class: "small" }, foreign(line))));
  return el("div", {}, el("div", { class: "columns" }, wide(steps), proven, verdicts(found, data.models), found.sizes ? sizesOf(found.sizes) : null), changesOf(data, changed),
    changed ? el("h2", {}, "The model after the repair") : null, data.models.map((entry) => modelSection(entry, data.pages)));
}

function written(found, changed) {
  if (found.written) return el("p", {}, "written: ", el("code", {}, breakable(found.written)),
    found.kept ? [", the original: ", el("code", {}, breakable(found.kept))] : null);
  if (found.reason) return el("p", {}, "Nothing was written: ", foreign(found.reason));
  return el("p", {}, changed ? marked("Nothing was written (a dry run): add `--apply`, or `-o OUT.onnx`, to the command.") : "Nothing was written.");
}

/** What each target said before the repair and says after it. */
function verdicts(found, models) {
  const after = new Map(models.flatMap((entry) => entry.targets.map((target) => [target.name, target.verdict])));
  const rows = (found.before || []).filter((row) => after.has(row.target));
  return rows.length ? card("The verdict", el("dl", { class: "facts" }, rows.flatMap((row) => pair(row.target, [badge(row.verdict), " before, ", badge(after.get(row.target)), " after"])))) : null;
}

/** Whether original and result were compared, and how far they are apart. */
function measured(proof) {
  const status = badge({ equal: "deploys", different: "fails" }[proof.status] || "unknown", proof.status === "not-run" ? "not compared" : proof.status);
  if (proof.status === "not-run") return [el("p", {}, status, proof.reason ? [" ", foreign(proof.reason)] : null)];
  const apart = proof.max_abs ? `${proof.max_abs.toPrecision(3)} (${proof.max_rel.toPrecision(3)} of the largest value)` : "none";
  return [el("p", {}, status, ` in ONNX Runtime, ${plural(proof.runs, "run")}`), el("dl", { class: "facts" }, pair("largest difference", apart),
    proof.tolerance ? pair("allowed", proof.tolerance) : [], proof.row_order ? pair("order", proof.row_order) : [],
    proof.reason ? pair("because", foreign(proof.reason)) : [])];
}

/** plan: steps in order, each with the commands to type. */
function planPage({ document: found }) {
  return el("div", {}, found.steps.map((step, index) => card(`${index + 1}. ${step.title}`,
    [step.command, ...step.alternatives].filter(Boolean).map((line, place) => [place ? el("p", { class: "soft small" }, "or") : null, command(line)]),
    step.remarks.map((line) => el("p", { class: "small" }, source(line))))));
}

/** triage: the diagnoses, best first. */
function triagePage({ document: found }) {
  const level = { high: "deploys", medium: "fixable", low: "unknown" }, all = found.diagnoses || [];
  const block = (one, index) => card(`${index + 1}. ${[one.rule, one.category].filter(Boolean).join(" ")}`,
    el("p", {}, badge(level[one.confidence] || "unknown", `${one.confidence} confidence`), index ? ` ${one.means || ""}` : null),
    el("dl", { class: "facts" }, pair(one.line_number ? `line ${one.line_number}` : "line", el("div", { class: "log code" }, foreign(one.line))),
      one.op_type || one.node_name ? pair("at", foreign([one.op_type, one.node_name].filter(Boolean).join(" "), "code")) : [], pair("cause", foreign(one.cause)), pair("do", foreign(one.fix)), pair("source", source(one.evidence || ""))),
    one.rule ? [el("h4", {}, "Next: more about it"), command(`jetdoctor explain ${one.rule}`)] : null);
  const log = Object.entries(found.log || {}).filter(([, value]) => value).flatMap(([key, value]) => pair(FACTS[key] || key, foreign(value)));
  const asks = found.asks || [], remarks = found.remarks || [];
  return el("div", {}, all.map(block), remarks.length ? card("Remarks", remarks.map((one) => el("p", {}, foreign(one.line), " ", foreign(one.cause)))) : null,
    asks.length ? card("To be surer", el("ul", {}, asks.map((text) => el("li", {}, foreign(text))))) : null,
    log.length ? card("The log", el("dl", { class: "facts" }, log)) : null);
}
