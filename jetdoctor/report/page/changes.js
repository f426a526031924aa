/* What a repair did to the graph: the same place before and after it, side by side. */

/** The drawings of some places, one at a time; `drawn` has both graphs and all places. */
function beforeAndAfter(drawn, numbers) {
  const views = el("div", { class: "pair" }), said = el("span", { class: "soft small", role: "status" });
  let at = 0;
  const show = (step) => {
    at = (at + step + numbers.length) % numbers.length;
    const place = drawn.places[numbers[at]];
    said.textContent = [numbers.length > 1 ? `place ${at + 1} of ${numbers.length}` : "", place.path === "main" ? "" : `in ${place.path}`].join(" ").trim();
    views.replaceChildren(side(drawn, place, "before"), side(drawn, place, "after"));
  };
  show(0);
  const turn = (text, label, step) => el("button", { type: "button", "aria-label": label, onclick: () => show(step) }, text);
  const tools = numbers.length > 1 ? [turn("previous", "previous place", -1), turn("next", "next place", 1)] : null;
  return el("div", {}, el("div", { class: "tools" }, tools, said), views);
}

function side(drawn, place, when) {
  const graph = drawn[when].graphs.find((one) => one.path.join("/") === place.path);
  const other = when === "before" ? "after" : "before";
  let marks = new Map(place[when]);
  // A side that has lost everything shows where that was: the nodes that read or made the same tensors.
  if (!marks.size) marks = new Map(beside(graph, drawn[other].graphs.find((one) => one.path.join("/") === place.path), place[other]).map((index) => [index, ""]));
  const names = { before: "before", after: "after the repair" };
  return el("figure", {}, el("figcaption", {}, el("b", {}, names[when])),
    marks.size ? neighborhood(graph, [...marks.keys()], marks) : el("p", { class: "soft" }, "nothing is left of this place"));
}

/** Nodes of `graph` that touch the tensors of some nodes of another state of it. */
function beside(graph, other, pairs) {
  const names = new Set(pairs.flatMap(([index]) => [...other.nodes[index][INPUTS], ...other.nodes[index][OUTPUTS]])
    .filter((t) => t >= 0 && other.tensors[t][3] !== CONSTANT).map((t) => other.tensors[t][NAME_OF]));
  return graph.nodes.flatMap((node, index) => ([...node[INPUTS], ...node[OUTPUTS]]
    .some((t) => t >= 0 && names.has(graph.tensors[t][NAME_OF])) ? [index] : [])).slice(0, AT_MOST);
}

/** One fold for each fix with its lines and drawings, and one for what follows from them. */
function changesOf(data, applied) {
  const { drawn, document: found } = data, fixes = found.diff || [];
  const places = (number) => (drawn ? drawn.fixes[number] || [] : []);
  const fold = (title, lines, numbers, open) => folded({ class: "cause" }, el("span", {}, el("b", {}, title),
    numbers.length ? el("span", { class: "soft small" }, ` · ${plural(numbers.length, "place")}`) : null), () => [
    numbers.length ? beforeAndAfter(drawn, numbers) : null,
    lines.length ? el("div", { class: "log code" }, lines.map((line) => el("div", { class: { "+": "added", "-": "removed" }[line[0]] || null }, foreign(line)))) : null,
  ].filter(Boolean), open);
  const rest = places(fixes.length);
  const made = fixes.map((change, number) => fold(`${change.rule} ${change.title}`.trim(), change.changes, places(number), number === 0));
  if (rest.length) made.push(fold("What follows from the changes above", [], rest, !fixes.length));
  return made.length ? wide(card(applied ? "The graph, before and after" : "What the repair would change", made)) : null;
}
