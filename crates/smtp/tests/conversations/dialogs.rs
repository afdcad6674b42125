//! The dialogue scripts of `tests/dialogs`, one test each; the test's name is the script's.

use crate::script::play;

macro_rules! dialogs {
    ($($(#[$doc:meta])* $name:ident)+) => {
        $(
            $(#[$doc])*
            #[tokio::test]
            async fn $name() {
                play(include_str!(concat!("../dialogs/", stringify!($name), ".dlg"))).await;
            }
        )+
    };
}

dialogs! {
    /// Proves: TRU-22.
    no_mail_command_passes_before_tls
    /// Proves: OPE-01, TRU-23, TRU-25, TRU-26, TRU-28.
    a_listed_peer_delivers_a_letter
    /// Proves: TRU-23, TRU-26.
    pipelined_commands_are_answered_in_order
    /// Proves: TRU-24, TRU-38.
    an_expired_certificate_is_refused_at_mail
    /// Proves: TRU-24, TRU-35, TRU-38.
    a_revoked_certificate_is_refused_at_mail
    /// Proves: TRU-24, TRU-34, TRU-38.
    a_foreign_certificate_is_refused_at_mail
    /// Proves: TRU-24, TRU-38.
    a_client_without_certificate_is_refused_at_mail
    /// Proves: TRU-25, TRU-38.
    an_undeclared_certificate_is_refused_at_mail
    /// Proves: TRU-15, TRU-19, TRU-25.
    a_peer_speaks_only_for_its_own_domains
    /// Proves: TRU-29, TRU-47.
    badly_written_envelopes_are_refused
    /// Proves: TRU-29.
    ten_mistakes_end_the_session
    /// Proves: TRU-46.
    words_behind_starttls_drop_the_connection
    /// Proves: TRU-48.
    two_authors_are_refused
    /// Proves: TRU-44.
    a_message_that_was_here_already_is_a_loop
    /// Proves: TRU-36.
    an_old_revocation_list_makes_mail_wait
    /// Proves: LPS-03, LPS-16, PSC-27.
    submission_offers_no_login_before_tls
    /// Proves: LPS-11, LPS-50, LPS-51, PSC-28, PSC-31.
    a_secretary_sends_as_the_cabinet
    /// Proves: LPS-11, LPS-13, PSC-28.
    both_mechanisms_open_without_an_initial_response
    /// Proves: LPS-12, PSC-25, PSC-30.
    a_refused_token_and_a_stranger_get_their_own_answers
    /// Proves: CGU-01, DEL-05, LPS-12, PSC-19, PSC-25.
    everyone_without_a_right_is_told_why
    /// Proves: LPS-12, PSC-24.
    nobody_logs_in_while_psc_is_away
    /// Proves: PSC-29, PSC-30.
    a_malformed_sasl_message_is_a_syntax_error
    /// Proves: LPS-50, TRU-41, TRU-48.
    a_person_sends_only_as_herself_and_whole
}

/// A script that nobody plays proves nothing.
#[test]
fn every_script_is_played() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialogs");
    for entry in std::fs::read_dir(here).expect("the folder of scripts") {
        let name = entry.expect("an entry").file_name().into_string().expect("ASCII");
        let test = name.trim_end_matches(".dlg");
        assert!(include_str!("dialogs.rs").contains(&format!("\n    {test}\n")), "{name} is not in the list");
    }
}
