//! `pli serve` on the folder of one operator: limits, live certificates, signals. The folder is that of a demo that has stopped.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use trust::pki::{Lab, Request, Subject};

use crate::harness::demo::signal;
use crate::harness::letters::letter;
use crate::harness::lines::Lines;
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Smtp, eventually};

/// A server on a demo's operator, stopped at the end of the story.
struct Server {
    demo: Demo,
    child: Child,
}

impl Server {
    /// `more` is appended to the configuration.
    fn start(more: &str) -> Self {
        let mut demo = Demo::start();
        assert!(demo.stop().success());
        let config = demo.path("operator/pli.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        std::fs::write(&config, format!("{text}\n{more}")).expect("a configuration");
        let mut serve = Command::new(env!("CARGO_BIN_EXE_pli"));
        let log = std::fs::File::create(demo.path("log")).expect("a log");
        serve.args(["serve", "--dir"]).arg(demo.path("operator")).env("PLI_LOG", "info").stdout(Stdio::null()).stderr(log);
        let server = Self { child: serve.spawn().expect("pli runs"), demo };
        eventually("the server is ready", Duration::from_secs(20), || server.demo.log().contains("ready").then_some(()));
        server
    }

    /// Deliveries as the neighbour's server.
    fn neighbour(&self) -> Smtp {
        Smtp::operator(&self.demo, "operator", Some(&self.demo.identity("voisin")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_takes_mail_answers_commands_and_ends_with_zero() {
    let mut server = Server::start("");
    let sent = letter(CARDIOLOGIE, CABINET, "serve");
    server.neighbour().deliver(CARDIOLOGIE, &[CABINET], &sent).expect("a reply").is(250);
    let dir = server.demo.path("operator");
    let ask = |arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_pli")).args(arguments).arg("--json").arg("--dir").arg(&dir).output().expect("pli runs");
        assert!(out.status.success(), "{out:?}");
        serde_json::from_slice::<serde_json::Value>(&out.stdout).expect("JSON")
    };
    let lines = ask(&["journal", "show", "--mailbox", CABINET]);
    assert!(lines.as_array().expect("an array").iter().any(|line| line["act"] == "message.received"));
    assert_eq!(ask(&["reload"])["reloaded"], 1);
    signal(server.child.id(), "TERM");
    let status = eventually("the end", Duration::from_secs(5), || server.child.try_wait().expect("its state"));
    assert!(status.success(), "{status}");
}

/// Proves: TRU-29.
#[test]
fn one_connection_too_many_is_told_so_and_the_others_go_on() {
    let server = Server::start("[limits]\nconnections = 2\n");
    let mut first = server.neighbour();
    let _second = server.neighbour();
    let mut third = Smtp { lines: Lines::connect(server.demo.port("operator", "smtp")) };
    let refused = third.reply().is(421);
    assert!(refused.text.starts_with("4.7.0"), "{}", refused.text);
    assert_eq!(third.lines.next(), None, "and the connection is closed");
    first.command("NOOP").is(250);
    drop(first);
    let again = eventually("a place that was given back", Duration::from_secs(5), || {
        let mut next = Smtp { lines: Lines::connect(server.demo.port("operator", "smtp")) };
        next.try_reply().filter(|reply| reply.code == 220)
    });
    assert_eq!(again.code, 220);
}

/// Proves: TRU-37.
#[test]
fn a_new_certificate_is_shown_after_a_hangup_signal_while_open_connections_go_on() {
    let server = Server::start("");
    let demo = &server.demo;
    let mut open = server.neighbour();
    let domain = |text: &str| rules::Domain::parse(text).expect("a domain");
    let (ours, voisin) = (domain("pli.mssante.test"), domain("voisin.mssante.test"));
    let lab = Lab::load(&[ours.clone(), voisin], &demo.path("pki")).expect("the laboratory");
    let started = rules::Moment::parse(demo.facts["started"].as_str().expect("a start")).expect("a moment");
    // The same subject, a new key: what the list declares is the whole name, not the key (TRU-16).
    let renewed = lab.ca.issue(&Request::operator(Subject::operator(&ours), vec!["localhost".to_owned()], started)).expect("a certificate");
    std::fs::write(demo.path("pki/pli.mssante.test.pem"), &renewed.cert_pem).expect("written");
    std::fs::write(demo.path("pki/pli.mssante.test.key"), &renewed.key_pem).expect("written");
    signal(server.child.id(), "HUP");
    let wanted = renewed.chain().expect("a chain").remove(0);
    eventually("the new certificate", Duration::from_secs(5), || {
        let mut lines = Lines::connect(demo.port("operator", "imaps"));
        lines.secure(&trust::tls::people_client(&demo.ca()).expect("a TLS client"));
        (lines.shown().first() == Some(&wanted)).then_some(())
    });
    open.deliver(CARDIOLOGIE, &[CABINET], &letter(CARDIOLOGIE, CABINET, "renewed")).expect("a reply").is(250);
}
