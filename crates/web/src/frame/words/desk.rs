//! Words of `desk`.

use rules::mailbox::{Kind, State};
use rules::staff::StaffRole;

use crate::frame::{Lang, Words};

crate::words! {
    desk_home: "Bureau de l'opérateur", "Operator's desk";
    desk_roles(roles): "Vos rôles : {roles}", "Your roles: {roles}";
    desk_nav: "Pages du bureau", "Pages of the desk";
    desk_health: "État du service", "State of the service";
    state_good: "Tout va bien", "All is well";
    state_warn: "À regarder", "To be looked at";
    state_bad: "À traiter", "To be dealt with";
    list_none: "aucune liste", "no list";
    health_list(domains): "Liste blanche : {domains} domaines", "White list: {domains} domains";
    health_list_more(age, crls): "Liste du {age} · listes de révocation : {crls}", "List of {age} · revocation lists: {crls}";
    health_queue(waiting): "File d'envoi : {waiting} en attente", "Outgoing queue: {waiting} waiting";
    health_queue_more(late, held): "en retard : {late} · retenus : {held}", "late: {late} · held: {held}";
    health_webhooks(count): "Programmes prévenus des mouvements : {count}", "Programs told of movements: {count}";
    health_webhooks_more(dead): "annonces abandonnées : {dead}", "announcements given up: {dead}";
    health_cabinets(gone): "Boîtes de cabinet sans propriétaire : {gone}", "Practice mailboxes without owner: {gone}";
    health_cabinets_more(leaving, finess, suspended): "propriétaires sur le départ : {leaving} · cabinets qui ont désormais un numéro FINESS : {finess} · suspendues : {suspended}", "owners about to leave: {leaving} · practices that now have a FINESS number: {finess} · suspended: {suspended}";
    health_local(count): "Établissements avec leur propre authentification : {count}", "Establishments with their own sign-in: {count}";
    desk_look: "Voir", "Look";
    desk_mailboxes: "Boîtes", "Mailboxes";
    desk_search: "Adresse, nom ou numéro d'une personne", "Address, name or number of a person";
    desk_search_button: "Chercher", "Search";
    desk_more: "Il y en a d'autres : précisez la recherche.", "There are more: make the search more precise.";
    desk_none: "Aucune boîte ne correspond.", "No mailbox matches.";
    desk_column_mailbox: "Boîte", "Mailbox";
    desk_column_kind: "Genre", "Kind";
    desk_column_state: "État", "State";
    desk_to_watch: "à regarder", "to be looked at";
    desk_open: "Ouvrir une boîte", "Open a mailbox";
    desk_open_button: "Ouvrir la boîte", "Open the mailbox";
    desk_opened(address): "La boîte {address} est ouverte.", "Mailbox {address} is open.";
    desk_kind: "Genre de boîte", "Kind of mailbox";
    desk_name: "Nom, avant l'arobase", "Name, before the at sign";
    desk_name_hint(domain): "Sera suivi de @{domain}. Celui d'une boîte de cabinet commence par « cabinet. ».", "Will be followed by @{domain}. That of a practice's mailbox begins with “cabinet.”.";
    desk_label: "Comment on l'appelle", "What people call it";
    desk_owner: "Titulaire ou propriétaire (numéro national)", "Holder or owner (national number)";
    desk_owner_hint: "Pour une boîte personnelle ou de cabinet.", "For a personal or a practice's mailbox.";
    desk_situation: "Situation d'exercice (facultatif)", "Situation of exercise (optional)";
    desk_structure: "Structure (FINESS, SIRET ou identifiant)", "Structure (FINESS, SIRET or id)";
    desk_structure_hint: "Porteuse d'une boîte de service ou d'application ; lieu d'une boîte de cabinet.", "Bearer of a department's or application's mailbox; place of a practice's mailbox.";
    desk_responsable: "Premier responsable (numéro national)", "First responsible person (national number)";
    desk_people_of: "Personnes", "People";
    desk_person: "Personne", "Person";
    desk_capacity: "Qualité", "Capacity";
    desk_since: "Depuis", "Since";
    desk_until: "Jusqu'à", "Until";
    desk_acts: "Agir, avec un motif", "Act, with a reason";
    desk_acts_why: "Le motif est gardé pour toujours avec le mouvement, et les personnes de la boîte le lisent dans leur historique.", "The reason is kept for ever with the movement, and the people of the mailbox read it in their history.";
    desk_reason: "Motif, pièces reçues", "Reason, evidence received";
    desk_about: "Personne concernée (numéro national)", "Person concerned (national number)";
    desk_act: "Geste", "Act";
    desk_suspend: "Suspendre la boîte", "Suspend the mailbox";
    desk_resume: "Remettre en service", "Put back into service";
    desk_close: "Fermer (trente jours en lecture seule)", "Close (thirty days read-only)";
    desk_hand_over: "Transmettre à un nouveau propriétaire", "Hand over to a new owner";
    desk_name_responsable: "Nommer un responsable", "Name a responsible person";
    desk_remove_responsable: "Retirer un responsable", "Remove a responsible person";
    desk_remove_cotitulaire: "Retirer un cotitulaire", "Remove a co-holder";
    desk_end_delegation: "Mettre fin à une délégation", "End a delegation";
    desk_carry_out: "Enregistrer ce geste", "Record this act";
    desk_done: "C'est fait, et noté dans l'historique.", "Done, and noted in the history.";
    desk_movements: "Mouvements", "Movements";
    desk_no_letters: "Aucun rôle de l'opérateur n'ouvre une boîte : les lettres ne se voient pas d'ici.", "No role of the operator opens a mailbox: letters cannot be seen from here.";
    desk_people_title: "Personnel", "Staff";
    desk_login: "Identifiant", "Login";
    desk_member_name: "Nom", "Name";
    desk_member_roles: "Rôles", "Roles";
    desk_keys: "Clés d'accès", "Passkeys";
    desk_suspended: "suspendu", "suspended";
    desk_invite: "Inviter quelqu'un", "Invite somebody";
    desk_invite_button: "Préparer le lien d'inscription", "Prepare the enrolment link";
    desk_link: "Lien d'inscription, à remettre en main propre : il vaut vingt-quatre heures, une seule fois, et n'est montré qu'ici.", "Enrolment link, to be handed over in person: valid twenty-four hours, once, and shown only here.";
    desk_give_role: "Donner ou retirer un rôle", "Give or take a role";
    desk_give: "Donner", "Give";
    desk_take: "Retirer", "Take";
    desk_waiting: "Rôles qui attendent une seconde personne", "Roles that wait for a second person";
    desk_waits(login, role, by): "{login} : rôle « {role} », demandé par {by}", "{login}: role “{role}”, asked by {by}";
    desk_approve: "Approuver", "Approve";
    desk_role_given: "Le rôle est donné.", "The role is given.";
    desk_role_waits: "Demande enregistrée : une seconde personne doit l'approuver.", "Request recorded: a second person must approve it.";
    desk_role_taken: "Le rôle est retiré.", "The role is taken away.";
    desk_tokens: "Jetons des machines", "Tokens of machines";
    desk_token_name: "À quoi il sert", "What it is for";
    desk_token_owner: "Pour", "For";
    desk_token_scopes: "Portées", "Scopes";
    desk_token_scopes_hint(all): "Séparées par des espaces, parmi : {all}", "Parted by spaces, among: {all}";
    desk_token_days: "Durée, en jours", "Duration, in days";
    desk_token_ends: "Fin", "End";
    desk_token_used: "Dernier usage", "Last use";
    desk_token_make: "Créer le jeton", "Create the token";
    desk_token_secret: "Le jeton, montré une seule fois :", "The token, shown once:";
    desk_token_revoke(name): "Révoquer {name}", "Revoke {name}";
    desk_token_over: "terminé", "over";
    desk_token_revoked: "Le jeton est révoqué.", "The token is revoked.";
    desk_never: "jamais", "never";
    operator_word: "l'opérateur", "the operator";
    desk_figures: "Chiffres du service", "Figures of the service";
    desk_figures_files: "Fichiers du mois", "Files of the month";
    desk_figures_chart: "Lettres envoyées et reçues, par genre de boîte", "Letters sent and received, by kind of mailbox";
    desk_figures_mailboxes: "Boîtes", "Mailboxes";
    desk_figures_actors: "Personnes actives", "Active people";
    desk_figures_received: "Lettres reçues", "Letters received";
}

impl Words {
    pub fn role(self, role: StaffRole) -> String {
        let (french, english) = match role {
            StaffRole::Support => ("assistance", "support"),
            StaffRole::Mailbox => ("boîtes", "mailboxes"),
            StaffRole::Registry => ("registre", "register"),
            StaffRole::Security => ("sécurité", "security"),
        };
        if self.0 == Lang::Fr { french } else { english }.to_owned()
    }

    /// A state of a mailbox.
    pub fn life(self, state: State) -> String {
        let (french, english) = match state {
            State::Demandee => ("demandée", "asked for"),
            State::Active => ("en service", "in service"),
            State::Suspendue => ("suspendue", "suspended"),
            State::EnCloture => ("en cours de fermeture", "closing"),
            State::Close => ("fermée", "closed"),
        };
        if self.0 == Lang::Fr { french } else { english }.to_owned()
    }

    /// A kind as the files write it, in plain words.
    pub fn kind_written(self, written: &str) -> String {
        let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab];
        kinds.into_iter().find(|kind| kind.as_str() == written).map_or_else(|| written.to_owned(), |kind| self.kind(kind).to_owned())
    }
}
