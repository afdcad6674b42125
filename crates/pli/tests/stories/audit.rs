//! The audit scenarios of trust-space §6, in both directions, after a fresh start and after a hot reload of list and CRL.

use std::time::Duration;

use trust::pki::{Lab, Request, Subject};
use trust::tls::Identity;

use crate::harness::letters::letter;
use crate::harness::peer::Neighbour;
use crate::harness::{CABINET, Demo, Imap, Smtp, eventually};

/// One row of the table.
struct Scenario {
    domain: &'static str,
    shows: Shows,
    /// Port 25: the code in the refusal; `None`: taken.
    as_server: Option<&'static str>,
    /// Courier: status of the final report; `None`: delivered.
    as_client: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Shows {
    Good,
    Expired,
    Revoked,
    OtherCa,
    /// A subject that is declared nowhere.
    WrongDn,
    /// The declared common name, another organisation.
    SameName,
    NoTls,
}

const SCENARIOS: [Scenario; 9] = [
    Scenario { domain: "cert-valide-audit.mssante.test", shows: Shows::Good, as_server: None, as_client: None },
    Scenario { domain: "cert-expire-audit.mssante.test", shows: Shows::Expired, as_server: Some("TLS-EXPIRE"), as_client: Some("5.7.5") },
    Scenario { domain: "cert-revoque-audit.mssante.test", shows: Shows::Revoked, as_server: Some("TLS-REVOQUE"), as_client: Some("5.7.5") },
    Scenario { domain: "cert-non-igc-audit.mssante.test", shows: Shows::OtherCa, as_server: Some("TLS-NON-IGC"), as_client: Some("5.7.5") },
    Scenario { domain: "cert-no-match-audit.mssante.test", shows: Shows::WrongDn, as_server: Some("LB-DN"), as_client: Some("5.7.1") },
    Scenario { domain: "cert-cn-diff-dn-audit.mssante.test", shows: Shows::SameName, as_server: Some("LB-DN"), as_client: Some("5.7.1") },
    // The same scenario's second half: the DN is declared, its common name resembles neither the domain nor the host.
    Scenario { domain: "autre-nom-audit.mssante.test", shows: Shows::Good, as_server: None, as_client: None },
    Scenario { domain: "sans-tls-audit.mssante.test", shows: Shows::NoTls, as_server: Some("530"), as_client: Some("5.7.10") },
    Scenario { domain: "tests-operateur.mssante.test", shows: Shows::Good, as_server: None, as_client: None },
];

/// A demo whose list declares every audit domain with the neighbour's certificate, each served by a neighbour of the story.
struct Audit {
    demo: Demo,
    neighbours: Vec<Neighbour>,
    same_name: Identity,
}

impl Audit {
    fn start() -> Self {
        let neighbours: Vec<Neighbour> = SCENARIOS.iter().map(|_| Neighbour::listen()).collect();
        let options: Vec<String> = SCENARIOS
            .iter()
            .zip(&neighbours)
            .flat_map(|(scenario, neighbour)| ["--declare".to_owned(), format!("{}=127.0.0.1:{}", scenario.domain, neighbour.port)])
            .collect();
        let demo = Demo::with(&options.iter().map(String::as_str).collect::<Vec<_>>());
        let same_name = same_name(&demo);
        let audit = Self { demo, neighbours, same_name };
        for (scenario, neighbour) in SCENARIOS.iter().zip(&audit.neighbours) {
            if scenario.shows != Shows::NoTls {
                neighbour.shows(&audit.identity(scenario.shows));
            }
        }
        audit
    }

    fn identity(&self, shows: Shows) -> Identity {
        match shows {
            Shows::Good | Shows::NoTls => self.demo.identity("voisin"),
            Shows::Expired => self.demo.identity("expire"),
            Shows::Revoked => self.demo.identity("revoque"),
            Shows::OtherCa => self.demo.identity("autre-igc"),
            Shows::WrongDn => self.demo.identity("autre-dn"),
            Shows::SameName => self.same_name.clone(),
        }
    }

    /// An hour passes: the sandbox signs list and CRL anew, and everybody re-reads them, live.
    fn hot_reload(&self) {
        self.demo.advance(Duration::from_secs(3_600));
    }
}

/// The neighbour's common name on another organisation's certificate, from the right authority.
fn same_name(demo: &Demo) -> Identity {
    let domain = |text: &str| rules::Domain::parse(text).expect("a domain");
    let voisin = domain("voisin.mssante.test");
    let lab = Lab::load(&[domain("pli.mssante.test"), voisin.clone()], &demo.path("pki")).expect("the demo's laboratory");
    let started = rules::Moment::parse(demo.facts["started"].as_str().expect("a start")).expect("a moment");
    let subject = Subject { organisation: "AUTRE ETABLISSEMENT".to_owned(), unit: "1990000999".to_owned(), ..Subject::operator(&voisin) };
    lab.ca.issue(&Request::operator(subject, vec!["localhost".to_owned()], started)).expect("a certificate").identity()
}

/// Proves: TRU-21, TRU-22, TRU-24, TRU-25, OPE-01.
#[test]
fn a_neighbour_who_comes_is_judged_by_its_certificate_and_the_list_fresh_and_after_a_reload() {
    let audit = Audit::start();
    for round in ["fresh", "reloaded"] {
        for scenario in &SCENARIOS {
            as_server(&audit, scenario, round);
        }
        audit.hot_reload();
    }
    let mut secretary = Imap::enter(&audit.demo, "operator", CABINET, "P04");
    secretary.command("SELECT INBOX").ok();
    let taken = SCENARIOS.iter().filter(|scenario| scenario.as_server.is_none()).count();
    assert_eq!(secretary.messages().len(), taken * 2, "only those who were taken are there");
}

fn as_server(audit: &Audit, scenario: &Scenario, round: &str) {
    let from = format!("audit@{}", scenario.domain);
    let mut peer = match scenario.shows {
        Shows::NoTls => Smtp::operator_in_clear(&audit.demo, "operator"),
        shows => Smtp::operator(&audit.demo, "operator", Some(&audit.identity(shows))),
    };
    let mark = format!("{round}-{}", scenario.domain);
    let reply = peer.deliver(&from, &[CABINET], &letter(&from, CABINET, &mark)).expect("a reply");
    match scenario.as_server {
        None => assert_eq!(reply.code, 250, "{mark}: {}", reply.text),
        Some("530") => assert_eq!(reply.code, 530, "{mark}: {}", reply.text),
        Some(code) => assert!(reply.code == 550 && reply.text.contains(&format!("[{code} ")), "{mark}: {} {}", reply.code, reply.text),
    }
}

/// Proves: TRU-24.
#[test]
fn who_shows_no_certificate_or_speaks_for_a_domain_outside_the_list_is_told_so() {
    let demo = Demo::start();
    let mut bare = Smtp::operator(&demo, "operator", None);
    let refused = bare.command("MAIL FROM:<cardiologie@voisin.mssante.test>").is(550);
    assert!(refused.text.contains("[TLS-ABSENT "), "{}", refused.text);
    let mut neighbour = Smtp::operator(&demo, "operator", Some(&demo.identity("voisin")));
    let refused = neighbour.command("MAIL FROM:<x@inconnu.mssante.test>").is(550);
    assert!(refused.text.contains("[LB-ABSENT "), "{}", refused.text);
    let refused = neighbour.command("MAIL FROM:<x@pli.mssante.test>").is(550);
    assert!(refused.text.contains("[LB-DN "), "a neighbour does not speak for us: {}", refused.text);
    neighbour.command("MAIL FROM:<cardiologie@voisin.mssante.test>").is(250);
    let refused = neighbour.command("RCPT TO:<x@voisin.mssante.test>").is(550);
    assert!(refused.text.contains("[RELAIS "), "{}", refused.text);
    let refused = neighbour.command("RCPT TO:<personne@pli.mssante.test>").is(550);
    assert!(refused.text.contains("[BAL-INCONNUE "), "{}", refused.text);
}

/// Proves: TRU-21, TRU-31, TRU-32, TRU-39.
#[test]
fn we_give_mail_only_to_a_neighbour_whose_certificate_is_good_and_declared_fresh_and_after_a_reload() {
    let audit = Audit::start();
    for round in ["fresh", "reloaded"] {
        send_to_all(&audit, round);
        everybody_was_tried(&audit, round);
        audit.hot_reload();
    }
    for (scenario, neighbour) in SCENARIOS.iter().zip(&audit.neighbours) {
        match scenario.as_client {
            None => assert_eq!(neighbour.seen().messages.len(), 2, "{}", scenario.domain),
            Some(_) => assert!(!neighbour.was_given_mail(), "{}: {:?}", scenario.domain, neighbour.seen().lines),
        }
    }
    // A failure of trust is tried for four hours, then the sender is told.
    audit.demo.advance(Duration::from_secs(4 * 3_600));
    let reports = reports(&audit);
    for scenario in &SCENARIOS {
        let about: Vec<&String> = reports.iter().filter(|report| report.contains(&format!("rfc822;audit@{}", scenario.domain))).collect();
        match scenario.as_client {
            None => assert!(about.is_empty(), "{}: {about:?}", scenario.domain),
            Some(status) => {
                assert_eq!(about.len(), 2, "{}: one report a message", scenario.domain);
                assert!(about.iter().all(|report| report.contains(&format!("Status: {status}\r\n"))), "{}: {}", scenario.domain, about[0]);
            }
        }
    }
}

fn send_to_all(audit: &Audit, round: &str) {
    for scenario in &SCENARIOS {
        let to = format!("audit@{}", scenario.domain);
        let mut secretary = Smtp::enter(&audit.demo, "operator", CABINET, "P04");
        let message = letter(CABINET, &to, &format!("{round}-{}", scenario.domain));
        secretary.deliver(CABINET, &[&to], &message).expect("a reply").is(250);
    }
}

/// Every row of the queue has been delivered or has met its neighbour at least once.
fn everybody_was_tried(audit: &Audit, round: &str) {
    eventually(&format!("each neighbour tried, {round}"), Duration::from_secs(60), || {
        let queue = audit.demo.json(&["queue", "list"]);
        let waits = |row: &serde_json::Value| row["state"] == "waiting" && row["attempts"] == 0;
        (!queue.as_array().expect("an array").iter().any(waits)).then_some(())
    });
}

/// The reports filed in the cabinet's mailbox, once there are as many as failures.
fn reports(audit: &Audit) -> Vec<String> {
    let failures = 2 * SCENARIOS.iter().filter(|scenario| scenario.as_client.is_some()).count();
    let mut secretary = Imap::enter(&audit.demo, "operator", CABINET, "P04");
    secretary.command("SELECT INBOX").ok();
    eventually("a report for each failure", Duration::from_secs(60), || {
        secretary.command("NOOP").ok();
        let all: Vec<String> = secretary.messages().iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
        let failed: Vec<String> = all.into_iter().filter(|report| report.contains("Action: failed")).collect();
        (failed.len() >= failures).then_some(failed)
    })
}

/// Proves: LPS-51, TRU-30.
#[test]
fn a_recipient_outside_the_list_is_refused_to_the_sender_at_once() {
    let demo = Demo::start();
    let mut secretary = Smtp::enter(&demo, "operator", CABINET, "P04");
    secretary.command(&format!("MAIL FROM:<{CABINET}>")).is(250);
    let refused = secretary.command("RCPT TO:<x@inconnu.mssante.test>").is(550);
    assert!(refused.text.contains("[LB-ABSENT "), "{}", refused.text);
    let refused = secretary.command("RCPT TO:<personne@pli.mssante.test>").is(550);
    assert!(refused.text.contains("[BAL-INCONNUE "), "{}", refused.text);
    let mut other = Smtp::enter(&demo, "operator", CABINET, "P04");
    let refused = other.command("MAIL FROM:<claire.tilleul@pli.mssante.test>").is(553);
    assert!(refused.text.contains("[EXP-DROIT "), "{}", refused.text);
}

/// The neighbour's own good certificate is revoked under a running server.
///
/// Proves: TRU-35, TRU-37, TRU-12.
#[test]
fn a_certificate_revoked_today_opens_nothing_after_the_reload() {
    let demo = Demo::start();
    let voisin = demo.identity("voisin");
    let from = "cardiologie@voisin.mssante.test";
    let mut before = Smtp::operator(&demo, "operator", Some(&voisin));
    before.deliver(from, &[CABINET], &letter(from, CABINET, "before")).expect("a reply").is(250);
    let domain = |text: &str| rules::Domain::parse(text).expect("a domain");
    let lab = Lab::load(&[domain("pli.mssante.test"), domain("voisin.mssante.test")], &demo.path("pki")).expect("the laboratory");
    let now = rules::Moment::parse(demo.facts["started"].as_str().expect("a start")).expect("a moment").plus(Duration::from_secs(60));
    let leaf = &lab.operators[&domain("voisin.mssante.test")];
    std::fs::write(demo.path("pki/ca.crl"), lab.crl_with(&[leaf], now, Duration::from_secs(86_400)).expect("a CRL")).unwrap();
    demo.json(&["reload"]);
    let refused = Smtp::operator(&demo, "operator", Some(&voisin)).command(&format!("MAIL FROM:<{from}>")).is(550);
    assert!(refused.text.contains("[TLS-REVOQUE "), "{}", refused.text);
    // The sandbox signs its own list again when the clock moves: the certificate is good again, in both directions of time.
    demo.advance(Duration::from_secs(120));
    Smtp::operator(&demo, "operator", Some(&voisin)).command(&format!("MAIL FROM:<{from}>")).is(250);
}
