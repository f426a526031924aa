/* Long tables: a field above each that leaves the rows which hold all of its words, and colors for what an operator fares. */
const LONG = 20; // rows

for (const table of document.querySelectorAll(".md-typeset table")) {
  const rows = [...table.querySelectorAll("tbody tr")];
  if (rows.length < LONG) continue;
  for (const cell of table.querySelectorAll("td")) {
    const word = cell.textContent.trim();
    if (["yes", "partly", "misread", "no"].includes(word)) cell.classList.add(`fares-${word}`);
  }
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filter-table";
  field.placeholder = "filter this table";
  field.setAttribute("aria-label", field.placeholder);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
  table.before(field);
}
