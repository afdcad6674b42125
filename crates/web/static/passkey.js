// Passkeys: the one thing that needs scripts. A form with data-passkey ("get" or "create") asks its question, the authenticator answers, the form leaves.
"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const descriptors = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options) {
  const key = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: descriptors(options.excludeCredentials) } });
  const { clientDataJSON, attestationObject } = key.response;
  const transports = key.response.getTransports ? key.response.getTransports() : [];
  return { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), authenticatorAttachment: key.authenticatorAttachment,
    response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports } };
}

async function get(options) {
  const key = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: descriptors(options.allowCredentials) } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  return { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), authenticatorAttachment: key.authenticatorAttachment,
    response: { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: userHandle ? text(userHandle) : null } };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = form.querySelector("button[type=submit]");
  const failed = form.querySelector("[data-failed]");
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.reponse.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.disabled = true;
    failed.hidden = true;
    try {
      const asked = await fetch(form.dataset.question, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!asked.ok) throw new Error(asked.status);
      const options = await asked.json();
      const publicKey = options.publicKey || options;
      form.elements.reponse.value = JSON.stringify(await (form.dataset.passkey === "create" ? create(publicKey) : get(publicKey)));
      form.submit();
    } catch {
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
