/* Findings, grouped by cause and made as they are opened: thousands of them stay light. */
const SHOWN = 20;

class Findings {
  /** `pages` holds the text of each rule; `go(place)` shows a place in the graph. */
  constructor(entry, pages, go) {
    this.entry = entry;
    this.pages = pages;
    this.go = go;
    this.on = entry.findings.map(() => []);
    entry.targets.forEach((target, index) => target.findings.forEach((number) => this.on[number].push(index)));
    this.list = el("div");
    this.count = el("span", { class: "soft small", role: "status" });
    this.severities = new Set(SEVERITIES);
    this.rule = el("select", { "aria-label": "rule", onchange: () => this.fill() }, el("option", { value: "" }, "every rule"),
      [...new Set(entry.causes.map((cause) => cause.rule))].sort().map((rule) => el("option", { value: rule }, rule)));
    this.target = el("select", { "aria-label": "target", onchange: () => this.fill() }, el("option", { value: "" }, "all targets"),
      entry.targets.map((target, index) => el("option", { value: index }, target.name)));
    this.text = el("input", { type: "search", placeholder: "search messages and nodes", "aria-label": "search", oninput: () => this.fill() });
    const boxes = SEVERITIES.map((severity) => el("label", {}, el("input", {
      type: "checkbox", checked: true, onchange: (event) => {
        if (event.target.checked) this.severities.add(severity); else this.severities.delete(severity);
        this.fill();
      },
    }), badge(severity)));
    const filter = el("div", { class: "filter" }, boxes, entry.targets.length > 1 ? this.target : null, this.rule, this.text, this.count);
    this.element = wide(card("What was found", entry.findings.length ? filter : el("p", {}, "Nothing was found."), this.list));
  }

  /** Show the findings of one target only. */
  only(target) {
    this.target.value = String(target);
    this.fill();
  }

  wanted(number) {
    const own = this.entry.findings[number], cause = this.entry.causes[own.cause];
    if (!this.severities.has(cause.severity) || (this.rule.value && cause.rule !== this.rule.value)) return false;
    if (this.target.value && !this.on[number].includes(Number(this.target.value))) return false;
    const words = this.text.value.trim().toLowerCase();
    return !words || [own.says, own.at ? own.at[2] : "", cause.rule, cause.name, ...(own.also || []).map((place) => place[2])]
      .some((text) => text.toLowerCase().includes(words));
  }

  fill() {
    const groups = new Map();
    let count = 0;
    this.entry.findings.forEach((own, number) => {
      if (!this.wanted(number)) return;
      count += 1;
      const { rule, severity } = this.entry.causes[own.cause], key = `${SEVERITIES.indexOf(severity)}${rule}`;
      groups.set(key, [...(groups.get(key) || []), number]);
    });
    const ordered = [...groups].sort((a, b) => a[0][0] - b[0][0] || this.worst(b[1]) - this.worst(a[1]));
    this.count.textContent = count ? plural(count, "finding") : this.nothing();
    this.list.replaceChildren(...ordered.map(([, numbers], place) => this.cause(numbers, place === 0)));
  }

  /** Why the list is empty: nothing is wrong, or the filters leave nothing. */
  nothing() {
    if (this.rule.value || this.text.value.trim() || this.severities.size < SEVERITIES.length) return "nothing fits these filters";
    return `nothing was found${this.target.value ? ` for ${this.entry.targets[Number(this.target.value)].name}` : ""}`;
  }

  /** Measured impact first: what changes the answer, then digits, then the rest. */
  worst(numbers) {
    return Math.max(...numbers.map((n) => ["harmless", "not-run", "digits", "answer"].indexOf((this.entry.findings[n].impact || {}).kind)));
  }

  cause(numbers, open) {
    const cause = this.entry.causes[this.entry.findings[numbers[0]].cause];
    const places = numbers.reduce((sum, n) => sum + 1 + (this.entry.findings[n].also || []).length, 0);
    const summary = el("span", {}, badge(cause.severity), " ", el("b", {}, `${cause.rule} ${cause.name}`), ` ${cause.says}`,
      el("span", { class: "soft small" }, ` · ${plural(places, "place")}`));
    return folded({ class: `cause ${cause.severity}-edge` }, summary, () => this.inside(cause, numbers), open);
  }

  inside(cause, numbers) {
    const list = el("div");
    const more = (from) => {
      list.append(...numbers.slice(from, from + SHOWN).map((number) => this.finding(number)));
      const left = numbers.length - from - SHOWN;
      if (left <= 0) return;
      const button = el("button", { type: "button", onclick: () => { button.remove(); more(from + SHOWN); } },
        `show ${Math.min(SHOWN, left)} of ${left} more`);
      list.append(button);
    };
    more(0);
    const page = this.pages[cause.rule];
    if (!page) return [list];
    const link = page[1] ? el("a", { href: page[1] }, `${cause.rule} on the site`) : null;
    return [list, folded({}, `What ${cause.rule} is`, () => [prose(page[0]), link].filter(Boolean))];
  }

  finding(number) {
    const own = this.entry.findings[number], cause = this.entry.causes[own.cause], rows = [];
    const row = (name, ...what) => rows.push(el("dt", {}, name), el("dd", {}, what));
    if (own.at) row("at", this.place(own.at), own.also ? this.others(own.also) : null);
    if (this.entry.targets.length > 1) row("on", targetRanges(this.entry.targets, this.on[number]));
    if (own.impact) row("impact", own.impact.says);
    for (const line of own.then || []) row("then", foreign(line));
    if (cause.fix) row("fix", `${cause.fix.title} (${cause.fix.applicability})`);
    if (cause.sources.length) row("source", cause.sources.flatMap((text, i) => [i ? "; " : "", source(text)]), el("span", { class: "soft" }, ` [${cause.basis}]`));
    return el("div", { class: "finding" }, el("p", {}, foreign(own.says)), el("dl", {}, rows));
  }

  place(place) {
    if (place[1] === null || !this.go) return foreign(place[2], "code");
    return el("button", { type: "button", class: "link", title: "show it in the graph", onclick: () => this.go(place) }, foreign(place[2], "code"));
  }

  others(places) {
    return folded({}, `and ${places.length} more`, () => el("ul", {}, places.map((place) => el("li", {}, this.place(place)))));
  }
}

/** The page of a rule: paragraphs, headings and code of its Markdown. */
function prose(text) {
  return el("div", { class: "page-of-rule" }, text.split(/\n{2,}|\n(?=## )|(?<=^## .*)\n/m).filter((block) => block.trim()).map((block) => (
    block.startsWith("## ") ? el("h4", {}, block.slice(3)) : el("p", {}, marked(block)))));
}

/** Code and stressed words of a paragraph. */
function marked(text) {
  return text.split(/(`[^`]+`|\*{1,2}[^*\s][^*]*\*{1,2})/).map((part, i) => {
    if (i % 2 === 0) return part;
    return part[0] === "`" ? el("code", {}, part.slice(1, -1)) : el("em", {}, part.replace(/\*/g, ""));
  });
}
