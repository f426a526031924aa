/** Horizontal bars of [label, number, text]. */
function bars(rows) {
  const most = Math.max(...rows.map((row) => row[1]), 1e-300);
  return el("div", { class: "bars" }, rows.flatMap(([label, count, text]) => [
    el("span", { class: "small" }, foreign(label)),
    el("i", { style: `width:${Math.max(0.5, (100 * count) / most)}%` }),
    el("span", { class: "small soft" }, text === undefined ? String(count) : text),
  ]));
}

/** What a repair did to sizes, rows of {what, before, after}: the bytes of the file as bars, operators whose count changed as a table. */
function sizesOf(rows) {
  const [file] = rows.filter((row) => row.what === "bytes"), counts = rows.filter((row) => row !== file && (row.before !== row.after || row.what === "nodes"));
  const number = (value) => value.toLocaleString("en-US");
  return wide(card("Sizes", file ? bars([["before", file.before, sized(file.before)], ["after", file.after, sized(file.after)]]) : null,
    counts.length ? table([["what", (row) => foreign(row.what)], ["before", (row) => number(row.before), "number"], ["after", (row) => number(row.after), "number"]], counts) : null));
}

/** How many elements differ by how much: {"0": equal, "1e-03": up to a thousandth of the largest value …}. */
function histogram(counts) {
  const known = Object.entries(counts).sort((a, b) => Number(a[0]) - Number(b[0]));
  const total = known.reduce((sum, [, count]) => sum + count, 0) || 1;
  const rows = bars(known.map(([decade, count]) => [
    decade === "0" ? "bit-equal" : `≤ ${Number(decade) < 0.01 ? Number(decade).toExponential() : Number(decade)}`, Math.log1p(count), `${((100 * count) / total).toPrecision(3)} %`,
  ]));
  return el("figure", {}, rows, el("figcaption", {}, "elements by their difference over the output's largest value; lengths are logarithmic"));
}

/** A grid of numbers as a picture between `low` and `high`; null is drawn in red. */
function heat(grid, title, low, high, differs) {
  const canvas = el("canvas", { width: grid[0].length, height: grid.length, role: "img", "aria-label": title });
  const pen = canvas.getContext("2d");
  grid.forEach((row, y) => row.forEach((value, x) => {
    const part = value === null ? 0 : Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    const level = Math.round(255 * part);
    pen.fillStyle = value === null ? "#d00" : differs ? `rgb(${level},${Math.round(level * 0.45)},${64 - Math.round(level / 4)})`
      : `rgb(${level},${level},${level})`;
    pen.fillRect(x, y, 1, 1);
  }));
  return el("figure", {}, canvas, el("figcaption", {}, title));
}

/** Original, the release's reading of it, and where they differ, in the same scale. */
function pictures(picture) {
  const known = [...picture.original, ...picture.as_read].flat().filter((value) => value !== null);
  const low = Math.min(...known), high = Math.max(...known);
  const away = picture.difference.flat().filter((value) => value !== null).map(Math.abs);
  const most = Math.max(...away, 0);
  const difference = picture.difference.map((row) => row.map((value) => (value === null ? null : Math.abs(value))));
  return el("div", {}, el("div", { class: "pictures" },
    heat(picture.original, "as ONNX Runtime computes it", low, high, false),
    heat(picture.as_read, "as this release computes it", low, high, false),
    heat(difference, `difference, at most ${most.toPrecision(3)}`, 0, most, true)),
  el("p", { class: "soft small" }, `plane ${picture.plane} on ${picture.run} inputs; each point is the mean of a block`));
}

/** Layers in order: above on the DLA, below on the GPU, wider for more multiply-adds. */
function lanes(layers, choose) {
  const work = layers.map((layer) => Math.sqrt(layer[2] || 0) + 1);
  const total = work.reduce((sum, part) => sum + part, 0) || 1;
  let x = 0;
  const boxes = layers.map((layer, index) => {
    const width = (1000 * work[index]) / total, on = layer[1] === "dla";
    const box = svg("rect", {
      x: x.toFixed(2), y: on ? 0 : 28, width: Math.max(width, 0.5).toFixed(2), height: 26,
      style: `fill:var(--${on ? "dla" : "node"})`, onclick: () => choose(layer[0]),
    }, svg("title", {}, `${layer[0][2]} on the ${layer[1].toUpperCase()}${layer[3] ? `: ${layer[3]}` : ""}`));
    x += width;
    return box;
  });
  return svg("svg", { class: "lanes", viewBox: "0 0 1000 54", preserveAspectRatio: "none", role: "img",
    "aria-label": "layers on the DLA (above) and on the GPU (below)" }, boxes);
}
