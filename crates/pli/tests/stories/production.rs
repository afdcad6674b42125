//! The sandbox never gets into production: each way in is refused with exit code 78 and one clear sentence.

use std::path::Path;
use std::process::{Command, Output};

use crate::harness::Demo;

/// A production configuration made from a demo's, with some lines replaced.
fn serve(demo: &Demo, replace: &[(&str, &str)]) -> Output {
    let dir = tempfile::tempdir().expect("a folder");
    let operator = demo.path("operator");
    let mut text = std::fs::read_to_string(operator.join("pli.toml")).expect("a configuration");
    for (from, to) in replace {
        assert!(text.contains(from), "{from} is not in\n{text}");
        text = text.replace(from, to);
    }
    for file in ["kek", "psc-secret"] {
        std::fs::copy(operator.join(file), dir.path().join(file)).expect("a copy");
    }
    std::fs::write(dir.path().join("pli.toml"), text).expect("a configuration");
    run(dir.path())
}

fn run(dir: &Path) -> Output {
    Command::new("timeout").arg("20").arg(env!("CARGO_BIN_EXE_pli")).args(["serve", "--dir"]).arg(dir).output().expect("pli runs")
}

fn refused(out: &Output, because: &str) {
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(78), "{said}");
    assert!(said.contains(because), "{said}");
}

const PRODUCTION: (&str, &str) = ("mode = \"sandbox\"\n", "");
const PROD: (&str, &str) = ("preset = \"sim\"", "preset = \"prod\"");

fn issuer(demo: &Demo) -> String {
    format!("issuer = {}\n", demo.facts["psc"]["issuer"])
}

/// Proves: SIM-02.
#[test]
fn production_refuses_a_simulator_as_pro_sante_connect() {
    let demo = Demo::start();
    refused(&serve(&demo, &[PRODUCTION, PROD]), "est un simulateur");
    let elsewhere = issuer(&demo);
    refused(&serve(&demo, &[PRODUCTION, PROD, (&elsewhere, "issuer = \"https://psc.ailleurs.test/auth\"\n")]), "est un simulateur");
}

/// Proves: SIM-02, PSC-18.
#[test]
fn production_refuses_a_platform_that_lets_test_identities_in() {
    let demo = Demo::start();
    let issuer = issuer(&demo);
    refused(&serve(&demo, &[PRODUCTION, (&issuer, "")]), "8997");
    refused(&serve(&demo, &[PRODUCTION, (&issuer, ""), ("preset = \"sim\"", "preset = \"bas\"")]), "8997");
}

/// Proves: SIM-02.
#[test]
fn production_refuses_the_certificates_of_the_laboratory() {
    let demo = Demo::start();
    let issuer = issuer(&demo);
    let pages = format!("base_url = {}", demo.facts["operator"]["web"]);
    let real = (pages.as_str(), "base_url = \"https://mss.pli.exemple.fr\"");
    refused(&serve(&demo, &[PRODUCTION, PROD, (&issuer, "")]), "adresse https");
    refused(&serve(&demo, &[PRODUCTION, PROD, (&issuer, ""), real]), "autorité d'essai");
}

/// Proves: SIM-02, SIM-12.
#[test]
fn production_refuses_invented_people() {
    let demo = Demo::start();
    let issuer = issuer(&demo);
    let personas = ("\n[listen]", "personas = \"personas.json\"\n\n[listen]");
    refused(&serve(&demo, &[PRODUCTION, PROD, (&issuer, ""), personas]), "personnages d'essai");
}

#[test]
fn a_configuration_with_an_unknown_key_is_shown_where_it_is_wrong() {
    let demo = Demo::start();
    refused(&serve(&demo, &[("host_name", "hostname")]), "hostname");
}
