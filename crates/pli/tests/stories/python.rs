//! Python's own `imaplib` and `smtplib`, as many vendors' software uses them, over TLS 1.2.

use std::process::Command;

use crate::harness::letters::letter;
use crate::harness::programs::run;
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Smtp};

/// Opens, lists, reads, flags, searches, appends, copies, moves, expunges; then sends. Arguments: ca, imap port, submission port, mailbox, token.
const SCRIPT: &str = r#"
import imaplib, smtplib, ssl, sys
ca, imap_port, submission_port, mailbox, token = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.maximum_version = ssl.TLSVersion.TLSv1_2
line = "user=%s\x01auth=Bearer %s\x01\x01" % (mailbox, token)

imap = imaplib.IMAP4("localhost", int(imap_port))
imap.starttls(context)
assert imap.sock.version() == "TLSv1.2", imap.sock.version()
imap.authenticate("XOAUTH2", lambda _: line.encode())
def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]
assert ok(imap.select("INBOX")) == [b"1"]
folders = b" ".join(ok(imap.list()))
for special in (b"\\Sent", b"\\Drafts", b"\\Trash", b"\\Archive"):
    assert special in folders, folders
body = ok(imap.fetch("1", "(UID RFC822.SIZE BODY.PEEK[])"))[0][1]
assert body.endswith(b"Bien \xc3\xa0 vous.\r\n"), body
structure = ok(imap.fetch("1", "(ENVELOPE BODYSTRUCTURE INTERNALDATE FLAGS)"))[0]
structure = structure if isinstance(structure, bytes) else b"".join(structure)
assert b"python-1@essai.test" in structure and b'"plain"' in structure.lower(), structure
assert ok(imap.search(None, "SUBJECT", "python-1")) == [b"1"]
assert ok(imap.search(None, "TEXT", "introuvable")) == [b""]
ok(imap.store("1", "+FLAGS", "(\\Flagged)"))
assert ok(imap.search(None, "FLAGGED")) == [b"1"]
ok(imap.append("Drafts", "(\\Draft)", None, b"From: <%s>\r\nSubject: brouillon\r\n\r\nA finir.\r\n" % mailbox.encode()))
ok(imap.copy("1", "Archive"))
assert ok(imap.status("Archive", "(MESSAGES UNSEEN)"))[0].endswith(b"(MESSAGES 1 UNSEEN 1)")
ok(imap.uid("MOVE", "1", "Trash"))
ok(imap.noop())
assert ok(imap.search(None, "ALL")) == [b""]
ok(imap.select("Trash"))
ok(imap.store("1", "+FLAGS", "(\\Deleted)"))
assert ok(imap.expunge()) == [b"1"]
assert ok(imap.status("Archive", "(MESSAGES)"))[0].endswith(b"(MESSAGES 1)")
imap.logout()

with smtplib.SMTP("localhost", int(submission_port)) as smtp:
    smtp.starttls(context=context)
    smtp.ehlo()
    # smtplib answers the first challenge with the line itself: the way without an initial response.
    code, said = smtp.auth("XOAUTH2", lambda challenge=None: line, initial_response_ok=False)
    assert code == 235, (code, said)
    refused = smtp.sendmail(mailbox, ["cardiologie@voisin.mssante.test"],
        "From: <%s>\r\nTo: <cardiologie@voisin.mssante.test>\r\nSubject: python\r\n\r\n.un point\r\n" % mailbox)
    assert refused == {}, refused
"#;

/// Proves: LPS-01, LPS-10, LPS-11, LPS-41.
#[test]
fn software_written_with_pythons_own_libraries_reads_files_and_sends_over_tls_1_2() {
    let demo = Demo::start();
    let mut peer = Smtp::operator(&demo, "operator", Some(&demo.identity("voisin")));
    peer.deliver(CARDIOLOGIE, &[CABINET], &letter(CARDIOLOGIE, CABINET, "python-1")).expect("a reply").is(250);
    let mut python = Command::new("python3");
    python.args(["-c", SCRIPT]).arg(demo.told(&["pki", "ca"]));
    python.args([&demo.port("operator", "imap").to_string(), &demo.port("operator", "submission").to_string()]);
    run(python.args([CABINET, &demo.token_of("P04")]));
}
