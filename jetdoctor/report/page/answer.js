/* Targets: which of them takes the model, and what that was looked at for. */
const WALLS = [
  ["parser", "Parser", "accepts each node?"], ["network", "Network library", "sizes, ranks, limits?"],
  ["builder", "Builder", "kernels, precision, memory?"], ["values", "Values", "the same numbers?"],
];
const BASES = {
  measured: "measured: the real parser was run", read: "read: in the parser's source", interpolated: "interpolated: from neighboring releases",
  documented: "documented: by NVIDIA", reported: "reported: publicly, by users", none: "not looked at: unknown, not passed",
};
const VERDICTS = ["fails", "unreadable", "unknown", "fixable", "deploys"];
const MEANS = {
  deploys: "nothing found that stops the build", fixable: "jetdoctor fix can repair it", fails: "has errors that no fix removes",
  unknown: "not enough is known to answer", unreadable: "the file cannot be read",
};

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
  return el("div", {}, el("div", { class: "matrix", role: "group", "aria-label": "verdict of each target" }, rows),
    glossary(targets.map((target) => target.verdict)));
}

/** What the verdicts that are met mean. */
function glossary(verdicts) {
  const met = [...VERDICTS].reverse().filter((verdict) => verdicts.includes(verdict));
  return el("dl", { class: "glossary small" }, met.flatMap((verdict) => pair(badge(verdict), MEANS[verdict])));
}

function coverage(walls) {
  return el("div", { class: "walls" }, WALLS.map(([wall, name, asks]) => el("div", { class: walls[wall] === "none" ? "none" : "" },
    el("b", {}, name), el("span", { class: "small soft" }, asks), el("span", { class: "small" }, BASES[walls[wall]] || walls[wall]))));
}

/** The verdict of one target, what it rests on and what to type next. */
function verdictOf(target) {
  return [
    el("p", {}, badge(target.verdict), " ", el("b", {}, target.name), " ", target.reason),
    el("p", { class: "soft small" }, target.line),
    target.next ? el("h4", {}, `Next: ${target.next[1]}`) : null,
    target.next ? command(target.next[0]) : null,
    el("h4", {}, "What this verdict rests on"),
    coverage(target.coverage),
    el("p", { class: "soft small" }, `Evidence: ${target.evidence}`),
    target.apart.map(([rule, reason]) => el("p", { class: "small" }, `left out: ${rule}, `, foreign(reason))),
  ];
}

/** The newest target in trouble, or else the newest that is known. */
function likelyTarget(targets) {
  const last = (wanted) => targets.map(wanted).lastIndexOf(true);
  const troubled = last((target) => ["fixable", "fails"].includes(target.verdict));
  return Math.max(0, troubled >= 0 ? troubled : last((target) => target.verdict !== "unknown"));
}

/** `JetPack 4.4 to 6.0, 7.0`: targets by their numbers, neighbors together. */
function targetRanges(targets, indices) {
  const runs = [];
  for (const index of indices) {
    if (runs.length && runs[runs.length - 1][1] === index - 1) runs[runs.length - 1][1] = index;
    else runs.push([index, index]);
  }
  const said = runs.map(([from, to]) => (from === to ? targets[from].short : `${targets[from].short} to ${targets[to].short}`)).join(", ");
  return (indices.every((index) => targets[index].name.startsWith("jetpack-")) ? "JetPack " : "") + said;
}
