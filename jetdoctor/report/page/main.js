const PAGES = { check: checkPage, fix: fixPage, verify: verifyPage, emulation: emulationPage, plan: planPage, device: devicePage, triage: triagePage };

function checkPage(data) {
  if (data.models.length === 1) return modelSection(data.models[0], data.pages, true);
  return overview(data);
}

const data = JSON.parse(document.getElementById("data").textContent, readable);
document.getElementById("page").append(PAGES[data.kind](data));
document.body.append(el("footer", { class: "foot" }, [`jetdoctor ${data.about.version}`, data.about.date].filter(Boolean).join(", "),
  data.about.command ? [" · ", foreign(data.about.command, "code")] : null));
addEventListener("beforeprint", () => { // paper cannot be opened, moved or zoomed
  document.querySelectorAll("details").forEach((one) => (one.openNow ? one.openNow() : null));
  document.querySelectorAll(".neighbors svg").forEach((picture) => picture.setAttribute("viewBox", picture.dataset.whole));
});
