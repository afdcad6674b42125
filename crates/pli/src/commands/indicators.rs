//! `pli indicators`: the month's figures, folded from the journal: who opened what, what was exchanged, the stock of mailboxes.
//!
//! Requirements: IND-A, IND-C, IND-01, IND-02, IND-11, IND-50. It reads journal lines and mailbox facts only; the counting is `rules::usage`.

use std::collections::{BTreeMap, HashMap};

use clap::Args;
use rules::mailbox::{Bearer, Mailbox, MailboxId};
use rules::register::Person;
use rules::usage::{Fold, MailboxFacts, Month as Calendar};
use rules::{Address, Moment};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::history::Placed;

use super::show;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Month {
    /// Le mois ; celui en cours par défaut, jusqu'à maintenant
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<String>,
}

fn month(text: &str) -> Result<String, String> {
    Calendar::parse(text).map(|month| month.to_string()).map_err(|error| error.to_string())
}

impl Month {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let now = operator.clock.now();
        let month = match &self.month {
            Some(text) => Calendar::parse(text).map_err(|error| Failure::usage(error.to_string()))?,
            None => Calendar::of(now),
        };
        let facts = facts(operator, month.stock_at(now)).await?;
        let ids: HashMap<Address, MailboxId> = facts.iter().map(|facts| (facts.address.clone(), facts.id)).collect();
        let mut fold = Fold::new(month, facts);
        // Earlier months too: they say when somebody was last here, and who sent what fails later.
        let mut each = |placed: &Placed| {
            if let Some(id) = placed.mailbox.as_ref().and_then(|address| ids.get(address)) {
                fold.line(*id, &placed.line);
            }
        };
        operator.store.fold_journal(Moment::from_secs(0), month.end(), &mut each).await?;
        serde_json::to_value(fold.finish()).map_err(|error| Failure::ours("indicateurs", error))
    }
}

async fn facts(operator: &Operator, at: Moment) -> Outcome<Vec<MailboxFacts>> {
    let stock: BTreeMap<MailboxId, _> = operator.store.stock().await?.into_iter().map(|stock| (stock.mailbox, stock)).collect();
    let mut all = Vec::new();
    for light in operator.store.mailboxes().await? {
        let Some(mailbox) = operator.store.mailbox(&light.address).await? else { continue };
        let workplace = workplace(operator, &mailbox).await?;
        let (messages, bytes) = stock.get(&mailbox.id).map_or((0, 0), |stock| (stock.messages, stock.bytes));
        all.push(MailboxFacts::of(&mailbox, workplace.as_deref(), messages, bytes, at));
    }
    Ok(all)
}

/// Structure of the exercise that a PER mailbox hangs on (IND-D).
async fn workplace(operator: &Operator, mailbox: &Mailbox) -> Outcome<Option<String>> {
    let Bearer::Person { idnat, situation: Some(situation) } = &mailbox.bearer else { return Ok(None) };
    let Some(Person { exercises, .. }) = operator.store.person(idnat).await? else { return Ok(None) };
    let mut situations = exercises.into_iter().flat_map(|exercise| exercise.situations);
    Ok(situations.find(|known| known.id == *situation).and_then(|known| known.structure))
}

pub fn table(value: &Value) -> String {
    let connexions = [
        ("BOÎTE", "adresse_boite"),
        ("QUI", "id_acteur"),
        ("QUALITÉ", "qualite"),
        ("CANAL", "canal"),
        ("VISITES", "nb_visites"),
        ("JOURS", "nb_jours_actifs"),
        ("REFUS", "nb_refus"),
    ];
    let echanges = [
        ("BOÎTE", "adresse_boite"),
        ("QUI", "id_acteur"),
        ("QUALITÉ", "qualite"),
        ("CANAL", "canal"),
        ("SENS", "sens"),
        ("MESSAGES", "nb_messages"),
        ("ÉCHECS", "nb_echecs"),
        ("OCTETS", "octets"),
    ];
    let boites = [
        ("BOÎTE", "adresse_boite"),
        ("GENRE", "type_boite"),
        ("ÉTAT", "etat"),
        ("ACTEURS", "nb_acteurs_mois"),
        ("MESSAGES", "nb_messages_stock"),
        ("OCTETS", "octets_stock"),
    ];
    let part = |title: &str, key: &str, columns: &[(&str, &str)]| format!("{title}\n{}", show::table(&value[key], columns));
    let month = value["month"].as_str().unwrap_or_default();
    [
        format!("Indicateurs de {month}"),
        part("\nConnexions", "connexions", &connexions),
        part("\nÉchanges", "echanges", &echanges),
        part("\nBoîtes", "boites", &boites),
    ]
    .join("\n")
}
