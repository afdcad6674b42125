// A practice opens its mailbox, step by step; a colleague is invited; the mailbox is handed over with both consents; it is closed, and reopened.
import { CABINET, approve, expect, look, persona, person, signIn, story, throughPsc, web } from "./browser.mjs";

/** Confirms who is at the keyboard when the page asks for it (PSC-37). */
async function confirmed(page, key) {
  if (!/\/connexion\/confirmer/.test(page.url())) return;
  await page.getByRole("link", { name: /confirmer/i }).or(page.getByRole("button", { name: /confirmer/i })).first().click();
  await throughPsc(page, key);
}

await story(async () => {
  // The pharmacist's structure has a FINESS number: the organisational way is shown.
  const pharmacist = await person();
  await signIn(pharmacist, "P07");
  await pharmacist.goto(`${web}/boites/ouvrir`);
  await look(pharmacist, "ouvrir-finess");
  expect(/FINESS/.test(await pharmacist.locator("main").innerText()), "the reason is told");

  // The psychologist opens hers.
  const jeanne = await person({ phone: true });
  await signIn(jeanne, "P11");
  await jeanne.goto(`${web}/boites/ouvrir`);
  await look(jeanne, "ouvrir-telephone");
  const name = jeanne.locator("input[name=nom]");
  await name.fill("cabinet.sorbier");
  await jeanne.locator("#regle").getByText(/✗|✕|⚠/).or(jeanne.locator("#regle .bad, #regle .no, #regle .field-error")).first().waitFor();
  await name.fill("cabinet.psychologie-du-parc");
  await look(jeanne, "ouvrir-nom-telephone");
  for (const box of await jeanne.getByRole("checkbox").all()) await box.check();
  await jeanne.getByRole("button", { name: /ouvrir la boîte/i }).last().click();
  await jeanne.waitForURL(/cabinet\.psychologie-du-parc|\/boites$/);
  await look(jeanne, "ouvert-telephone");

  // Claire hands the cabinet over to Karim, who consents.
  const claire = await person();
  await signIn(claire, "P01");
  await claire.goto(`${web}/boites/${CABINET}/acces`);
  await look(claire, "acces");
  await claire.goto(`${web}/boites/${CABINET}/acces/transmettre`);
  await confirmed(claire, "P01");
  await look(claire, "transmettre");
  await claire.getByRole("radio", { name: /karim aubepin/i }).check();
  await claire.getByRole("button", { name: /transmettre|proposer/i }).last().click();
  await confirmed(claire, "P01");
  await claire.getByRole("status").first().waitFor();
  const karim = await person();
  await signIn(karim, "P02");
  await look(karim, "transmission-proposee");
  await karim.goto(`${web}/boites/${CABINET}/transmission`);
  await confirmed(karim, "P02");
  await look(karim, "transmission");
  for (const box of await karim.getByRole("checkbox").all()) await box.check();
  await karim.getByRole("button", { name: /accepte|prend/i }).first().click();
  await confirmed(karim, "P02");
  await karim.waitForURL(/\/boites/);
  await karim.goto(`${web}/boites/${CABINET}/acces`);
  expect(/Karim AUBEPIN[\s\S]*propriétaire/.test(await karim.locator("main").innerText()), "Karim owns it");

  // He closes it, and thinks better of it.
  await karim.goto(`${web}/boites/${CABINET}/acces/fermer`);
  await confirmed(karim, "P02");
  await look(karim, "fermer");
  for (const box of await karim.getByRole("checkbox").all()) await box.check();
  await karim.getByRole("button", { name: /fermer/i }).last().click();
  await confirmed(karim, "P02");
  await karim.waitForURL(/\/boites/);
  await karim.goto(`${web}/boites`);
  await look(karim, "en-cloture");
  expect(/fermeture|fermée|clôture/i.test(await karim.locator("main").innerText()), "it is told");
  await karim.goto(`${web}/boites/${CABINET}/acces`);
  await look(karim, "acces-en-cloture");
  await karim.getByRole("button", { name: /rouvrir/i }).first().click();
  await karim.getByRole("status").first().waitFor();
});
