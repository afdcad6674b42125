//! Conversations, one script a rule (`tests/dialogs/*.dlg`), each played on both engines over a real store, which is audited at the end.

mod script;
mod stage;

use stage::Kept;

macro_rules! dialogs {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        const PLAYED: &[&str] = &[$(stringify!($name)),+];

        mod on_sqlite {
            $($(#[$doc])* #[tokio::test]
            async fn $name() {
                crate::script::play(stringify!($name), include_str!(concat!("dialogs/", stringify!($name), ".dlg")), crate::Kept::Sqlite).await;
            })+
        }

        mod on_postgresql {
            $($(#[$doc])* #[tokio::test]
            async fn $name() {
                crate::script::play(stringify!($name), include_str!(concat!("dialogs/", stringify!($name), ".dlg")), crate::Kept::Postgres).await;
            })+
        }
    };
}

dialogs! {
    /// Proves: LPS-16, LPS-40, PSC-32.
    before_login_hardly_anything_is_possible,
    /// Proves: LPS-30, LPS-41.
    list_shows_one_mailbox_with_its_folders,
    select_tells_what_a_client_must_know,
    folders_are_created_renamed_and_deleted,
    append_files_a_message_and_everyone_sees_it,
    fetch_gives_every_piece_of_a_nested_letter,
    /// Proves: LPS-43.
    reading_marks_seen_for_everyone,
    store_changes_flags_and_others_hear_of_it,
    condstore_tells_what_changed_since,
    search_finds_by_every_key,
    copy_and_move_say_where_messages_went,
    expunge_is_told_only_when_numbers_may_move,
    idle_is_told_at_once,
    /// Proves: LPS-31, PSC-39.
    a_withdrawn_delegate_is_shown_the_door_in_the_middle_of_idle,
    /// Proves: LPS-31, DEL-08.
    a_delegation_that_ends_by_itself_ends_the_session,
    /// Proves: LPS-31.
    a_suspended_mailbox_closes_on_everyone,
    /// Proves: LPS-15, PSC-38.
    a_session_of_four_hours_ends,
    bad_commands_are_told_what_is_wrong,
    /// Proves: LPS-10, LPS-11, PSC-27, PSC-28, PSC-31.
    a_token_opens_the_mailbox_with_and_without_initial_response,
    /// Proves: LPS-12, PSC-25, PSC-29, PSC-30.
    refusals_come_after_their_challenge,
    /// Proves: LPS-12, PSC-24.
    psc_away_refuses_and_invites_to_retry,
    /// Proves: PSC-32.
    the_end_of_a_delegation_is_announced,
    what_neomutt_says_is_answered,
    what_mbsync_says_is_answered,
    what_thunderbird_says_is_answered,
}

#[test]
fn every_script_is_played() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialogs");
    for entry in std::fs::read_dir(folder).expect("the scripts") {
        let name = entry.expect("a script").file_name().into_string().expect("a name");
        let script = name.strip_suffix(".dlg").unwrap_or_else(|| panic!("{name} is no script"));
        assert!(PLAYED.contains(&script), "{name} is never played");
    }
}
