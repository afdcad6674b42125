// The webmail as a secretary uses it: read, answer, forward, find, keep a draft, refuse a stranger, see arrivals come by themselves. On a desk,
// then on a phone.
import { CABINET, expect, look, person, signIn, story, web } from "./browser.mjs";
import { enter } from "./imap.mjs";

const base = `${web}/boites/${CABINET}/lettres`;
const NEIGHBOUR = "cardiologie@voisin.mssante.test";

await story(async () => {
  const nadia = await person();
  await signIn(nadia, "P04");
  await nadia.goto(base);
  await look(nadia, "lettres-liste");
  const first = nadia.locator("ul.letters a").first();
  await first.click();
  await nadia.locator("article.opened").waitFor();
  await look(nadia, "lettres-lecture");
  await nadia.reload();
  expect(/ouverte par/i.test(await nadia.locator("article.opened").innerText()), "who opened it is told");

  // Answer.
  await nadia.locator("article.opened a[data-key=r]").click();
  await nadia.locator("#texte").fill("Bonjour,\n\nBien reçu, merci.\n\nNadia SUREAU, secrétariat");
  await nadia.locator("#a").fill(NEIGHBOUR);
  await look(nadia, "lettres-reponse");
  await nadia.getByRole("button", { name: /^envoyer/i }).click();
  await nadia.getByRole("status").first().waitFor();
  await look(nadia, "lettres-envoyee");

  // Somebody outside the trust space is refused, at once and at the sending; nothing typed is lost.
  await nadia.goto(`${base}/ecrire`);
  await nadia.locator("#a").fill("quelqu-un@exemple.test");
  await nadia.locator("#objet").fill("Nouvelles de novembre");
  await nadia.locator("#texte").fill("Ce texte ne doit pas être perdu.");
  await nadia.getByText(/espace de confiance|liste blanche|n'appartient pas/i).first().waitFor();
  await nadia.getByRole("button", { name: /^envoyer/i }).click();
  await nadia.locator(".notice.bad, .field-error").first().waitFor();
  await look(nadia, "lettres-refus");
  expect((await nadia.locator("#texte").inputValue()).includes("pas être perdu"), "the text is still there");

  // A draft is kept, found again, sent with a piece.
  await nadia.locator("#a").fill(NEIGHBOUR);
  await nadia.getByRole("button", { name: /brouillon/i }).first().click();
  await nadia.waitForLoadState();
  await look(nadia, "lettres-brouillon");
  await nadia.locator("#piece").setInputFiles({ name: "résumé d'été.txt", mimeType: "text/plain", buffer: Buffer.from("Résumé.") });
  await nadia.getByRole("button", { name: /^envoyer/i }).click();
  await nadia.getByRole("status").first().waitFor();

  // The copy stands in the shared mailbox: the owner sees it, and finds it by a word without its accent.
  const claire = await person({ phone: true });
  await signIn(claire, "P01");
  await claire.goto(`${base}/recherche?q=novembre`);
  await look(claire, "lettres-recherche-telephone");
  expect(/Nouvelles de novembre/.test(await claire.locator("main").innerText()), "found");
  await claire.goto(base);
  await look(claire, "lettres-liste-telephone");
  await claire.locator("ul.letters a").first().click();
  await claire.locator("article.opened").waitFor();
  await look(claire, "lettres-lecture-telephone");

  // An arrival shows by itself.
  await nadia.goto(base);
  const lines = nadia.locator("ul.letters > li");
  const before = await lines.first().innerText();
  const software = await enter(CABINET, "P02");
  const letter = "From: <karim.aubepin@pli.mssante.test>\r\nTo: <cabinet.des-lilas@pli.mssante.test>\r\nSubject: Arrivee en direct\r\n\r\nBonjour.\r\n";
  await software.command(`APPEND INBOX {${letter.length}+}\r\n${letter}`);
  software.close();
  await nadia.getByText("Arrivee en direct").first().waitFor({ timeout: 5_000 });
  expect((await lines.first().innerText()) !== before, "the list moved");

  // To the bin and back.
  await lines.first().getByRole("checkbox").check();
  await nadia.getByRole("button", { name: /corbeille|jeter/i }).first().click();
  await nadia.getByRole("status").first().waitFor();
  expect(!(await nadia.locator("ul.letters").innerText()).includes("Arrivee en direct"), "it left the list");
  await nadia.getByRole("button", { name: /annuler/i }).first().click();
  await nadia.getByText("Arrivee en direct").first().waitFor();

  // The keyboard alone.
  await nadia.keyboard.press("?");
  await nadia.getByRole("dialog").waitFor();
  await look(nadia, "lettres-touches");
});
