/* Drives the pages of pages.py in a real Chromium: node check.mjs DIR [SITE]. Exit code 1 when anything is not as it should be. */
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const there = path.resolve(process.argv[2]);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0;
const SOON = 5000; // ms

function expect(what, holds, seen) {
  if (holds) { passed += 1; return; }
  failed += 1;
  console.log(`FAILED ${what}${seen === undefined ? "" : `: ${JSON.stringify(seen)}`}`);
}

/** Opens a page from disk; whatever the console says, and any request, is an error. */
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(SOON);
  const trouble = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith("file://")) trouble.push(request.url()); });
  await page.goto(`file://${there}/${name}.html`);
  await page.waitForSelector("footer");
  return { page, trouble, close: () => context.close() };
}

const names = fs.readdirSync(there).filter((file) => file.endsWith(".html")).map((file) => file.slice(0, -5));
for (const name of names) {
  for (const [width, colorScheme] of [[390, "dark"], [1280, "light"], [1920, "dark"]]) {
    const { page, trouble, close } = await open(name, { viewport: { width, height: 900 }, colorScheme });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(`${name} fits ${width} pixels`, overflow <= 0, overflow);
    if (width !== 1920) {
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa"], preload: false }));
      expect(`${name} is accessible at ${width}, ${colorScheme}`, !found.violations.length,
        found.violations.map((one) => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 120)]));
    }
    expect(`${name} at ${width} is silent and asks for nothing`, !trouble.length, trouble);
    await close();
  }
}

{ // the matrix opens the causes of a cell, the filters narrow them
  const { page, close } = await open("seed", { permissions: ["clipboard-read", "clipboard-write"] });
  expect("the answer stands on top", (await page.textContent(".answer")).includes("fixable for"));
  expect("what the verdict rests on is said", /Builder.*reported: publicly/.test(await page.textContent(".walls")), await page.textContent(".walls"));
  await page.click(".cell:has-text('5.0.2')");
  expect("the cell is chosen", (await page.getAttribute(".cell:has-text('5.0.2')", "aria-pressed")) === "true");
  expect("its causes are shown", (await page.textContent(".cause")).includes("JD204"));
  expect("the address names it", page.url().endsWith("#jetpack-5.0.2"), page.url());
  await page.reload();
  expect("and opens it again", (await page.getAttribute(".cell:has-text('5.0.2')", "aria-pressed")) === "true");
  await page.click(".cell:has-text('6.2.1')");
  expect("a release that takes it has none of them", !(await page.locator(".cause.error-edge").count()));
  await page.click(".cell:has-text('5.0.2')");
  await page.fill(".filter input[type=search]", "no such word");
  expect("a search that finds nothing says so", (await page.textContent(".filter [role=status]")).includes("nothing"));
  await page.fill(".filter input[type=search]", "reducemean");
  expect("a search finds", (await page.textContent(".cause")).includes("JD204"));
  await page.fill(".filter input[type=search]", "");
  await page.uncheck(".filter label:has-text('error') input");
  expect("a severity is left out", !(await page.locator(".cause.error-edge").count()));
  await page.click(".command button");
  expect("the command is copied", (await page.evaluate(() => navigator.clipboard.readText())).startsWith("jetdoctor fix"));
  await page.focus(".strip canvas");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  expect("the keyboard reaches a marked node", (await page.textContent(".strip [role=status]")).includes("error"));
  await page.click(".neighbors g.node:has-text('Gemm')");
  expect("a neighbor becomes the middle", (await page.textContent(".neighbors .chosen")).includes("Gemm"));
  await page.mouse.move(640, 500);
  const pdf = await page.pdf();
  expect("it prints", pdf.length > 20000, pdf.length);
  await close();
}

{ // names of a model are text
  const { page, close } = await open("evil");
  expect("no script of a name ran", (await page.title()).startsWith(there), await page.title());
  expect("no element came from a name", !(await page.locator("img").count()));
  expect("a name is shown", (await page.textContent(".strip [role=status]")).includes("<img src=x"));
  await close();
}

{ // nor does any other text of a model or a log do anything, turn the line around or leave the page
  for (const name of ["strange", "evil.log"]) {
    const { page, close } = await open(name, { viewport: { width: 390, height: 900 } });
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => one.openNow && one.openNow()));
    expect(`${name}: no script ran`, !(await page.title()).startsWith("run"), await page.title());
    expect(`${name}: no element came from a text`, !(await page.locator("main b b, main img, h1 b, a[href^=javascript]").count()));
    const shown = await page.evaluate(() => document.body.innerText);
    expect(`${name}: no character hides or turns the text`, !/[\u202a-\u202e\u2066-\u2069]/.test(shown) && shown.includes("\\u202e"));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(`${name}: everything opened fits`, overflow <= 0, overflow);
    await close();
  }
}

{ // thousands of findings
  const size = fs.statSync(`${there}/many.html`).size;
  expect("3,000 findings stay under 2 MB", size < 2e6, size);
  const { page, close } = await open("many");
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  console.log(`first paint of 3,000 findings: ${Math.round(paint)} ms, ${(size / 1e6).toFixed(2)} MB`);
  expect("all are counted", (await page.textContent(".cause")).includes("3000 places"), await page.textContent(".cause"));
  expect("few are made", (await page.locator(".finding").count()) <= 20);
  expect("the places are a list that is made when asked for", !(await page.locator(".finding li").count()));
  await page.click(".finding summary:has-text('more')");
  await page.waitForSelector(".finding li");
  expect("every place is listed", (await page.locator(".finding li").count()) === 2999);
  await close();
}

{ // several models
  const { page, close } = await open("models");
  const all = await page.locator("main tbody tr").count();
  await page.fill("main input[type=search]", "gap_classifier");
  const left = await page.locator("main tbody tr").count();
  expect("models are filtered", left > 0 && left < all, [left, all]);
  expect("a model that only some targets take is not called deploying", (await page.textContent("main tbody tr:first-child .badge")) === "partly");
  expect("each has a bar of its verdicts", (await page.locator("main tbody .spectrum").count()) === left);
  await page.click("main tbody tr button");
  expect("a model opens", (await page.locator(".matrix").count()) === 1);
  await close();
}

{ // a repair is drawn before and after it, whatever its nodes are called
  for (const name of ["fix", "repaired"]) {
    const { page, close } = await open(name);
    expect(`${name}: both states are drawn`, (await page.locator(".pair figure svg").count()) === 2);
    expect(`${name}: what changed is marked in both`, (await page.locator(".pair .changed").count()) === 2);
    expect(`${name}: no script of a name ran`, (await page.title()).startsWith("Repair of") && !(await page.locator("img").count()));
    await close();
  }
}

{ // the others
  const device = await open("device");
  await device.page.click("summary:has-text('unknown')");
  expect("unknown facts have reasons", await device.page.waitForSelector("details td:has-text('not in the capture')").then(() => true, () => false));
  await device.close();
  const differs = await open("differs");
  expect("the first tensor that differs is named", (await differs.page.textContent("main")).includes("tensor mean is the first to differ"));
  expect("its node is in the middle", (await differs.page.textContent(".neighbors .chosen")).includes("ReduceMean"));
  await differs.close();
  const timed = await open("timed");
  const bars = await timed.page.locator(".bars").last().textContent();
  expect("percentiles of the latency are bars in ms", /median[\d.]+ ms.*p90[\d.]+ ms.*p99[\d.]+ ms$/.test(bars), bars);
  expect("whether they mean anything is said", (await timed.page.textContent("main")).includes("100 runs; it is not known whether the clocks were locked"));
  await timed.close();
  const simplified = await open("simplified");
  expect("bytes before and after are bars", /^before.*KBafter.*KB$/.test(await simplified.page.textContent(".card:has(h3:text-is('Sizes')) .bars")));
  await simplified.close();
  const seed = await open("seed");
  expect("weights are bars by operator", /Gemm.*KB/.test(await seed.page.locator(".card:has(h4:text-is('Weights by operator')) .bars").last().textContent()));
  await seed.close();
  const emulation = await open("emulation");
  expect("both outputs stand side by side", (await emulation.page.locator(".pictures canvas").count()) === 3);
  await emulation.close();
  const dla = await open("dla");
  expect("what runs on the DLA is in the legend", await dla.page.isVisible(".legend:has-text('runs on the DLA')"));
  expect("the DLA's lanes are drawn", (await dla.page.locator(".lanes rect").count()) > 3);
  await dla.close();
}

if (process.argv[3]) { // the site, opened from disk: search works and nothing is asked for
  const page = await browser.newPage();
  const asked = [];
  page.setDefaultTimeout(SOON);
  page.on("request", (request) => { if (/^https?:/.test(request.url())) asked.push(request.url()); });
  await page.goto(`file://${path.resolve(process.argv[3])}/operators/index.html`);
  expect("the table of operators is there", (await page.locator("tbody tr").count()) > 150);
  await page.fill(".filter-table", "gridsample");
  expect("the table of operators is filtered", (await page.locator("tbody tr:visible").count()) === 1);
  await page.locator(".filter-table").blur();
  await page.keyboard.press("/");
  await page.fill(".md-search__input", "GridSample");
  await page.keyboard.type(" ");
  await page.waitForSelector(".md-search-result__item");
  expect("the site can be searched", (await page.locator(".md-search-result__item").count()) > 3);
  for (const name of ["index", "targets/index", "targets/jetpack-5.1.2", "modules/orin-nx-16gb", "dla-operators", "operators/index", "troubleshooting", "reference", "tutorials"]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`file://${path.resolve(process.argv[3])}/${name}.html`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa"], preload: false }));
      expect(`site: ${name} is accessible, ${colorScheme}`, !found.violations.length, found.violations.map((one) => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 120)]));
    }
  }
  expect("the site asks for nothing", !asked.length, asked);
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
