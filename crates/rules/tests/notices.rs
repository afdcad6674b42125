//! The words of the letters that the operator writes by itself, as people get them.

use rules::notice::Notice;
use rules::{Address, Moment};

fn moment(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

fn all() -> Vec<Notice> {
    let mailbox = || Address::parse("cabinet.des-lilas@pli.mssante.test").expect("an address");
    let (label, by) = (|| "Cabinet des Lilas".to_owned(), || "Claire TILLEUL".to_owned());
    let (from, until) = (moment("2026-12-07T07:00:00Z"), moment("2026-12-11T17:30:00Z"));
    let lent = |from, until| Notice::Delegated { mailbox: mailbox(), label: label(), by: by(), from, until };
    vec![
        lent(None, None),
        lent(Some(from), None),
        lent(None, Some(until)),
        lent(Some(from), Some(until)),
        Notice::CotitulaireAdded { mailbox: mailbox(), label: label(), by: by() },
        Notice::ResponsableAdded { mailbox: mailbox(), label: label(), by: "L'opérateur".to_owned() },
        Notice::HandOverOffered { mailbox: mailbox(), label: label(), by: by() },
        Notice::RightEnded { mailbox: mailbox(), label: label(), by: by() },
        Notice::OwnerGone { mailbox: mailbox(), label: label(), suspended: until },
        Notice::AccountReset { person: "Denis ERABLE".to_owned(), structure: "CH DE VALCLAIR".to_owned(), by: by() },
        reminder(1),
        reminder(2),
    ]
}

fn reminder(number: u8) -> Notice {
    let people = ["Denis ERABLE", "Maude HOUX"].map(str::to_owned).to_vec();
    Notice::AccountsToConfirm { structure: "CH DE VALCLAIR".to_owned(), people, number, deadline: moment("2026-12-31T23:30:00Z") }
}

/// Proves: LOC-06, LOC-08, DEL-03.
#[test]
fn each_letter_says_who_did_what_until_when_and_nothing_of_patients() {
    let letters: Vec<String> =
        all().iter().map(|notice| format!("### {}\n\n{}", notice.subject(), notice.text("https://mss.pli.test"))).collect();
    assert_eq!(letters.join("\n"), include_str!("golden/notices.txt"));
}

/// Proves: LOC-06.
#[test]
fn a_notice_is_kept_as_facts_and_read_again() {
    for notice in all() {
        let kept = serde_json::to_string(&notice).expect("facts");
        assert_eq!(serde_json::from_str::<Notice>(&kept).expect("the same facts"), notice);
    }
}
