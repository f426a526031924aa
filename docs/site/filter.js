/* A field above each long table that leaves the rows which hold all of its words. */
const LONG = 20; // rows

for (const table of document.querySelectorAll(".md-typeset table")) {
  const rows = [...table.querySelectorAll("tbody tr")];
  if (rows.length < LONG) continue;
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
