const PAGES = { check: checkPage, fix: fixPage, verify: verifyPage, emulation: emulationPage, plan: planPage, device: devicePage, triage: triagePage };

function checkPage(data) {
  if (data.models.length === 1) return modelSection(data.models[0], data.pages);
  return overview(data);
}

/** Several models: a table to sort and filter, and a section for each that is made when it is opened. */
function overview(data) {
  const count = (entry, severity) => {
    const numbers = new Set(entry.targets.flatMap((target) => target.findings));
    return [...numbers].filter((n) => entry.causes[entry.findings[n].cause].severity === severity).length;
  };
  const rows = data.models.map((entry, index) => ({ entry, index, errors: count(entry, "error"), warnings: count(entry, "warning") }));
  const sections = data.models.map((entry) => folded({ class: `cause ${entry.verdict === "deploys" ? "info" : "error"}-edge` },
    el("span", {}, badge(entry.verdict), " ", foreign(entry.model.path), el("span", { class: "soft" }, ` ${entry.headline}`)), () => modelSection(entry, data.pages)));
  const keys = {
    model: (row) => row.entry.model.path, verdict: (row) => VERDICTS.indexOf(row.entry.verdict), errors: (row) => -row.errors,
    warnings: (row) => -row.warnings, nodes: (row) => -row.entry.model.nodes,
  };
  let order = "verdict";
  const body = el("tbody"), words = el("input", { type: "search", placeholder: "filter models", "aria-label": "filter models", oninput: () => fill() });
  const fill = () => {
    const key = keys[order], shown = rows.filter((row) => row.entry.model.path.toLowerCase().includes(words.value.toLowerCase()));
    shown.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.index - b.index));
    body.replaceChildren(...shown.map((row) => el("tr", {},
      el("td", {}, el("button", { type: "button", class: "link", onclick: () => { sections[row.index].openNow(); sections[row.index].scrollIntoView(); } }, foreign(row.entry.model.path))),
      el("td", {}, badge(row.entry.verdict), " ", el("span", { class: "small soft" }, row.entry.headline)),
      el("td", { class: "number" }, row.errors), el("td", { class: "number" }, row.warnings), el("td", { class: "number" }, row.entry.model.nodes))));
  };
  const head = Object.keys(keys).map((name) => el("th", { scope: "col", class: ["errors", "warnings", "nodes"].includes(name) ? "number" : null },
    el("button", { type: "button", "aria-label": `sort by ${name}`, onclick: () => { order = name; fill(); } }, name)));
  fill();
  return el("div", {}, card("Models", el("div", { class: "filter" }, words),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "models" }, el("table", {}, el("thead", {}, el("tr", {}, head)), body))), sections);
}

const data = JSON.parse(document.getElementById("data").textContent);
document.getElementById("page").append(PAGES[data.kind](data));
document.body.append(el("footer", { class: "foot" }, [`jetdoctor ${data.about.version}`, data.about.date].filter(Boolean).join(", "),
  data.about.command ? [" · ", foreign(data.about.command, "code")] : null));
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.openNow ? one.openNow() : null)));
