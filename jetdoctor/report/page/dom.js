/** An element. Attributes named on… are listeners, null and false ones are left out; text children are never markup. */
function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
function svg(tag, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Characters that would turn the reading direction or hide show as their codes. */
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same for every string and key of the page's data: a reviver of JSON.parse. */
function readable(_, value) {
  if (typeof value === "string") return visible(value);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [visible(key), one]));
}

/** Text that a model, a log or a board brought along: its writing direction stays its own. */
function foreign(text, tag) {
  return tag ? el(tag, {}, el("bdi", {}, String(text))) : el("bdi", {}, String(text));
}

/** A path or a long name, which may break after its separators rather than anywhere. */
function breakable(text) {
  return el("bdi", {}, String(text).split(/(?<=[/_.-])/).flatMap((part, i) => [i ? el("wbr") : null, part]));
}

function pair(name, what) {
  return [el("dt", {}, name), el("dd", {}, what)];
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function card(title, ...children) {
  return el("section", { class: "card" }, el("h3", {}, title), ...children);
}

function wide(section) {
  section.classList.add("wide");
  return section;
}

function badge(kind, text) {
  return el("span", { class: `badge ${kind}` }, text || kind);
}

/** A table; `columns` are [title, function of a row, "number"?]. On a phone each row is a block, its cells named by `data-name`. */
function table(columns, rows) {
  const kind = (column) => ({ class: column[2] || null });
  const head = columns.map((column) => el("th", { ...kind(column), scope: "col" }, column[0]));
  const line = (row) => el("tr", {}, columns.map((column) => el("td", { ...kind(column), "data-name": column[0] }, column[1](row))));
  const grid = el("table", { class: "stack" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map(line)));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": columns[0][0] }, grid);
}

/** A details element whose inside is made when it is first opened. */
function folded(attributes, summary, fill, open) {
  const inside = el("div", { class: "inside" });
  const made = el("details", attributes, el("summary", {}, summary), inside);
  const fillOnce = () => {
    if (made.open && !inside.firstChild) inside.append(...[fill()].flat());
  };
  made.addEventListener("toggle", fillOnce);
  if (open) {
    made.open = true;
    fillOnce();
  }
  made.openNow = () => {
    made.open = true;
    fillOnce();
  };
  return made;
}

/** A command with a button that copies it. Words of one line break only where they must. */
function command(text) {
  const button = el("button", { type: "button", "aria-label": `copy: ${text}` }, "copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "copied" : "select it";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
  const words = text.includes("\n") ? text : text.split(" ").flatMap((word, i) => [i ? " " : null, el("span", { class: "word" }, word)]);
  return el("div", { class: "command" }, el("code", {}, el("bdi", {}, words)), button);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) { // a page from disk may not use the clipboard
    const area = el("textarea", { class: "sr", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A source: its addresses are links. */
function source(text) {
  return el("bdi", {}, text.split(/(https?:\/\/[^\s)\]>"]*[^\s)\]>".,;:])/).map((part, i) => (
    i % 2 ? el("a", { href: part, rel: "noreferrer" }, part) : part)));
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
