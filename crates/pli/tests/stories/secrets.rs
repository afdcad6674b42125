//! What may be found on the disk: no token, no word of a letter, on either engine's files, logs included.

use std::path::{Path, PathBuf};

use crate::harness::letters::{large, letter};
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, Smtp};

/// Proves: PSC-12, TRU-58.
#[test]
fn neither_tokens_nor_letters_can_be_read_in_the_state_folder() {
    let mut demo = Demo::start();
    let mark = "zibeline-outremer";
    let short = letter(CARDIOLOGIE, CABINET, mark);
    let long = large(CARDIOLOGIE, CABINET, mark, 200_000);
    let mut peer = Smtp::operator(&demo, "operator", Some(&demo.identity("voisin")));
    for message in [&short, &long] {
        peer.deliver(CARDIOLOGIE, &[CABINET], message).expect("a reply").is(250);
    }
    let token = demo.token_of("P04");
    let mut imap = Imap::connect(&demo, "operator");
    imap.command(&format!("AUTHENTICATE XOAUTH2 {}", sandbox::xoauth2(CABINET, &token))).ok();
    imap.command("SELECT INBOX").ok();
    let found = imap.command(&format!("SEARCH SUBJECT {mark}")).ok();
    assert!(found.untagged.iter().any(|line| line.text == "* SEARCH 1 2"), "{:?}", found.untagged);
    imap.command("CREATE Zibeline-privee").ok();
    imap.command("COPY 1 Zibeline-privee").ok();
    let mut submission = Smtp::submission(&demo, "operator");
    submission.command(&format!("AUTH XOAUTH2 {}", sandbox::xoauth2(CABINET, &token))).is(235);
    submission.deliver(CABINET, &[CARDIOLOGIE], &letter(CABINET, CARDIOLOGIE, mark)).expect("a reply").is(250);
    // A refused one, in both protocols: refusals are logged.
    let forged = demo.token(serde_json::json!({"persona": "P04", "set": {"iss": "https://psc.example/auth"}}));
    let mut refused = Imap::connect(&demo, "operator");
    let tag = refused.begin(&format!("AUTHENTICATE XOAUTH2 {}", sandbox::xoauth2(CABINET, &forged)));
    refused.lines.next();
    refused.lines.line("");
    assert!(refused.finish(&tag).tagged.starts_with("NO"));
    assert!(demo.stop().success());

    let signature = |token: &str| token.rsplit('.').next().expect("a signature").to_owned();
    let secrets = [mark.to_owned(), "Zibeline-privee".to_owned(), "consœur".to_owned(), signature(&token), signature(&forged)];
    let files = files(demo.dir());
    assert!(files.iter().any(|file| file.ends_with("pli.sqlite")) && files.iter().any(|file| file.ends_with("log")));
    for file in files {
        let bytes = std::fs::read(&file).expect("a file");
        for secret in &secrets {
            let at = bytes.windows(secret.len()).position(|part| part == secret.as_bytes());
            assert_eq!(at, None, "{} holds {secret:?}", file.display());
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.is_file() {
            all.push(path);
        }
    }
    all
}
