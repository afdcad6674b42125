//! What the demo's people sign in with besides Pro Santé Connect: the hospital's own login, with its secretary; the operator's API token.
//!
//! Requirements: LOC-02, LOC-05, STF-04. Made once: a folder that has them is left as it is.

use std::time::Duration;

use identity::local::{codes, password, totp};
use rules::{Author, Moment};
use sandbox::Personas;
use sandbox::personas::Local;
use secrecy::{ExposeSecret, SecretString};
use store::accounts::{Commitment, Enrolment, LocalKey, LocalOidc, LocalStructure, NewLocalAccount, NewToken, TokenOwner};

use super::people;
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use crate::state::{StateDir, write_whole};

const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// Which structure has a login of its own, and who manages its accounts: the hospital, by its head of cardiology.
const GESTIONNAIRE: &str = "P09";

/// Switches the structure's login on, and gives its people their means.
pub async fn load(operator: &Operator, personas: &Personas, issuer: &str, started: Moment) -> Outcome<()> {
    let known = operator.store.local_structures().await?.len();
    let Some(gestionnaire) = personas.find(GESTIONNAIRE).and_then(|persona| rules::IdNat::parse(&persona.idnat).ok()) else {
        return Ok(());
    };
    for persona in personas.all() {
        let (Some(local), Ok(person)) = (&persona.local, rules::IdNat::parse(&persona.idnat)) else { continue };
        let Some(structure) = person.employer() else { continue };
        if operator.store.local_account(LocalKey::Person(&person), started).await?.is_some() {
            continue;
        }
        let staff = Author::staff("demo");
        let by = Author::Person { id: gestionnaire.clone(), capacity: None };
        operator.store.put_local_structure(switched_on(structure, &gestionnaire, issuer, started), staff, started).await?;
        let entropy = clock::entropy();
        let code = codes::enrolment(&entropy);
        let new = NewLocalAccount {
            person: person.clone(),
            family: persona.civil.nom_naissance.clone(),
            given: persona.civil.prenoms.first().cloned().unwrap_or_default(),
            function: local.fonction.clone(),
            email: local.login.clone(),
            login: local.login.clone(),
            begins: started,
            ends: None,
        };
        operator.store.create_local_account(new, code.kept, by.clone(), started).await?;
        operator.store.enrol_local(code.kept, means(local, &entropy)?, started).await?;
        let bound = Some((issuer.to_owned(), local.idp_sub.clone()));
        operator.store.bind_local_account(&person, bound, by, started).await?;
    }
    // Once, like everything here.
    if known == 0 { people::let_in_local(operator, personas, started).await } else { Ok(()) }
}

fn switched_on(structure: String, gestionnaire: &rules::IdNat, issuer: &str, started: Moment) -> LocalStructure {
    LocalStructure {
        structure,
        enabled: true,
        commitment: Some(Commitment {
            document_sha256: "00".repeat(32),
            factors: vec!["oidc".to_owned(), "webauthn".to_owned(), "totp".to_owned()],
            review_date: started.plus(YEAR),
        }),
        gestionnaires: vec![gestionnaire.clone()],
        oidc: Some(LocalOidc {
            issuer: issuer.to_owned(),
            client_id: "pli".to_owned(),
            secret: SecretString::from("pli-structure-secret".to_owned()),
            acr_strong: vec!["urn:ch-valclair:2fa".to_owned()],
            amr_strong: ["otp", "hwk", "swk", "sc", "mfa"].map(str::to_owned).to_vec(),
            id_claim: None,
        }),
    }
}

/// The password and the one-time secret of the personas' file: published on purpose.
fn means(local: &Local, entropy: &rules::Entropy) -> Outcome<Enrolment> {
    let wrong = |why: String| Failure::configuration(format!("personas : {} : {why}", local.login));
    let phc = password::hash(&local.fallback_password, &[], entropy).map_err(|refusal| wrong(refusal.french()))?;
    let secret = totp::Totp::parse(&local.totp_secret_base32).ok_or_else(|| wrong("secret TOTP illisible".to_owned()))?;
    Ok(Enrolment::PasswordAndTotp {
        password: SecretString::from(phc),
        totp: secret.text(),
        step: None,
        recovery: codes::recovery(entropy).iter().map(|code| code.kept).collect(),
    })
}

/// The operator's API token with every scope, kept beside its configuration: `admin_token` of `demo.json`.
pub async fn admin_token(operator: &Operator, state: &StateDir, folder: &str) -> Outcome<String> {
    let (path, now) = (state.join(folder).join("admin-token"), operator.clock.now());
    if let Ok(kept) = std::fs::read_to_string(&path)
        && operator.store.api_token(kept.trim(), now).await?.is_some()
    {
        return Ok(kept.trim().to_owned());
    }
    let scopes = rules::staff::SCOPES.map(str::to_owned).to_vec();
    let new = NewToken { name: "démonstration".to_owned(), owner: TokenOwner::Operator, scopes, ends: now.plus(YEAR) };
    let (_, secret) = operator.store.make_api_token(new, Author::staff("demo"), now).await?;
    let secret = secret.expose_secret().to_owned();
    write_whole(&path, secret.as_bytes()).map_err(|error| Failure::ours("jeton de démonstration", error))?;
    Ok(secret)
}
