//! Words of `figures`.

use rules::access::Capacity;
use rules::mailbox::Kind;

use crate::frame::Words;

crate::words! {
    figures_title(mailbox): "Chiffres · {mailbox}", "Figures · {mailbox}";
    my_figures: "Mes chiffres", "My figures";
    figures_why_all: "Chaque lecture et chaque envoi est compté pour la personne qui l'a fait, jamais pour la boîte ni pour son propriétaire.", "Each reading and each sending is counted for the person who did it, never for the mailbox or its owner.";
    figures_why_own: "Vous voyez vos propres chiffres. Ceux des autres ne sont montrés qu'à ceux qui gèrent la boîte.", "You see your own figures. Those of the others are shown only to those who manage the mailbox.";
    figures_received(count): "Lettres reçues par la boîte ce mois-ci : {count}", "Letters received by the mailbox this month: {count}";
    figures_not_you: "Vous n'avez pas ouvert cette boîte ce mois-ci.", "You did not open this mailbox this month.";
    figures_nobody: "Personne n'a ouvert cette boîte ce mois-ci.", "Nobody opened this mailbox this month.";
    figures_nothing_mine: "Vous n'avez rien fait dans vos boîtes ce mois-ci.", "You did nothing in your mailboxes this month.";
    figures_who: "Qui", "Who";
    figures_which: "Boîte", "Mailbox";
    figures_visits: "Visites", "Visits";
    figures_sent: "Lettres envoyées", "Letters sent";
    figures_recipients: "Destinataires", "Recipients";
    figures_read: "Premières lectures", "First readings";
    figures_failures: "Échecs d'envoi", "Failed sendings";
    figures_refusals: "Accès refusés", "Refused logins";
    figures_last: "Dernière visite", "Last visit";
    figures_share(who, acts): "{who} : {acts} lettres lues ou envoyées", "{who}: {acts} letters read or sent";
    figures_chart: "Lettres lues ou envoyées, par personne", "Letters read or sent, by person";
    figures_chart_mine: "Lettres lues ou envoyées, par boîte", "Letters read or sent, by mailbox";
    figures_table: "Tableau", "Table";
    figures_csv: "Télécharger ce tableau (CSV)", "Download this table (CSV)";
    figures_before: "Mois précédent", "Previous month";
    figures_after: "Mois suivant", "Next month";
    figures_month(name): "Mois : {name}", "Month: {name}";
    figures_months: "Choisir le mois", "Choose the month";
}

impl Words {
    /// A capacity as the files write it, in words for people.
    pub fn figures_capacity(self, written: &str, kind: Kind) -> String {
        let capacity = match written {
            "TITULAIRE" | "PROPRIETAIRE" => Capacity::Owner,
            "RESPONSABLE" => Capacity::Responsable,
            "COTITULAIRE" => Capacity::Cotitulaire,
            "DELEGATAIRE" => Capacity::Delegataire,
            other => return other.to_lowercase(),
        };
        self.capacity(capacity, kind).to_owned()
    }
}
