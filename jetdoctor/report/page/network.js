/* The whole network as a strip: columns are distances from the inputs, rows are what runs side by side. */
const OPERATOR = 0, NAME = 2, INPUTS = 3, OUTPUTS = 4, ATTRIBUTES = 5;
const SEVERITIES = ["error", "warning", "info"];
/* Pixels of the strip: room for a flag, a row at most, all rows at most, the line of text, the bars of memory; a column at most. */
const FLAG = 26, ROW = 30, ROWS = 120, CAPTION = 18, BARS = 40, COLUMN = 160;

/** Adds producers, consumers, columns and rows to a graph of the page's data, once. */
function placed(graph) {
  if (graph.column) return graph;
  const { nodes, tensors } = graph;
  graph.producer = new Int32Array(tensors.length).fill(-1);
  graph.consumers = tensors.map(() => []);
  nodes.forEach((node, index) => {
    node[OUTPUTS].forEach((t) => { if (t >= 0) graph.producer[t] = index; });
    new Set(node[INPUTS]).forEach((t) => { if (t >= 0) graph.consumers[t].push(index); });
  });
  graph.column = new Int32Array(nodes.length);
  nodes.forEach((node, index) => {
    const before = node[INPUTS].map((t) => (t >= 0 ? graph.producer[t] : -1)).filter((n) => n >= 0 && n < index);
    graph.column[index] = before.reduce((most, n) => Math.max(most, graph.column[n] + 1), 0);
  });
  pullBack(graph);
  graph.columns = [];
  nodes.forEach((node, index) => { (graph.columns[graph.column[index]] ||= []).push(index); });
  graph.columns = Array.from(graph.columns, (column) => column || []);
  graph.row = new Float64Array(nodes.length);
  for (const column of graph.columns) {
    const wish = new Map(column.map((index) => [index, wished(graph, index)]));
    column.sort((a, b) => wish.get(a) - wish.get(b) || a - b);
    column.forEach((index, order) => { graph.row[index] = order - (column.length - 1) / 2; });
  }
  graph.height = Math.max(1, ...graph.columns.map((column) => column.length));
  return graph;
}

/** Name of a node; one without any is known by its first output. */
function nameOf(graph, index) {
  const node = graph.nodes[index], output = node[OUTPUTS].find((t) => t >= 0);
  return node[NAME] || (output === undefined ? "" : graph.tensors[output][NAME_OF]);
}

/** What needs nothing (a constant) stands just before what uses it. */
function pullBack(graph) {
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index];
    if (node[INPUTS].some((t) => t >= 0 && graph.producer[t] >= 0)) continue;
    const after = node[OUTPUTS].flatMap((t) => (t >= 0 ? graph.consumers[t] : []));
    if (after.length) graph.column[index] = Math.max(0, Math.min(...after.map((n) => graph.column[n])) - 1);
  }
}

function wished(graph, index) {
  const rows = graph.nodes[index][INPUTS].map((t) => (t >= 0 ? graph.producer[t] : -1))
    .filter((n) => n >= 0 && graph.column[n] < graph.column[index]).map((n) => graph.row[n]);
  return rows.length ? rows.reduce((a, b) => a + b) / rows.length : 0;
}

/** Bytes of what the nodes of a column hand on; open sizes count as nothing. */
function activations(graph) {
  return graph.columns.map((column) => column.reduce((sum, index) => sum + graph.nodes[index][OUTPUTS]
    .reduce((own, t) => own + ((t >= 0 && bytes(graph.tensors[t])) || 0), 0), 0));
}

/**
 * The strip of one graph. `marks` is a Map from node to severity; `choose(node)` is called for a chosen one.
 * `on` holds the nodes that run on the DLA, `flag` is the node that gets a flag.
 */
class Strip {
  constructor(graph, marks, choose, { on = new Set(), flag = -1 } = {}) {
    this.graph = placed(graph);
    this.choose = choose;
    this.marks = marks;
    this.on = on;
    this.flag = flag;
    this.memory = activations(this.graph);
    this.rows = Math.min(ROWS, ROW * this.graph.height);
    this.top = flag >= 0 ? FLAG : 8;
    this.high = this.top + this.rows + CAPTION + BARS + 2;
    this.zoom = 1;
    this.left = 0; // columns
    this.chosen = -1;
    const says = `the network: ${plural(graph.nodes.length, "node")}, ${this.graph.columns.length} deep; `
      + "arrow keys go to the next marked node, plus and minus zoom";
    this.canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": says, height: String(this.high) });
    this.said = el("span", { class: "small soft", role: "status" });
    const tool = (text, label, act) => el("button", { type: "button", "aria-label": label, onclick: act }, text);
    this.element = el("div", { class: "strip" }, this.canvas, el("div", { class: "tools" },
      tool("+", "zoom in", () => this.zoomTo(this.zoom * 2)), tool("-", "zoom out", () => this.zoomTo(this.zoom / 2)),
      tool("whole", "show the whole network", () => this.zoomTo(1)),
      marks.size ? tool("next marked", "go to the next marked node", () => this.step(1)) : null, this.said));
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  listen() {
    const canvas = this.canvas;
    let from = null, moved = 0;
    canvas.addEventListener("pointerdown", (event) => { from = event.offsetX; moved = 0; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      if (from === null) { this.hover(event.offsetX, event.offsetY); return; }
      moved += Math.abs(event.offsetX - from);
      this.left -= (event.offsetX - from) / this.wide();
      from = event.offsetX;
      this.draw();
    });
    canvas.addEventListener("pointerup", (event) => {
      from = null;
      const node = this.at(event.offsetX, event.offsetY);
      if (moved < 5 && node >= 0) this.select(node);
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey && this.zoom === 1 && event.deltaY > 0) return; // the page scrolls on
      event.preventDefault();
      this.zoomTo(this.zoom * (event.deltaY < 0 ? 1.25 : 0.8), event.offsetX);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const act = {
        ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), "+": () => this.zoomTo(this.zoom * 2),
        "-": () => this.zoomTo(this.zoom / 2), "0": () => this.zoomTo(1),
      }[event.key];
      if (act) { event.preventDefault(); act(); }
    });
  }

  /** Width of a column on the screen. */
  wide() {
    return Math.min(COLUMN, (this.canvas.clientWidth / Math.max(1, this.graph.columns.length)) * this.zoom);
  }

  zoomTo(zoom, at) {
    const middle = at === undefined ? this.canvas.clientWidth / 2 : at;
    const column = this.left + middle / this.wide();
    const most = Math.max(1, (this.graph.columns.length * 120) / Math.max(1, this.canvas.clientWidth));
    this.zoom = Math.min(most, Math.max(1, zoom));
    this.left = column - middle / this.wide();
    this.draw();
  }

  step(direction) {
    const marked = [...this.marks.keys()].sort((a, b) => this.graph.column[a] - this.graph.column[b] || a - b);
    if (!marked.length) return;
    const here = marked.indexOf(this.chosen);
    this.select(marked[(here + direction + marked.length) % marked.length]);
  }

  select(node) {
    this.show(node);
    this.choose(node);
  }

  /** Mark a node as chosen and bring it into view. */
  show(node) {
    this.chosen = node;
    const shown = this.canvas.clientWidth / this.wide();
    const column = this.graph.column[node];
    if (column < this.left || column >= this.left + shown) this.left = column - shown / 2;
    this.say(node);
    this.draw();
  }

  say(node) {
    const operator = this.graph.nodes[node][OPERATOR], name = nameOf(this.graph, node);
    this.said.textContent = `${cut(operator, 80)} ${cut(name, 160)}${this.marks.has(node) ? ` (${this.marks.get(node)})` : ""}`;
  }

  box(index) {
    const wide = this.wide(), row = this.rows / this.graph.height;
    const x = (this.graph.column[index] - this.left) * wide;
    const gap = wide > 6 ? Math.min(wide * 0.2, 8) : 0;
    return [x + gap / 2, this.top + this.rows / 2 + (this.graph.row[index] - 0.5) * row, Math.max(wide - gap, 1), Math.max(row * 0.8, 1.5)];
  }

  at(x, y) {
    const column = Math.floor(this.left + x / this.wide());
    let best = -1, near = 14;
    for (const index of this.graph.columns[column] || []) {
      const [, top, , high] = this.box(index);
      const away = Math.abs(y - top - high / 2) - (this.marks.has(index) ? 3 : 0);
      if (away < near) { near = away; best = index; }
    }
    return best;
  }

  hover(x, y) {
    const node = this.at(x, y);
    if (node >= 0) this.say(node);
  }

  draw() {
    const canvas = this.canvas, wide = canvas.clientWidth, ratio = devicePixelRatio || 1;
    if (!wide) return;
    const columns = this.graph.columns.length;
    this.left = Math.max(0, Math.min(this.left, columns - wide / this.wide()));
    canvas.width = wide * ratio;
    canvas.height = this.high * ratio;
    canvas.style.height = `${this.high}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.clearRect(0, 0, wide, this.high);
    const first = Math.max(0, Math.floor(this.left) - 1);
    const last = Math.min(columns - 1, Math.ceil(this.left + wide / this.wide()));
    if (this.wide() >= 14) this.edges(pen, first, last);
    const paints = { error: color("fails"), warning: color("fixable"), info: color("info") };
    this.boxes(pen, first, last, paints);
    this.bars(pen, first, last);
  }

  edges(pen, first, last) {
    pen.strokeStyle = color("line");
    pen.beginPath();
    for (let column = first; column <= last; column += 1) {
      for (const index of this.graph.columns[column]) {
        const [x, y, , high] = this.box(index);
        for (const t of this.graph.nodes[index][INPUTS]) {
          const from = t >= 0 ? this.graph.producer[t] : -1;
          if (from < 0) continue;
          const [fx, fy, fw, fh] = this.box(from);
          pen.moveTo(fx + fw, fy + fh / 2);
          pen.lineTo(x, y + high / 2);
        }
      }
    }
    pen.stroke();
  }

  boxes(pen, first, last, paints) {
    const plain = color("node"), dla = color("dla"), ink = color("ink"), accent = color("accent");
    const marked = [];
    for (let column = first; column <= last; column += 1) {
      for (const index of this.graph.columns[column]) {
        if (this.marks.has(index)) { marked.push(index); continue; }
        pen.fillStyle = this.on.has(index) ? dla : plain;
        pen.fillRect(...this.box(index));
      }
    }
    // The worst last, so that nothing hides it.
    marked.sort((a, b) => SEVERITIES.indexOf(this.marks.get(b)) - SEVERITIES.indexOf(this.marks.get(a)));
    const least = Math.max(1, Math.min(5, (0.4 * this.canvas.clientWidth) / marked.length)); // few are easy to see, many leave room
    for (const index of marked) {
      const [x, y, w, h] = this.box(index);
      pen.fillStyle = paints[this.marks.get(index)];
      pen.fillRect(x, y - 1, Math.max(w, least), Math.max(h, 4) + 2);
    }
    if (this.flag >= 0) this.flagged(pen, this.box(this.flag));
    if (this.chosen >= 0) {
      const [x, y, w, h] = this.box(this.chosen);
      pen.strokeStyle = accent;
      pen.lineWidth = 3;
      pen.strokeRect(x - 3, y - 3, w + 6, h + 6);
      pen.lineWidth = 1;
    }
    if (this.wide() < 64) return;
    const paper = color("card");
    pen.font = "11px system-ui, sans-serif";
    for (let column = first; column <= last; column += 1) {
      for (const index of this.graph.columns[column]) {
        const [x, y, w, h] = this.box(index);
        pen.fillStyle = this.marks.has(index) || this.on.has(index) ? paper : ink;
        if (h >= 9) pen.fillText(this.graph.nodes[index][OPERATOR], x + 3, y + h / 2 + 4, w - 6);
      }
    }
  }

  /** A flag over the node where the values part first. */
  flagged(pen, [x, y, w]) {
    const foot = x + w / 2;
    pen.fillStyle = color("fails");
    pen.fillRect(foot - 1, 2, 2, Math.max(0, y - 4));
    pen.beginPath();
    pen.moveTo(foot, 2);
    pen.lineTo(foot + 12, 7);
    pen.lineTo(foot, 12);
    pen.fill();
  }

  /** Memory that each column hands on, as bars below. */
  bars(pen, first, last) {
    const most = Math.max(...this.memory);
    if (!(most > 0)) return;
    pen.fillStyle = color("accent");
    for (let column = first; column <= last; column += 1) {
      const high = (this.memory[column] / most) * BARS;
      pen.fillRect((column - this.left) * this.wide(), this.high - high, Math.max(this.wide() - (this.wide() > 3 ? 1 : 0), 1), high);
    }
    pen.fillStyle = color("soft");
    pen.font = "11px system-ui, sans-serif";
    pen.fillText(`memory of each step's outputs, at most ${sized(most)}`, 4, this.top + this.rows + CAPTION - 5);
  }
}
