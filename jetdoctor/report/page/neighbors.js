/* The nodes around one node or some, with the tensors between them, laid out by dagre. */
const NEAR = 2, AT_MOST = 34;

/** Indices around some nodes up to a distance, nearest first. */
function around(graph, centers, most) {
  const found = new Map(centers.slice(0, AT_MOST).map((index) => [index, 0]));
  let edge = [...found.keys()];
  for (let distance = 1; distance <= most; distance += 1) {
    const next = [];
    for (const index of edge) {
      const [, , , inputs, outputs] = graph.nodes[index];
      const beside = inputs.map((t) => (t >= 0 ? graph.producer[t] : -1))
        .concat(outputs.flatMap((t) => (t >= 0 ? graph.consumers[t] : [])));
      for (const other of beside) {
        if (other >= 0 && !found.has(other) && found.size < AT_MOST) {
          found.set(other, distance);
          next.push(other);
        }
      }
    }
    edge = next;
  }
  return [...found.keys()];
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** An SVG of the neighborhood of some nodes; `choose(node)`, where given, is called for a node that is clicked. */
function neighborhood(graph, centers, marks, choose) {
  const shown = around(placed(graph), centers, choose ? NEAR : 1), [center] = centers, inside = new Set(shown);
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 46, marginx: 12, marginy: 12 });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const index of shown) layout.setNode(`n${index}`, { width: lines(graph, index).width, height: 58, index });
  for (const index of shown) tie(layout, graph, index, inside);
  dagre.layout(layout);
  const { width, height } = layout.graph();
  const view = { x: 0, y: 0, w: width, h: height };
  const middle = layout.node(`n${center}`);
  const picture = svg("svg", { role: "group", "aria-label": `nodes around ${graph.nodes[center][OPERATOR]}`, viewBox: `0 0 ${width} ${height}`, "data-whole": `0 0 ${width} ${height}` },
    svg("defs", {}, svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: "7", refY: "4", markerWidth: "7", markerHeight: "7", orient: "auto" },
      svg("path", { d: "M0,0L8,4L0,8z" }))));
  const edges = layout.edges().map((edge) => layout.edge(edge));
  picture.append(...edges.map(arrow), ...edges.filter((edge) => edge.text).map(tagged)); // no arrow runs through a text
  for (const id of layout.nodes()) picture.append(drawn(layout.node(id), graph, choose ? center : -1, marks, choose));
  moving(picture, view);
  requestAnimationFrame(() => fitted(picture, view, middle, width, height));
  const left = centers.length - shown.filter((index) => centers.includes(index)).length;
  return el("div", { class: "neighbors" }, picture, left ? el("p", { class: "small soft" }, `${plural(left, "more node")} of this place are not drawn`) : null);
}

/** Never so small that it cannot be read (then what is around the middle is shown), nor blown up. */
function fitted(picture, view, middle, width, height) {
  const least = 0.8, most = 1.2; // pixels for a unit of the layout
  picture.style.height = `${Math.max(120, Math.min(512, 0.7 * innerHeight, height * 1.1))}px`;
  const along = (whole, room, center) => {
    const size = Math.max(Math.min(whole, room / least), room / most);
    return [size < whole ? Math.max(0, Math.min(center - size / 2, whole - size)) : (whole - size) / 2, size];
  };
  [view.x, view.w] = along(width, Math.max(200, picture.clientWidth), middle.x);
  [view.y, view.h] = along(height, Math.max(200, picture.clientHeight), middle.y);
  picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
}

function lines(graph, index) {
  const [operator, domain, , , , attributes] = graph.nodes[index];
  const rows = [cut((domain ? `${domain}::` : "") + operator, 42), cut(nameOf(graph, index), 42), cut(attributes, 46)];
  return { rows, width: Math.max(120, rows[0].length * 8 + 22, ...rows.slice(1).map((row) => row.length * 6.4 + 22)) };
}

/** Edges of one node: to neighbors, and ends for inputs, constants and outputs of the model. */
function tie(layout, graph, index, inside) {
  const [, , , inputs, outputs] = graph.nodes[index];
  inputs.forEach((t, place) => {
    if (t < 0) return;
    const from = graph.producer[t], label = tag(graph.tensors[t]);
    if (from >= 0 && inside.has(from)) layout.setEdge(`n${from}`, `n${index}`, label, `${t}.${place}`);
    else if (from < 0) end(layout, graph, `i${index}.${place}`, t, (id) => layout.setEdge(id, `n${index}`, {}, `${t}.${place}`));
  });
  outputs.forEach((t) => {
    if (t >= 0 && graph.outputs.includes(t)) end(layout, graph, `o${t}`, t, (id) => layout.setEdge(`n${index}`, id, {}, `${t}`));
  });
}

function tag(tensor) {
  const text = cut(typeText(tensor), 40);
  return { text, name: tensor[0], width: text.length * 6 + 8, height: 16, labelpos: "c" };
}

function end(layout, graph, id, t, join) {
  const tensor = graph.tensors[t];
  const rows = [cut(tensor[0], 34), `${tensor[3] === CONSTANT ? "constant " : ""}${cut(typeText(tensor), 34)}`];
  layout.setNode(id, { width: Math.max(90, ...rows.map((row) => row.length * 6.1 + 20)), height: 40, rows });
  join(id);
}

function arrow(edge) {
  const path = edge.points.map((point, i) => `${i ? "L" : "M"}${point.x.toFixed(1)},${point.y.toFixed(1)}`).join("");
  return svg("path", { d: path, "marker-end": "url(#tip)" });
}

function tagged(edge) {
  return svg("text", { class: "dim", x: edge.x, y: edge.y + 4, "text-anchor": "middle" }, svg("title", {}, edge.name), edge.text);
}

function drawn(place, graph, center, marks, choose) {
  const own = place.index !== undefined, rows = own ? lines(graph, place.index).rows : place.rows;
  const kind = own ? `node ${marks.get(place.index) || ""} ${place.index === center ? "chosen" : ""}` : "terminal";
  const act = own && choose ? {
    tabindex: "0", role: "button", "aria-label": `${rows[0]} ${rows[1]}`,
    onclick: () => choose(place.index),
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(place.index); } },
  } : {};
  const top = place.y - place.height / 2;
  return svg("g", { class: kind, ...act },
    svg("rect", { x: place.x - place.width / 2, y: top, width: place.width, height: place.height, rx: own ? 7 : 14 }),
    rows.map((row, i) => row && svg("text", {
      class: i || !own ? "dim" : "operator", x: place.x, y: top + 17 + i * 16, "text-anchor": "middle", direction: "ltr",
    }, row)));
}

/** Wheel zooms, dragging moves. */
function moving(picture, view) {
  const apply = () => picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  let from = null;
  picture.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return; // plain scrolling scrolls the page
    event.preventDefault();
    const factor = event.deltaY < 0 ? 0.8 : 1.25;
    view.x += (view.w * (1 - factor)) / 2;
    view.y += (view.h * (1 - factor)) / 2;
    view.w *= factor;
    view.h *= factor;
    apply();
  }, { passive: false });
  picture.addEventListener("pointerdown", (event) => { if (event.target === picture) from = [event.clientX, event.clientY]; });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const scale = view.w / Math.max(1, picture.clientWidth);
    view.x -= (event.clientX - from[0]) * scale;
    view.y -= (event.clientY - from[1]) * scale;
    from = [event.clientX, event.clientY];
    apply();
  });
  for (const stop of ["pointerup", "pointerleave"]) picture.addEventListener(stop, () => { from = null; });
}
