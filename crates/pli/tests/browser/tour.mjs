// Every page that links lead to, as each sort of person sees it on a phone: no violation, nothing wider than the window, no page of fault.
// Each theme and language is walked by somebody: light and dark, French and English.
import { demo, expect, look, persona, person, signIn, story, virtualKey, web } from "./browser.mjs";

/** Files, not pages: their answers are shown by other stories. */
const FILES = /[?&]format=(csv|json)|\/export|\/piece\/|\/source$|\/html(\?|$)|\/statique\/|openapi\.json|\/bureau\/chiffres\/.+\/.+|\.(csv|txt)$/;
/** Pages of one sort looked at by one person. */
const EACH = 2;

/** The sort of a page: numbers and addresses do not make another one, fields of its query do. */
function sort(url) {
  const path = url.pathname.split("/").map((part) => (/@|%40/.test(part) ? "boite" : /\d/.test(part) ? "n" : part)).join("/");
  return `${path}?${[...url.searchParams.keys()].sort().join("&")}`;
}

async function tour(page, who, starts) {
  const home = new URL(page.url()).origin;
  const counts = new Map();
  const queue = starts.map((path) => `${home}${path}`);
  const known = new Set(queue);
  while (queue.length) {
    const url = new URL(queue.shift());
    const many = counts.get(sort(url)) ?? 0;
    if (many >= EACH) continue;
    counts.set(sort(url), many + 1);
    const answer = await page.goto(url.href);
    if (!page.url().startsWith(home)) continue; // another site's login
    const name = `${who}-${sort(url).replace(/\W+/g, "-")}-${many}`;
    expect(answer.status() < 400, `${name} (${url.pathname}) is a page: ${answer.status()}`);
    await look(page, name);
    // What is folded away is a page too.
    const folded = page.locator("main details:not([open]) > summary");
    if (await folded.count()) {
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      await look(page, `${name}-ouvert`);
    }
    for (const href of await page.locator("a[href]").evaluateAll((links) => links.map((link) => link.href))) {
      const next = href.split("#")[0];
      if (next.startsWith(`${home}/`) && !FILES.test(next) && !known.has(next)) { known.add(next); queue.push(next); }
    }
  }
  return counts.size;
}

async function english(page) {
  await page.goto(`${new URL(page.url()).origin}/boites`);
  await page.locator("form.language button[value=en]").click();
}

await story(async () => {
  const nobody = await person({ phone: true });
  await nobody.goto(web);
  await tour(nobody, "personne", ["/", "/connexion", "/cgu", "/connexion/structure"]);

  const claire = await person({ phone: true, dark: true });
  await signIn(claire, "P01");
  expect(await tour(claire, "proprietaire", ["/boites", "/boites/ouvrir", "/moi"]) > 20, "her pages lead to each other");

  const nadia = await person({ phone: true });
  await signIn(nadia, "P04");
  await english(nadia);
  await tour(nadia, "secretary", ["/boites", "/moi"]);

  const head = await person({ phone: true });
  await signIn(head, "P09");
  await tour(head, "gestionnaire", ["/boites", "/structure", `/structure/1990000028`]);

  const maude = await person({ phone: true });
  await virtualKey(maude);
  await maude.goto(process.argv[3]);
  await maude.locator("form[data-passkey=create] button[type=submit]").click();
  await maude.waitForURL(/\/bureau\/connexion/);
  await maude.locator("form[data-passkey=get] button[type=submit]").click();
  await maude.waitForURL(/\/bureau$/);
  await tour(maude, "personnel", ["/bureau", "/bureau/boites?q=a"]);
});
