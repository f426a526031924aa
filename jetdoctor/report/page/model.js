/* One model: which targets take it, its graph, its facts, and what was found. */

function dot(name, text) {
  return el("span", {}, el("i", { style: `background:var(--${name})` }), text);
}

/** The page of a model. `linked`: the address of the page names the chosen target, as in page.html#jetpack-5.0.2. */
function modelSection(entry, pages, linked = false) {
  const section = el("div", { class: "columns" });
  const named = linked ? entry.targets.findIndex((target) => location.hash === `#${target.name}`) : -1;
  let chosen = named >= 0 ? named : likelyTarget(entry.targets), view = null;
  const one = entry.targets.length === 1;
  const answer = card("This target");
  const go = entry.graph ? (place) => view.go(place) : null;
  const found = new Findings(entry, pages, go);
  const choose = (index) => {
    chosen = index;
    answer.replaceChildren(el("h3", {}, one ? "Verdict" : "This target"), ...verdictOf(entry.targets[index]).filter(Boolean), ...division(entry.targets[index], go));
    found.only(index);
    if (view) view.mark(marksOf(entry, index), onDla(entry.targets[index]));
  };
  if (entry.graph) view = new GraphView(entry.graph, marksOf(entry, chosen));
  const chosenByHand = (index) => {
    choose(index);
    if (linked) history.replaceState(null, "", `#${entry.targets[index].name}`);
  };
  if (!one) section.append(card("Will it deploy?", matrix(entry.targets, () => chosen, chosenByHand)));
  section.append(one ? wide(answer) : answer);
  if (view) section.append(view.element);
  section.append(found.element);
  if (Object.keys(entry.model.operators).length) section.append(...facts(entry));
  choose(chosen);
  return section;
}

/** Graph path -> node -> worst severity, for one target. */
function marksOf(entry, index) {
  const marks = new Map();
  for (const number of entry.targets[index].findings) {
    const own = entry.findings[number], { severity } = entry.causes[own.cause];
    for (const [path, node] of [own.at, ...(own.also || [])].filter(Boolean)) {
      if (node === null) continue;
      if (!marks.has(path)) marks.set(path, new Map());
      const nodes = marks.get(path), before = nodes.get(node);
      if (!before || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before)) nodes.set(node, severity);
    }
  }
  return marks;
}

/** The strip of a graph, the graphs to choose from, and what is around the chosen node. `first` ([path, node]) gets a flag. */
class GraphView {
  constructor(structure, marks, first = null) {
    this.graphs = new Map(structure.graphs.map((graph) => [graph.path.join("/"), graph]));
    this.marks = marks;
    this.first = first;
    this.on = new Map();
    this.where = el("select", { "aria-label": "graph", onchange: () => this.open(this.where.value) },
      [...this.graphs.keys()].map((path) => el("option", { value: path }, path)));
    this.inside = el("div");
    const legend = el("div", { class: "legend" }, dot("fails", "error"), dot("fixable", "warning"), dot("info", "info"), dot("node", "nothing found"), this.lane = dot("dla", "runs on the DLA"),
      el("span", {}, "click a node; drag to move; Ctrl and wheel to zoom"));
    this.lane.hidden = true;
    this.element = wide(card("The network", this.graphs.size > 1 ? this.where : null, this.inside, legend,
      structure.left_out ? el("p", { class: "small" }, `${plural(structure.left_out, "node")} of large graphs are left out of this page`) : null));
    const marked = [...marks.keys()].find((path) => this.graphs.has(path));
    this.open(first && this.graphs.has(first[0]) ? first[0] : marked || this.graphs.keys().next().value);
  }

  open(path) {
    this.path = path;
    this.where.value = path;
    const graph = this.graphs.get(path), marks = this.marks.get(path) || new Map();
    this.around = el("div");
    const flag = this.first && this.first[0] === path ? this.first[1] : -1;
    this.strip = new Strip(graph, marks, (node) => this.show(node), { on: this.on.get(path), flag });
    this.inside.replaceChildren(this.strip.element, this.around);
    const first = [...marks].sort((a, b) => SEVERITIES.indexOf(a[1]) - SEVERITIES.indexOf(b[1]) || a[0] - b[0])[0];
    if (flag >= 0) this.show(flag);
    else if (first) this.show(first[0]);
  }

  show(node) {
    const graph = this.graphs.get(this.path);
    this.strip.show(node);
    this.around.replaceChildren(neighborhood(graph, [node], this.strip.marks, (other) => this.show(other)));
  }

  /** `on` says what runs on the DLA: graph path -> nodes. */
  mark(marks, on) {
    this.marks = marks;
    this.on = on;
    this.lane.hidden = !on.size;
    this.open(marks.has(this.path) ? this.path : [...marks.keys()].find((path) => this.graphs.has(path)) || this.path);
  }

  go([path, node]) {
    if (!this.graphs.has(path)) return;
    if (path !== this.path) this.open(path);
    this.show(node);
    this.element.scrollIntoView({ block: "start" });
  }
}

/** Graph path -> nodes that run on the DLA of a target. */
function onDla({ dla }) {
  const on = new Map();
  for (const [[path, node], device] of dla ? dla.layers : []) {
    if (device !== "dla" || node === null) continue;
    if (!on.has(path)) on.set(path, new Set());
    on.get(path).add(node);
  }
  return on;
}

/** What runs on the DLA of this target and what keeps the rest from it. */
function division(target, go) {
  if (!target.dla) return [];
  const { says, conditions, layers } = target.dla, kept = layers.filter((layer) => layer[1] === "gpu" && layer[3]);
  const place = (layer) => (go ? el("button", { type: "button", class: "link", onclick: () => go(layer[0]) }, foreign(layer[0][2], "code")) : foreign(layer[0][2], "code"));
  return [
    el("h4", {}, "DLA and GPU"), el("p", {}, says), layers.length ? lanes(layers, (where) => go && go(where)) : null,
    layers.length ? el("div", { class: "legend" }, dot("dla", "DLA"), dot("node", "GPU"),
      el("span", {}, "wider: more multiply-adds")) : null,
    conditions.length ? el("ul", {}, conditions.map((text) => el("li", {}, text))) : null,
    kept.length ? folded({}, `${plural(kept.length, "layer")} kept from the DLA`, () => table([
      ["layer", place], ["why", (layer) => foreign(layer[3])], ["what would bring it over", (layer) => layer[4]]], kept)) : null,
  ].filter(Boolean);
}

/* Inputs or outputs that are listed before one asks for more. */
const ENDS = 8;

/** Inputs, outputs, operators and sizes, as the JSON document has them. */
function facts({ model, graph }) {
  const weights = graph ? weightsOf(graph) : [];
  const listed = (title, rows) => table([[title, (one) => foreign(one.name, "code")], ["type and shape", (one) => foreign(typeText([one.name, one.dtype, one.shape]))]], rows);
  const ends = (title, rows) => el("div", { class: "ends" }, listed(title, rows.slice(0, ENDS)),
    rows.length > ENDS ? folded({}, `${plural(rows.length - ENDS, `more ${title}`)}`, () => listed(title, rows.slice(ENDS))) : null);
  const row = (name, text) => (text ? [el("dt", {}, name), el("dd", {}, foreign(text))] : []);
  const operators = Object.entries(model.operators).sort((a, b) => b[1] - a[1]);
  return [
    card("The model", el("dl", { class: "facts" }, pair("file", breakable(model.path)), row("exporter", model.producer),
      row("opsets", Object.entries(model.opset).map(([domain, version]) => `${domain} ${version}`).join(", ")), row("IR version", String(model.ir_version || "")),
      row("nodes", model.nodes.toLocaleString("en-US")), row("parameters", model.parameters.toLocaleString("en-US")), row("size", model.size_bytes === null ? "" : sized(model.size_bytes)),
      row("sha256", model.sha256)), ends("input", model.inputs), ends("output", model.outputs)),
    card("Operators", bars(operators.slice(0, SHOWN)), operators.length > SHOWN ? folded({}, `${operators.length - SHOWN} more`, () => bars(operators.slice(SHOWN))) : null,
      weights.length ? [el("h4", {}, "Weights by operator"), bars(weights.slice(0, ENDS).map(([operator, count]) => [operator, count, sized(count)]))] : null),
  ];
}

/** Bytes of the constants of a model by the operator that reads them first, most first. */
function weightsOf(structure) {
  const found = new Map();
  for (const { nodes, tensors } of structure.graphs) {
    const seen = new Set();
    for (const node of nodes) for (const t of node[INPUTS]) {
      if (t < 0 || tensors[t][3] !== CONSTANT || seen.has(t)) continue;
      seen.add(t);
      found.set(node[OPERATOR], (found.get(node[OPERATOR]) || 0) + (bytes(tensors[t]) || 0));
    }
  }
  return [...found].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
}
