//! `/api/v1`: as programs use it, as people who should not try it, and by a schema-driven fuzzer: whatever its description allows, and much that
//! it does not.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, NADIA, eventually, http};

/// No answer of 5xx, none that the description does not announce, none of another shape than announced.
fn fuzz(demo: &Demo, token: &str, cases: &str) {
    let program = std::env::var("PLI_TEST_SCHEMATHESIS").expect("PLI_TEST_SCHEMATHESIS: ./dev test installs and names it");
    let api = demo.facts["operator"]["api"].as_str().expect("the API");
    let told = Command::new(program)
        .args(["run", &format!("{api}/openapi.json"), "--header", &format!("Authorization: Bearer {token}")])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance",
        ])
        .args(["--max-examples", cases, "--seed", "7", "--continue-on-failure", "--warnings", "off", "--no-color"])
        .current_dir(demo.dir())
        .output()
        .expect("schemathesis runs");
    let words = format!("{}\n{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{words}\n{}", demo.log());
}

#[test]
fn a_schema_driven_fuzzer_with_the_operators_token_finds_no_undocumented_answer() {
    let demo = Demo::start();
    let token = demo.facts["operator"]["admin_token"].as_str().expect("a token").to_owned();
    fuzz(&demo, &token, "12");
}

#[test]
fn a_schema_driven_fuzzer_in_the_name_of_a_person_finds_no_undocumented_answer() {
    let demo = Demo::start();
    let token = demo.token(json!({"mailbox": CABINET, "client": "lps-demo", "ttl_s": 600}));
    fuzz(&demo, &token, "12");
}

const API_CLAIRE: &str = "claire.tilleul@pli.mssante.test";
const ZOE: &str = "899790000089";

/// A program in the name of one caller.
struct Program {
    api: String,
    token: String,
}

impl Program {
    fn of(demo: &Demo, token: String) -> Self {
        Self { api: demo.facts["operator"]["api"].as_str().expect("the API").to_owned(), token }
    }

    fn person(demo: &Demo, persona: &str) -> Self {
        Self::of(demo, demo.token_of(persona))
    }

    fn operator(demo: &Demo) -> Self {
        Self::of(demo, demo.facts["operator"]["admin_token"].as_str().expect("a token").to_owned())
    }

    fn ask(&self, method: &str, path: &str, key: Option<&str>, body: Option<&Value>) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(key.map(|key| ("Idempotency-Key", key)));
        http::ask(method, &format!("{}{path}", self.api), &headers, body)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, None, None)
    }
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

/// Proves: PSC-A, STF-03, STF-04, PSC-25.
#[test]
fn what_is_not_hers_answers_like_what_does_not_exist_and_systems_read_no_letter() {
    let demo = Demo::start();
    let nadia = Program::person(&demo, "P04");
    let lent = nadia.get("/mailboxes");
    let lent: Vec<&str> = lent.1["items"].as_array().expect("a list").iter().filter_map(|one| one["address"].as_str()).collect();
    assert_eq!(lent.len(), 2, "{lent:?}");
    for (method, path, body) in [
        ("GET", "/mailboxes/{}/messages", None),
        ("GET", "/mailboxes/{}/messages/1", None),
        ("GET", "/mailboxes/{}/folders", None),
        ("GET", "/mailboxes/{}/history", None),
        ("GET", "/mailboxes/{}/movements", None),
        ("GET", "/mailboxes/{}/people", None),
        ("GET", "/mailboxes/{}", None),
        ("POST", "/mailboxes/{}/messages", Some(json!({"to": [CABINET], "text": "Bonjour"}))),
        ("POST", "/mailboxes/{}/delegations", Some(json!({"person": ZOE, "attested": true}))),
        ("POST", "/mailboxes/{}/close", Some(json!({}))),
    ] {
        let ask = |address: &str| nadia.ask(method, &path.replace("{}", address), None, body.as_ref());
        let (hers, nobodys) = (ask(API_CLAIRE), ask("personne.du-tout@pli.mssante.test"));
        assert!(hers.0 == 403 || hers.0 == 404, "{method} {path}: {hers:?}");
        assert_eq!(hers, nobodys, "{method} {path}");
    }
    let system = Program::operator(&demo);
    for path in ["/mailboxes/{}/messages", "/mailboxes/{}/messages/1", "/mailboxes/{}/folders"] {
        assert_eq!(code(&system.get(&path.replace("{}", CABINET))), (403, "PEOPLE_ONLY"), "{path}");
    }
    let letter = json!({"to": [CABINET], "text": "Bonjour"});
    assert_eq!(code(&system.ask("POST", &format!("/mailboxes/{CABINET}/messages"), None, Some(&letter))), (403, "PEOPLE_ONLY"));
    let started = rules::Moment::parse(demo.facts["started"].as_str().expect("a moment")).expect("a moment");
    let ends = started.plus(Duration::from_secs(86_400)).to_string();
    let narrow = nadia.ask("POST", "/tokens", None, Some(&json!({"name": "lecture", "scopes": ["mailboxes.read"], "ends": ends})));
    let secret = narrow.1["secret"].as_str().unwrap_or_else(|| panic!("{narrow:?}")).to_owned();
    let narrow = Program::of(&demo, secret);
    assert_eq!(narrow.get("/mailboxes").0, 200);
    assert_eq!(code(&narrow.get(&format!("/mailboxes/{CABINET}/messages"))), (403, "SCOPE_MISSING"));
    assert_eq!(code(&Program::of(&demo, "pli_nothing".to_owned()).get("/mailboxes")), (401, "TOKEN_INVALID"));
}

/// Proves: CAB-10, CAB-16, IND-A, MSG-10, LPS-51.
#[test]
fn a_letter_sent_by_a_program_is_in_the_shared_sent_folder_under_its_persons_name_and_arrives_once() {
    let demo = Demo::start();
    let nadia = Program::person(&demo, "P04");
    let path = format!("/mailboxes/{CABINET}/messages");
    let letter = json!({
        "to": [CARDIOLOGIE], "subject": "Demande d'avis\r\nBcc: x@y.test", "text": "Bonjour,\nmerci.",
        "attachments": [{"name": "../ecg.txt", "media_type": "text/plain", "content": "RUNH"}],
    });
    let sent = nadia.ask("POST", &path, Some("avis-42"), Some(&letter));
    assert_eq!((sent.0, sent.1["recipients"].as_u64()), (202, Some(1)), "{sent:?}");
    assert_eq!(nadia.ask("POST", &path, Some("avis-42"), Some(&letter)), sent, "the first answer again");
    let other = json!({"to": [CARDIOLOGIE], "text": "Autre"});
    assert_eq!(code(&nadia.ask("POST", &path, Some("avis-42"), Some(&other))), (409, "IDEMPOTENCY_CONFLICT"));
    let mut neighbour = Imap::enter(&demo, "peer", CARDIOLOGIE, "P09");
    let arrived = eventually("the letter", Duration::from_secs(10), || {
        neighbour.command("SELECT INBOX").ok();
        Some(neighbour.messages()).filter(|letters| !letters.is_empty())
    });
    assert_eq!(arrived.len(), 1);
    let text = String::from_utf8_lossy(&arrived[0].1).into_owned();
    assert!(text.contains("filename=\"ecg.txt\"") && text.contains("RUNH") && !text.contains("\r\nBcc:"), "{text}");
    assert!(!text.contains("SUREAU"), "the mailbox signs");
    let mut shared = Imap::enter(&demo, "operator", CABINET, "P01");
    shared.command("SELECT Sent").ok();
    assert_eq!(shared.messages().len(), 1);
    let lines = demo.json(&["journal", "show", "--mailbox", CABINET]);
    let line = lines.as_array().expect("lines").iter().find(|line| line["act"] == "message.sent").expect("a line").clone();
    assert_eq!((line["author"]["id"].as_str(), line["channel"].as_str()), (Some(NADIA), Some("api")), "{line}");
    let answer = json!({"to": [CABINET], "text": "Reçu", "answers": {"folder": "Sent", "uid": 1}});
    assert_eq!(nadia.ask("POST", &path, None, Some(&answer)).0, 202);
    let found = eventually("the answer", Duration::from_secs(10), || {
        shared.command("SELECT INBOX").ok();
        shared.messages().pop()
    });
    assert!(String::from_utf8_lossy(&found.1).contains("In-Reply-To: <"), "the thread goes on");
    for (wrong, status, code_) in [
        (json!({"to": [], "text": "x"}), 400, "BAD_REQUEST"),
        (json!({"to": ["pas une adresse"], "text": "x"}), 422, "ADR-FORME"),
        (json!({"to": ["hugo@courriel.test"], "text": "x"}), 422, "LB-ABSENT"),
        (json!({"to": ["personne.du-tout@pli.mssante.test"], "text": "x"}), 422, "BAL-INCONNUE"),
        (json!({"to": [CABINET], "answers": {"folder": "INBOX", "uid": 99}}), 404, "NOT_FOUND"),
        (json!({"to": [CABINET], "attachments": [{"name": "a", "media_type": "b/c", "content": "é"}]}), 400, "BAD_REQUEST"),
    ] {
        let answer = nadia.ask("POST", &path, None, Some(&wrong));
        assert_eq!(code(&answer), (status, code_), "{wrong}: {answer:?}");
    }
}

/// Proves: BAL-01, LPS-22.
#[test]
fn certificates_of_machines_are_entered_by_the_operator_and_by_who_answers_for_the_mailbox_alone() {
    let demo = Demo::start();
    let system = Program::operator(&demo);
    let mailbox = demo.facts["app_client"]["mailbox"].as_str().expect("a mailbox").to_owned();
    let path = format!("/mailboxes/{mailbox}/certificates");
    let known = system.get(&path);
    assert_eq!((known.0, known.1["items"].as_array().map(Vec::len)), (200, Some(1)), "{known:?}");
    let supplier = |approved: Value| json!({"certificate": "CN=editeur,OU=399900000100019,O=EDITEUR,C=FR", "approved_by": approved});
    assert_eq!(code(&system.ask("POST", &path, None, Some(&supplier(Value::Null)))), (422, "OTHER_STRUCTURE"));
    let added = system.ask("POST", &path, None, Some(&supplier(json!("Anne ALISIER"))));
    assert_eq!((added.0, added.1["items"].as_array().map(Vec::len)), (201, Some(2)), "{added:?}");
    let dn = "CN=editeur,OU=399900000100019,O=EDITEUR,C=FR".replace(' ', "%20");
    assert_eq!(system.ask("DELETE", &format!("{path}?dn={dn}"), None, None).0, 200);
    let gone = system.ask("DELETE", &format!("{path}?dn={dn}"), None, None);
    assert!(gone.0 == 404 || gone.0 == 409 || gone.0 == 422, "{gone:?}");
    let cabinet = format!("/mailboxes/{CABINET}/certificates");
    assert!(
        (400..500).contains(&system.ask("POST", &cabinet, None, Some(&supplier(json!("Anne ALISIER")))).0),
        "a cabinet has no machines"
    );
    let anne = Program::person(&demo, "P09");
    let own = json!({"certificate": "CN=automate,OU=1990000028,O=CH,C=FR"});
    assert_eq!(anne.ask("POST", &path, None, Some(&own)).0, 403, "she does not answer for it yet");
    let responsables = format!("/mailboxes/{mailbox}/responsables");
    let named = json!({"person": "899790000097", "reason": "cheffe de service"});
    assert_eq!(code(&anne.ask("POST", &responsables, None, Some(&named))), (403, "SYSTEMS_ONLY"));
    assert_eq!(system.ask("POST", &responsables, None, Some(&named)).0, 201);
    assert_eq!(anne.ask("POST", &path, None, Some(&own)).0, 201);
    assert_eq!(system.ask("DELETE", &format!("{responsables}/899790000097"), None, None).0, 200);
    assert_eq!(anne.get(&path).0, 403, "she answers for it no more");
    let nadia = Program::person(&demo, "P04");
    for (method, body) in [("GET", None), ("POST", Some(supplier(json!("Anne ALISIER"))))] {
        let ask = |path: &str| nadia.ask(method, path, None, body.as_ref());
        assert_eq!(ask(&path), ask("/mailboxes/personne.du-tout@pli.mssante.test/certificates"), "{method}");
        assert_eq!(code(&ask(&cabinet)), (403, "NOT_MANAGER"), "{method}");
    }
}
