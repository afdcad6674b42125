//! The command line: words and options only. What a command does is in `commands/`, `demo`, `serve`.
//!
//! Contract: `--dir` and `--json` stand before or after the verb; help is in French, like everything people read.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use rules::{Address, Domain};

use crate::commands::{Order, address, cotitulaire, delegation, indicators, journal, mailbox, queue, register, sim, terms, whitelist};
use crate::demo::Options;

/// Pli, opérateur de messagerie sécurisée de santé
#[derive(Debug, Parser)]
#[command(name = "pli", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Args)]
pub struct Common {
    /// Le dossier d'état d'une démonstration ou d'un serveur
    #[arg(long, global = true, value_name = "DOSSIER", default_value = "pli-demo")]
    pub dir: PathBuf,
    /// Écrire un seul document JSON sur la sortie standard
    #[arg(long, global = true)]
    pub json: bool,
    /// L'opérateur visé, par son domaine, quand le dossier en contient plusieurs
    #[arg(long, global = true, value_name = "DOMAINE")]
    pub operator: Option<Domain>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Tout lancer sur cette machine, avec des personnages inventés
    Demo(Options),
    /// Servir un opérateur, d'après le fichier pli.toml du dossier d'état
    Serve,
    /// Vérifier la configuration, les certificats et la liste blanche
    Check,
    /// Les boîtes aux lettres
    #[command(subcommand)]
    Mailbox(Mailbox),
    /// Les délégations d'une boîte
    #[command(subcommand)]
    Delegation(Delegation),
    /// Les cotitulaires d'une boîte de cabinet
    #[command(subcommand)]
    Cotitulaire(Cotitulaire),
    /// Les conditions générales d'utilisation
    #[command(subcommand)]
    Terms(Terms),
    /// Le registre des professionnels
    #[command(subcommand)]
    Register(Register),
    /// Le journal des actes
    #[command(subcommand)]
    Journal(Journal),
    /// La file des messages en partance
    #[command(subcommand)]
    Queue(Queue),
    /// La liste blanche de l'espace de confiance
    #[command(subcommand)]
    Whitelist(Whitelist),
    /// Les indicateurs d'usage d'un mois
    Indicators(indicators::Month),
    /// Le bac à sable : jetons d'essai
    #[command(subcommand)]
    Sim(Sim),
    /// Relire certificats, listes de révocation et liste blanche, sans arrêter
    Reload,
}

#[derive(Debug, Subcommand)]
pub enum Mailbox {
    /// Toutes les boîtes
    List,
    /// Une boîte et ses personnes
    Show(mailbox::Show),
    /// Ouvrir une boîte
    Create(mailbox::Create),
}

#[derive(Debug, Subcommand)]
pub enum Delegation {
    /// Les délégataires d'une boîte
    List(ForMailbox),
    /// Déléguer à une personne
    Add(delegation::Add),
    /// Mettre fin à une délégation, tout de suite
    End(delegation::End),
}

/// A mailbox given in place or by `--mailbox`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ForMailbox {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub here: Option<Address>,
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Option<Address>,
}

#[derive(Debug, Subcommand)]
pub enum Cotitulaire {
    /// Ajouter un cotitulaire
    Add(cotitulaire::Change),
    /// Retirer un cotitulaire
    End(cotitulaire::Change),
}

#[derive(Debug, Subcommand)]
pub enum Terms {
    /// Enregistrer une acceptation (bac à sable)
    Accept(terms::Accept),
}

#[derive(Debug, Subcommand)]
pub enum Register {
    /// Les situations d'exercice
    #[command(subcommand)]
    Situation(Situation),
}

#[derive(Debug, Subcommand)]
pub enum Situation {
    /// Mettre fin à une situation
    End(register::SituationEnd),
}

#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Montrer les actes
    Show(journal::Show),
    /// Recalculer toutes les chaînes
    Verify,
}

#[derive(Debug, Subcommand)]
pub enum Queue {
    /// Ce qui attend
    List,
    /// Réessayer maintenant
    Retry(queue::Rows),
    /// Retenir
    Hold(queue::Rows),
    /// Laisser repartir
    Release(queue::Rows),
}

#[derive(Debug, Subcommand)]
pub enum Whitelist {
    /// La liste en vigueur
    Show(whitelist::Show),
    /// La prendre à sa source, tout de suite
    Fetch,
    /// Charger un fichier
    Load(whitelist::Load),
    /// Mettre en vigueur la liste retenue pour approbation
    Approve(whitelist::Approve),
    /// Vérifier un fichier sans rien charger
    Verify(whitelist::Verify),
    /// Fabriquer une liste d'essai de la taille de la vraie
    Synth(whitelist::Synth),
}

#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Un jeton Pro Santé Connect d'essai
    Token(sim::Token),
}

impl Verb {
    /// The order behind a verb that acts on a state folder; `Err` gives the verb back when it does something else.
    pub fn order(self) -> Result<Order, Self> {
        let act = |verb, rows| Order::QueueAct(queue::Act { verb, rows });
        Ok(match self {
            Self::Check => Order::Check,
            Self::Mailbox(Mailbox::List) => Order::MailboxList,
            Self::Mailbox(Mailbox::Show(order)) => Order::MailboxShow(order),
            Self::Mailbox(Mailbox::Create(order)) => Order::MailboxCreate(order),
            Self::Delegation(Delegation::List(ForMailbox { here: Some(mailbox), .. } | ForMailbox { mailbox: Some(mailbox), .. })) => {
                Order::DelegationList(delegation::List { mailbox })
            }
            Self::Delegation(Delegation::Add(order)) => Order::DelegationAdd(order),
            Self::Delegation(Delegation::End(order)) => Order::DelegationEnd(order),
            Self::Cotitulaire(Cotitulaire::Add(order)) => Order::CotitulaireAdd(order),
            Self::Cotitulaire(Cotitulaire::End(order)) => Order::CotitulaireEnd(order),
            Self::Terms(Terms::Accept(order)) => Order::TermsAccept(order),
            Self::Register(Register::Situation(Situation::End(order))) => Order::SituationEnd(order),
            Self::Journal(Journal::Show(order)) => Order::JournalShow(order),
            Self::Journal(Journal::Verify) => Order::JournalVerify,
            Self::Queue(Queue::List) => Order::QueueList,
            Self::Queue(Queue::Retry(rows)) => act(queue::Verb::Retry, rows),
            Self::Queue(Queue::Hold(rows)) => act(queue::Verb::Hold, rows),
            Self::Queue(Queue::Release(rows)) => act(queue::Verb::Release, rows),
            Self::Whitelist(Whitelist::Show(order)) => Order::WhitelistShow(order),
            Self::Whitelist(Whitelist::Fetch) => Order::WhitelistFetch,
            Self::Whitelist(Whitelist::Load(order)) => Order::WhitelistLoad(order),
            Self::Whitelist(Whitelist::Verify(order)) => Order::WhitelistVerify(order),
            Self::Whitelist(Whitelist::Approve(order)) => Order::WhitelistApprove(order),
            Self::Indicators(order) => Order::Indicators(order),
            Self::Reload => Order::Reload,
            other => return Err(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_words_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_verb() {
        for line in ["pli --dir d --json journal verify", "pli journal verify --json --dir d", "pli journal --dir d verify --json"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert!(cli.common.json && cli.common.dir == std::path::Path::new("d"), "{line}");
        }
    }
}
