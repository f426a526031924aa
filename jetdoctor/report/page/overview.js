/* Several models: a table to sort and filter; the page of a model is made when it is asked for. */

function overview(data) {
  const rows = data.models.map((entry, index) => ({ entry, index, verdict: entry.spread, errors: counted(entry, "error"), warnings: counted(entry, "warning") }));
  const folder = sharedFolder(data.models.map((entry) => entry.model.path));
  const opened = el("div"), sections = new Map();
  const open = (row) => {
    if (!sections.has(row.index)) sections.set(row.index, sectionOf(row.entry, data.pages));
    opened.prepend(sections.get(row.index));
    sections.get(row.index).openNow();
    sections.get(row.index).scrollIntoView();
  };
  const figure = (name, count) => el("td", { class: count ? "number" : "number soft", "data-name": name }, count.toLocaleString("en-US"));
  const line = (row) => el("tr", {},
    el("td", {}, el("button", { type: "button", class: "link", onclick: () => open(row) }, breakable(row.entry.model.path.slice(folder.length)))),
    el("td", {}, badge(LIKE[row.verdict] || row.verdict, row.verdict)),
    el("td", {}, spectrum(row.entry.targets), el("span", { class: "small soft" }, row.entry.headline)),
    figure("errors", row.errors), figure("warnings", row.warnings), figure("nodes", row.entry.model.nodes));
  return el("div", {}, card("Models", folder ? el("p", { class: "small soft" }, "in ", breakable(folder)) : null, ...sortable(rows, line), legendOf(rows)), opened);
}

/* "partly" is said of several targets: the model deploys on some of them. */
const SPREADS = ["fails", "unreadable", "unknown", "fixable", "partly", "deploys"], LIKE = { partly: "fixable" };

/** What the words and the colors of the table mean. */
function legendOf(rows) {
  const means = { ...MEANS, partly: "deploys on some of the targets, needs a repair or fails on others" };
  if (rows.every((row) => row.entry.targets.length < 2)) return glossary(rows.map((row) => row.verdict));
  const met = [...SPREADS].reverse().filter((verdict) => rows.some((row) => row.verdict === verdict));
  const dots = ["deploys", "fixable", "fails", "unknown"].filter((verdict) => rows.some((row) => row.entry.targets.some((target) => target.verdict === verdict)));
  const { targets } = rows.find((row) => row.entry.targets.length > 1).entry;
  return [
    el("div", { class: "legend" }, `each bar is one target, from ${targets[0].name} to ${targets[targets.length - 1].name}:`, dots.map((verdict) => dot(verdict, verdict))),
    el("dl", { class: "glossary small" }, met.flatMap((verdict) => pair(badge(LIKE[verdict] || verdict, verdict), means[verdict]))),
  ];
}

function counted(entry, severity) {
  const numbers = new Set(entry.targets.flatMap((target) => target.findings));
  return [...numbers].filter((n) => entry.causes[entry.findings[n].cause].severity === severity).length;
}

function sectionOf(entry, pages) {
  return folded({ class: `cause ${entry.spread === "deploys" ? "info" : "error"}-edge` },
    el("span", {}, badge(LIKE[entry.spread] || entry.spread, entry.spread), " ", breakable(entry.model.path), el("span", { class: "soft" }, ` ${entry.headline}`)), () => modelSection(entry, pages));
}

/** The folder that all paths are in, with its slash; "" for none. */
function sharedFolder(paths) {
  let shared = paths[0].slice(0, paths[0].lastIndexOf("/") + 1);
  while (shared && !paths.every((path) => path.startsWith(shared))) shared = shared.slice(0, shared.lastIndexOf("/", shared.length - 2) + 1);
  return shared;
}

/** One bar with a piece for each target in the color of its verdict; what it says stands beside it. */
function spectrum(targets) {
  if (targets.length < 2) return null;
  const each = 100 / targets.length, gap = Math.min(0.5, each / 4);
  const pieces = targets.map((target, n) => `var(--${target.verdict === "unreadable" ? "fails" : target.verdict}) ${(n * each).toFixed(2)}% ${((n + 1) * each - gap).toFixed(2)}%, `
    + `var(--card) ${((n + 1) * each - gap).toFixed(2)}% ${((n + 1) * each).toFixed(2)}%`);
  return el("span", { class: "spectrum", "aria-hidden": "true", title: `${targets[0].short} to ${targets[targets.length - 1].short}`,
    style: `background:linear-gradient(to right, ${pieces.join(", ")})` });
}

/** A search field and a table whose heads sort it. */
function sortable(rows, line) {
  const keys = {
    model: (row) => row.entry.model.path, verdict: (row) => SPREADS.indexOf(row.verdict), targets: (row) => row.entry.headline,
    errors: (row) => -row.errors, warnings: (row) => -row.warnings, nodes: (row) => -row.entry.model.nodes,
  };
  let order = "verdict";
  const body = el("tbody"), said = el("span", { class: "soft small", role: "status" });
  const words = el("input", { type: "search", placeholder: "filter models", "aria-label": "filter models", oninput: () => fill() });
  const fill = () => {
    const key = keys[order], shown = rows.filter((row) => row.entry.model.path.toLowerCase().includes(words.value.toLowerCase()));
    shown.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.index - b.index));
    said.textContent = plural(shown.length, "model");
    body.replaceChildren(...shown.map(line));
  };
  const heads = Object.keys(keys).map((name) => {
    const head = el("th", { scope: "col", class: ["errors", "warnings", "nodes"].includes(name) ? "number" : null, "aria-sort": name === order ? "ascending" : "none" });
    head.append(el("button", { type: "button", "aria-label": `sort by ${name}`, onclick: () => {
      order = name;
      heads.forEach((one) => one.setAttribute("aria-sort", one === head ? "ascending" : "none"));
      fill();
    } }, name));
    return head;
  });
  fill();
  return [el("div", { class: "filter" }, words, said),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "models" }, el("table", { class: "models" }, el("thead", {}, el("tr", {}, heads)), body))];
}
