//! The real programs: swaks, mbsync, neomutt, curl, Python. They must be installed (`./dev test` sees to it); an absent one fails the story.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Demo;

/// Runs a program to its end, at most a minute, and wants success.
pub fn run(command: &mut Command) -> String {
    let out = output(command);
    let said = text(&out);
    assert!(out.status.success(), "{:?}: {}\n{said}", command.get_program(), out.status);
    said
}

pub fn output(command: &mut Command) -> Output {
    let mut timed = Command::new("timeout");
    timed.arg("60").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            timed.env(name, value);
        }
    }
    timed.output().unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()))
}

pub fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// swaks as the neighbour's server: its client certificate, STARTTLS.
pub fn swaks(demo: &Demo, to: &str, message: &Path) -> String {
    let mut command = Command::new("swaks");
    command.args(["--server", "127.0.0.1", "--port", &demo.port("operator", "smtp").to_string(), "--tls"]);
    command.args(["--ehlo", "smtp.voisin.mssante.test", "--from", super::CARDIOLOGIE, "--to", to]);
    command.arg("--tls-cert").arg(demo.told(&["peer", "client_cert"])).arg("--tls-key").arg(demo.told(&["peer", "client_key"]));
    command.arg("--data").arg(format!("@{}", message.display()));
    run(&mut command)
}

/// curl sends a message by submission with XOAUTH2 (its `--oauth2-bearer`), turning LF into CRLF.
pub fn curl_send(demo: &Demo, mailbox: &str, token: &str, to: &str, message: &Path) -> String {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--ssl-reqd", "--crlf", "--user", mailbox, "--oauth2-bearer", token]);
    command.args(["--login-options", "AUTH=XOAUTH2", "--mail-from", mailbox, "--mail-rcpt", to]);
    command.arg("--cacert").arg(demo.told(&["pki", "ca"])).arg("--upload-file").arg(message);
    command.arg(format!("smtp://localhost:{}", demo.port("operator", "submission")));
    run(&mut command)
}

/// A mirror of one mailbox, both ways, by mbsync: its configuration and its folder.
pub struct Mirror {
    config: PathBuf,
    pub mail: PathBuf,
}

impl Mirror {
    pub fn of(demo: &Demo, mailbox: &str, persona: &str) -> Self {
        let (config, mail) = (demo.path("story.mbsyncrc"), demo.path("story-mail"));
        std::fs::create_dir_all(&mail).expect("a folder");
        let text = format!(
            "IMAPStore far\nHost localhost\nPort {port}\nUser {mailbox}\nPassCmd \"{pli} sim token --dir {dir} --persona {persona} --ttl 600\"\n\
             AuthMechs XOAUTH2\nSSLType IMAPS\nCertificateFile {ca}\n\n\
             MaildirStore near\nSubFolders Verbatim\nPath {mail}/\nInbox {mail}/INBOX\n\n\
             Channel story\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\nSyncState *\nCopyArrivalDate yes\n",
            port = demo.port("operator", "imaps"),
            pli = env!("CARGO_BIN_EXE_pli"),
            dir = demo.dir().display(),
            ca = demo.told(&["pki", "ca"]).display(),
            mail = mail.display(),
        );
        std::fs::write(&config, text).expect("a configuration");
        Self { config, mail }
    }

    pub fn run(&self) -> String {
        run(Command::new("mbsync").arg("-c").arg(&self.config).arg("-V").arg("-a"))
    }

    /// Every message of a folder of the mirror: file name and bytes.
    pub fn messages(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        for part in ["cur", "new"] {
            for entry in std::fs::read_dir(self.mail.join(folder).join(part)).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                found.push((path.clone(), std::fs::read(&path).expect("a message")));
            }
        }
        found.sort();
        found
    }
}

/// A mirrored message as the server holds it: without the line mbsync adds, with CRLF.
pub fn unmirrored(bytes: &[u8]) -> Vec<u8> {
    let text = bytes.split_inclusive(|b| *b == b'\n').filter(|line| !line.starts_with(b"X-TUID: "));
    let mut whole = Vec::with_capacity(bytes.len());
    for line in text {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        whole.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        whole.extend_from_slice(b"\r\n");
    }
    whole
}

/// neomutt opens a mailbox, pipes its newest message to a file, and leaves. It wants a terminal: `script` lends one.
pub fn neomutt(demo: &Demo, mailbox: &str, persona: &str) -> Vec<u8> {
    let (rc, seen) = (demo.path("story.muttrc"), demo.path("story-seen.eml"));
    let local = mailbox.replace('@', "%40");
    let text = format!(
        "set folder=\"imaps://{local}@localhost:{port}/\"\nset spoolfile=\"imaps://{local}@localhost:{port}/INBOX\"\n\
         set imap_user=\"{mailbox}\"\nset imap_authenticators=\"xoauth2\"\n\
         set imap_oauth_refresh_command=\"{pli} sim token --dir {dir} --persona {persona} --ttl 600\"\n\
         set ssl_ca_certificates_file=\"{ca}\"\nset certificate_file=\"{ca}\"\nset ssl_usesystemcerts=no\nset ssl_force_tls=yes\n\
         set pipe_decode=no\nset wait_key=no\nset quit=yes\nset confirmappend=no\nset header_cache=\"\"\nset mark_old=no\nset sort=date-received\n\
         unset move\nset read_inc=0\nset net_inc=0\n",
        port = demo.port("operator", "imaps"),
        pli = env!("CARGO_BIN_EXE_pli"),
        dir = demo.dir().display(),
        ca = demo.told(&["pki", "ca"]).display(),
    );
    std::fs::write(&rc, text).expect("a configuration");
    let push = format!("push '<last-entry><pipe-message>cat > {}<enter><quit>'", seen.display());
    let command = format!("neomutt -n -F {} -e \"{push}\"", rc.display());
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").env("HOME", demo.dir()).env("LINES", "40").env("COLUMNS", "120");
    let said = run(&mut script);
    std::fs::read(&seen).unwrap_or_else(|error| panic!("neomutt showed nothing: {error}\n{said}"))
}
