//! The doors as they are on the network: ports 143 and 993 over loopback TCP, with a certificate of the laboratory.

mod stage;

use stage::door::{Door, hear, say};
use tokio::io::AsyncReadExt;

/// Proves: LPS-03, PSC-27.
#[tokio::test]
async fn port_143_offers_tls_and_nothing_else_until_it_is_there() {
    let door = Door::open(false).await;
    let mut clear = door.dial().await;
    assert_eq!(hear(&mut clear).await, "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED SASL-IR LITERAL+ ID ENABLE] Pli");
    say(
        &mut clear,
        "a1 LOGIN sureau secret\r\na2 AUTHENTICATE XOAUTH2 dXNlcj0=\r\na3 SELECT INBOX\r\na4 ID NIL\r\na5 ENABLE CONDSTORE\r\n",
    )
    .await;
    assert_eq!(hear(&mut clear).await, "a1 NO [PRIVACYREQUIRED] STARTTLS d'abord");
    assert_eq!(hear(&mut clear).await, "a2 NO [PRIVACYREQUIRED] STARTTLS d'abord");
    assert_eq!(hear(&mut clear).await, "a3 BAD Log in first");
    assert!(hear(&mut clear).await.starts_with("* ID ("));
    assert_eq!(hear(&mut clear).await, "a4 OK ID completed");
    assert_eq!(hear(&mut clear).await, "a5 BAD Log in first");
    say(&mut clear, "a6 STARTTLS\r\n").await;
    assert_eq!(hear(&mut clear).await, "a6 OK Begin TLS");
    let mut secured = door.secure(clear.into_inner()).await;
    say(&mut secured, "b1 CAPABILITY\r\n").await;
    let offered = hear(&mut secured).await;
    assert_eq!(offered, "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE");
    drop(secured);
    door.stage.fall().await;
}

/// Proves: TRU-46.
#[tokio::test]
async fn what_is_slipped_in_behind_starttls_closes_the_connection() {
    let door = Door::open(false).await;
    let mut clear = door.dial().await;
    hear(&mut clear).await;
    say(&mut clear, "a1 STARTTLS\r\na2 NOOP\r\n").await;
    let mut rest = Vec::new();
    clear.read_to_end(&mut rest).await.expect("a closed connection");
    assert_eq!(rest, b"", "neither an answer nor a handshake");
    door.stage.fall().await;
}

#[tokio::test]
async fn port_993_speaks_tls_from_the_first_byte() {
    let door = Door::open(true).await;
    let mut secured = door.secure(door.dial().await.into_inner()).await;
    assert_eq!(
        hear(&mut secured).await,
        "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE] Pli"
    );
    // Who speaks in clear there is hung up on.
    let mut clear = door.dial().await;
    say(&mut clear, "a1 NOOP\r\n").await;
    let mut rest = Vec::new();
    let _ = clear.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"* OK"), "{rest:?}");
    drop(secured);
    door.stage.fall().await;
}
