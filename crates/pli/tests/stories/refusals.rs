//! The table of identity §1.7: each cause, on IMAP and on submission, by both mechanisms, with and without an initial response.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{CABINET, Demo, Imap, LUCIE, Smtp};

const MECHANISMS: [&str; 2] = ["XOAUTH2", "OAUTHBEARER"];

/// What a refusal must look like.
struct Expected<'a> {
    /// `status` of the XOAUTH2 challenge.
    status: &'a str,
    /// `status` of the OAUTHBEARER challenge (LPS-13).
    bearer_status: &'a str,
    imap: &'a str,
    smtp: (u16, &'a str),
}

fn token_fault() -> Expected<'static> {
    Expected {
        status: "401",
        bearer_status: "invalid_token",
        imap: "NO [AUTHENTICATIONFAILED] Jeton refuse",
        smtp: (535, "5.7.8 Jeton refuse"),
    }
}

/// Tries one token on one mailbox through every door and in every way.
fn refused_everywhere(demo: &Demo, mailbox: &str, token: &str, expected: &Expected<'_>) {
    for mechanism in MECHANISMS {
        for initial in [true, false] {
            imap(demo, mailbox, token, mechanism, initial, expected);
            smtp(demo, mailbox, token, mechanism, initial, expected);
        }
    }
    // Failures are counted for a minute and for an hour (PSC-26); the next cause is not to be taken for too many attempts.
    demo.advance(Duration::from_secs(3_601));
}

fn line(mechanism: &str, mailbox: &str, token: &str) -> String {
    match mechanism {
        "XOAUTH2" => sandbox::xoauth2(mailbox, token),
        _ => sandbox::oauthbearer(mailbox, token, "localhost", 143),
    }
}

fn imap(demo: &Demo, mailbox: &str, token: &str, mechanism: &str, initial: bool, expected: &Expected<'_>) {
    let mut imap = Imap::connect(demo, "operator");
    let sasl = line(mechanism, mailbox, token);
    let tag = if initial {
        imap.begin(&format!("AUTHENTICATE {mechanism} {sasl}"))
    } else {
        let tag = imap.begin(&format!("AUTHENTICATE {mechanism}"));
        assert_eq!(imap.lines.next().as_deref(), Some("+ "), "an empty challenge: plus, space");
        imap.lines.line(&sasl);
        tag
    };
    let challenge = imap.lines.next().expect("a challenge");
    challenged(demo, mechanism, challenge.strip_prefix("+ ").expect("a continuation"), expected);
    imap.lines.line(if mechanism == "XOAUTH2" { "" } else { "AQ==" });
    assert_eq!(imap.finish(&tag).tagged, expected.imap, "{mechanism}, initial response: {initial}");
    assert!(imap.command("NOOP").tagged.starts_with("OK"), "the connection stays usable for another try");
}

fn smtp(demo: &Demo, mailbox: &str, token: &str, mechanism: &str, initial: bool, expected: &Expected<'_>) {
    let mut smtp = Smtp::submission(demo, "operator");
    let sasl = line(mechanism, mailbox, token);
    let challenge = if initial {
        smtp.command(&format!("AUTH {mechanism} {sasl}"))
    } else {
        let empty = smtp.command(&format!("AUTH {mechanism}")).is(334);
        assert_eq!(empty.text, "");
        smtp.command(&sasl)
    };
    challenged(demo, mechanism, &challenge.is(334).text, expected);
    let last = smtp.command(if mechanism == "XOAUTH2" { "" } else { "AQ==" });
    assert_eq!((last.code, last.text.as_str()), expected.smtp, "{mechanism}, initial response: {initial}");
    smtp.command("NOOP").is(250);
}

fn challenged(demo: &Demo, mechanism: &str, base64: &str, expected: &Expected<'_>) {
    let text = String::from_utf8(STANDARD.decode(base64).expect("base64")).expect("text");
    let wanted = match mechanism {
        "XOAUTH2" => format!(r#"{{"status":"{}","schemes":"bearer","scope":"mail"}}"#, expected.status),
        _ => {
            let issuer = demo.facts["psc"]["issuer"].as_str().expect("an issuer");
            let discovery = format!("{issuer}/.well-known/wallet-openid-configuration");
            format!(r#"{{"status":"{}","scope":"openid scope_all","openid-configuration":"{discovery}"}}"#, expected.bearer_status)
        }
    };
    assert_eq!(text, wanted);
}

/// Proves: LPS-10, LPS-12, LPS-13, PSC-21, PSC-28, PSC-30.
#[test]
fn a_wrong_token_and_an_expired_one_are_refused_as_tokens() {
    let demo = Demo::start();
    let forged = demo.token(json!({"persona": "P04", "set": {"iss": "https://psc.example/auth"}}));
    refused_everywhere(&demo, CABINET, &forged, &token_fault());
    let expired = demo.token(json!({"persona": "P04", "ttl_s": 60}));
    demo.advance(Duration::from_secs(120));
    refused_everywhere(&demo, CABINET, &expired, &token_fault());
}

/// Proves: PSC-25, LPS-12, DEL-05.
#[test]
fn the_right_person_at_the_wrong_mailbox_and_at_one_that_does_not_exist_hear_the_same() {
    let demo = Demo::start();
    let expected = Expected {
        status: "403",
        bearer_status: "insufficient_scope",
        imap: "NO [AUTHORIZATIONFAILED] Pas d'acces a cette boite",
        smtp: (535, "5.7.1 Pas d'acces a cette boite"),
    };
    refused_everywhere(&demo, "cabinet.infirmier-du-port@pli.mssante.test", &demo.token_of("P04"), &expected);
    refused_everywhere(&demo, "cabinet.de-nulle-part@pli.mssante.test", &demo.token_of("P04"), &expected);
}

/// Proves: CGU-01, PSC-40.
#[test]
fn somebody_who_has_not_accepted_the_terms_is_told_where_to() {
    let demo = Demo::start();
    let web = demo.facts["operator"]["web"].as_str().expect("the pages").to_owned();
    let (imap, smtp) = (format!("NO [AUTHORIZATIONFAILED] CGU a accepter : {web}/cgu"), format!("5.7.1 CGU a accepter : {web}/cgu"));
    let expected = Expected { status: "403", bearer_status: "insufficient_scope", imap: &imap, smtp: (535, &smtp) };
    refused_everywhere(&demo, CABINET, &demo.token_of("P05"), &expected);
    demo.json(&["terms", "accept", "--person", "899790000055"]);
    Imap::enter(&demo, "operator", CABINET, "P05");
}

/// Proves: DEL-08, PSC-25.
#[test]
fn a_replacement_whose_delegation_ended_one_second_ago_is_told_the_date() {
    let demo = Demo::start();
    let until = delegation_end(&demo);
    let left = until.since(now(&demo));
    demo.advance(left + Duration::from_secs(1));
    let paris = until.paris();
    let sentence = format!("Acces termine le {:02}/{:02}/{}", paris.day(), paris.month(), paris.year());
    let (imap, smtp) = (format!("NO [AUTHORIZATIONFAILED] {sentence}"), format!("5.7.1 {sentence}"));
    let expected = Expected { status: "403", bearer_status: "insufficient_scope", imap: &imap, smtp: (535, &smtp) };
    refused_everywhere(&demo, CABINET, &demo.token_of("P03"), &expected);
}

fn delegation_end(demo: &Demo) -> rules::Moment {
    let people = demo.json(&["delegation", "list", CABINET]);
    let lucie = people.as_array().expect("an array").iter().find(|person| person["idnat"] == LUCIE).expect("the replacement").clone();
    rules::Moment::parse(lucie["until"].as_str().expect("an end")).expect("a moment")
}

/// The demo's time: that of a line it writes now.
fn now(demo: &Demo) -> rules::Moment {
    demo.json(&["terms", "accept", "--person", LUCIE]);
    let lines = demo.json(&["journal", "show"]);
    let last = lines.as_array().and_then(|lines| lines.last()).expect("a line").clone();
    rules::Moment::parse(last["at"].as_str().expect("a time")).expect("a moment")
}

/// Proves: PSC-19.
#[test]
fn a_doctor_who_was_struck_off_is_not_let_in_although_psc_still_knows_him() {
    let demo = Demo::start();
    let expected = Expected {
        status: "403",
        bearer_status: "insufficient_scope",
        imap: "NO [AUTHORIZATIONFAILED] Professionnel non habilite",
        smtp: (535, "5.7.1 Professionnel non habilite"),
    };
    refused_everywhere(&demo, "marc.bouleau@pli.mssante.test", &demo.token_of("P12"), &expected);
}

/// Proves: PSC-23, PSC-24.
#[test]
fn while_psc_is_away_nobody_is_let_in_and_everybody_is_asked_to_come_back() {
    let demo = Demo::start();
    let token = demo.token_of("P04");
    demo.faults(&json!({"introspection_down": true}));
    let expected = Expected {
        status: "503",
        bearer_status: "temporarily_unavailable",
        imap: "NO [UNAVAILABLE] Pro Sante Connect indisponible, reessayez",
        smtp: (454, "4.7.0 Pro Sante Connect indisponible, reessayez"),
    };
    refused_everywhere(&demo, CABINET, &token, &expected);
    demo.no_faults();
    // The circuit may still be open for ten seconds of the demo's time; the hour that has passed closed it.
    Imap::enter(&demo, "operator", CABINET, "P04");
}

/// Proves: TRU-22, LPS-03.
#[test]
fn before_tls_nothing_but_starttls_is_answered() {
    let demo = Demo::start();
    let mut smtp = Smtp::operator_in_clear(&demo, "operator");
    let refused = smtp.command("MAIL FROM:<cardiologie@voisin.mssante.test>").is(530);
    assert!(refused.text.starts_with("5.7.0"), "{}", refused.text);
    let mut lines = crate::harness::lines::Lines::connect(demo.port("operator", "imap"));
    let greeting = lines.next().expect("a greeting");
    assert!(greeting.contains("STARTTLS LOGINDISABLED") && !greeting.contains("AUTH="), "{greeting}");
    lines.line("a1 AUTHENTICATE XOAUTH2 AAAA");
    let refused = lines.next().expect("an answer");
    assert!(refused.starts_with("a1 NO [PRIVACYREQUIRED]"), "{refused}");
}
