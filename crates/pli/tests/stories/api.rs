//! `/api/v1` asked by a schema-driven fuzzer: whatever its description allows, and much that it does not.

use std::process::Command;

use serde_json::json;

use crate::harness::{CABINET, Demo};

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
