// The shared desk: one short act on one's own telephone, who is at the keyboard always in sight, a change in one gesture.
import { approve, expect, look, persona, person, sim, story, web } from "./browser.mjs";

await story(async () => {
  const desk = await person();
  const nadia = persona("P04"), claire = persona("P01");
  const ask = async (who) => {
    await desk.goto(`${web}/connexion/poste`);
    await desk.getByLabel(/num(é|e)ro rpps/i).fill(who.idnat.slice(1));
    await desk.getByRole("checkbox", { name: /souvenir/i }).check();
    await desk.getByRole("button", { name: /téléphone/i }).click();
  };
  await look(await (async () => { await desk.goto(`${web}/connexion/poste`); return desk; })(), "poste-vide");
  await ask(nadia);
  await desk.locator(".big-number").waitFor();
  await look(desk, "poste-nombre");
  const number = (await desk.locator(".big-number").innerText()).trim();
  const waiting = await approve(nadia.idnat);
  expect((waiting.number ?? waiting.binding_message) === number, `the telephone shows ${JSON.stringify(waiting)}, the desk ${number}`);
  await desk.waitForURL(/\/boites/, { timeout: 15_000 });
  expect(/Nadia SUREAU/.test(await desk.locator("details.who").innerText()), "Nadia is at the keyboard");
  await look(desk, "poste-nadia");

  // Change: one click locks, the tiles show.
  await desk.locator("details.who summary").click();
  await desk.getByRole("button", { name: /changer de personne/i }).click();
  await desk.waitForURL(/\/connexion\/poste/);
  await desk.getByRole("button", { name: /nadia sureau/i }).first().waitFor();
  await look(desk, "poste-tuiles");
  await desk.goto(`${web}/boites`);
  expect(/\/connexion/.test(desk.url()), "the desk is locked");

  // Another person, then the first again by her tile.
  await ask(claire);
  await approve(claire.idnat);
  await desk.waitForURL(/\/boites/, { timeout: 15_000 });
  expect(/Claire TILLEUL/.test(await desk.locator("details.who").innerText()), "Claire is at the keyboard");
  await desk.locator("details.who summary").click();
  await desk.getByRole("button", { name: /changer de personne/i }).click();
  await desk.getByRole("button", { name: /nadia sureau/i }).first().click();
  await approve(nadia.idnat);
  await desk.waitForURL(/\/boites/, { timeout: 15_000 });

  // A request that is declined says so.
  await desk.locator("details.who summary").click();
  await desk.getByRole("button", { name: /changer de personne/i }).click();
  await desk.getByRole("button", { name: /claire tilleul/i }).first().click();
  await desk.locator(".big-number").waitFor();
  for (;;) {
    const answer = await sim("GET", `pending?idnat=${claire.idnat}`);
    const one = (answer.pending ?? answer)[0];
    if (one) { await sim("POST", `phone/${claire.idnat}/${one.id ?? one.auth_req_id}`, { action: "refuse" }); break; }
  }
  await desk.getByText(/refusée sur le téléphone/i).waitFor();
  await look(desk, "poste-refus");
});
