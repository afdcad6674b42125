// The operator's desk: the first person enrols a passkey by the printed link; roles, tokens, mailboxes, figures; never a letter.
import { CABINET, expect, look, person, story, virtualKey, web } from "./browser.mjs";

const named = web.replace("127.0.0.1", "localhost");

await story(async () => {
  const link = process.argv[3];
  const maude = await person();
  await virtualKey(maude);
  await maude.goto(link);
  await look(maude, "bureau-inscription");
  await maude.locator("form[data-passkey=create] button[type=submit]").click();
  await maude.waitForURL(/\/bureau\/connexion/);
  await look(maude, "bureau-connexion");
  await maude.locator("form[data-passkey=get] button[type=submit]").click();
  await maude.waitForURL(/\/bureau$/);
  await look(maude, "bureau");

  await maude.goto(`${named}/bureau/boites`);
  await maude.getByRole("searchbox").fill("lilas");
  await maude.getByRole("button", { name: /chercher/i }).click();
  await look(maude, "bureau-boites");
  await maude.getByRole("link", { name: /cabinet médical des lilas/i }).click();
  await look(maude, "bureau-boite");
  await maude.locator("#geste").selectOption("suspendre");
  await maude.locator("#motif").fill("demande écrite du propriétaire, dossier 42");
  await maude.getByRole("button", { name: /enregistrer/i }).click();
  await maude.getByRole("status").first().waitFor();
  expect(/suspendue/.test(await maude.locator("main").innerText()), "it is suspended");
  await maude.locator("#geste").selectOption("reprendre");
  await maude.locator("#motif").fill("dossier 42 clos");
  await maude.getByRole("button", { name: /enregistrer/i }).click();
  await maude.getByRole("status").first().waitFor();

  await maude.goto(`${named}/bureau/boites/ouvrir`);
  await look(maude, "bureau-ouvrir");
  await maude.locator("#genre").selectOption("ORG");
  await maude.locator("#nom").fill("secretariat.radiologie");
  await maude.locator("#libelle").fill("Secrétariat de radiologie");
  await maude.locator("#structure").fill("990000028");
  await maude.locator("#responsable").fill("899790000097");
  await maude.getByRole("button", { name: /ouvrir la boîte/i }).click();
  await maude.waitForURL(/secretariat\.radiologie/);

  for (const [path, name] of [["personnel", "bureau-personnel"], ["jetons", "bureau-jetons"], ["chiffres", "bureau-chiffres"]]) {
    await maude.goto(`${named}/bureau/${path}`);
    await look(maude, name);
  }
  await maude.goto(`${named}/bureau/jetons`);
  await maude.locator("#nom").fill("sauvegarde");
  await maude.locator("#portees").fill("mailboxes.read");
  await maude.locator("form").getByRole("button", { name: /créer/i }).click();
  await maude.locator("code.secret").waitFor();
  expect((await maude.locator("code.secret").innerText()).startsWith("pli_"), "the token is shown once");
  await maude.goto(`${named}/bureau/jetons`);
  expect(await maude.locator("code.secret").count() === 0, "and never again");

  // No way from here to a letter.
  await maude.goto(`${named}/boites/${CABINET}/lettres`);
  expect(await maude.locator("#salle").count() === 0, "staff opens no mailbox");
});
