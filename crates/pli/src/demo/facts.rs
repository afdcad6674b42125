//! `DIR/demo.json`, version 1: the demo as programs see it. Only what runs is there: parts not built yet are absent, never faked.

use std::collections::BTreeMap;

use rules::Address;
use rules::access::Capacity;
use rules::mailbox::{Kind, Mailbox};
use sandbox::Personas;
use serde_json::{Value, json};
use store::mailboxes::Standing;

use super::{Demo, load, pki};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use crate::state::{StateDir, write_whole};

/// Gathers the document from what really runs.
pub async fn gather(demo: &Demo) -> Outcome<Value> {
    let mut mailboxes = Vec::new();
    for node in &demo.nodes {
        mailboxes.extend(mailbox_rows(&node.operator).await?);
    }
    let mut peer = operator(demo, 1);
    let short = pki::short(demo.domain(1));
    peer["client_cert"] = format!("pki/{short}.pem").into();
    peer["client_key"] = format!("pki/{short}.key").into();
    let mut facts = json!({
        "version": 1, "started": demo.started.to_string(), "pid": std::process::id(),
        "operator": operator(demo, 0), "peer": peer,
        "pki": {
            "ca": format!("pki/{}", pki::CA), "crl": format!("pki/{}", pki::CRL), "whitelist": format!("pki/{}", pki::LIST),
            "bad": { "expired": pair("expire"), "revoked": pair("revoque"), "other_ca": pair("autre-igc"), "wrong_dn": pair("autre-dn") },
        },
        "psc": {
            "issuer": demo.psc.issuer(), "control": demo.psc.control(), "login_page": demo.psc.login_page(),
            "phone": demo.psc.phone(), "outbox": demo.psc.outbox_page(),
        },
        "structure_idp": { "issuer": demo.psc.structure_issuer() },
        "personas": personas(&demo.personas), "mailboxes": mailboxes,
    });
    if let Some(mailbox) = opened_by_machine(&demo.nodes[0].operator).await? {
        let (cert, key) = pki::MACHINE;
        facts["app_client"] = json!({
            "mailbox": mailbox, "server_name": pki::app_name(demo.domain(0)), "cert": format!("pki/{cert}"), "key": format!("pki/{key}"),
        });
    }
    Ok(facts)
}

/// The first APP mailbox that a certificate opens.
async fn opened_by_machine(operator: &Operator) -> Outcome<Option<Address>> {
    for mailbox in operator.store.mailboxes().await? {
        if mailbox.kind == Kind::App && !operator.store.certificates(&mailbox.address).await?.is_empty() {
            return Ok(Some(mailbox.address));
        }
    }
    Ok(None)
}

/// Writes the document whole: a reader sees the old one or the new one.
pub fn write(state: &StateDir, facts: &Value) -> Outcome<()> {
    let mut text = serde_json::to_vec_pretty(facts).map_err(|error| Failure::ours("demo.json", error))?;
    text.push(b'\n');
    write_whole(&state.join("demo.json"), &text).map_err(|error| Failure::ours("demo.json", error))
}

fn operator(demo: &Demo, index: usize) -> Value {
    let (domain, ports) = (demo.domain(index), demo.ports.operator(index));
    let at = |address: std::net::SocketAddr| json!({"host": address.ip(), "port": address.port()});
    json!({
        "domain": domain, "server_name": format!("mss.{domain}"),
        "smtp": at(ports.smtp()), "submission": at(ports.submission()), "submissions": at(ports.submissions()),
        "imap": at(ports.imap()), "imaps": at(ports.imaps()),
        "web": format!("http://{}", ports.web()), "api": format!("http://{}/api/v1", ports.web()),
        "admin_token": demo.admin_tokens[index],
    })
}

fn pair(name: &str) -> Value {
    json!({"cert": format!("pki/{name}.pem"), "key": format!("pki/{name}.key")})
}

/// Those who can come in: by Pro Santé Connect, or by their structure's own login. Citizens have no door yet.
fn personas(personas: &Personas) -> Vec<Value> {
    let national = personas.persons().into_iter().map(|person| person.idnat.to_string()).collect::<std::collections::BTreeSet<_>>();
    let row = |persona: &sandbox::personas::Persona| {
        json!({
            "key": persona.id, "slug": persona.slug, "idnat": persona.idnat, "name": Personas::name(persona),
            "label": persona.label, "roles": personas.roles(persona),
        })
    };
    let local = |persona: &sandbox::personas::Persona| {
        let mut row = row(persona);
        if let Some(local) = &persona.local {
            row["local"] = json!({"login": local.login, "password": local.fallback_password, "totp_secret": local.totp_secret_base32});
        }
        row
    };
    let comes_in = |persona: &&sandbox::personas::Persona| national.contains(&persona.idnat) || persona.local.is_some();
    personas.all().iter().filter(comes_in).map(local).collect()
}

async fn mailbox_rows(operator: &Operator) -> Outcome<Vec<Value>> {
    let now = operator.clock.now();
    let mut rows = Vec::new();
    for mailbox in operator.store.mailboxes().await? {
        rows.push(match load::bulk_owner(&mailbox.address, operator.domain()) {
            // Thousands of bulk mailboxes are all alike: their row is known without asking.
            Some(owner) => bulk_row(&mailbox.address, owner.as_str()),
            None => row(&mailbox, &operator.store.people(&mailbox.address, now).await?),
        });
    }
    Ok(rows)
}

fn row(mailbox: &Mailbox, people: &[Standing]) -> Value {
    let mut by_capacity: BTreeMap<Capacity, Vec<&str>> = BTreeMap::new();
    for person in people {
        by_capacity.entry(person.capacity).or_default().push(person.person.as_str());
    }
    let mut of = |capacity| by_capacity.remove(&capacity).unwrap_or_default();
    json!({
        "address": mailbox.address, "kind": mailbox.kind, "label": mailbox.label,
        "owner": of(Capacity::Owner).first(), "responsables": of(Capacity::Responsable),
        "cotitulaires": of(Capacity::Cotitulaire), "delegataires": of(Capacity::Delegataire),
    })
}

fn bulk_row(address: &Address, owner: &str) -> Value {
    json!({"address": address, "kind": "PER", "owner": owner, "responsables": [], "cotitulaires": [], "delegataires": []})
}
