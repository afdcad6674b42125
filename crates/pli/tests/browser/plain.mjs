// Without JavaScript, by links and forms alone: sign in, lend the mailbox, read, answer, search, see the figures. In the dark, too.
import { CABINET, approve, demo, expect, look, persona, person, story, web } from "./browser.mjs";

await story(async () => {
  const claire = await person({ script: false, dark: true });
  await claire.goto(web);
  await look(claire, "sans-script-accueil");
  await claire.getByRole("link", { name: /pro sante connect/i }).click();
  await claire.waitForURL(new RegExp(`^${demo.psc.login_page}`));
  await claire.locator("form:has(input[name=persona][value=P01]) button[value=MOBILE]").click();
  await approve(persona("P01").idnat);
  // The waiting page asks again by itself every two seconds.
  await claire.waitForURL((url) => url.href.startsWith(web), { timeout: 15_000 });
  await look(claire, "sans-script-boites");

  await claire.goto(`${web}/boites/${CABINET}/acces`);
  await claire.getByRole("searchbox").fill("murier");
  await claire.getByRole("searchbox").press("Enter");
  await claire.getByRole("radio", { name: /zoe murier/i }).check();
  await claire.getByRole("checkbox", { name: /atteste/i }).check();
  await look(claire, "sans-script-phrase");
  await claire.getByRole("button", { name: /donner accès/i }).click();
  await claire.getByRole("status").first().waitFor();
  await claire.getByRole("button", { name: /annuler/i }).first().click();
  await claire.getByRole("status").first().waitFor();

  await claire.goto(`${web}/boites/${CABINET}/lettres`);
  await look(claire, "sans-script-lettres");
  await claire.locator("ul.letters a").first().click();
  await claire.locator("article.opened").waitFor();
  await look(claire, "sans-script-lecture");
  await claire.locator("article.opened a[data-key=r]").click();
  await claire.locator("#a").fill("cardiologie@voisin.mssante.test");
  await claire.locator("#texte").fill("Bien reçu.");
  await claire.getByRole("button", { name: /^envoyer/i }).click();
  await claire.getByRole("status").first().waitFor();
  await claire.goto(`${web}/boites/${CABINET}/chiffres`);
  await look(claire, "sans-script-chiffres");
  expect(/Claire TILLEUL/.test(await claire.locator("main table").innerText()), "she is counted under her own name");
  // The chart has its table, and the table its file.
  const file = await (await claire.context().request.get(`${web}/boites/${CABINET}/chiffres?format=csv`)).text();
  expect(/Claire TILLEUL/.test(file) && file.split("\n").length === (await claire.locator("main tbody tr").count()) + 2, `the file: ${file}`);
  await claire.goto(`${web}/moi/chiffres`);
  await look(claire, "mes-chiffres");
  await claire.goto(`${web}/moi`);
  await look(claire, "mon-compte");
  await claire.goto(`${web}/boites/${CABINET}/historique?format=impression`);
  await look(claire, "historique-imprimable");
  await claire.goto(`${web}/cgu`);
  await look(claire, "cgu");
  await claire.goto(`${web}/connexion/aide`);
  await look(claire, "aide");
  for (const language of ["en"]) {
    await claire.goto(`${web}/boites`);
    await claire.locator(`form.language button[value=${language}]`).click();
    await look(claire, `boites-${language}`);
    expect(/My mailboxes/.test(await claire.locator("h1").innerText()), "in English");
  }
});
