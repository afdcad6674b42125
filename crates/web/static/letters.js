// What the letters gain when scripts run: keys, choices kept while the list refreshes, drafts kept by themselves. Nothing here is needed.
"use strict";
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
const links = () => [...document.querySelectorAll(".letters .letter-link")];

// Keys. None while somebody types, none with Ctrl, Alt or Meta.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || typing(event.target)) return;
  if (event.key === "?") { document.getElementById("touches")?.showModal(); event.preventDefault(); return; }
  if (event.key === "j" || event.key === "k") {
    const all = links();
    const at = all.indexOf(document.activeElement);
    const from = at >= 0 ? at : all.findIndex((link) => link.hasAttribute("aria-current"));
    const to = event.key === "j" ? from + 1 : from - 1;
    if (all[to]) { all[to].focus(); event.preventDefault(); }
    return;
  }
  const pressed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (pressed) { event.preventDefault(); if (pressed.matches("input")) pressed.focus(); else pressed.click(); return; }
  // On a letter of the list that is not opened.
  const line = document.activeElement?.closest(".letter");
  const act = { e: "archiver", "#": "corbeille", u: "non-lu" }[event.key];
  const button = line && act && document.querySelector(`#actes button[value="${act}"]`);
  if (button) {
    for (const box of document.querySelectorAll("#actes [name=lettre]:checked")) box.checked = false;
    const box = line.querySelector("[name=lettre]");
    if (box) { box.checked = true; button.click(); event.preventDefault(); }
  }
});

// One box that chooses all, shown only where it works.
const arm = () => {
  const all = document.getElementById("tout");
  if (all && all.closest("[hidden]")) {
    all.closest("[hidden]").hidden = false;
    all.addEventListener("change", () => { for (const box of document.querySelectorAll("#actes [name=lettre]")) box.checked = all.checked; });
  }
  for (const button of document.querySelectorAll(".print[hidden]")) { button.hidden = false; button.addEventListener("click", () => window.print()); }
  for (const frame of document.querySelectorAll(".letter-frame:not([data-fit])")) {
    frame.dataset.fit = "1";
    const fit = () => {
      const page = frame.contentDocument;
      if (!page?.body?.childNodes.length) return;
      frame.height = Math.min(page.documentElement.scrollHeight + 24, 20000);
      frame.classList.add("fit");
    };
    frame.addEventListener("load", fit);
    fit();
  }
};
arm();

// The list refreshes by itself: what was chosen stays chosen, and the keyboard stays where it was.
let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "liste") return;
  kept = {
    boxes: [...document.querySelectorAll("#actes [name=lettre]:checked")].map((box) => box.value),
    focus: document.activeElement?.closest(".letter")?.dataset.uid,
    box: document.activeElement?.matches("[name=lettre]"),
  };
});
document.addEventListener("htmx:afterSwap", () => {
  arm();
  if (!kept) return;
  for (const box of document.querySelectorAll("#actes [name=lettre]")) box.checked = kept.boxes.includes(box.value);
  if (kept.focus) document.querySelector(`.letter[data-uid="${CSS.escape(kept.focus)}"] ${kept.box ? "[name=lettre]" : ".letter-link"}`)?.focus();
  kept = null;
});

// A draft is kept by itself, without the files that are not sent yet.
const form = document.getElementById("ecrire");
if (form) {
  let timer = 0, busy = false, leaving = false;
  const keep = async () => {
    if (busy || leaving) return;
    busy = true;
    try {
      const data = new FormData(form);
      data.delete("piece");
      data.set("acte", "enregistrer");
      const reply = await fetch(form.action, { method: "POST", body: data, headers: { "X-Pli-Auto": "1" } });
      const uid = await reply.text();
      if (reply.ok && /^\d+$/.test(uid)) {
        const first = form.elements.brouillon.value === "";
        form.elements.brouillon.value = uid;
        // What was taken from a letter now lies in the draft, in the same order.
        let n = 0;
        for (const box of form.querySelectorAll("[name=garder]")) if (box.checked) box.value = `D${++n}`; else box.closest("label").remove();
        const whole = form.querySelector("[name=entiere]");
        if (whole?.checked) { whole.name = "garder"; whole.value = `D${++n}`; }
        const told = document.getElementById("garde");
        told.textContent = told.dataset.text;
        if (first) history.replaceState(null, "", `${form.action}?brouillon=${uid}`);
      }
    } finally { busy = false; }
  };
  form.addEventListener("input", (event) => { if (event.target.type === "file") return; clearTimeout(timer); timer = setTimeout(keep, 8000); });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); setTimeout(() => { leaving = false; }, 4000); });
}
