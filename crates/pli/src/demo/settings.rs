//! The `pli.toml` of each operator of a demo: a real configuration, rewritten at each start, that a person can read and copy.

use std::path::Path;

use rules::Domain;

use super::pki::{CA, CRL, LIST, Pki};
use super::ports::Ports;
use super::{Options, psc};
use crate::clock;
use crate::config::FILE_NAME;
use crate::failure::{Failure, Outcome};
use crate::state::{DEMO_OPERATORS, StateDir, write_whole};

/// Writes the configurations, and the keys that a first start needs.
pub fn write(state: &StateDir, options: &Options, ports: &Ports, domains: &[Domain], pki: &Pki) -> Outcome<()> {
    let instance = keep(&state.join("instance"), 4)?;
    for (index, (domain, folder)) in domains.iter().zip(DEMO_OPERATORS).enumerate() {
        let dir = state.join(folder);
        keep(&dir.join("kek"), 32)?;
        put(&dir.join("psc-secret"), psc::CLIENT_SECRET)?;
        put(&dir.join("web-secret"), psc::web_client(index).1)?;
        let text = text(&Sheet { state, options, ports, domains, pki, instance: &instance, index, domain, folder })?;
        put(&dir.join(FILE_NAME), &text)?;
    }
    Ok(())
}

struct Sheet<'a> {
    state: &'a StateDir,
    options: &'a Options,
    ports: &'a Ports,
    domains: &'a [Domain],
    pki: &'a Pki,
    instance: &'a str,
    index: usize,
    domain: &'a Domain,
    folder: &'a str,
}

fn text(sheet: &Sheet<'_>) -> Outcome<String> {
    let Sheet { domain, ports, index, .. } = sheet;
    let own = ports.operator(*index);
    let pki = quoted(&absolute(&sheet.state.join("pki"))?);
    let pki = pki.trim_matches('"');
    let issuer = psc::issuer(ports);
    let own_dn = toml::Value::String(sheet.pki.declared(domain)?);
    let app_name = super::pki::app_name(domain);
    let signer = trust::pki::SIGNER;
    let authority = trust::pki::AUTHORITY;
    let client_id = psc::CLIENT_ID;
    let blobs = blobs(sheet)?;
    let store = store(sheet);
    let routes = routes(sheet);
    let (smtp, submission, submissions) = (own.smtp(), own.submission(), own.submissions());
    let (imap, imaps, web) = (own.imap(), own.imaps(), own.web());
    let web_client = psc::web_client(*index).0;
    let web_port = web.port();
    let relay = ports.relay();
    let name = quoted(if *index == 0 { "Pli, opérateur d'essai" } else { "Opérateur voisin d'essai" });
    Ok(format!(
        r#"# Rewritten by `pli demo` at each start.
mode = "sandbox"
domains = ["{domain}"]
host_name = "smtp.{domain}"

[listen]
smtp = "{smtp}"
submission = "{submission}"
submissions = "{submissions}"
imap = "{imap}"
imaps = "{imaps}"
web = "{web}"

[tls]
chain = "{pki}/{domain}.pem"
key = "{pki}/{domain}.key"

[tls.app]
name = "{app_name}"

[trust]
anchors = "{pki}/{CA}"
crls = ["{pki}/{CRL}"]
state = "trust"
signers = ["{signer}"]
signer_issuer = "{authority}"
own_dn = {own_dn}

[trust.list]
file = "{pki}/{LIST}"

[psc]
preset = "sim"
issuer = "{issuer}"
client_id = "{client_id}"
client_secret_file = "psc-secret"

{store}
[blobs]
at = {blobs}

[terms]
version = "2026-01"
since = "2026-01-01T00:00:00Z"
url = "http://{web}/cgu"

[web]
base_url = "http://{web}"
other_origins = ["http://localhost:{web_port}"]
operator_name = {name}
nil = "PLI000001"

[web.client]
auth = "client_secret_basic"
client_id = "{web_client}"
secret_file = "web-secret"

[notices]
relay = "smtp://{relay}"
from = "ne-pas-repondre@operateur-pli.test"

[routes]
dns = false

[routes.table]
{routes}"#
    ))
}

fn store(sheet: &Sheet<'_>) -> String {
    if sheet.options.store == "sqlite" {
        return "[store]\nengine = \"sqlite\"\npath = \"pli.sqlite\"\nkek_file = \"kek\"\n".to_owned();
    }
    let url = quoted(&sheet.options.store);
    let schema = schema(sheet.instance, sheet.folder);
    format!("[store]\nengine = \"postgres\"\nurl = {url}\nschema = \"{schema}\"\nkek_file = \"kek\"\n")
}

/// Schema of an operator of one demo: two demos may share a database.
fn schema(instance: &str, folder: &str) -> String {
    format!("pli_demo_{instance}_{folder}")
}

fn blobs(sheet: &Sheet<'_>) -> Outcome<String> {
    Ok(match &sheet.options.blobs {
        None => quoted("blobs"),
        Some(at) if at.contains("://") => quoted(&format!("{}/{}", at.trim_end_matches('/'), sheet.folder)),
        Some(dir) => quoted(&format!("{}/{}", absolute(Path::new(dir))?, sheet.folder)),
    })
}

fn routes(sheet: &Sheet<'_>) -> String {
    let others = sheet.domains.iter().enumerate().filter(|(index, _)| *index != sheet.index);
    let others = others.map(|(index, domain)| format!("\"{domain}\" = \"{}\"\n", sheet.ports.operator(index).smtp()));
    let declared = sheet.options.declare.iter().map(|declared| format!("\"{}\" = {}\n", declared.domain, quoted(&declared.at)));
    others.chain(declared).collect()
}

fn absolute(path: &Path) -> Outcome<String> {
    let path = std::path::absolute(path).map_err(|error| Failure::configuration(format!("{} : {error}", path.display())))?;
    Ok(path.to_string_lossy().into_owned())
}

/// A TOML string, whatever it holds.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn put(path: &Path, text: &str) -> Outcome<()> {
    write_whole(path, text.as_bytes()).map_err(|error| Failure::configuration(format!("{} : {error}", path.display())))
}

/// A random value of so many bytes, drawn once and kept.
fn keep(path: &Path, bytes: usize) -> Outcome<String> {
    if let Ok(kept) = std::fs::read_to_string(path) {
        return Ok(kept.trim().to_owned());
    }
    let mut drawn = vec![0; bytes];
    clock::entropy().fill(&mut drawn);
    let text = hex::encode(drawn);
    put(path, &text)?;
    Ok(text)
}
