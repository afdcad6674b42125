// What pages gain when scripts run: nothing here is needed to use them.
"use strict";
// A menu closes when one looks elsewhere, and on Escape.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.who[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const open of document.querySelectorAll("details.who[open]")) { open.open = false; open.querySelector("summary").focus(); }
});
// A form is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method === "post") { event.target.dataset.sent = "1"; setTimeout(() => delete event.target.dataset.sent, 4000); }
});
// Leaving the page that waits for a telephone drops its request.
addEventListener("pagehide", () => {
  const waiting = document.querySelector("[data-leave]");
  if (waiting) navigator.sendBeacon(waiting.dataset.leave, new URLSearchParams());
});
// What was typed before the page was ready is looked for all the same.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[hx-trigger^=input]"))
    if (field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
});
