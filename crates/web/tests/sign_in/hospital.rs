//! A hospital's own people: created by a gestionnaire, enrolled by a code, let into the service's mailbox only, locked, ended.

use std::sync::Arc;
use std::time::Duration;

use rules::access::Capacity;
use rules::movement::Change;
use rules::{Author, Channel};
use sandbox::StructureIdp;
use sandbox::idp::IdpConfig;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::accounts::{Commitment, LocalKey, LocalOidc, LocalStructure};

use crate::house::{Browser, CABINET, House, Page, address, idnat};
use crate::staff::{at_localhost, authenticator, challenge};

const HOSPITAL: &str = "1990000028";
const DENIS: &str = "3990000028/SEC0042";
const ANNE: &str = "899790000097";
const CARDIO: &str = "secretariat.cardiologie@pli.mssante.test";
const PASSWORD: &str = "lilas-falaise-42-port";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The hospital wrote its commitment; Anne keeps its accounts.
async fn switched_on(house: &House, oidc: Option<LocalOidc>) {
    let local = LocalStructure {
        structure: HOSPITAL.to_owned(),
        enabled: true,
        commitment: Some(Commitment {
            document_sha256: "ab".repeat(32),
            factors: vec!["oidc".to_owned(), "webauthn".to_owned(), "totp".to_owned()],
            review_date: house.now().plus(DAY * 365),
        }),
        gestionnaires: vec![idnat(ANNE)],
        oidc,
    };
    house.store.put_local_structure(local, Author::staff("essai"), house.now()).await.expect("switched on");
}

async fn provider(house: &House) -> (StructureIdp, LocalOidc) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let config = IdpConfig {
        listener,
        personas: Arc::clone(&house.personas),
        clock: house.clock.clone(),
        entropy: rules::Entropy::seeded(8),
        lab: false,
    };
    let idp = StructureIdp::start(config).await.expect("a provider");
    let oidc = LocalOidc {
        issuer: idp.issuer().to_owned(),
        client_id: sandbox::idp::CLIENT_ID.to_owned(),
        secret: SecretString::from(sandbox::idp::CLIENT_SECRET.to_owned()),
        acr_strong: vec!["urn:ch-valclair:2fa".to_owned()],
        amr_strong: vec!["otp".to_owned()],
        id_claim: None,
    };
    (idp, oidc)
}

/// Anne creates Denis on the page; the code that she hands over.
async fn hired(house: &House) -> (Browser, String) {
    let anne = house.seated(ANNE).await;
    let fields = [
        ("nom", "Erable"),
        ("prenom", "Denis"),
        ("matricule", "SEC0042"),
        ("fonction", "Secrétariat de cardiologie"),
        ("courriel", "d.erable@ch-valclair.test"),
        ("identifiant", "d.erable"),
        ("debut", "2026-11-20"),
        ("fin", ""),
    ];
    let page = anne.submit(&format!("/structure/{HOSPITAL}/comptes"), &fields).await;
    let code = page.shows("Denis ERABLE").between("enrolment-code\">", "<").to_owned();
    assert_eq!(code.chars().filter(char::is_ascii_alphanumeric).count(), 10, "{code}");
    (anne, code)
}

/// Anne, responsible of the service's mailbox, lets Denis in.
async fn delegated(house: &House) {
    let author = Author::Person { id: idnat(ANNE), capacity: Some(Capacity::Responsable) };
    let change = Change::Delegated { person: idnat(DENIS), from: None, until: None };
    house
        .store
        .move_mailbox(&address(CARDIO), change, None, true, author, Channel::Webmail, house.now(), |_, _| Ok(()))
        .await
        .expect("delegated");
}

async fn agreed(house: &House) {
    let denis = Author::Person { id: idnat(DENIS), capacity: None };
    let acceptance = store::mailboxes::Acceptance::of("2026-01", Channel::Webmail);
    house.store.accept_terms(&idnat(DENIS), acceptance, denis, house.now()).await.expect("accepted");
}

/// Denis enrols with a password and a telephone's application; its secret, and the recovery codes.
async fn enrolled(browser: &Browser, house: &House, code: &str) -> (String, Vec<String>) {
    let page = browser.submit("/connexion/structure/inscription", &[("code", code)]).await;
    let secret = page.shows("Denis ERABLE").between("class=\"secret\">", "<").to_owned();
    let digits = digits(&secret, house);
    let fields = [("code", code), ("mot_de_passe", PASSWORD), ("encore", PASSWORD), ("chiffres", &digits)];
    let page = browser.submit("/connexion/structure/inscription/mot-de-passe", &fields).await;
    page.shows("Vos codes de secours");
    let codes = page.text.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).map(str::to_owned).collect();
    (secret, codes)
}

/// What the application on a telephone shows now (RFC 6238), by a hand that is not ours.
fn digits(secret: &str, house: &House) -> String {
    use aws_lc_rs::hmac;
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = secret.bytes().filter_map(|letter| LETTERS.iter().position(|known| *known == letter));
    let bits: Vec<bool> = bits.flat_map(|five| (0..5).rev().map(move |bit| five >> bit & 1 == 1)).collect();
    let key: Vec<u8> = bits.chunks_exact(8).map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect();
    let step = u64::try_from(house.now().secs()).expect("after 1970") / 30;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let four = u32::from_be_bytes([tag[at], tag[at + 1], tag[at + 2], tag[at + 3]]) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}

async fn login(browser: &Browser, password: &str, code: &str) -> Page {
    let fields = [("identifiant", "d.erable"), ("mot_de_passe", password), ("code", code), ("vers", "/boites")];
    browser.submit(&format!("/connexion/structure/{HOSPITAL}"), &fields).await
}

/// Proves: DEL-11, LOC-01, LOC-03, LOC-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_secretary_without_rpps_enters_her_services_mailbox_and_no_other() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (_, code) = hired(&house).await;
    delegated(&house).await;
    agreed(&house).await;
    let denis = house.browser();
    let (secret, codes) = enrolled(&denis, &house, &code).await;
    assert_eq!(codes.len(), 10);
    // The code is spent.
    denis.submit("/connexion/structure/inscription", &[("code", &code)]).await.shows("a déjà servi");
    // The step used at enrolment is used; the next one opens.
    house.advance(Duration::from_secs(60));
    denis.open("/connexion/structure?q=valclair").await.shows("CENTRE HOSPITALIER DE VALCLAIR");
    let page = login(&denis, PASSWORD, &digits(&secret, &house)).await;
    page.shows("Denis ERABLE");
    denis.open("/moi").await.shows(DENIS).shows("un mot de passe et un code");
    let claim = house.store.web_sessions_of(&store::accounts::Who::Local(idnat(DENIS)), house.now()).await.expect("sessions");
    assert_eq!(claim.len(), 1, "a session bound to the structure");
    let inside = denis.open(&format!("/boites/{CARDIO}/lettres")).await;
    assert_eq!(inside.status, 200, "{}", inside.text);
    for shut in [CABINET, "claire.tilleul@pli.mssante.test", "cardiologie_auto@pli.mssante.test"] {
        assert!(denis.get(&format!("/boites/{shut}/lettres")).await.status >= 400, "{shut}");
    }
    // Nobody can give him more: not a cabinet, not somebody's own mailbox, not another structure's service.
    let give = Change::Delegated { person: idnat(DENIS), from: None, until: None };
    for other in [CABINET, "anne.alisier@pli.mssante.test", "pharmacie.fontaine@pli.mssante.test"] {
        let (asked, now) = (give.clone(), house.now());
        let decide = move |mailbox: &rules::mailbox::Mailbox, person: Option<&rules::register::Person>| {
            rules::movement::by_staff(mailbox, &asked, person, now)
        };
        let staff = Author::staff("essai");
        let made =
            house.store.move_mailbox(&address(other), give.clone(), Some("essai".to_owned()), true, staff, Channel::Cli, now, decide).await;
        assert!(matches!(made, Err(store::Error::Refused(rules::Refusal::NotEligible))), "{other}: {made:?}");
    }
    // A recovery code serves once.
    let again = house.browser();
    login(&again, PASSWORD, &codes[0]).await.shows("Denis ERABLE");
    assert_eq!(login(&house.browser(), PASSWORD, &codes[0]).await.status, 401);
    house.close().await;
}

/// Proves: LOC-04.
#[tokio::test(flavor = "multi_thread")]
async fn she_is_asked_for_the_terms_like_everybody_and_the_history_says_who_proved_her() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (_, code) = hired(&house).await;
    delegated(&house).await;
    let denis = house.browser();
    let (secret, _) = enrolled(&denis, &house, &code).await;
    house.advance(Duration::from_secs(60));
    let gate = login(&denis, PASSWORD, &digits(&secret, &house)).await;
    gate.shows("J&#39;accepte");
    let inbox = format!("/boites/{CARDIO}/lettres");
    assert_ne!(denis.get(&inbox).await.status, 200, "nobody reads before");
    let sha256 = gate.between("name=\"empreinte\" value=\"", "\"").to_owned();
    denis.submit("/cgu", &[("version", "2026-01"), ("empreinte", &sha256), ("vers", &inbox)]).await;
    assert_eq!(denis.open(&inbox).await.status, 200);
    let anne = house.seated(ANNE).await;
    let proved = "(authentification locale – CENTRE HOSPITALIER DE VALCLAIR";
    let entered = anne.get(&format!("/boites/{CARDIO}/historique?vue=entrees")).await;
    entered.shows("Denis ERABLE est entré(e) dans la boîte par le webmail.").shows(proved);
    assert_eq!(entered.text.matches(proved).count(), entered.text.matches("Denis ERABLE est entr").count(), "hers, and nobody else's");
    anne.get(&format!("/boites/{CARDIO}/historique?format=csv&vue=entrees")).await.shows("authentification locale");
    let lines =
        house.store.journal_lines(store::history::Query { mailbox: Some(address(CARDIO)), ..Default::default() }).await.expect("lines");
    let hers = Author::Person { id: idnat(DENIS), capacity: Some(Capacity::Delegataire) };
    assert!(lines.iter().any(|placed| placed.line.author == hers), "she is the author, under her own number");
    house.close().await;
}

/// Proves: LOC-07.
#[tokio::test(flavor = "multi_thread")]
async fn five_failures_close_the_account_for_a_while_and_ten_until_a_gestionnaire_opens_it() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (anne, code) = hired(&house).await;
    let (secret, _) = enrolled(&house.browser(), &house, &code).await;
    let denis = house.browser();
    for _ in 0..5 {
        house.advance(Duration::from_secs(61));
        let page = login(&denis, "mauvais-mot-de-passe", "000000").await;
        assert_eq!(page.status, 401);
        page.shows("Identifiant, mot de passe ou code incorrect");
    }
    house.advance(Duration::from_secs(61));
    let page = login(&denis, PASSWORD, &digits(&secret, &house)).await;
    page.shows("Ce compte est fermé pour l&#39;instant").shows("Réessayez après");
    assert!(denis.cookie("pli").is_none());
    house.advance(Duration::from_secs(15 * 60));
    for _ in 0..5 {
        house.advance(Duration::from_secs(61));
        login(&denis, "mauvais-mot-de-passe", "000000").await;
    }
    house.advance(Duration::from_secs(3600));
    login(&denis, PASSWORD, &digits(&secret, &house)).await.shows("gestionnaire de votre établissement doit déverrouiller");
    let anne = match anne.get("/moi").await.status {
        200 => anne,
        _ => house.seated(ANNE).await,
    };
    anne.submit(&format!("/structure/{HOSPITAL}/comptes/SEC0042/deverrouiller"), &[]).await.shows("déverrouillé");
    house.advance(Duration::from_secs(61));
    let page = login(&denis, PASSWORD, &digits(&secret, &house)).await;
    assert!(denis.cookie("pli").is_some(), "{}", page.text);
    house.close().await;
}

/// Proves: LOC-05.
#[tokio::test(flavor = "multi_thread")]
async fn the_hospitals_provider_seats_whom_it_bound_and_a_single_factor_is_too_weak() {
    let house = House::open().await;
    let (idp, oidc) = provider(&house).await;
    switched_on(&house, Some(oidc)).await;
    let (anne, code) = hired(&house).await;
    enrolled(&house.browser(), &house, &code).await;
    let arrive = async |weak: bool| -> (Browser, Page) {
        let browser = house.browser();
        let to = browser.get(&format!("/connexion/structure/{HOSPITAL}/oidc?vers=/moi")).await.location.expect("a redirection");
        let order = json!({"authorize": to, "persona": "P10", "weak": weak});
        let login = idp.issuer().replace("/realms/ch-valclair", "/sim/login");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let told: Value =
            http.post(login).header("X-Pli-Sim", "1").json(&order).send().await.expect("an answer").json().await.expect("JSON");
        let page = browser.open(told["redirect"].as_str().unwrap_or_else(|| panic!("{told}"))).await;
        (browser, page)
    };
    // Nobody bound her yet: no account is made at login.
    let (browser, page) = arrive(false).await;
    assert_eq!((page.status, browser.cookie("pli")), (401, None));
    let path = format!("/structure/{HOSPITAL}/comptes/SEC0042");
    anne.submit(&format!("{path}/lien"), &[("sujet", "ch-valclair|SEC0042")]).await.shows("Le lien est enregistré");
    let (browser, page) = arrive(true).await;
    assert_eq!((page.status, browser.cookie("pli")), (403, None));
    page.shows("Authentification trop faible");
    let (_, page) = arrive(false).await;
    page.shows("Denis ERABLE").shows("votre établissement");
    idp.stop().await;
    house.close().await;
}

/// Proves: LOC-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_enrolled_by_the_code_and_opens_by_itself() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (_, code) = hired(&house).await;
    let (denis, origin) = at_localhost(&house);
    let mut key = authenticator(&origin, 5);
    denis.submit("/connexion/structure/inscription", &[("code", &code)]).await.shows("data-passkey=\"create\"");
    let question = denis.post("/connexion/structure/inscription/cle/question", &[("code", &code)]).await;
    let made = key.create(&challenge(&question.text), "none").to_string();
    let page = denis.submit("/connexion/structure/inscription/cle", &[("code", &code), ("reponse", &made), ("nom", "poste")]).await;
    page.shows("La clé est enregistrée");
    key.counter = 2;
    let question = denis.post(&format!("/connexion/structure/{HOSPITAL}/cle/question"), &[]).await;
    let signed = key.get(&challenge(&question.text)).to_string();
    let page = denis.submit(&format!("/connexion/structure/{HOSPITAL}/cle"), &[("reponse", &signed), ("vers", "/moi")]).await;
    page.shows("Denis ERABLE").shows("une clé d&#39;accès");
    house.close().await;
}

/// Proves: LOC-02, LOC-03.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_gestionnaire_finds_the_accounts_and_a_number_is_never_used_twice() {
    let house = House::open().await;
    // Off by default: nobody is offered that way, and nobody keeps accounts.
    house.browser().open("/connexion/structure").await.hides("VALCLAIR");
    assert_eq!(house.seated(ANNE).await.get(&format!("/structure/{HOSPITAL}")).await.status, 404);
    switched_on(&house, None).await;
    let (anne, _) = hired(&house).await;
    anne.open("/structure").await.shows("CENTRE HOSPITALIER DE VALCLAIR").shows("Denis ERABLE").shows("code à utiliser");
    for other in ["899790000014", "899790000071"] {
        let stranger = house.seated(other).await;
        for path in [format!("/structure/{HOSPITAL}"), format!("/structure/{HOSPITAL}/comptes/SEC0042")] {
            assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(stranger.post(&format!("/structure/{HOSPITAL}/comptes/SEC0042/fin"), &[]).await.status, 404);
    }
    let twice = [
        ("nom", "Autre"),
        ("prenom", "Jean"),
        ("matricule", "SEC0042"),
        ("fonction", "accueil"),
        ("identifiant", "j.autre"),
        ("debut", "2026-11-22"),
    ];
    let page = anne.submit(&format!("/structure/{HOSPITAL}/comptes"), &twice).await;
    assert_eq!(page.status, 422);
    let wrong = [
        ("nom", "Autre"),
        ("prenom", "Jean"),
        ("matricule", "é/1"),
        ("fonction", "accueil"),
        ("identifiant", "j.autre"),
        ("debut", "2026-11-22"),
    ];
    anne.submit(&format!("/structure/{HOSPITAL}/comptes"), &wrong).await.shows("Ce matricule ne convient pas");
    house.close().await;
}

/// Proves: LOC-08.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_an_account_ends_its_session_and_its_delegation_at_once() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (anne, code) = hired(&house).await;
    delegated(&house).await;
    agreed(&house).await;
    let denis = house.browser();
    let (secret, _) = enrolled(&denis, &house, &code).await;
    house.advance(Duration::from_secs(60));
    login(&denis, PASSWORD, &digits(&secret, &house)).await;
    assert_eq!(denis.get(&format!("/boites/{CARDIO}/lettres")).await.status, 200);
    anne.submit(&format!("/structure/{HOSPITAL}/comptes/SEC0042/fin"), &[]).await.shows("Le compte a pris fin");
    assert_ne!(denis.get(&format!("/boites/{CARDIO}/lettres")).await.status, 200);
    let people = house.store.people(&address(CARDIO), house.now()).await.expect("people");
    assert!(people.iter().all(|one| one.person != idnat(DENIS)), "the delegation is over");
    house.advance(Duration::from_secs(60));
    login(&denis, PASSWORD, &digits(&secret, &house)).await.shows("Ce compte est fermé");
    house.close().await;
}

/// Proves: LOC-03, LOC-09.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_got_a_national_number_is_linked_and_keeps_both() {
    let house = House::open().await;
    switched_on(&house, None).await;
    let (anne, code) = hired(&house).await;
    let (secret, _) = enrolled(&house.browser(), &house, &code).await;
    let path = format!("/structure/{HOSPITAL}/comptes/SEC0042");
    anne.open(&format!("/structure/{HOSPITAL}")).await.shows("Répertoire partagé des professionnels de santé");
    anne.submit(&format!("{path}/rpps"), &[("rpps", "99790000048")]).await.shows("Relié au numéro 899790000048");
    let account = house.store.local_account(LocalKey::Person(&idnat(DENIS)), house.now()).await.expect("the store").expect("an account");
    assert_eq!(account.linked_rpps, Some(idnat("899790000048")));
    // She may still come in locally, for the hospital's mailbox.
    house.advance(Duration::from_secs(60));
    let denis = house.browser();
    login(&denis, PASSWORD, &digits(&secret, &house)).await;
    assert!(denis.cookie("pli").is_some());
    house.close().await;
}
