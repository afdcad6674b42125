//! The phone page, the page that waits for it, the activation of an e-CPS, the outbox: as a browser without JavaScript meets them.

use reqwest::StatusCode;
use sandbox::outbox::{Kind, Outgoing};
use serde_json::{Value, json};

use crate::world::{VERIFIER, World, claims, fields_of, hidden, location, world, world_with};

const NADIA: &str = "899790000048";
const HUGO: &str = "899790000055";
const CLAIRE: &str = "899790000014";

/// Presses "e-CPS" on the login page; the path of the page that waits.
async fn ask_by_page(world: &World, persona: &str) -> String {
    let list = world.http.get(world.authorize_url(&[])).send().await.expect("a page").text().await.expect("text");
    let request = hidden(&list, "request");
    location(&world.press("/mire", &[("request", &request), ("persona", persona), ("channel", "MOBILE")]).await)
}

fn number_on(page: &str) -> String {
    page.split("class=\"number\">").nth(1).and_then(|rest| rest.split('<').next()).expect("the number").to_owned()
}

/// Proves: SIM-05, SIM-06.
#[tokio::test]
async fn a_login_waits_for_the_phone_which_shows_the_same_number_and_wants_the_code() {
    let world = world().await;
    let wait = ask_by_page(&world, "P04").await;
    let (status, waiting) = world.page(&wait).await;
    assert_eq!(status, StatusCode::OK);
    assert!(waiting.contains("Validez sur votre téléphone") && waiting.contains(&format!("/phone/{NADIA}")));
    assert!(waiting.contains("http-equiv=\"refresh\""), "it goes on without JavaScript");
    let (_, phone) = world.page(&format!("/phone/{NADIA}")).await;
    assert!(phone.contains("Logiciel de cabinet (démonstration)") && phone.contains("SIMULATEUR") && phone.contains("lang=\"fr\""));
    assert_eq!(number_on(&phone), number_on(&waiting));
    assert_eq!(number_on(&phone).len(), 2);
    let request = hidden(&phone, "request");
    let answer = async |code: &str| {
        world.press(&format!("/phone/{NADIA}/reponse"), &[("request", &request), ("action", "approve"), ("code", code)]).await
    };
    let wrong = answer("0000").await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().await.expect("text").contains("n&#39;est pas le bon"));
    assert_eq!(world.page(&wait).await.0, StatusCode::OK, "still waiting");
    assert_eq!(location(&answer("4711").await), format!("/phone/{NADIA}"));
    let on = world.http.get(format!("{}{wait}", world.sim.login_page())).send().await.expect("an answer");
    let back = fields_of(&location(&on));
    assert_eq!(back["state"], "é&=1");
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    assert_eq!(claims(tokens["access_token"].as_str().expect("a token"))["authMode"], "MOBILE");
    assert_eq!(world.page(&wait).await.0, StatusCode::BAD_REQUEST, "an approval serves once");
}

/// Proves: SIM-06.
#[tokio::test]
async fn three_wrong_codes_a_refusal_and_silence_all_end_a_request_and_one_may_begin_again() {
    let world = world().await;
    let wait = ask_by_page(&world, "P01").await;
    let request = world.pending(CLAIRE).await[0]["auth_req_id"].as_str().expect("an id").to_owned();
    let reply = [("request", request.as_str()), ("action", "approve"), ("code", "0000")];
    for _ in 0..3 {
        assert_eq!(world.press(&format!("/phone/{CLAIRE}/reponse"), &reply).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(world.pending(CLAIRE).await.is_empty());
    let (_, page) = world.page(&wait).await;
    assert!(page.contains("Demande refusée") && page.contains("Recommencer"));
    let again = ask_by_page(&world, "P01").await;
    let request = world.pending(CLAIRE).await[0]["auth_req_id"].as_str().expect("an id").to_owned();
    world.press(&format!("/phone/{CLAIRE}/reponse"), &[("request", &request), ("action", "refuse")]).await;
    assert!(world.page(&again).await.1.contains("Demande refusée"));
    let given_up = fields_of(&location(&world.press(&again, &[]).await));
    assert_eq!(given_up["error"], "access_denied");
    let silent = ask_by_page(&world, "P01").await;
    world.advance(120);
    assert!(world.page(&silent).await.1.contains("Demande expirée"));
    assert!(world.pending(CLAIRE).await.is_empty());
}

/// Proves: SIM-05.
#[tokio::test]
async fn the_card_connects_at_once_and_the_simulator_may_be_told_to_approve_by_itself() {
    let world = world_with(|config| config.auto_approve = true).await;
    let list = world.http.get(world.authorize_url(&[])).send().await.expect("a page").text().await.expect("text");
    let request = hidden(&list, "request");
    let by_card = world.press("/mire", &[("request", &request), ("persona", "P02"), ("channel", "CARD")]).await;
    let tokens: Value = world.by_code(&fields_of(&location(&by_card))["code"], VERIFIER).await.json().await.expect("JSON");
    assert_eq!(claims(tokens["access_token"].as_str().expect("a token"))["authMode"], "CARD");
    let wait = ask_by_page(&world, "P04").await;
    let on = world.http.get(format!("{}{wait}", world.sim.login_page())).send().await.expect("an answer");
    assert!(fields_of(&location(&on)).contains_key("code"));
}

/// Proves: SIM-06, SIM-07.
#[tokio::test]
async fn a_test_answers_for_the_person_by_the_control_api() {
    let world = world().await;
    let wait = ask_by_page(&world, "P04").await;
    let waiting = world.pending(NADIA).await;
    assert_eq!((waiting[0]["kind"].as_str(), waiting[0]["client"].as_str()), (Some("browser"), Some("lps-demo")));
    let id = waiting[0]["auth_req_id"].as_str().expect("an id");
    let act = async |idnat: &str, body| world.control("POST", &format!("phone/{idnat}/{id}"), body).await.status();
    assert_eq!(act(CLAIRE, json!({"action": "approve"})).await, StatusCode::NOT_FOUND, "not her phone");
    assert_eq!(act(NADIA, json!({"action": "perhaps"})).await, StatusCode::BAD_REQUEST);
    assert_eq!(act(NADIA, json!({"action": "approve", "code": "0000"})).await, StatusCode::FORBIDDEN);
    world.control("POST", &format!("ecps/{NADIA}"), json!({"state": "EXPIRED"})).await;
    assert_eq!(act(NADIA, json!({"action": "approve"})).await, StatusCode::CONFLICT, "only an active e-CPS approves");
    let list = world.http.get(world.authorize_url(&[])).send().await.expect("a page").text().await.expect("text");
    assert!(!list.contains("SUREAU"), "without an e-CPS nor a card she cannot log in");
    world.control("POST", &format!("ecps/{NADIA}"), json!({"state": "ACTIVE"})).await;
    assert_eq!(act(NADIA, json!({"action": "approve"})).await, StatusCode::NO_CONTENT);
    assert_eq!(act(NADIA, json!({"action": "approve"})).await, StatusCode::CONFLICT, "answered already");
    let on = world.http.get(format!("{}{wait}", world.sim.login_page())).send().await.expect("an answer");
    assert!(fields_of(&location(&on)).contains_key("code"));
}

/// Proves: SIM-06, CPS-01, CPS-04.
#[tokio::test]
async fn a_new_e_cps_is_activated_by_e_mail_and_sms_then_logs_its_person_in() {
    let world = world().await;
    let phone = format!("/phone/{HUGO}");
    let press = async |form: &[(&str, &str)]| world.press(&format!("{phone}/activation"), form).await;
    let (_, page) = world.page(&phone).await;
    assert!(page.contains("WAITING") && page.contains("48 heures"));
    assert_eq!(press(&[("step", "contact")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "too early");
    world.advance(28 * 3600);
    let (_, page) = world.page(&phone).await;
    assert!(page.contains("ACTIVABLE") && !page.contains("Activer avec la carte"), "an assistant has no card");
    press(&[("step", "contact")]).await;
    let outbox = async |to: &str| {
        let request = world.http.get(format!("{}?to={to}", world.sim.outbox_page())).header("Accept", "application/json");
        request.send().await.expect("an answer").json::<Vec<Value>>().await.expect("JSON")
    };
    let mail = outbox("hugo.cormier@courriel.test").await;
    let text = mail[0]["text"].as_str().expect("text");
    let qr: String = text.split("ECPS-").nth(1).expect("the QR code").chars().take(9).collect();
    let sms = outbox("%2B33639980005").await;
    let text = sms[0]["text"].as_str().expect("text");
    let code: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!((sms[0]["kind"].as_str(), code.len()), (Some("sms"), 6));
    let finish = [("step", "finish"), ("qr", &format!("ECPS-{qr}")), ("sms", &code), ("code", "2580"), ("again", "2580")];
    assert_eq!(location(&press(&finish).await), phone);
    assert!(world.page(&phone).await.1.contains("L&#39;e-CPS est active"));
    let wait = ask_by_page(&world, "P05").await;
    let request = hidden(&world.page(&phone).await.1, "request");
    world.press(&format!("{phone}/reponse"), &[("request", &request), ("action", "approve"), ("code", "2580")]).await;
    let on = world.http.get(format!("{}{wait}", world.sim.login_page())).send().await.expect("an answer");
    assert!(fields_of(&location(&on)).contains_key("code"), "his own code, not 4711");
}

/// Proves: SIM-06, CPS-01.
#[tokio::test]
async fn with_a_card_the_qr_code_stands_on_the_screen_for_ninety_seconds() {
    let world = world().await;
    let phone = format!("/phone/{CLAIRE}");
    let press = async |step: &str| world.press(&format!("{phone}/activation"), &[("step", step)]).await.status();
    assert_eq!(press("start-over").await, StatusCode::SEE_OTHER);
    assert_eq!(press("card").await, StatusCode::SEE_OTHER);
    let (_, page) = world.page(&phone).await;
    assert!(page.contains("<svg") && page.contains("<code>ECPS-") && !page.contains("id=\"sms\""));
    world.advance(90);
    assert!(world.page(&phone).await.1.contains("ACTIVABLE"));
}

/// Proves: SIM-06.
#[tokio::test]
async fn the_outbox_shows_what_pli_would_have_sent_as_text_and_never_as_markup() {
    let world = world().await;
    let at = rules::Moment::parse("2026-11-21T22:00:00Z").expect("a date");
    let text = "Votre numéro RPPS <b>est là</b>".to_owned();
    let (to, subject) = ("nadia.sureau@courriel.test".to_owned(), "Votre numéro".to_owned());
    world.sim.outbox().put(Outgoing { to, kind: Kind::Email, subject, text, at });
    let (_, page) = world.page("/outbox").await;
    assert!(page.contains("Votre numéro") && page.contains("nadia.sureau@courriel.test") && page.contains("21/11/2026 à 23:00:00"));
    assert!(!page.contains("<b>est là"));
    assert!(world.page("/outbox?to=personne%40courriel.test").await.1.contains("Aucun message"));
    let request = world.http.get(world.sim.outbox_page()).header("Accept", "application/json");
    let told: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!((told[0]["kind"].as_str(), told[0]["at"].as_str()), (Some("email"), Some("2026-11-21T22:00:00.000000Z")));
}

/// Proves: SIM-06.
#[tokio::test]
async fn the_phone_page_is_told_when_a_request_arrives() {
    let world = world().await;
    let follow = world.http.get(format!("{}/phone/{NADIA}/suivi", world.sim.login_page())).send();
    let mut stream = follow.await.expect("a stream");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let first = stream.chunk().await.expect("bytes").expect("the present mark");
    let (_, page) = world.page(&format!("/phone/{NADIA}")).await;
    let mark = String::from_utf8_lossy(&first).trim().trim_start_matches("data: ").to_owned();
    assert!(page.contains(&format!("data-mark=\"{mark}\"")), "the page that shows it needs no reload");
    ask_by_page(&world, "P04").await;
    let next =
        tokio::time::timeout(std::time::Duration::from_secs(5), stream.chunk()).await.expect("told").expect("bytes").expect("a mark");
    assert!(next.starts_with(b"data: ") && next != first);
    // Nobody waits for a page that follows.
    let stop = tokio::time::timeout(std::time::Duration::from_secs(3), world.sim.stop());
    stop.await.expect("the stream ends with the simulator");
}

/// Proves: SIM-02.
#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_another_site_cannot_press_their_buttons() {
    let world = world().await;
    for path in ["/", "/phone", "/phone/899790000048", "/outbox"] {
        let answer = world.http.get(format!("{}{path}", world.sim.login_page())).send().await.expect("a page");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let page = answer.text().await.expect("text");
        assert!(page.contains("SIMULATEUR") && !page.contains("style=\"") && !page.contains("onclick"), "{path}");
    }
    let form = [("step", "start-over")];
    let foreign = world.http.post(format!("{}/phone/{CLAIRE}/activation", world.sim.login_page())).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(foreign.form(&form).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
}
