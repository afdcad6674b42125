//! Walk 1, whole: a letter for the cabinet, with the programs people and vendors use.

use std::time::Duration;

use serde_json::Value;

use crate::harness::letters::{as_sent, letter};
use crate::harness::programs::{self, Mirror, unmirrored};
use crate::harness::{CABINET, CARDIOLOGIE, CLAIRE, Deadline, Demo, Imap, NADIA, eventually};

/// The neighbour writes with swaks, the secretary is told within a second, mirrors, reads, answers; the answer arrives; journal and
/// figures name her, not the owner.
///
/// Proves: CAB-09, CAB-16, DEL-05, IND-A, IND-02, TRU-28, LPS-10, LPS-53.
#[test]
fn a_letter_for_the_cabinet_is_read_and_answered_by_the_secretary_in_her_own_name() {
    let demo = Demo::start();
    let sent = letter(CARDIOLOGIE, CABINET, "walk-1");
    let mut secretary = Imap::enter(&demo, "operator", CABINET, "P04");

    the_letter_is_told_within_a_second(&demo, &mut secretary, &sent);
    let mirror = the_mirror_holds_it_whole(&demo, &mut secretary, &sent);
    the_mirror_works_both_ways(&mirror, &mut secretary);
    the_second_run_moves_nothing(&mirror, &mut secretary);
    let opened = unmirrored(&programs::neomutt(&demo, CABINET, "P04"));
    assert!(opened.windows(20).any(|part| part == b"X-Story: from-mirror"), "neomutt opens the newest message");
    her_answer_arrives_at_the_neighbour(&demo, &mut secretary);
    the_journal_names_her(&demo);
    the_figures_name_her_and_not_the_owner(&demo);
}

fn the_letter_is_told_within_a_second(demo: &Demo, secretary: &mut Imap, sent: &[u8]) {
    secretary.command("SELECT INBOX").ok();
    let waiting = secretary.idle();
    let file = demo.path("letter.eml");
    // swaks sends LF files with CRLF, takes care of dots, and ends the last line itself.
    std::fs::write(&file, String::from_utf8_lossy(sent).replace("\r\n", "\n").trim_end_matches('\n')).unwrap();
    programs::swaks(demo, CABINET, &file);
    // swaks has ended after its 250; the secretary must have been told by now, or be told within the second.
    let told = secretary.told(Duration::from_secs(1), |line| line.ends_with("EXISTS"));
    assert_eq!(told.as_deref(), Some("* 1 EXISTS"));
    secretary.done(&waiting).ok();
    let messages = secretary.messages();
    let (_, stored) = &messages[0];
    let body = as_sent(stored, sent).map(<[u8]>::len);
    assert_eq!(body, Some(sent.len()), "bit for bit below the trace:\n{}", String::from_utf8_lossy(stored));
    let trace = String::from_utf8_lossy(&stored[..stored.len() - sent.len()]).into_owned();
    assert!(trace.starts_with(&format!("Delivered-To: {CABINET}\r\nReceived: from smtp.voisin.mssante.test")), "{trace}");
    assert!(trace.contains("with ESMTPS"), "{trace}");
}

fn the_mirror_holds_it_whole(demo: &Demo, secretary: &mut Imap, sent: &[u8]) -> Mirror {
    let mirror = Mirror::of(demo, CABINET, "P04");
    mirror.run();
    let mirrored = mirror.messages("INBOX");
    assert_eq!(mirrored.len(), 1);
    let whole = unmirrored(&mirrored[0].1);
    assert!(as_sent(&whole, sent).is_some(), "{}", String::from_utf8_lossy(&whole));
    assert_eq!(whole, secretary.messages()[0].1, "what the server serves is what the mirror holds");
    mirror
}

fn the_mirror_works_both_ways(mirror: &Mirror, secretary: &mut Imap) {
    let note = "From: <cabinet.des-lilas@pli.mssante.test>\nTo: <cabinet.des-lilas@pli.mssante.test>\nSubject: Note\nX-Story: from-mirror\n\
                Date: Sun, 22 Nov 2026 09:00:00 +0100\nMessage-ID: <note@poste.test>\n\nRappeler.\n";
    std::fs::write(mirror.mail.join("INBOX/new/1.story.poste"), note).unwrap();
    mirror.run();
    secretary.command("NOOP").ok();
    let messages = secretary.messages();
    assert_eq!(messages.len(), 2);
    let (_, pushed) = &messages[1];
    assert_eq!(unmirrored(pushed), note.replace('\n', "\r\n").into_bytes(), "X-TUID apart, the bytes are those of the mirror");
}

fn the_second_run_moves_nothing(mirror: &Mirror, secretary: &mut Imap) {
    let status = "STATUS INBOX (MESSAGES UIDNEXT HIGHESTMODSEQ)";
    let state = |secretary: &mut Imap| secretary.command(status).ok().untagged.iter().map(|a| a.text.clone()).collect::<Vec<_>>();
    let (before, files) = (state(secretary), mirror.messages("INBOX"));
    mirror.run();
    assert_eq!(mirror.messages("INBOX"), files);
    assert_eq!(state(secretary), before);
}

fn her_answer_arrives_at_the_neighbour(demo: &Demo, secretary: &mut Imap) {
    let answer = letter(CABINET, CARDIOLOGIE, "walk-answer");
    let file = demo.path("answer.eml");
    std::fs::write(&file, String::from_utf8_lossy(&answer).replace("\r\n", "\n")).unwrap();
    programs::curl_send(demo, CABINET, &demo.token_of("P04"), CARDIOLOGIE, &file);
    let copies = secretary.command("STATUS Sent (MESSAGES)").ok();
    assert!(copies.untagged.iter().any(|line| line.text.contains("MESSAGES 1")), "one copy in Sent: {:?}", copies.untagged);

    let mut cardiology = Imap::enter(demo, "peer", CARDIOLOGIE, "P09");
    cardiology.command("SELECT INBOX").ok();
    let arrived = eventually("the answer at the neighbour's", Duration::from_secs(10), || {
        cardiology.command("NOOP").ok();
        cardiology.messages().pop()
    });
    assert!(as_sent(&arrived.1, &answer).is_some(), "{}", String::from_utf8_lossy(&arrived.1));
}

fn the_journal_names_her(demo: &Demo) {
    let deadline = Deadline::after(Duration::from_secs(5));
    loop {
        let lines = demo.json(&["journal", "show", "--mailbox", CABINET]);
        let lines = lines.as_array().expect("an array");
        let act = |act: &'static str| lines.iter().filter(move |line| line["act"] == act);
        let hers = |line: &Value| line["author"]["id"] == NADIA && line["author"]["capacity"] == "delegataire";
        if act("message.delivered").next().is_none() && !deadline.passed() {
            continue;
        }
        for (name, channel) in [("access.opened", "imap"), ("message.fetched", "imap"), ("message.sent", "smtp")] {
            let found = act(name).any(|line| hers(line) && line["channel"] == channel);
            assert!(found, "{name} by her over {channel}: {lines:#?}");
        }
        let received = act("message.received").next().expect("the letter");
        assert_eq!(received["author"]["type"], "peer");
        assert_eq!(received["author"]["id"], "voisin.mssante.test");
        assert_eq!(act("message.delivered").count(), 1);
        assert!(lines.iter().all(|line| line["author"]["id"] != CLAIRE || !line["act"].as_str().unwrap_or("").starts_with("message.")));
        break;
    }
    assert_eq!(demo.json(&["journal", "verify"])["ok"], true);
}

fn the_figures_name_her_and_not_the_owner(demo: &Demo) {
    let figures = demo.json(&["indicators"]);
    let rows = |part: &str| figures[part].as_array().cloned().unwrap_or_default();
    let of = |row: &Value, who: &str| row["adresse_boite"] == CABINET && row["id_acteur"] == who;
    let visit = rows("connexions").into_iter().find(|row| of(row, NADIA) && row["canal"] == "IMAP").expect("her visits");
    assert_eq!((&visit["qualite"], &visit["nb_visites"]), (&"DELEGATAIRE".into(), &1.into()), "several logins, one visit");
    let sent = rows("echanges").into_iter().find(|row| of(row, NADIA) && row["sens"] == "EMIS").expect("her answer");
    assert_eq!((&sent["nb_messages"], &sent["nb_dest_espace"]), (&1.into(), &1.into()));
    assert!(rows("connexions").iter().chain(&rows("echanges")).all(|row| !of(row, CLAIRE)), "the owner did nothing");
}
