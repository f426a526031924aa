/* Targets: which of them takes the model, and what that was looked at for. */
const WALLS = [["parser", "Parser"], ["network", "Network library"], ["builder", "Builder"], ["values", "Values"]];
const VERDICTS = ["fails", "unreadable", "unknown", "fixable", "deploys"];

/** Buttons by JetPack generation; `choose(index)` is called with the number of the target. */
function matrix(targets, chosen, choose) {
  const groups = new Map();
  targets.forEach((target, index) => {
    const major = /^jetpack-(\d+)/.exec(target.name);
    const line = major ? `JetPack ${major[1]}` : "Targets";
    groups.set(line, [...(groups.get(line) || []), index]);
  });
  const cell = (index) => {
    const target = targets[index];
    return el("button", {
      type: "button", class: `cell ${target.verdict}`, "aria-pressed": String(index === chosen()),
      title: target.line, onclick: () => { choose(index); mark(); },
    }, el("b", {}, target.short), el("small", {}, target.verdict));
  };
  const cells = targets.map((_, index) => cell(index));
  const mark = () => cells.forEach((button, index) => button.setAttribute("aria-pressed", String(index === chosen())));
  const rows = [...groups].flatMap(([line, indices]) => [
    el("div", { class: "line" }, line), el("div", { class: "cells" }, indices.map((index) => cells[index])),
  ]);
  return el("div", { class: "matrix", role: "group", "aria-label": "verdict of each target" }, rows);
}

function coverage(walls) {
  return el("div", { class: "walls" }, WALLS.map(([wall, name]) => {
    const basis = walls[wall];
    return el("div", { class: basis === "none" ? "none" : "" }, el("b", {}, name),
      el("span", { class: "small" }, basis === "none" ? "not looked at" : basis));
  }));
}

/** The verdict of one target, what it rests on and what to type next. */
function verdictOf(target) {
  return [
    el("p", {}, badge(target.verdict), " ", el("b", {}, target.name), " ", target.reason),
    el("p", { class: "soft small" }, target.line),
    coverage(target.coverage),
    el("p", { class: "soft small" }, `Looked at ${target.looked}. What was not looked at is unknown, not passed.`),
    el("p", { class: "soft small" }, `Evidence: ${target.evidence}`),
    target.apart.map(([rule, reason]) => el("p", { class: "small" }, `left out: ${rule}, `, foreign(reason))),
    target.next ? el("h4", {}, "Next") : null,
    target.next ? command(target.next[0], target.next[1]) : null,
  ];
}

/** The newest target in trouble, or else the newest that is known. */
function likelyTarget(targets) {
  const last = (wanted) => targets.map(wanted).lastIndexOf(true);
  const troubled = last((target) => ["fixable", "fails"].includes(target.verdict));
  return Math.max(0, troubled >= 0 ? troubled : last((target) => target.verdict !== "unknown"));
}
