// What every browser story needs: Debian's chromium, a page per person, the accessibility checker, pictures on demand.
// Called by crates/pli/tests/stories/browser.rs with the demo's folder: node <story>.mjs DIR
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const demo = JSON.parse(readFileSync(`${process.argv[2]}/demo.json`, "utf8"));
export const web = demo.operator.web;
export const CABINET = "cabinet.des-lilas@pli.mssante.test";
/** Where pictures go when somebody wants to look: PLI_PICTURES=folder. */
const pictures = process.env.PLI_PICTURES;

let browser;

export async function open() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return browser;
}

/** One person's browser: its own cookies. `phone` is 360 px wide; `script: false` is a browser without JavaScript. */
export async function person({ phone = false, script = true, dark = false } = {}) {
  const context = await browser.newContext({
    viewport: phone ? { width: 360, height: 740 } : { width: 1280, height: 860 },
    hasTouch: phone, javaScriptEnabled: script, locale: "fr-FR", timezoneId: "Europe/Paris", colorScheme: dark ? "dark" : "light",
    bypassCSP: false,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.scripted = script;
  page.on("pageerror", (error) => { throw error; });
  page.on("console", (message) => { if (message.type() === "error" && !/Failed to load resource/.test(message.text())) console.error("console:", message.text()); });
  return page;
}

/** The simulator's control API. */
export async function sim(method, path, body) {
  const answer = await fetch(`${demo.psc.control}/${path}`, {
    method, headers: { "X-Pli-Sim": "1", "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

export function persona(key) {
  const found = demo.personas.find((one) => one.key === key);
  if (!found) throw new Error(`no persona ${key}`);
  return found;
}

/** Signs in with the e-CPS: the login page, the telephone, back. Ends on the page that was asked for, or on the terms. */
export async function signIn(page, key, to = "/boites") {
  await page.goto(`${web}${to}`);
  await page.getByRole("link", { name: /pro sante connect/i }).or(page.getByRole("button", { name: /pro sante connect/i })).first().click();
  await throughPsc(page, key);
}

/** From the login page of the simulator to the end. */
export async function throughPsc(page, key) {
  const { idnat } = persona(key);
  await page.waitForURL(new RegExp(`^${demo.psc.login_page}`));
  const request = new URL(page.url()).searchParams.get("request");
  // The list of people: the form of this persona, its e-CPS button.
  const tile = page.locator(`form:has(input[name=persona][value=${key}])`).or(page.locator(`[data-persona=${key}]`)).first();
  await tile.getByRole("button", { name: /e-?cps/i }).click();
  await approve(idnat);
  await page.waitForURL((url) => url.href.startsWith(web), { timeout: 20_000 });
  return request;
}

/** The person approves on her telephone, whatever waits there. */
export async function approve(idnat) {
  for (let tries = 0; tries < 100; tries++) {
    const pending = await sim("GET", `pending?idnat=${idnat}`);
    const waiting = (pending.pending ?? pending)[0];
    if (waiting) {
      await sim("POST", `phone/${idnat}/${waiting.id ?? waiting.auth_req_id}`, { action: "approve" });
      return waiting;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`nothing waits on the telephone of ${idnat}`);
}

/** A key that answers by itself, as a person with her finger on it. */
export async function virtualKey(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

const seen = [];
/** What is wrong with the pages looked at: all of it is told at the end. */
const wrong = [];

/** No violation of WCAG 2.2 AA on this page, no horizontal scrolling; a picture when asked. */
export async function look(page, name) {
  if (pictures) { mkdirSync(pictures, { recursive: true }); await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true }); }
  seen.push(name);
  // Nothing can be asked of a page without scripts; the stories with scripts look at the same pages.
  if (!page.scripted) return;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 1) wrong.push(`${name}: the page is ${wide}px wider than the window`);
  // Evaluated over the debugging protocol: the page's own policy stays what it is.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  if (violations.length) {
    const told = violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n    ${v.nodes.slice(0, 4).map((n) => `${n.html.slice(0, 200)} :: ${n.failureSummary?.split("\n").slice(1, 3).join(" ")}`).join("\n    ")}`);
    wrong.push(`${name} (${page.url()}): ${violations.length} accessibility violations\n  ${told.join("\n  ")}`);
  }
}

export async function done() {
  await browser.close();
  console.log(`${seen.length} pages looked at: ${seen.join(", ")}`);
}

export function expect(condition, what) {
  if (!condition) throw new Error(`expected: ${what}`);
}

/** Runs a story and ends the process with its outcome. */
export async function story(tell) {
  try {
    await open();
    await tell();
    await done();
    if (wrong.length) throw new Error(wrong.join("\n"));
  } catch (error) {
    console.error([error.stack ?? error, ...(error.message === wrong.join("\n") ? [] : wrong)].join("\n"));
    try { await browser?.close(); } catch { /* it is gone already */ }
    process.exit(1);
  }
}
