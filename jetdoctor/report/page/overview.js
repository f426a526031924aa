/* Several models: a table to sort and filter; the page of a model is made when it is asked for. */

function overview(data) {
  const rows = data.models.map((entry, index) => ({ entry, index, errors: counted(entry, "error"), warnings: counted(entry, "warning") }));
  const folder = sharedFolder(data.models.map((entry) => entry.model.path));
  const opened = el("div"), sections = new Map();
  const open = (row) => {
    if (!sections.has(row.index)) sections.set(row.index, sectionOf(row.entry, data.pages));
    opened.prepend(sections.get(row.index));
    sections.get(row.index).openNow();
    sections.get(row.index).scrollIntoView();
  };
  const line = (row) => el("tr", {},
    el("td", {}, el("button", { type: "button", class: "link", onclick: () => open(row) }, foreign(row.entry.model.path.slice(folder.length)))),
    el("td", {}, badge(row.entry.verdict)), el("td", {}, spectrum(row.entry.targets), el("span", { class: "small soft" }, row.entry.headline)),
    el("td", { class: "number" }, row.errors), el("td", { class: "number" }, row.warnings), el("td", { class: "number" }, row.entry.model.nodes));
  return el("div", {}, card("Models", folder ? el("p", { class: "small soft" }, "in ", foreign(folder)) : null, ...sortable(rows, line)), opened);
}

function counted(entry, severity) {
  const numbers = new Set(entry.targets.flatMap((target) => target.findings));
  return [...numbers].filter((n) => entry.causes[entry.findings[n].cause].severity === severity).length;
}

function sectionOf(entry, pages) {
  return folded({ class: `cause ${entry.verdict === "deploys" ? "info" : "error"}-edge` },
    el("span", {}, badge(entry.verdict), " ", foreign(entry.model.path), el("span", { class: "soft" }, ` ${entry.headline}`)), () => modelSection(entry, pages));
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
    model: (row) => row.entry.model.path, verdict: (row) => VERDICTS.indexOf(row.entry.verdict), targets: (row) => row.entry.headline,
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
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "models" }, el("table", {}, el("thead", {}, el("tr", {}, heads)), body))];
}
