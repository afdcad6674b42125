//! A machine of the hospital: its mailbox opened by certificate, read and sent from with Python's own libraries, counted as an application.

use std::process::Command;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use crate::harness::letters::letter;
use crate::harness::programs::run;
use crate::harness::{CARDIOLOGIE, Demo, Imap, Smtp};

const LABO: &str = "labo_auto@pli.mssante.test";

/// Reads one letter and sends one, by client certificate. Arguments: ca, cert, key, host name, imap port, submission port, mailbox.
const SCRIPT: &str = r#"
import imaplib, smtplib, ssl, sys
ca, cert, key, name, imap_port, submission_port, mailbox = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.load_cert_chain(cert, key)

imap = imaplib.IMAP4("127.0.0.1", int(imap_port))
imap.host = name
imap.starttls(context)
assert "AUTH=EXTERNAL" in imap.capabilities and "AUTH=XOAUTH2" not in imap.capabilities, imap.capabilities
# imaplib asks without an initial response, and encodes what it is given.
imap.authenticate("EXTERNAL", lambda _: mailbox.encode())
assert imap.select("INBOX") == ("OK", [b"1"])
status, fetched = imap.fetch("1", "(BODY[])")
assert status == "OK" and b"automate-1" in fetched[0][1], fetched
imap.logout()

class Named(smtplib.SMTP):
    "Talks to the loopback, and asks for the machines' host name."
    def __init__(self, port):
        super().__init__("127.0.0.1", port)
        self._host = name

with Named(int(submission_port)) as smtp:
    smtp.starttls(context=context)
    smtp.ehlo()
    assert smtp.esmtp_features["auth"].split() == ["EXTERNAL"], smtp.esmtp_features
    code, said = smtp.auth("EXTERNAL", lambda challenge=None: mailbox)
    assert code == 235, (code, said)
    refused = smtp.sendmail(mailbox, ["cardiologie@voisin.mssante.test"],
        "From: <%s>\r\nTo: <cardiologie@voisin.mssante.test>\r\nSubject: resultats\r\n\r\nVoici.\r\n" % mailbox)
    assert refused == {}, refused
"#;

/// Proves: PSC-41, LPS-20, LPS-21, LPS-22, IND-13, IND-A.
#[test]
fn a_machine_opens_its_mailbox_by_certificate_and_is_counted_as_an_application() {
    let demo = Demo::start();
    demo.json(&["mailbox", "create", LABO, "--kind", "APP", "--structure", "990000028", "--responsable", "899790000097"]);
    let cert = std::fs::read(demo.told(&["app_client", "cert"])).expect("a certificate");
    let der = CertificateDer::from_pem_slice(&cert).expect("PEM");
    let declared = trust::Dn::declared(&der).expect("a name");
    let entered = demo.json(&["mailbox", "certificate", "add", LABO, "--dn", &declared]);
    assert_eq!((&entered[0]["author"]["id"], &entered[0]["other_structure"]), (&json!("cli"), &json!(false)));
    let dn = entered[0]["dn"].as_str().expect("a name").to_owned();

    let mut peer = Smtp::operator(&demo, "operator", Some(&demo.identity("voisin")));
    peer.deliver(CARDIOLOGIE, &[LABO], &letter(CARDIOLOGIE, LABO, "automate-1")).expect("a reply").is(250);
    let mut python = Command::new("python3");
    python.args(["-c", SCRIPT]).args([demo.told(&["pki", "ca"]), demo.told(&["app_client", "cert"]), demo.told(&["app_client", "key"])]);
    python.arg(demo.facts["app_client"]["server_name"].as_str().expect("a name"));
    run(python.args([&demo.port("operator", "imap").to_string(), &demo.port("operator", "submission").to_string(), LABO]));

    let lines = demo.json(&["journal", "show", "--mailbox", LABO]);
    for act in ["access.opened", "message.opened", "message.sent"] {
        let line = lines.as_array().expect("lines").iter().find(|line| line["act"] == act).unwrap_or_else(|| panic!("{act}: {lines}"));
        assert_eq!(line["author"], json!({"type": "machine", "id": dn}), "{act}");
    }
    let figures = demo.json(&["indicators"]);
    let mine = |file: &str| -> Vec<serde_json::Value> {
        let rows = figures[file].as_array().expect("rows").iter();
        rows.filter(|row| row["adresse_boite"] == LABO && row["type_acteur"] == "APPLICATION").cloned().collect()
    };
    for row in mine("connexions") {
        assert_eq!(row["canal"], "APP", "{row}");
        assert!(row["id_acteur"].as_str().is_some_and(|id| id.starts_with("1990000028#") && id.len() == 27), "{row}");
    }
    assert_eq!(mine("connexions").len(), 1, "{figures}");
    let sent = mine("echanges").into_iter().find(|row| row["sens"] == "EMIS").expect("the sending");
    assert_eq!((&sent["canal"], &sent["qualite"]), (&json!("APP"), &json!("APPLICATION")));
}

/// Proves: LPS-20, LPS-22, PSC-39.
#[test]
fn the_demos_machine_is_ready_and_is_put_out_when_its_certificate_is_withdrawn() {
    let demo = Demo::start();
    let mailbox = demo.facts["app_client"]["mailbox"].as_str().expect("a mailbox").to_owned();
    let known = demo.json(&["mailbox", "certificate", "list", &mailbox]);
    let dn = known[0]["dn"].as_str().expect("a certificate").to_owned();
    let mut imap = Imap::machine(&demo);
    imap.command("AUTHENTICATE EXTERNAL =").ok();
    imap.command("SELECT INBOX").ok();
    let supplier = ["mailbox", "certificate", "add", &mailbox, "--dn", "CN=editeur,OU=399900000100019,O=EDITEUR,C=FR"];
    assert_eq!(demo.pli(&supplier).status.code(), Some(1), "another structure's, and nobody approves it");
    let approved = demo.json(&[&supplier[..], &["--approved-by", "Anne ALISIER"]].concat());
    assert!(approved.as_array().is_some_and(|all| all.iter().any(|one| one["other_structure"] == true)), "{approved}");
    imap.command("NOOP").ok();
    demo.json(&["mailbox", "certificate", "remove", &mailbox, "--dn", &dn]);
    let last = std::iter::from_fn(|| imap.lines.next()).last();
    assert_eq!(last.as_deref(), Some("* BYE L'acces a cette boite a pris fin"));
}
