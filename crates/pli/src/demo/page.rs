//! The page for humans, printed when everything listens: what to open, who to be, three things to try. In French, like all that people read.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::state::StateDir;

/// Prints the page; `facts` is `demo.json`.
pub fn print(facts: &Value, state: &StateDir) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(page(facts, state).as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::ours("sortie", error))
}

fn page(facts: &Value, state: &StateDir) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(page, "\n  Pli, démonstration — personnages inventés, rien ne sort de cette machine\n\n");
    addresses(&mut page, facts);
    people(&mut page, facts);
    tries(&mut page, facts, state);
    let dir = state.root().display();
    let _ =
        write!(page, "\n  Tout est dans {dir} (demo.json pour les programmes, log pour le détail). Ctrl-C arrête ; relancer continue.\n\n");
    page
}

fn addresses(page: &mut String, facts: &Value) {
    for key in ["operator", "peer"] {
        let operator = &facts[key];
        let at = |door: &str| operator[door]["port"].to_string();
        let _ = writeln!(page, "  {}", operator["domain"].as_str().unwrap_or_default());
        let _ = writeln!(
            page,
            "      IMAP {} (TLS) ou {} (STARTTLS) · envoi {} (TLS) ou {} (STARTTLS) · entre opérateurs {}",
            at("imaps"),
            at("imap"),
            at("submissions"),
            at("submission"),
            at("smtp")
        );
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let _ = writeln!(page, "  Les pages                  {}   (voisin : {})", text(&facts["operator"]["web"]), text(&facts["peer"]["web"]));
    let _ = writeln!(page, "  Le téléphone de Claire     {}", text(&facts["psc"]["phone"]).replace("{idnat}", "899790000014"));
    let _ = writeln!(
        page,
        "  Pro Santé Connect simulé   {}   (connexion : {})",
        text(&facts["psc"]["control"]),
        text(&facts["psc"]["login_page"])
    );
}

fn people(page: &mut String, facts: &Value) {
    let _ = write!(page, "\n  Qui être :\n");
    for persona in facts["personas"].as_array().into_iter().flatten() {
        let roles: Vec<String> = persona["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).map(in_french).collect();
        let (key, name) = (persona["key"].as_str().unwrap_or_default(), persona["name"].as_str().unwrap_or_default());
        let _ = writeln!(page, "      {key}  {name:<18} {}", roles.join(", "));
    }
}

/// `demo.json` speaks English to programs; the page speaks to people.
fn in_french(role: &str) -> String {
    let words = [
        ("owner of", "titulaire de"),
        ("cotitulaire of", "cotitulaire de"),
        ("delegataire of", "délégataire de"),
        ("responsable of", "responsable de"),
    ];
    let said = words.into_iter().find_map(|(english, french)| role.strip_prefix(english).map(|mailbox| format!("{french}{mailbox}")));
    said.unwrap_or_else(|| role.to_owned())
}

fn tries(page: &mut String, facts: &Value, state: &StateDir) {
    let dir = state.root().display();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (ours, peer) = (&facts["operator"], &facts["peer"]);
    let (cert, key) = (text(&peer["client_cert"]), text(&peer["client_key"]));
    let ca = text(&facts["pki"]["ca"]);
    // What was typed to start the demo works for its commands too.
    let pli = std::env::args().next().unwrap_or_else(|| "pli".to_owned());
    let (smtp, imaps, submission) = (&ours["smtp"]["port"], &ours["imaps"]["port"], &ours["submission"]["port"]);
    let _ = write!(
        page,
        r#"
  Trois choses à essayer, dans un autre terminal :

   1. L'hôpital voisin écrit au cabinet (le certificat du voisin ouvre la porte ; sans lui, rien ne passe)
      swaks --server 127.0.0.1:{smtp} --tls --tls-cert {dir}/{cert} --tls-key {dir}/{key} \
        --ehlo smtp.voisin.mssante.test --from cardiologie@voisin.mssante.test --to cabinet.des-lilas@pli.mssante.test \
        --header 'Subject: Essai' --body 'Bonjour du voisin.'

   2. Nadia SUREAU, secrétaire, lit la boîte du cabinet avec son propre jeton (un jeton vit 120 secondes)
      TOKEN=$({pli} sim token --dir {dir} --persona P04)
      curl --cacert {dir}/{ca} --user cabinet.des-lilas@pli.mssante.test --oauth2-bearer "$TOKEN" \
        'imaps://localhost:{imaps}/INBOX;MAILINDEX=1'
      mbsync -c {dir}/try/mbsyncrc -a      # toute la boîte, dans {dir}/try/mail

   3. Elle répond, et le journal dit que c'est elle
      curl --ssl-reqd --crlf --cacert {dir}/{ca} --user cabinet.des-lilas@pli.mssante.test --oauth2-bearer "$TOKEN" \
        --mail-from cabinet.des-lilas@pli.mssante.test --mail-rcpt cardiologie@voisin.mssante.test \
        --upload-file {dir}/try/reponse.eml smtp://localhost:{submission}
      {pli} journal show --dir {dir} --mailbox cabinet.des-lilas@pli.mssante.test
      {pli} indicators --dir {dir}
"#
    );
}
