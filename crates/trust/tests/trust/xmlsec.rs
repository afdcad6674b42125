//! The oracle: Debian's `xmlsec1` verifies what we sign, and we verify what it signs, on the list of 6 494 entries.

use std::path::Path;
use std::process::Command;

use trust::list::write;
use trust::pki::AUTHORITY;
use trust::synth::{REAL, entries, list};

use crate::bench::{Bench, code, start};

/// Runs `xmlsec1` as of the laboratory's date.
fn xmlsec1(dir: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("xmlsec1").current_dir(dir).args(arguments).output();
    let output = output.expect("xmlsec1 must be installed for this test (Debian package xmlsec1; ./dev test installs it)");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn verify(dir: &Path) -> Result<(), String> {
    let date = ["--verification-time", "2026-11-21 22:00:00"];
    xmlsec1(dir, &["--verify", "--enabled-key-data", "x509", "--trusted-pem", "ca.pem", date[0], date[1], "list.xml"])
}

/// Proves: TRU-08, TRU-20.
#[test]
fn xmlsec1_verifies_the_list_that_we_sign() {
    let bench = Bench::bare();
    let bytes = list(7, REAL, start(), &bench.lab.signer).expect("a list");
    let file = bench.dir.path().join("list.xml");
    std::fs::write(&file, &bytes).expect("the list");
    verify(bench.dir.path()).unwrap_or_else(|e| panic!("{e}"));
    let changed = String::from_utf8(bytes).expect("UTF-8").replacen("<Description>D", "<Description>d", 1);
    std::fs::write(&file, changed).expect("the list");
    verify(bench.dir.path()).expect_err("one byte changed: the oracle sees it");
}

/// The form that a signer of the real file would fill in.
const TEMPLATE: &str = r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
<SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo>
<SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>"#;

/// Signs a list with `xmlsec1` and gives its bytes.
fn signed_by_xmlsec1(bench: &Bench, count: usize, template: &str) -> Vec<u8> {
    let dir = bench.dir.path();
    let unsigned =
        write(&entries(11, count, start()), start()).replace("</ListeBlancheMSSante>", &format!("{template}</ListeBlancheMSSante>"));
    std::fs::write(dir.join("template.xml"), unsigned).expect("the template");
    std::fs::write(dir.join("signer.key"), &bench.lab.signer.key_pem).expect("the key");
    std::fs::write(dir.join("signer.pem"), &bench.lab.signer.cert_pem).expect("the certificate");
    xmlsec1(dir, &["--sign", "--privkey-pem", "signer.key,signer.pem", "--output", "list.xml", "template.xml"])
        .unwrap_or_else(|e| panic!("{e}"));
    std::fs::read(dir.join("list.xml")).expect("the signed list")
}

/// Proves: TRU-08, TRU-20.
#[test]
fn we_verify_the_list_that_xmlsec1_signs() {
    let bench = Bench::bare();
    let bytes = signed_by_xmlsec1(&bench, REAL, TEMPLATE);
    let loaded = bench.space.load(&bytes, AUTHORITY, false).expect("accepted");
    assert_eq!((loaded.entries, loaded.domains, loaded.set_aside.len()), (6_494, 4_944, 0));
    let changed = String::from_utf8(bytes).expect("UTF-8").replacen("<Description>D", "<Description>d", 1);
    assert_eq!(code(bench.space.load(changed.as_bytes(), "test", false)), "LB-SIG-CONDENSAT");
}

/// Proves: TRU-08.
#[test]
fn a_prefix_on_the_signature_changes_nothing() {
    let bench = Bench::bare();
    let prefixed = TEMPLATE.replace("xmlns=", "xmlns:ds=").replace("</", "</ds:").replace('<', "<ds:").replace("<ds:/ds:", "</ds:");
    let bytes = signed_by_xmlsec1(&bench, 50, &prefixed);
    assert!(String::from_utf8_lossy(&bytes).contains("<ds:SignedInfo>"));
    assert_eq!(bench.space.load(&bytes, "test", false).expect("accepted").entries, 50);
}
