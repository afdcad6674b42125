// A few IMAP commands over TLS, spoken by hand: a medical software that stays open beside the browser.
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { demo, sim } from "./browser.mjs";

export async function enter(mailbox, persona) {
  const { access_token } = await sim("POST", "token", { persona, client: "lps-demo", ttl_s: 600 });
  const socket = connect({ host: "127.0.0.1", port: demo.operator.imaps.port, ca: readFileSync(`${process.argv[2]}/${demo.pki.ca}`), servername: "localhost" });
  let received = "";
  const waiting = [];
  const look = () => { for (let i = waiting.length - 1; i >= 0; i--) if (waiting[i].test(received)) waiting.splice(i, 1)[0].done(received); };
  socket.on("data", (bytes) => { received += bytes; look(); });
  socket.on("error", () => {});
  const told = (pattern, within = 15_000) => new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`IMAP: ${pattern} not within ${within} ms, got ${received}`)), within);
    waiting.push({ test: (text) => pattern.test(text), done: (text) => { clearTimeout(timer); done(text); } });
    look();
  });
  await told(/^\* OK/);
  const line = Buffer.from(`user=${mailbox}\x01auth=Bearer ${access_token}\x01\x01`).toString("base64");
  socket.write(`a1 AUTHENTICATE XOAUTH2 ${line}\r\n`);
  await told(/^(a1 |\+ )/m);
  return {
    told, close: () => socket.destroy(), said: () => received,
    async command(words) { received = ""; const tag = `b${Date.now()}`; socket.write(`${tag} ${words}\r\n`); return told(new RegExp(`^(${tag} |\\* BYE)`, "m")); },
    idle() { received = ""; socket.write("i1 IDLE\r\n"); return told(/^\+ /m); },
  };
}
