//! `DIR/try`: the two files that the page's commands use, so that a person types nothing by heart: an answer to send, a mirror to make.

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::state::{StateDir, write_whole};

/// Writes them; `facts` is `demo.json`.
pub fn write(state: &StateDir, facts: &Value) -> Outcome<()> {
    let dir = std::path::absolute(state.join("try")).map_err(|error| Failure::ours("try", error))?;
    let put = |name: &str, text: String| write_whole(&dir.join(name), text.as_bytes()).map_err(|error| Failure::ours("try", error));
    std::fs::create_dir_all(dir.join("mail")).map_err(|error| Failure::ours("try", error))?;
    put("reponse.eml", ANSWER.to_owned())?;
    put("mbsyncrc", mirror(&dir, facts)?)
}

const ANSWER: &str = "From: <cabinet.des-lilas@pli.mssante.test>
To: <cardiologie@voisin.mssante.test>
Subject: Re: Essai
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Bien reçu, merci.
Nadia SUREAU, secrétariat du cabinet des Lilas
";

fn mirror(dir: &std::path::Path, facts: &Value) -> Outcome<String> {
    let pli = std::env::current_exe().map_err(|error| Failure::ours("try", error))?;
    let root = dir.parent().unwrap_or(dir);
    Ok(format!(
        r#"# The cabinet's mailbox, mirrored by its secretary: mbsync -c {dir}/mbsyncrc -a
# XOAUTH2 needs the package libsasl2-modules-kdexoauth2.
IMAPStore cabinet
Host localhost
Port {port}
User cabinet.des-lilas@pli.mssante.test
PassCmd "{pli} sim token --dir {root} --persona P04"
AuthMechs XOAUTH2
SSLType IMAPS
CertificateFile {root}/{ca}

MaildirStore mail
SubFolders Verbatim
Path {dir}/mail/
Inbox {dir}/mail/INBOX

Channel cabinet
Far :cabinet:
Near :mail:
Patterns *
Create Both
Expunge Both
SyncState *
"#,
        dir = dir.display(),
        port = facts["operator"]["imaps"]["port"],
        pli = pli.display(),
        root = root.display(),
        ca = facts["pki"]["ca"].as_str().unwrap_or_default(),
    ))
}
