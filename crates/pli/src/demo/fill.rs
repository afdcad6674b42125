//! `--fill-mailbox ADDRESS:COUNT:SEED`: synthetic letters, filed through the store as a peer's would be. Asking twice files them once.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use message::Glance;
use rules::mailbox::MailboxId;
use rules::{Address, Author, Channel, Domain, Moment};
use sandbox::letters::{Letter, Letters};
use store::mail::Arrival;

use crate::failure::{Failure, Outcome};
use crate::node::Node;
use crate::operator::Operator;

/// Letters on their way to the store at once: its writer batches them, in this order.
const AT_ONCE: usize = 64;

/// One mailbox to fill.
#[derive(Debug, Clone)]
pub struct Fill {
    address: Address,
    count: u32,
    seed: u64,
}

impl Fill {
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("« {text} » : la forme attendue est ADRESSE:NOMBRE:GRAINE");
        let mut parts = text.splitn(3, ':');
        let (Some(address), Some(count), Some(seed)) = (parts.next(), parts.next(), parts.next()) else { return Err(wrong()) };
        let address = Address::parse(address).map_err(|error| error.to_string())?;
        Ok(Self { address, count: count.parse().map_err(|_| wrong())?, seed: seed.parse().map_err(|_| wrong())? })
    }
}

/// Fills one mailbox of one of the operators; the letters end at the demo's start.
pub async fn fill(nodes: &[Node], fill: &Fill, newest: Moment) -> Outcome<()> {
    let hosted = nodes.iter().position(|node| node.operator.hosts(&fill.address.domain()));
    let unknown = || Failure::usage(format!("{} n'est d'aucun opérateur de la démonstration", fill.address));
    let index = hosted.ok_or_else(unknown)?;
    let operator = &nodes[index].operator;
    // Correspondents are the other operator's people.
    let others = nodes.iter().enumerate().find(|(other, _)| *other != index).map_or(operator.domain(), |(_, node)| node.operator.domain());
    let mailbox = operator.store.mailbox(&fill.address).await?.ok_or_else(unknown)?;
    let letters = Letters::new(fill.address.clone(), others.clone(), newest, fill.seed);
    let count = u64::from(fill.count);
    let filed = (0..count).rev().map(|n| file(operator, mailbox.id, others, letters.letter(n), format!("fill-{}-{n}", fill.seed)));
    stream::iter(filed).buffered(AT_ONCE).try_collect::<()>().await
}

async fn file(operator: &Operator, mailbox: MailboxId, from: &Domain, letter: Letter, transaction: String) -> Outcome<()> {
    let glance = Glance::of(&letter.bytes);
    let arrival = Arrival {
        recipients: vec![mailbox],
        bytes: Bytes::from(letter.bytes),
        glance: glance.encode().into(),
        message_id: glance.message_id.clone(),
        author: Author::Peer { id: from.clone() },
        channel: Channel::Smtp,
        facts: serde_json::json!({"nil": glance.facts.nil, "class": "ESPACE", "xdm": glance.facts.xdm}),
        transaction,
    };
    Ok(operator.store.deliver(arrival, letter.at).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_address_count_seed() {
        let fill = Fill::parse("u0001@pli.mssante.test:1000:42").unwrap();
        assert_eq!((fill.address.as_str(), fill.count, fill.seed), ("u0001@pli.mssante.test", 1000, 42));
        for wrong in ["", "u0001@pli.mssante.test", "u0001@pli.mssante.test:1000", "u0001:1000:1", "u0001@pli.mssante.test:x:1"] {
            assert!(Fill::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
