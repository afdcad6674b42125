//! `pli sim psc` and `pli sim idp` alone, as a software vendor starts them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::harness::http;

/// A simulator that runs until the story ends.
struct Running {
    child: Child,
    facts: Value,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sim(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pli"));
    command.arg("sim").args(words).arg("--dir").arg(dir);
    command
}

fn start(dir: &Path, words: &[&str]) -> Running {
    let mut child = sim(dir, words).arg("--json").stdout(Stdio::piped()).spawn().expect("pli runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("one line");
    Running { child, facts: serde_json::from_str(&line).expect("JSON") }
}

fn refused(dir: &Path, words: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = Command::new("timeout")
        .arg("20")
        .arg(env!("CARGO_BIN_EXE_pli"))
        .arg("sim")
        .args(words)
        .arg("--dir")
        .arg(dir)
        .output()
        .expect("pli runs");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// Proves: SIM-01, SIM-03, SIM-08.
#[test]
fn pro_sante_connect_is_played_alone_for_a_vendor_who_brings_his_own_client() {
    let dir = tempfile::tempdir().expect("a folder");
    let clients = dir.path().join("clients.json");
    std::fs::write(&clients, r#"[{"id": "mon-lps", "secret": "s", "redirects": ["http://127.0.0.1:9000/cb"]}]"#).expect("a file");
    let clients = clients.to_string_lossy();
    let sim = start(dir.path(), &["psc", "--listen", "127.0.0.1:0", "--seed", "7", "--auto-approve", "--clients", &clients]);
    let text = |key: &str| sim.facts[key].as_str().expect("an address").to_owned();
    let document = http::call("GET", &text("discovery"), &[], None);
    assert_eq!((&document["issuer"], &document["pli_simulator"]), (&sim.facts["issuer"], &json!(true)));
    let order = json!({"persona": "P04", "client": "mon-lps"});
    let minted = http::call("POST", &format!("{}/token", text("control")), &[("X-Pli-Sim", "1")], Some(&order));
    assert_eq!(minted["expires_in"], 120);
    let moved = json!({"advance_s": 7200});
    let before = http::call("GET", &format!("{}/clock", text("control")), &[("X-Pli-Sim", "1")], None);
    let after = http::call("POST", &format!("{}/clock", text("control")), &[("X-Pli-Sim", "1")], Some(&moved));
    assert!(after["now"].as_str() > before["now"].as_str());
    assert!(text("outbox").ends_with("/outbox") && text("phone").ends_with("/phone/{idnat}"));
}

/// Proves: SIM-01, SIM-10.
#[test]
fn the_login_of_a_structure_is_played_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let idp = start(dir.path(), &["idp", "--listen", "127.0.0.1:0"]);
    let document = http::call("GET", idp.facts["discovery"].as_str().expect("an address"), &[], None);
    assert_eq!(document["issuer"], idp.facts["issuer"]);
}

/// Proves: SIM-02.
#[test]
fn a_simulator_serves_this_machine_only_and_never_beside_a_production_configuration() {
    let dir = tempfile::tempdir().expect("a folder");
    for words in [["psc", "--listen", "0.0.0.0:0"], ["idp", "--listen", "0.0.0.0:0"]] {
        let (code, said) = refused(dir.path(), &words);
        assert_eq!(code, Some(78), "{said}");
        assert!(said.contains("n'est pas une adresse de cette machine"), "{said}");
    }
    // Without `mode` a configuration is a production one.
    std::fs::write(dir.path().join("pli.toml"), "domains = [\"pli.mssante.test\"]\n").expect("a file");
    let (code, said) = refused(dir.path(), &["psc", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(78), "{said}");
}
