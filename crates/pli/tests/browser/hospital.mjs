// A hospital's secretary without a national number: by her establishment's own login, strong or refused; by password and one-time code; by a
// passkey of her own. She opens the department's mailbox and nothing else. The head of the department manages the accounts.
import { createHmac } from "node:crypto";
import { demo, expect, look, persona, person, signIn, story, virtualKey, web } from "./browser.mjs";

const MAILBOX = "secretariat.cardiologie@pli.mssante.test";
const HOSPITAL = "1990000028";
// Passkeys belong to a name, never to an address of numbers.
const named = web.replace("127.0.0.1", "localhost");

/** RFC 6238: six digits now. */
function totp(secret, at = Date.now()) {
  const bits = [...secret.toUpperCase()].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await story(async () => {
  const denis = persona("P10");

  // The establishment's own login: a password alone is too weak.
  const weak = await person();
  await weak.goto(`${web}/connexion/structure`);
  await look(weak, "etablissements");
  await weak.getByRole("link", { name: /valclair/i }).click();
  await look(weak, "etablissement");
  await weak.locator("a[href*='/oidc']").click();
  await weak.locator("form:has(input[name=persona][value=P10]) button[name=weak]").click();
  await weak.waitForURL((url) => url.href.startsWith(web));
  await look(weak, "connexion-faible");
  expect(/faible/i.test(await weak.locator("main").innerText()), "too weak, and it says so");

  // Two factors: in.
  const strong = await person();
  await strong.goto(`${web}/connexion/structure/${HOSPITAL}?vers=/boites`);
  await strong.locator("a[href*='/oidc']").click();
  await strong.locator("form:has(input[name=persona][value=P10]) button:not([name])").click();
  await strong.waitForURL(/\/boites|\/cgu/);
  if (/\/cgu/.test(strong.url())) { await strong.getByRole("button", { name: /j'accepte/i }).click(); await strong.waitForURL(/\/boites/); }
  await look(strong, "boites-local");
  await strong.goto(`${web}/boites/${MAILBOX}/lettres`);
  expect(await strong.locator("#salle").count() === 1, "the department's mailbox opens");
  await strong.goto(`${web}/boites/cabinet.des-lilas@pli.mssante.test/lettres`);
  expect(await strong.locator("#salle").count() === 0, "no other does");

  // Password and one-time code; the same code serves once.
  const desk = await person();
  const enter = async (code) => {
    await desk.goto(`${web}/connexion/structure/${HOSPITAL}`);
    await desk.locator("#identifiant").fill(denis.local.login);
    await desk.locator("#mot_de_passe").fill(denis.local.password);
    await desk.locator("#code").fill(code);
    await desk.locator("form:has(#mot_de_passe)").getByRole("button").click();
  };
  const code = totp(denis.local.totp_secret);
  await enter(code);
  await desk.waitForURL(/\/boites/);
  await desk.context().clearCookies();
  await enter(code);
  await desk.getByRole("alert").first().waitFor();
  await look(desk, "code-deja-servi");

  // The head of the department creates an account; the new secretary enrols a passkey with the printed code.
  const anne = await person();
  await signIn(anne, "P09");
  await anne.goto(`${web}/structure/${HOSPITAL}`);
  await look(anne, "structure");
  await anne.goto(`${web}/structure/${HOSPITAL}/comptes`);
  await look(anne, "structure-nouveau");
  for (const [field, value] of Object.entries({ nom: "ORME", prenom: "Paule", matricule: "SEC0077", fonction: "Secrétariat", courriel: "p.orme@ch-valclair.test", identifiant: "p.orme" })) {
    await anne.locator(`#${field}`).fill(value);
  }
  await anne.locator("form[action$='/comptes']").getByRole("button").first().click();
  await anne.waitForLoadState();
  await look(anne, "structure-code");
  const printed = (await anne.locator("main").innerText()).match(/[A-Z0-9]{5}-[A-Z0-9]{5}/)?.[0];
  expect(printed, "the code to hand over");

  const paule = await person();
  await virtualKey(paule);
  await paule.goto(`${named}/connexion/structure/inscription`);
  await look(paule, "inscription-code");
  await paule.getByRole("textbox").first().fill(printed);
  await paule.locator("main").getByRole("button").first().click();
  await paule.locator("form[data-passkey=create]").waitFor();
  await look(paule, "inscription");
  await paule.locator("form[data-passkey=create] #nom").fill("Clé du bureau");
  await paule.locator("form[data-passkey=create] button[type=submit]").click();
  await paule.waitForURL((url) => !/inscription\/cle/.test(url.pathname) && !/\/inscription$/.test(url.pathname));
  await paule.goto(`${named}/connexion/structure/${HOSPITAL}?vers=/boites`);
  await paule.locator("form[data-passkey=get] button[type=submit]").click();
  await paule.waitForURL(/\/cgu/);
  await paule.locator("h1").waitFor();
  await look(paule, "entree-par-cle");
});
