// Opens pages that canread wrote in headless Chromium and says what is wrong with them, one JSON object on standard output.
//   node page.mjs CHROMIUM PAGE.html...            [SCREENSHOTS=folder]
// A page must load nothing, log nothing to the console, run nothing but its own script, and be accessible.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SCREENSHOTS;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
const wrong = [];
const seen = [];

async function accessible(page, name) {
  // The checker is put in by the driver, past the page's policy, which admits no other script.
  const results = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
  for (const violation of results.violations) {
    const where = violation.nodes.map((node) => node.target.join(" ")).slice(0, 3);
    if (["serious", "critical"].includes(violation.impact)) wrong.push(`${name}: axe ${violation.id} (${violation.impact}): ${where}`);
    else seen.push(`${name}: axe ${violation.id} (${violation.impact}): ${where}`);
  }
  seen.push(`${name}: axe passes ${results.passes.length}`);
}

async function open(file, options, name) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(240000);
  const own = pathToFileURL(file).href;
  page.on("console", (message) => wrong.push(`${name}: console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${name}: error: ${error}`));
  page.on("dialog", (dialog) => { wrong.push(`${name}: dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== own) wrong.push(`${name}: request: ${request.url()}`); });
  await page.goto(own);
  return { context, page };
}

async function inert(page, name) {
  // Whatever ran besides the page's own script would have left its mark.
  if (await page.evaluate(() => window.planted !== undefined)) wrong.push(`${name}: a planted name was executed`);
  const tags = ["script", "style", "img", "iframe", "object", "link", "base"];
  const counts = await page.evaluate((tags) => tags.map((tag) => document.getElementsByTagName(tag).length), tags);
  if (counts.join() !== "1,1,0,0,0,0,0") wrong.push(`${name}: ${tags}: ${counts}`);
  const attributes = await page.evaluate(() => {
    const all = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]);
    const runs = (attribute) => /^(on|style$)/.test(attribute.name) || /^\s*javascript:/i.test(attribute.value);
    return all.filter(runs).map((attribute) => `${attribute.name}=${attribute.value}`);
  });
  if (attributes.length) wrong.push(`${name}: attributes: ${attributes}`);
}

const visible = (page) => page.locator(".item:visible").count();

async function works(page, name) {
  const expect = (what, holds) => { if (!holds) wrong.push(`${name}: ${what}`); };
  const all = await visible(page);
  expect("the filters are shown", await page.locator("#filters").isVisible());
  expect("the count is said", (await page.locator("#count").textContent()) === `${all} of ${all} shown`);
  const values = await page.locator('input[name="verdict"]').evaluateAll((boxes) => boxes.map((box) => box.value));
  for (const value of values) {
    const some = await page.locator(`.item[data-verdict="${value}"]`).count();
    await page.locator(`input[name="verdict"][value="${value}"]`).uncheck();
    expect(`without ${value} it shows ${all - some}`, (await visible(page)) === all - some);
    await page.locator(`input[name="verdict"][value="${value}"]`).check();
  }
  await page.locator('input[name="words"]').fill("surely-nobody-is-called-this");
  expect("a word of none shows none", (await visible(page)) === 0);
  await page.locator('input[name="words"]').fill("");
  expect("no word shows all", (await visible(page)) === all);
  await page.locator("#fold").click();
  expect("folded", (await page.locator("details[open]").count()) === 0);
  // By keyboard: the first item opens with Enter, and its proof is read.
  const first = page.locator(".item > summary").first();
  if (await first.count()) {
    await first.focus();
    await page.keyboard.press("Enter");
    expect("Enter unfolds an item", await page.locator(".item").first().evaluate((item) => item.open));
  }
  await page.locator("#unfold").click();
  expect("unfolded", (await page.locator("details:not([open])").count()) === 0);
  const trees = page.locator(".tree").first();
  if (await trees.count()) expect("a proof is read", await trees.isVisible());
  seen.push(`${name}: ${all} items`);
}

for (const file of pages) {
  const name = basename(file, ".html");
  for (const colorScheme of ["light", "dark"]) {
    const { context, page } = await open(file, { colorScheme, viewport: { width: 1280, height: 900 } }, `${name} ${colorScheme}`);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png`, fullPage: true, timeout: 240000 });
    await accessible(page, `${name} ${colorScheme} as it opens`);
    await works(page, `${name} ${colorScheme}`);
    await accessible(page, `${name} ${colorScheme} unfolded`);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${colorScheme}-unfolded.png`, fullPage: true, timeout: 240000 });
    await context.close();
  }
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  const { context, page } = await open(file, phone, `${name} phone`);
  const [inner, scroll] = await page.evaluate(() => [window.innerWidth, document.documentElement.scrollWidth]);
  if (scroll > inner) wrong.push(`${name} phone: the page is ${scroll} wide on ${inner}`);
  await inert(page, name);
  await accessible(page, `${name} phone`);
  if (shots) await page.screenshot({ path: `${shots}/${name}-phone.png`, fullPage: true, timeout: 240000 });
  await page.emulateMedia({ media: "print" });
  if (shots) await page.screenshot({ path: `${shots}/${name}-print.png`, fullPage: true, timeout: 240000 });
  await context.close();
}
await browser.close();
console.log(JSON.stringify({ wrong, seen }));
