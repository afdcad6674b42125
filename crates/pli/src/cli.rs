//! The command line: words and options only. What a command does is in `commands/`, `demo`, `serve`.
//!
//! Contract: `--dir` and `--json` stand before or after the verb; help is in French, like everything people read.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use rules::{Address, Domain};

use crate::commands::mailbox::life::Step;
use crate::commands::{
    Order, address, cotitulaire, delegation, directory, indicators, journal, local, mailbox, queue, register, responsable, sim, staff,
    terms, token, webhook, whitelist,
};
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
    /// Les responsables d'une boîte de structure ou de machine
    #[command(subcommand)]
    Responsable(Responsable),
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
    /// Le personnel de l'opérateur : invitations, rôles
    #[command(subcommand)]
    Staff(staff::Staff),
    /// Les jetons des programmes
    #[command(subcommand)]
    Token(token::Token),
    /// Les programmes à qui les mouvements sont annoncés
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Les établissements qui identifient eux-mêmes leurs personnels
    #[command(subcommand)]
    Local(local::Local),
    /// La liste blanche de l'espace de confiance
    #[command(subcommand)]
    Whitelist(Whitelist),
    /// Les indicateurs d'usage d'un mois
    Indicators(Indicators),
    /// L'annuaire : ce qui se publie des boîtes
    #[command(subcommand)]
    Directory(Directory),
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
    /// Fermer une boîte : lisible trente jours, puis fermée pour toujours
    Close(mailbox::life::Life),
    /// Revenir sur une fermeture, pendant les trente jours
    Reopen(mailbox::life::Life),
    /// Suspendre une boîte
    Suspend(mailbox::life::Life),
    /// Lever une suspension
    Resume(mailbox::life::Life),
    /// Transmettre une boîte de cabinet à un nouveau propriétaire
    Handover(mailbox::life::HandOver),
    /// Les machines qui ouvrent une boîte applicative
    #[command(subcommand)]
    Certificate(Certificate),
}

#[derive(Debug, Subcommand)]
pub enum Certificate {
    /// Admettre le certificat d'une machine
    Add(mailbox::certificate::Add),
    /// Ne plus l'admettre
    Remove(mailbox::certificate::Change),
    /// Les certificats admis
    List(mailbox::certificate::List),
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
pub enum Responsable {
    /// Nommer un responsable
    Add(responsable::Change),
    /// Retirer un responsable
    End(responsable::Change),
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
    /// Le texte en vigueur, ou ce qu'une personne a accepté
    Show(terms::Show),
    /// Publier une nouvelle version
    Publish(terms::Publish),
    /// Enregistrer une acceptation (bac à sable)
    Accept(terms::Accept),
}

#[derive(Debug, Subcommand)]
pub enum Register {
    /// Chercher une personne, ou une structure
    Search(register::Search),
    /// Les personnes
    #[command(subcommand)]
    Person(Person),
    /// Une structure ; dans le bac à sable, son nouveau numéro FINESS
    Structure(register::Place),
    /// Les situations d'exercice
    #[command(subcommand)]
    Situation(Situation),
}

#[derive(Debug, Subcommand)]
pub enum Person {
    /// Une personne, ses situations et ses boîtes
    Show(register::Show),
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
    /// Recalculer toutes les chaînes et toutes les racines ; ou un fichier exporté, sans aucune base
    Verify(journal::export::VerifyFile),
    /// Écrire les lignes dans un fichier, telles qu'elles ont été scellées (une ligne JSON chacune)
    Export(journal::export::Export),
    /// Vérifier la preuve d'un acte, sans aucune base
    CheckProof(journal::proof::CheckProof),
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

/// Without a verb, the month's figures are shown.
#[derive(Debug, Args)]
pub struct Indicators {
    #[command(flatten)]
    pub month: indicators::Month,
    #[command(subcommand)]
    pub verb: Option<Figures>,
}

#[derive(Debug, Subcommand)]
pub enum Figures {
    /// Écrire les trois fichiers d'un mois et leur manifeste
    Compute(indicators::edition::Compute),
    /// Recalculer, et comparer avec ce qui fut écrit
    Verify(indicators::verify::Verify),
    /// Les actes derrière une ligne
    Trace(indicators::trace::Trace),
    /// Remettre les fichiers d'un mois dans une autre disposition
    Deposit(indicators::deposit::Deposit),
}

#[derive(Debug, Subcommand)]
pub enum Directory {
    /// Écrire l'extraction nationale des boîtes publiées
    Extract(directory::Extract),
}

#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Un jeton Pro Santé Connect d'essai
    Token(sim::Token),
    /// Simuler Pro Santé Connect, seul
    Psc(sim::Psc),
    /// Simuler la connexion propre à un établissement (OpenID Connect), seule
    Idp(sim::Standalone),
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
            Self::Mailbox(Mailbox::Close(order)) => Order::MailboxLife { step: Step::Close, life: order },
            Self::Mailbox(Mailbox::Reopen(order)) => Order::MailboxLife { step: Step::Reopen, life: order },
            Self::Mailbox(Mailbox::Suspend(order)) => Order::MailboxLife { step: Step::Suspend, life: order },
            Self::Mailbox(Mailbox::Resume(order)) => Order::MailboxLife { step: Step::Resume, life: order },
            Self::Mailbox(Mailbox::Handover(order)) => Order::MailboxHandOver(order),
            Self::Mailbox(Mailbox::Certificate(Certificate::Add(order))) => Order::CertificateAdd(order),
            Self::Mailbox(Mailbox::Certificate(Certificate::Remove(order))) => Order::CertificateRemove(order),
            Self::Mailbox(Mailbox::Certificate(Certificate::List(order))) => Order::CertificateList(order),
            Self::Delegation(Delegation::List(ForMailbox { here: Some(mailbox), .. } | ForMailbox { mailbox: Some(mailbox), .. })) => {
                Order::DelegationList(delegation::List { mailbox })
            }
            Self::Delegation(Delegation::Add(order)) => Order::DelegationAdd(order),
            Self::Delegation(Delegation::End(order)) => Order::DelegationEnd(order),
            Self::Cotitulaire(Cotitulaire::Add(order)) => Order::CotitulaireAdd(order),
            Self::Cotitulaire(Cotitulaire::End(order)) => Order::CotitulaireEnd(order),
            Self::Responsable(Responsable::Add(order)) => Order::ResponsableAdd(order),
            Self::Responsable(Responsable::End(order)) => Order::ResponsableEnd(order),
            Self::Terms(Terms::Accept(order)) => Order::TermsAccept(order),
            Self::Terms(Terms::Show(order)) => Order::TermsShow(order),
            Self::Register(Register::Search(order)) => Order::RegisterSearch(order),
            Self::Register(Register::Person(Person::Show(order))) => Order::RegisterPerson(order),
            Self::Register(Register::Structure(order)) => Order::RegisterStructure(order),
            Self::Register(Register::Situation(Situation::End(order))) => Order::SituationEnd(order),
            Self::Journal(Journal::Show(order)) => Order::JournalShow(order),
            Self::Journal(Journal::Verify(journal::export::VerifyFile { file: None })) => Order::JournalVerify,
            Self::Journal(Journal::Export(order)) => Order::JournalExport(order),
            Self::Staff(order) => Order::Staff(order),
            Self::Token(order) => Order::Token(order),
            Self::Webhook(order) => Order::Webhook(order),
            Self::Local(order) => Order::Local(order),
            Self::Queue(Queue::List) => Order::QueueList,
            Self::Queue(Queue::Retry(rows)) => act(queue::Verb::Retry, rows),
            Self::Queue(Queue::Hold(rows)) => act(queue::Verb::Hold, rows),
            Self::Queue(Queue::Release(rows)) => act(queue::Verb::Release, rows),
            Self::Whitelist(Whitelist::Show(order)) => Order::WhitelistShow(order),
            Self::Whitelist(Whitelist::Fetch) => Order::WhitelistFetch,
            Self::Whitelist(Whitelist::Load(order)) => Order::WhitelistLoad(order),
            Self::Whitelist(Whitelist::Verify(order)) => Order::WhitelistVerify(order),
            Self::Whitelist(Whitelist::Approve(order)) => Order::WhitelistApprove(order),
            Self::Indicators(Indicators { month, verb: None }) => Order::Indicators(month),
            Self::Indicators(Indicators { verb: Some(verb), .. }) => match verb {
                Figures::Compute(order) => Order::IndicatorsCompute(order),
                Figures::Verify(order) => Order::IndicatorsVerify(order),
                Figures::Trace(order) => Order::IndicatorsTrace(order),
                Figures::Deposit(order) => Order::IndicatorsDeposit(order),
            },
            Self::Directory(Directory::Extract(order)) => Order::DirectoryExtract(order),
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
