//! The figures of a month: facts of every mailbox and every line of its journal, handed to the fold of `rules`.
//!
//! Requirements: IND-50, IND-60; invariant 6. The one place where files, pages and commands get their figures. It counts nothing: `rules::usage`
//! does. What changes after the month changes none of its figures, since movements and lines are only added.

use std::collections::HashMap;

use rules::mailbox::{Bearer, Mailbox, MailboxId};
use rules::usage::{Figures, Fold, Linked, MailboxFacts, Month, RowKey};
use rules::{Address, IdNat, Moment};

use super::Placed;
use crate::{Result, Store};

impl Store {
    /// The figures of `month`; of the current one, up to `now`.
    pub async fn figures(&self, month: Month, now: Moment) -> Result<Figures> {
        self.figures_among(&self.mailboxes().await?, month, now).await
    }

    /// The figures of some mailboxes: theirs are the same as among all others', since a mailbox is counted by its own chain.
    pub async fn figures_among(&self, mailboxes: &[Mailbox], month: Month, now: Moment) -> Result<Figures> {
        let (mut fold, ids) = self.fold_of(mailboxes, month, now).await?;
        self.each_line(month, &ids, &mut |id, placed| fold.line(id, &placed.line)).await?;
        Ok(fold.finish())
    }

    /// The same, telling for each line in which rows it was counted: from a row back to its acts.
    pub async fn figures_traced(&self, month: Month, now: Moment, told: &mut (dyn FnMut(&Placed, &[RowKey]) + Send)) -> Result<Figures> {
        let (mut fold, ids) = self.fold_of(&self.mailboxes().await?, month, now).await?;
        self.each_line(month, &ids, &mut |id, placed| told(placed, &fold.traced(id, &placed.line))).await?;
        Ok(fold.finish())
    }

    /// People of these figures whose number replaced another one (IND-07), by the old number.
    pub async fn linked_identities(&self, figures: &Figures) -> Result<Vec<Linked>> {
        let mut actors: Vec<&str> = figures.connexions.iter().filter_map(|row| row.id_acteur.as_deref()).collect();
        actors.extend(figures.echanges.iter().filter(|row| row.type_acteur == "PROFESSIONNEL").map(|row| row.id_acteur.as_str()));
        actors.sort_unstable();
        actors.dedup();
        let mut linked = Vec::new();
        for actor in actors {
            let Ok(idnat) = IdNat::parse(actor) else { continue };
            let Some(person) = self.person(&idnat).await? else { continue };
            let link = |alias: &IdNat| Linked { ancien: alias.to_string(), nouveau: person.idnat.to_string() };
            linked.extend(person.aliases.iter().map(link));
        }
        linked.sort_unstable();
        linked.dedup();
        Ok(linked)
    }

    async fn fold_of(&self, mailboxes: &[Mailbox], month: Month, now: Moment) -> Result<(Fold, HashMap<Address, MailboxId>)> {
        let at = month.stock_at(now);
        let mut facts = Vec::new();
        for light in mailboxes {
            let Some(mailbox) = self.mailbox(&light.address).await? else { continue };
            let workplace = self.workplace(&mailbox).await?;
            facts.push(MailboxFacts::of(&mailbox, workplace.as_deref(), at));
        }
        let ids = facts.iter().map(|facts| (facts.address.clone(), facts.id)).collect();
        Ok((Fold::new(month, facts), ids))
    }

    /// Structure of the exercise that a PER mailbox hangs on (IND-D).
    async fn workplace(&self, mailbox: &Mailbox) -> Result<Option<String>> {
        let Bearer::Person { idnat, situation: Some(situation) } = &mailbox.bearer else { return Ok(None) };
        let Some(person) = self.person(idnat).await? else { return Ok(None) };
        let mut situations = person.exercises.into_iter().flat_map(|exercise| exercise.situations);
        Ok(situations.find(|known| known.id == *situation).and_then(|known| known.structure))
    }

    /// Earlier months too: they say when somebody was last here, who sent what fails later, and what the mailbox holds.
    async fn each_line(
        &self,
        month: Month,
        ids: &HashMap<Address, MailboxId>,
        take: &mut (dyn FnMut(MailboxId, &Placed) + Send),
    ) -> Result<()> {
        let mut each = |placed: &Placed| {
            if let Some(id) = placed.mailbox.as_ref().and_then(|address| ids.get(address)) {
                take(*id, placed);
            }
        };
        self.fold_chains(|id| ids.values().any(|known| *known == id), Moment::from_secs(0), month.end(), &mut each).await
    }
}
