//! Words of `access`: the room of a mailbox, its movements, its history.
//! size: a catalogue, one sentence a line in two languages; it is read in one piece.

use rules::mailbox::Kind;

use crate::frame::{Lang, Words};

impl Words {
    /// Whom one reads and writes for: « le cabinet ».
    pub fn on_behalf(self, kind: Kind, label: &str) -> String {
        match (self.0, kind) {
            (Lang::Fr, Kind::Cab) => "le cabinet".to_owned(),
            (Lang::En, Kind::Cab) => "the practice".to_owned(),
            (Lang::Fr, Kind::Org) => "le service".to_owned(),
            (Lang::En, Kind::Org) => "the department".to_owned(),
            (_, Kind::Per | Kind::App) => label.to_owned(),
        }
    }
}

crate::words! {
    // the room
    access_title(label): "Accès à la boîte « {label} »", "Access to the mailbox “{label}”";
    opened_on(date): "ouverte le {date}", "opened on {date}";
    people_title: "Qui lit et écrit ici", "Who reads and writes here";
    column_person: "Personne", "Person";
    column_capacity: "Qualité", "Capacity";
    column_period: "Accès", "Access";
    column_use: "Dernier passage", "Last visit";
    column_actions: "Actions", "Actions";
    its_you: "(vous)", "(you)";
    since(date): "depuis le {date}", "since {date}";
    until(when): "jusqu'au {when}", "until {when}";
    until_further_notice: "jusqu'à nouvel ordre", "until further notice";
    announced(when): "à partir du {when}", "from {when}";
    given_by(who, date): "donné par {who} le {date}", "given by {who} on {date}";
    terms_pending: "n'a pas encore accepté les conditions", "has not accepted the terms yet";
    invitation_pending: "n'a pas encore répondu", "has not answered yet";
    never_came: "jamais venu(e)", "never came";
    used_by_software(when): "{when}, par un logiciel de messagerie", "{when}, by a mail program";
    actions_for(name): "Actions pour {name}", "Actions for {name}";
    withdraw: "Retirer l'accès", "Withdraw access";
    change_dates: "Modifier les dates", "Change the dates";
    signs_in_locally(place): "authentification locale – {place}", "local authentication – {place}";
    rpps(number): "RPPS {number}", "RPPS {number}";
    this_mailbox: "Cette boîte", "This mailbox";
    export_letters: "Exporter toutes les lettres", "Export all letters";

    // machines
    machines: "Certificats des machines", "Certificates of machines";
    machines_title(label): "Machines de la boîte « {label} »", "Machines of the mailbox “{label}”";
    machines_meaning: "Un logiciel entre dans cette boîte par un certificat de l'IGC-Santé (organisation, authentification de client), sans mot de passe. Vous répondez de ceux qui sont inscrits ici.", "A program enters this mailbox by a certificate of IGC-Santé (organisation, client authentication), without a password. You answer for those entered here.";
    machines_none: "Aucune machine n'entre dans cette boîte.", "No machine enters this mailbox.";
    machine_entered(who, date): "inscrit par {who} le {date}", "entered by {who} on {date}";
    machine_other: "autre structure", "other structure";
    machine_remove: "Retirer", "Remove";
    machine_removed(name): "{name} n'entre plus dans cette boîte.", "{name} enters this mailbox no more.";
    machine_add_title: "Inscrire une machine", "Enter a machine";
    machine_field: "Son certificat, ou le nom qu'il porte", "Its certificate, or the name in it";
    machine_hint: "Collez le fichier .pem (BEGIN CERTIFICATE), jamais la clé ; ou le nom : CN=…,OU=…,O=…,C=FR.", "Paste the .pem file (BEGIN CERTIFICATE), never the key; or the name: CN=…,OU=…,O=…,C=FR.";
    machine_unreadable: "Ce n'est ni un certificat ni un nom de certificat. Collez le texte entier, lignes BEGIN et END comprises.", "This is neither a certificate nor the name of one. Paste the whole text, with its BEGIN and END lines.";
    machine_key: "Ce texte contient une clé privée : elle ne doit quitter la machine pour personne. Remplacez-la, puis collez le certificat seul.", "This text holds a private key, which must leave the machine for nobody. Replace it, then paste the certificate alone.";
    machine_approve: "J'approuve que le certificat de cette autre structure entre dans la boîte. Mon nom est gardé avec.", "I approve that this other structure's certificate enters the mailbox. My name is kept with it.";
    machine_add: "Inscrire", "Enter it";
    machine_added(name): "{name} peut entrer dans cette boîte.", "{name} may enter this mailbox.";
    back_to_access: "Revenir aux accès", "Back to the accesses";

    // the sentence
    give_title: "Donner accès à", "Give access to";
    give_field: "Nom ou numéro RPPS", "Name or RPPS number";
    give_hint: "Deux lettres suffisent. La personne n'a pas besoin d'être cliente de l'opérateur.", "Two letters are enough. The person need not be a client of the operator.";
    find_button: "Chercher", "Search";
    nobody_found(query): "Personne au répertoire ne correspond à « {query} ». Vérifiez l'orthographe, ou cherchez par le numéro RPPS. Une personne sans numéro doit d'abord être enregistrée.", "Nobody in the register matches “{query}”. Check the spelling, or search by RPPS number. Somebody without a number must be registered first.";
    give_who: "Qui ?", "Who?";
    give_as: "En quelle qualité ?", "In which capacity?";
    as_delegataire: "délégataire : lit et écrit, pour une période", "delegate: reads and writes, for a period";
    as_cotitulaire: "cotitulaire : lit, écrit et donne accès, sans date de fin", "co-holder: reads, writes and gives access, without an end date";
    the_person_chosen: "la personne choisie", "the person chosen";
    sentence_from: "À partir de", "From";
    sentence_and: ", et", ", and";
    sentence_reads(whom): "lit et écrit pour {whom}.", "reads and writes for {whom}.";
    label_start: "Début de l'accès", "Beginning of the access";
    label_end: "Fin de l'accès", "End of the access";
    label_start_date: "À partir du", "From";
    label_end_date: "Jusqu'au", "Until";
    other_dates: "D'autres dates", "Other dates";
    other_dates_hint: "À l'heure de Paris. Une date écrite ici l'emporte sur la phrase.", "Paris time. A date written here prevails over the sentence.";
    attest: "J'atteste que cette personne est habilitée à accéder aux données de santé de la boîte et qu'elle est tenue au secret médical.", "I attest that this person is entitled to access the mailbox's health data and is bound by medical secrecy.";
    attest_all: "J'atteste que ces personnes sont habilitées à accéder aux données de santé de la boîte et qu'elles sont tenues au secret médical.", "I attest that these people are entitled to access the mailbox's health data and are bound by medical secrecy.";
    give_button: "Donner accès", "Give access";
    give_to_another: "Donner accès à une autre personne", "Give access to somebody else";
    change_title(name): "Modifier l'accès de {name}", "Change {name}'s access";
    change_button: "Enregistrer ces dates", "Save these dates";
    start_now: "maintenant", "now";
    start_tomorrow(clock): "demain {clock}", "tomorrow {clock}";
    start_at(when): "{when}", "{when}";
    start_date: "la date écrite ci-dessous", "the date written below";
    end_evening(clock): "jusqu'à ce soir {clock}", "until tonight {clock}";
    end_tomorrow(clock): "jusqu'à demain soir {clock}", "until tomorrow evening {clock}";
    end_fortnight(date): "pendant 15 jours (jusqu'au {date} au soir)", "for 15 days (until {date}, evening)";
    end_month(date): "jusqu'à la fin du mois ({date})", "until the end of the month ({date})";
    end_date: "jusqu'à la date écrite ci-dessous", "until the date written below";
    choose_somebody: "Choisissez d'abord une personne : cherchez-la par son nom ou son numéro.", "Choose somebody first: search by name or number.";
    start_unreadable: "La date de début ne peut pas être lue. Écrivez un jour et une heure, par exemple 27/11/2026 08:00.", "The start date cannot be read. Write a day and an hour, e.g. 27/11/2026 08:00.";
    end_unreadable: "La date de fin ne peut pas être lue. Écrivez un jour et une heure, par exemple 27/11/2026 18:00.", "The end date cannot be read. Write a day and an hour, e.g. 27/11/2026 18:00.";
    found_already: "A déjà accès à cette boîte : modifiez ses dates dans la liste.", "Has access to this mailbox already: change the dates in the list.";
    found_struck_off: "N'exerce plus, d'après le répertoire.", "No longer practises, according to the register.";
    found_no_situation: "N'a pas d'activité en cours au répertoire : son employeur ou son ordre peut l'y inscrire.", "Has no current activity in the register: the employer or the order can record one.";
    found_not_eligible: "Sa profession ou son rôle ne permet pas de lui donner cet accès.", "This profession or role does not allow this access.";

    // what was done
    now_delegataire(name, period): "{name} lit et écrit ici {period}.", "{name} reads and writes here {period}.";
    now_cotitulaire(name): "{name} est cotitulaire de cette boîte.", "{name} is co-holder of this mailbox.";
    dates_changed(name, period): "L'accès de {name} est maintenant donné {period}.", "{name}'s access is now given {period}.";
    withdrawn(name): "{name} n'a plus accès à cette boîte.", "{name} no longer has access to this mailbox.";
    undo_attests: "En annulant, vous attestez de nouveau que cette personne est habilitée.", "By undoing, you attest again that this person is entitled.";
    leave: "Renoncer à mon accès", "Give up my access";
    leave_meaning(capacity): "Vous êtes {capacity} de cette boîte. En renonçant, vous cessez tout de suite d'y lire et d'y écrire ; ses lettres restent aux autres. Pour y revenir, il faudra que l'on vous donne accès de nouveau.", "You are {capacity} of this mailbox. If you give it up, you stop reading and writing here at once; its letters stay with the others. To come back, somebody must give you access again.";
    leave_button: "Renoncer à mon accès", "Give up my access";
    you_left(label): "Vous n'avez plus accès à la boîte « {label} ».", "You no longer have access to the mailbox “{label}”.";

    // warnings
    warn_owner_gone(operator): "Le propriétaire de cette boîte n'exerce plus ici d'après le répertoire. Elle reste lisible, mais personne ne peut y être ajouté avant qu'un confrère la reprenne : adressez-vous à {operator}, avec un justificatif.", "The owner of this mailbox no longer practises here according to the register. It stays readable, but nobody can be added before a colleague takes it over: contact {operator}, with evidence.";
    warn_owner_leaves(date): "D'après le répertoire, le propriétaire de cette boîte cesse d'exercer ici le {date}. Il doit la transmettre à un confrère, ou la fermer.", "According to the register, the owner of this mailbox stops practising here on {date}. It must be handed over to a colleague, or closed.";
    warn_you_leave(date): "D'après le répertoire, vous cessez d'exercer ici le {date}. Avant cette date, transmettez la boîte à un confrère, ou fermez-la.", "According to the register, you stop practising here on {date}. Before that date, hand the mailbox over to a colleague, or close it.";
    warn_finess: "Votre structure a maintenant un numéro FINESS : une boîte de la structure elle-même lui convient mieux que celle du cabinet.", "Your structure now has a FINESS number: a mailbox of the structure itself suits it better than the practice's.";
    warn_finess_how: "Comment y passer", "How to move";
    closing_until(date, when): "Fermeture demandée le {date} : la boîte ne reçoit plus, reste lisible jusqu'au {when}, puis ses lettres sont détruites.", "Closing asked for on {date}: the mailbox receives no more, stays readable until {when}, then its letters are destroyed.";
    suspended_since(date): "Boîte suspendue par l'opérateur le {date} : adressez-vous à lui.", "Mailbox suspended by the operator on {date}: contact the operator.";
    closed_since(date): "Boîte fermée le {date}.", "Mailbox closed on {date}.";
    reopen: "Rouvrir la boîte", "Reopen the mailbox";
    reopened: "La boîte est rouverte : elle reçoit de nouveau.", "The mailbox is open again: it receives letters.";

    // hand-over
    hand_over: "Transmettre la boîte", "Hand the mailbox over";
    hand_over_title(label): "Transmettre la boîte « {label} »", "Hand over the mailbox “{label}”";
    hand_over_meaning: "Vous proposez à un confrère de devenir propriétaire de la boîte à votre place.", "You ask a colleague to become the owner of the mailbox in your place.";
    hand_over_consent: "Rien ne change tant que cette personne n'a pas accepté.", "Nothing changes until this person accepts.";
    hand_over_people: "Les lettres, les cotitulaires et les délégataires restent.", "Letters, co-holders and delegates stay.";
    hand_over_you: "Vous perdez votre accès de propriétaire, et l'annuaire montre la boîte au nom du nouveau propriétaire.", "You lose your owner's access, and the directory shows the mailbox under the new owner.";
    hand_over_field: "À qui ? Nom ou numéro RPPS", "To whom? Name or RPPS number";
    hand_over_hint: "Un professionnel qui exerce en libéral dans ce cabinet.", "A professional in liberal practice here.";
    hand_over_nobody: "Aucun cotitulaire ne peut reprendre la boîte aujourd'hui : cherchez un confrère du cabinet.", "No co-holder can take the mailbox over today: search for a colleague of the practice.";
    hand_over_who: "Qui deviendra propriétaire ?", "Who will be the owner?";
    hand_over_button: "Proposer la transmission", "Offer the hand-over";
    offered(name): "La transmission est proposée à {name}, qui la trouvera sur sa page d'accueil.", "The hand-over is offered to {name}, who will find it on the first page.";
    offer_withdrawn: "La proposition de transmission est retirée : vous restez propriétaire.", "The offer is withdrawn: you remain the owner.";
    offer_waits(name, date): "Transmission proposée à {name} le {date} : la réponse est attendue.", "Hand-over offered to {name} on {date}: the answer is awaited.";
    offer_withdraw: "Retirer la proposition", "Withdraw the offer";
    offer_answer: "Voir et répondre", "See and answer";
    prove_first: "Ce geste engage la boîte : confirmez d'abord qui vous êtes.", "This act commits the mailbox: first confirm who you are.";
    prove_button: "Confirmer mon identité", "Confirm my identity";

    // closing
    close_mailbox: "Fermer la boîte", "Close the mailbox";
    close_title(label): "Fermer la boîte « {label} »", "Close the mailbox “{label}”";
    close_lost: "Ce qui sera perdu", "What will be lost";
    close_kept: "Ce qui reste", "What stays";
    close_reception: "Dès maintenant, la boîte ne reçoit et n'envoie plus rien ; elle quitte l'annuaire.", "From now on the mailbox receives and sends nothing; it leaves the directory.";
    close_letters(count, when): "Ses lettres ({count}) restent lisibles jusqu'au {when}, puis elles sont détruites pour toujours. Exportez-les avant.", "Its letters ({count}) stay readable until {when}, then they are destroyed for ever. Export them before.";
    close_people(count): "Personnes qui perdront leur accès ce jour-là : {count}.", "People who will lose their access that day: {count}.";
    close_address: "L'adresse ne sera jamais redonnée, pas même à vous.", "The address will never be given again, not even to you.";
    close_undo(when): "Jusqu'au {when}, vous pouvez rouvrir la boîte en un geste.", "Until {when}, you can reopen the mailbox in one gesture.";
    close_history: "L'historique des accès est gardé par l'opérateur.", "The history of accesses is kept by the operator.";
    close_rather_hand_over: "Plutôt la transmettre", "Rather hand it over";
    close_button: "Fermer la boîte dans trente jours", "Close the mailbox in thirty days";
    closing_asked(when): "La fermeture est demandée. La boîte reste lisible jusqu'au {when}.", "The closing is asked for. The mailbox stays readable until {when}.";

    // movements
    by_operator: "L'opérateur", "The operator";
    by_itself: "Le système", "The system";
    by_machine: "Une application", "An application";
    by_citizen: "Un usager", "A citizen";
    moved_opened(by): "{by} a ouvert la boîte.", "{by} opened the mailbox.";
    moved_opened_for(by, whom): "{by} a ouvert la boîte ; {whom} en est propriétaire.", "{by} opened the mailbox; {whom} owns it.";
    moved_responsable(by, whom): "{by} a nommé {whom} responsable de la boîte.", "{by} made {whom} responsible for the mailbox.";
    moved_responsable_removed(by, whom): "{by} a retiré à {whom} la responsabilité de la boîte.", "{by} ended {whom}'s responsibility for the mailbox.";
    moved_cotitulaire(by, whom): "{by} a nommé {whom} cotitulaire.", "{by} made {whom} co-holder.";
    moved_cotitulaire_removed(by, whom): "{by} a retiré à {whom} sa qualité de cotitulaire.", "{by} ended {whom}'s capacity of co-holder.";
    moved_delegated(by, whom, period): "{by} a donné accès à {whom}, {period}.", "{by} gave access to {whom}, {period}.";
    moved_ended(by, whom): "{by} a retiré l'accès de {whom}.", "{by} withdrew {whom}'s access.";
    moved_left(whom): "{whom} a renoncé à son accès.", "{whom} gave up the access.";
    moved_accepted(whom): "{whom} a accepté l'accès qui lui était donné.", "{whom} accepted the access given.";
    moved_offered(by, whom): "{by} a proposé à {whom} de reprendre la boîte.", "{by} asked {whom} to take the mailbox over.";
    moved_declined(whom): "{whom} a décliné la transmission de la boîte.", "{whom} declined the hand-over of the mailbox.";
    moved_dropped(by, whom): "{by} a retiré la transmission proposée à {whom}.", "{by} withdrew the hand-over offered to {whom}.";
    moved_taken(whom): "{whom} a repris la boîte et en est propriétaire.", "{whom} took the mailbox over and owns it.";
    moved_handed(by, whom): "{by} a transmis la boîte à {whom}.", "{by} handed the mailbox over to {whom}.";
    moved_suspended(by): "{by} a suspendu la boîte.", "{by} suspended the mailbox.";
    moved_resumed(by): "{by} a rouvert la boîte.", "{by} reopened the mailbox.";
    moved_closing(by): "{by} a demandé la fermeture de la boîte.", "{by} asked for the mailbox to be closed.";
    moved_closed: "La boîte est fermée pour toujours.", "The mailbox is closed for ever.";
    moved_reason(reason): "Motif : {reason}", "Reason: {reason}";
    moved_lapsed(whom, by, date): "L'accès de {whom} a pris fin à la date prévue ; il avait été donné par {by} le {date}.", "{whom}'s access ended on its date; it had been given by {by} on {date}.";
    period_from(from, end): "à partir du {from} et {end}", "from {from} and {end}";

    // acts
    act_entered(by, means): "{by} est entré(e) dans la boîte {means}.", "{by} entered the mailbox {means}.";
    act_turned_away(by, code): "{by} n'a pas pu entrer ({code}).", "{by} could not enter ({code}).";
    act_received_from(domain): "Lettre reçue de {domain}.", "Letter received from {domain}.";
    act_received: "Lettre reçue d'une boîte du même opérateur.", "Letter received from a mailbox of the same operator.";
    act_read(by, letters): "{by} a consulté {letters}.", "{by} read {letters}.";
    act_opened(by, letters): "{by} a ouvert {letters} pour la première fois.", "{by} opened {letters} for the first time.";
    act_filed(by, letters): "{by} a rangé {letters}.", "{by} filed {letters}.";
    act_marked(by, letters): "{by} a marqué {letters}.", "{by} marked {letters}.";
    act_copied(by, letters): "{by} a copié {letters} dans un autre dossier.", "{by} copied {letters} to another folder.";
    act_moved(by, letters): "{by} a déplacé {letters}.", "{by} moved {letters}.";
    act_deleted(by, letters): "{by} a supprimé {letters}.", "{by} deleted {letters}.";
    act_sent(by, recipients): "{by} a envoyé une lettre {recipients}.", "{by} sent a letter {recipients}.";
    act_delivered(to): "Lettre remise à {to}.", "Letter delivered to {to}.";
    act_delayed(to): "Lettre pas encore remise à {to} : l'envoi est retenté.", "Letter not delivered to {to} yet: it is being tried again.";
    act_failed(to): "Lettre non remise à {to}.", "Letter not delivered to {to}.";
    act_folder_created(by): "{by} a créé un dossier.", "{by} created a folder.";
    act_folder_renamed(by): "{by} a renommé un dossier.", "{by} renamed a folder.";
    act_folder_deleted(by): "{by} a supprimé un dossier.", "{by} deleted a folder.";
    act_history_exported(by): "{by} a emporté l'historique.", "{by} took the history away.";
    act_mailbox_exported(by): "{by} a emporté toutes les lettres de la boîte.", "{by} took all the mailbox's letters away.";
    act_certificate_added(by): "{by} a admis le certificat d'une application.", "{by} admitted an application's certificate.";
    act_certificate_removed(by): "{by} a retiré le certificat d'une application.", "{by} removed an application's certificate.";
    by_software: "par un logiciel de messagerie", "by a mail program";
    by_pages: "par le webmail", "by the webmail";
    by_api: "par un logiciel connecté", "by connected software";
    by_desk: "par l'opérateur", "by the operator";
    a_letter: "une lettre", "one letter";
    many_letters(count): "{count} lettres", "{count} letters";
    one_recipient: "à un destinataire", "to one recipient";
    some_recipients(count): "à {count} destinataires", "to {count} recipients";
    recipients_unknown: "à ses destinataires", "to its recipients";

    // the history
    history_title(label): "Historique de « {label} »", "History of “{label}”";
    history_views: "Parties de l'historique", "Parts of the history";
    view_all: "Tout", "All";
    view_rights: "Accès", "Access";
    view_entries: "Entrées", "Entries";
    view_letters: "Lettres", "Letters";
    everybody: "tout le monde", "everybody";
    history_person: "De qui ?", "By whom?";
    history_show: "Afficher", "Show";
    history_forever: "Les accès donnés et retirés sont gardés depuis l'ouverture de la boîte, pour toujours.", "Accesses given and withdrawn are kept since the mailbox was opened, for ever.";
    history_kept: "Aucun objet ni contenu de lettre n'est écrit ici. Les accès donnés et retirés sont gardés pour toujours ; les autres actes, treize mois.", "No subject or content is written here. Accesses given and withdrawn are kept for ever; other acts, thirteen months.";
    history_empty: "Rien à montrer ici.", "Nothing to show here.";
    history_older: "Plus ancien", "Older";
    history_all: "Tout l'historique", "Whole history";
    history_csv: "Exporter (tableur)", "Export (spreadsheet)";
    history_print: "Version à imprimer", "Version to print";
    printed_on(when, who): "Établi le {when} par {who}.", "Made on {when} by {who}.";
    printed_cut: "Seules les 2 000 dernières lignes sont ici : l'export pour tableur les contient toutes.", "Only the last 2,000 lines are here: the spreadsheet export has them all.";
    print_how: "Pour imprimer ou garder en PDF, utilisez la commande d'impression du navigateur.", "To print or keep as PDF, use the browser's print command.";
    csv_date: "Date", "Date";
    csv_time: "Heure", "Time";
    csv_person: "Auteur", "Author";
    csv_number: "Identifiant national", "National id";
    csv_capacity: "Qualité", "Capacity";
    csv_act: "Acte", "Act";
    csv_sentence: "Ce qui s'est passé", "What happened";
    csv_means: "Voie", "Channel";
    csv_line: "Numéro", "Number";
}
