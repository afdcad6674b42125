//! What the shape of the configuration cannot say.
//!
//! Requirements: SIM-02, PSC-18, LPS-01. The sandbox and production never meet: each refusal is one clear sentence and exit code 78.
//! The facts that are not in the file (what the issuer publishes, what the certificates say, who is in the register) are vetted by
//! `serve` with the functions of this file; it does no I/O itself.

use super::problem::Problem;
use super::{Config, Preset};

/// Refuses what contradicts itself, and the sandbox in production.
pub fn vet(config: &Config) -> Result<(), Problem> {
    let source = &config.source;
    if config.domains.is_empty() {
        let help = "Indiquez au moins un domaine : domains = [\"exemple.mssante.fr\"].";
        return Err(Problem::value(source, None, "aucun domaine n'est hébergé (domains est vide)", help));
    }
    if config.trust.list.url.is_some() && config.trust.list.file.is_some() {
        let help = "Gardez l'un des deux.";
        return Err(Problem::value(source, None, "trust.list : url et file s'excluent", help));
    }
    if config.listen.web.is_some() && config.web.is_none() {
        let help = "Ajoutez une section [web] (base_url, operator_name, client), ou retirez listen.web.";
        return Err(Problem::value(source, None, "listen.web est donné et la section [web] manque", help));
    }
    config.notices.iter().try_for_each(|notices| notices.vet(config))?;
    if config.is_sandbox() { Ok(()) } else { vet_production(config) }
}

fn vet_production(config: &Config) -> Result<(), Problem> {
    let source = &config.source;
    let sandbox_help = "Pour un bac à sable, écrivez mode = \"sandbox\" ; en production, retirez cette valeur.";
    if let Some(personas) = &config.personas {
        return Err(Problem::value(source, Some(personas.span()), "les personnages d'essai sont refusés en production", sandbox_help));
    }
    if *config.psc.preset.get_ref() != Preset::Prod {
        let message = "psc.preset doit être « prod » en production : « sim » et « bas » admettent des identités d'essai (bloc 8997…)";
        return Err(Problem::value(source, Some(config.psc.preset.span()), message, sandbox_help));
    }
    let (issuer, _) = config.psc_addresses();
    if is_sandbox_address(&issuer) {
        let message = format!("psc.issuer « {issuer} » est un simulateur (boucle locale ou .test) : refusé en production");
        return Err(Problem::value(source, config.psc.issuer.as_ref().map(toml::Spanned::span), message, sandbox_help));
    }
    if let Some(web) = config.web.as_ref().filter(|web| is_sandbox_address(&web.base_url)) {
        let message = format!("web.base_url « {} » n'est pas une adresse https publique : refusée en production", web.base_url);
        return Err(Problem::value(source, None, message, "Les pages et leurs témoins de connexion exigent HTTPS en production."));
    }
    Ok(())
}

/// A loopback address or a `.test` name, or no HTTPS at all: never the real Pro Santé Connect.
pub fn is_sandbox_address(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return true };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<std::net::IpAddr>() {
        Ok(ip) => ip.is_loopback() || ip.is_unspecified(),
        Err(_) => host.is_empty() || host == "localhost" || host.ends_with(".localhost") || host == "test" || host.ends_with(".test"),
    }
}

/// The discovery document says that it is a simulator's.
pub fn says_simulator(discovery: &serde_json::Value) -> bool {
    discovery.get("pli_simulator").is_some_and(|flag| flag != &serde_json::Value::Bool(false))
}

/// A certificate's subject or issuer carries a mark of the sandbox's CA.
pub fn is_lab_name(name: &str) -> bool {
    let words = name.split([',', '=', '+', ' ', '"']);
    name.contains("(LABO)") || words.into_iter().any(|word| word.ends_with(".test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: SIM-02.
    #[test]
    fn loopback_and_test_addresses_are_known_in_every_spelling() {
        for url in [
            "http://127.0.0.1:20090/auth/realms/esante-wallet",
            "https://127.0.0.1:9443/auth",
            "https://127.9.9.9/auth",
            "https://[::1]:9443/auth",
            "https://localhost/auth",
            "https://LOCALHOST./auth",
            "https://psc.pli.test/auth",
            "https://user@psc.test:8443/auth",
            "http://auth.esw.esante.gouv.fr/auth",
        ] {
            assert!(is_sandbox_address(url), "{url}");
        }
        assert!(!is_sandbox_address("https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"));
        assert!(!is_sandbox_address("https://contest.example.fr/auth"));
    }

    /// Proves: SIM-02.
    #[test]
    fn a_discovery_that_says_simulator_is_believed() {
        assert!(says_simulator(&serde_json::json!({"pli_simulator": true})));
        assert!(says_simulator(&serde_json::json!({"pli_simulator": "yes"})));
        assert!(!says_simulator(&serde_json::json!({"issuer": "https://auth.esw.esante.gouv.fr"})));
    }

    /// Proves: SIM-02.
    #[test]
    fn the_laboratory_is_known_by_its_authority_and_by_its_names() {
        assert!(is_lab_name("C=FR, O=LABORATOIRE PLI, CN=AC IGC-SANTE ELEMENTAIRE ORGANISATIONS (LABO)"));
        assert!(is_lab_name("C=FR, ST=Ille-et-Vilaine (35), CN=mss.pli.mssante.test"));
        assert!(!is_lab_name("C=FR, O=CH DE VALCLAIR, CN=mss.testament.example.fr"));
        assert!(!is_lab_name("C=FR, O=ASIP-SANTE, CN=AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_address_reader_panic(url in "\\PC{0,80}") {
            let _ = is_sandbox_address(&url);
            let _ = is_sandbox_address(&format!("https://{url}"));
        }
    }
}
