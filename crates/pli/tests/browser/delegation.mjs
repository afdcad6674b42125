// The heart of the mission, on a phone: an owner lets somebody in until a date; she accepts the terms and reads; the owner sees it; it ends by
// itself while both his sessions are open, and both say so. The assistant's delegation was ended before: he is somebody new.
import { CABINET, approve, demo, expect, look, persona, person, signIn, sim, story, web } from "./browser.mjs";
import { enter } from "./imap.mjs";

/** A date and time as its field wants it, in Paris. */
function paris(moment) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("fr-FR", {
    timeZone: "Europe/Paris", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(moment).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

await story(async () => {
  const owner = await person({ phone: true });
  await owner.goto(web);
  await look(owner, "accueil-telephone");
  await signIn(owner, "P01");
  await look(owner, "boites-telephone");

  // At most five clicks and a minute, from the first page after sign-in.
  const begun = Date.now();
  let clicks = 0;
  const click = async (locator) => { clicks += 1; await locator.click(); };
  await click(owner.locator(`a[href="/boites/${CABINET}/acces"]`).first());
  await owner.getByRole("searchbox").fill("cormier");
  await owner.locator("#phrase").getByText("Hugo CORMIER").first().waitFor();
  await click(owner.locator("#phrase").getByRole("radio", { name: /hugo cormier/i }));
  const presets = await owner.locator("#fin option").allTextContents();
  expect(presets.length >= 3, `ends to choose from: ${presets}`);
  await owner.locator("#fin").selectOption({ index: 1 });
  await click(owner.getByRole("checkbox", { name: /atteste/i }));
  await look(owner, "acces-phrase-telephone");
  await click(owner.getByRole("button", { name: /donner accès/i }));
  await owner.getByRole("status").first().waitFor();
  expect(clicks <= 5, `${clicks} clicks`);
  expect(Date.now() - begun < 60_000, "under a minute");
  await look(owner, "acces-donne-telephone");
  expect(await owner.getByText("Hugo CORMIER").count() > 0, "he stands in the room");

  // Another end: a few minutes ahead. A second delegation replaces the first.
  const end = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 5 * 60_000);
  await owner.goto(`${web}/boites/${CABINET}/acces?personne=${persona("P05").idnat}`);
  await owner.locator("details.other-dates summary").click();
  await owner.locator("#fin_le").fill(paris(end));
  await owner.getByRole("checkbox", { name: /atteste/i }).check();
  await owner.getByRole("button", { name: /changer|modifier|enregistrer/i }).last().click();
  await owner.getByRole("status").first().waitFor();

  // He comes in: terms, invitation, letters.
  const assistant = await person({ phone: true });
  await sim("POST", `ecps/${persona("P05").idnat}`, { state: "ACTIVE" });
  await signIn(assistant, "P05");
  await assistant.waitForURL(/\/cgu/);
  await look(assistant, "cgu-telephone");
  await assistant.getByRole("button", { name: /j'accepte/i }).click();
  await assistant.waitForURL(/\/boites/);
  await look(assistant, "invitation-telephone");
  await assistant.locator(`form[action="/boites/${CABINET}/invitation"] button[value=accepter]`).click();
  await assistant.goto(`${web}/boites/${CABINET}/lettres`);
  await look(assistant, "lettres-telephone");
  const software = await enter(CABINET, "P05");
  await software.command("SELECT INBOX");
  await software.idle();

  // The owner reads the history.
  await owner.goto(`${web}/boites/${CABINET}/historique`);
  await look(owner, "historique-telephone");
  expect(/Hugo CORMIER/.test(await owner.locator("main").innerText()), "the history names him");

  // The clock passes the end.
  const seconds = Math.max(1, Math.ceil((end.getTime() - Date.now()) / 1000) + 1);
  await sim("POST", "clock", { advance_s: seconds });
  const farewell = await software.told(/^\* BYE.*$/m, 5_000);
  expect(/BYE L'acces a cette boite a pris fin/.test(farewell), farewell);
  await assistant.goto(`${web}/boites/${CABINET}/lettres`);
  await look(assistant, "acces-termine-telephone");
  const words = await assistant.locator("main").innerText();
  expect(/pris fin|terminé|fini/i.test(words), `the page says why: ${words}`);
  expect(!/INBOX|Réception/.test(words), "no letter is shown any more");
  await owner.goto(`${web}/boites/${CABINET}/historique?vue=acces`);
  software.close();
});
