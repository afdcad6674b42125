//! `pli sim token`: a Pro Santé Connect token of the sandbox, or the SASL line made of it.
//!
//! Requirements: SIM-08. Asks the control API of the running demo; prints the token to stdout and nowhere else (PSC-12).

use clap::Args;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::state::StateDir;

#[derive(Debug, Clone, Args)]
pub struct Token {
    /// P04, nadia.sureau ou un IdNat
    #[arg(long, value_name = "QUI")]
    pub persona: String,
    /// Le logiciel qui se connecte
    #[arg(long, value_name = "CLIENT", default_value = "lps-demo")]
    pub client: String,
    /// Durée en secondes (120 comme en vrai, 600 au plus pour être accepté)
    #[arg(long, value_name = "S")]
    pub ttl: Option<u32>,
    /// Imprimer la ligne base64 de SASL XOAUTH2 pour cette boîte
    #[arg(long, value_name = "ADRESSE")]
    pub xoauth2: Option<String>,
}

impl Token {
    pub async fn run(self, state: &StateDir) -> Outcome<(Value, String)> {
        let control = control_address(state)?;
        let key = if self.persona.bytes().next().is_some_and(|b| b.is_ascii_digit()) { "idnat" } else { "persona" };
        let mut body = json!({key: self.persona, "client": self.client});
        if let Some(ttl) = self.ttl {
            body["ttl_s"] = ttl.into();
        }
        let broken = |error: reqwest::Error| Failure::ours("simulateur", error);
        let request = reqwest::Client::new().post(format!("{control}/token")).header("X-Pli-Sim", "1").json(&body);
        let response = request.send().await.map_err(broken)?;
        if !response.status().is_success() {
            let status = response.status();
            let why = response.text().await.unwrap_or_default();
            return Err(Failure::refused("SIMULATEUR", format!("le simulateur répond {status} : {why}")));
        }
        let answer: Value = response.json().await.map_err(broken)?;
        let token = answer["access_token"].as_str().ok_or_else(|| Failure::refused("SIMULATEUR", "réponse sans jeton"))?;
        let printed = match &self.xoauth2 {
            Some(mailbox) => sandbox::xoauth2(mailbox, token),
            None => token.to_owned(),
        };
        Ok((answer, printed))
    }
}

fn control_address(state: &StateDir) -> Outcome<String> {
    let path = state.join("demo.json");
    let absent = || Failure::configuration(format!("{} : pas de démonstration en marche ici (pli demo --dir …)", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|_| absent())?;
    let facts: Value = serde_json::from_str(&text).map_err(|_| absent())?;
    facts["psc"]["control"].as_str().map(str::to_owned).ok_or_else(absent)
}
