// No mouse: the keyboard alone, from the first page after sign-in to the access given. The focus is always somewhere to be seen.
import { CABINET, expect, person, signIn, story, web } from "./browser.mjs";

await story(async () => {
  const claire = await person();
  await signIn(claire, "P01");

  /** Tab until the focus is on something that matches, at most so many times. */
  const reach = async (what, matches, most = 60) => {
    for (let i = 0; i < most; i++) {
      await claire.keyboard.press("Tab");
      const here = await claire.evaluate(() => {
        const one = document.activeElement;
        const box = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        return { tag: one.tagName, href: one.getAttribute("href") ?? "", type: one.type ?? "", name: one.name ?? "", text: (one.innerText ?? "").trim(),
          shown: box.width > 0 && box.height > 0, ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 };
      });
      if (here.tag === "BODY") continue;
      expect(here.shown && here.ring, `the focus is seen on ${JSON.stringify(here)}`);
      if (matches(here)) return;
    }
    throw new Error(`the keyboard does not reach ${what}`);
  };

  // The first stop leads past the navigation.
  await claire.keyboard.press("Tab");
  expect(await claire.evaluate(() => document.activeElement.getAttribute("href")) === "#contenu", "the way past the navigation comes first");
  await reach("the room", (one) => one.href === `/boites/${CABINET}/acces`);
  await claire.keyboard.press("Enter");
  await claire.waitForURL(/\/acces$/);
  await reach("the search", (one) => one.type === "search");
  await claire.keyboard.type("murier");
  await claire.locator("#phrase").getByText("Zoe MURIER").first().waitFor();
  await reach("the person found", (one) => one.type === "radio" && one.name === "personne");
  await claire.keyboard.press("Space");
  await reach("the attestation", (one) => one.type === "checkbox" && one.name === "atteste");
  await claire.keyboard.press("Space");
  await reach("the button", (one) => one.tag === "BUTTON" && /donner accès/i.test(one.text));
  await claire.keyboard.press("Enter");
  await claire.getByRole("status").first().waitFor();
  expect(/Zoe MURIER/.test(await claire.locator("table.people").innerText()), "she was let in without a mouse");
});
