//! Words of `mailboxes`: my mailboxes, invitations, opening one. The terms of use have theirs here too.

crate::words! {
    // the list
    offered_title: "On vous propose de reprendre", "You are asked to take over";
    invited_title: "On vous a donné accès", "You were given access";
    announced_title: "Accès à venir", "Access to come";
    ended_title: "Accès terminés récemment", "Access ended lately";
    open_mailbox: "Ouvrir", "Open";
    nothing_unread: "aucune lettre non lue", "no unread letter";
    one_unread: "1 lettre non lue", "1 unread letter";
    some_unread(count): "{count} lettres non lues", "{count} unread letters";
    you_came(when): "votre dernier passage : {when}", "your last visit: {when}";
    you_never_came: "vous n'y êtes pas encore venu(e)", "you have not come yet";
    announced_period(from, end): "à partir du {from}, {end}", "from {from}, {end}";
    ended_by_date(when): "Votre accès a pris fin le {when}, à la date prévue.", "Your access ended on {when}, as planned.";
    ended_by(who, when): "{who} a retiré votre accès le {when}.", "{who} withdrew your access on {when}.";
    ended_left(date): "Vous avez renoncé à cet accès le {date}.", "You gave up this access on {date}.";
    ended_handed(whom, date): "Vous avez transmis cette boîte à {whom} le {date}.", "You handed this mailbox over to {whom} on {date}.";
    no_mailbox: "Aucune boîte ne vous est ouverte pour l'instant.", "No mailbox is open to you yet.";
    no_mailbox_what_to_do: "Si vous travaillez dans un cabinet ou un service, demandez à son responsable de vous donner accès : votre nom suffit. La boîte apparaîtra ici.", "If you work in a practice or a department, ask the person in charge to give you access: your name is enough. The mailbox will appear here.";

    // invitations
    invited_by(who, date): "{who} vous a donné accès le {date}.", "{who} gave you access on {date}.";
    invited_meaning(whom): "Vous y lirez et y écrirez pour {whom}, sous votre propre nom.", "You will read and write there for {whom}, under your own name.";
    take_it: "Accepter", "Accept";
    decline_it: "Décliner", "Decline";
    invitation_taken(label): "La boîte « {label} » est dans votre liste.", "The mailbox “{label}” is in your list.";

    // taking a cabinet over
    offered_by(who, date): "{who} vous a proposé le {date} de devenir propriétaire de cette boîte.", "{who} asked you on {date} to become the owner of this mailbox.";
    take_over_title(label): "Reprendre la boîte « {label} »", "Take over the mailbox “{label}”";
    take_over_meaning: "Ce que cela veut dire", "What it means";
    take_over_accept: "J'accepte de devenir propriétaire de cette boîte, et de répondre des accès qui y sont donnés.", "I agree to become the owner of this mailbox, and to answer for the accesses given in it.";
    take_over_unaccepted: "Pour reprendre la boîte, cochez d'abord que vous acceptez d'en répondre.", "To take the mailbox over, first tick that you agree to answer for it.";
    take_over_button: "Reprendre la boîte", "Take the mailbox over";
    taken_over(label): "Vous êtes propriétaire de la boîte « {label} ».", "You are the owner of the mailbox “{label}”.";
    offer_declined(label): "Vous avez décliné la transmission de la boîte « {label} ».", "You declined the hand-over of the mailbox “{label}”.";

    // opening one
    open_title: "Ouvrir la boîte de mon cabinet", "Open my practice's mailbox";
    open_intro: "Une boîte pour tout le cabinet : chacun y entre avec sa propre carte, et y écrit sous son propre nom.", "One mailbox for the whole practice: everybody enters with a card of their own, and writes under their own name.";
    open_step_practice: "1. Votre cabinet", "1. Your practice";
    open_choose_practice: "Le répertoire vous connaît plusieurs cabinets : chacun peut avoir sa boîte.", "The register knows several practices of yours: each can have its mailbox.";
    open_names_for(place): "Voir les noms proposés pour {place}", "See the names proposed for {place}";
    open_exists_already(label, address): "Ce cabinet a déjà une boîte : « {label} », {address}. Demandez à son propriétaire de vous y donner accès, ou ouvrez-en une autre.", "This practice already has a mailbox: “{label}”, {address}. Ask its owner to give you access, or open another one.";
    open_no_practice: "Le répertoire ne vous connaît pas de cabinet en exercice libéral ouvert aujourd'hui. Faites mettre à jour votre situation par votre ordre.", "The register knows no practice of yours that is open today. Have your situation updated by your order.";
    open_step_name: "2. Son adresse", "2. Its address";
    open_address: "Adresse de la boîte", "Address of the mailbox";
    open_proposed: "D'après le nom du cabinet :", "After the name of the practice:";
    open_label: "Nom affiché", "Name shown";
    name_prefix(prefix): "Elle commence par « {prefix} ».", "It begins with “{prefix}”.";
    name_practice: "Elle dit ensuite le nom du cabinet.", "Then it says the name of the practice.";
    name_nobody: "Elle ne porte le nom d'aucune personne, ni titre comme « dr ».", "It bears no person's name, and no title such as “dr”.";
    name_reserved(prefix): "Elle ne commence pas par « {prefix} », réservé aux cabinets.", "It does not begin with “{prefix}”, kept for practices.";
    name_spelling: "Elle s'écrit sans accent ni espace : lettres, chiffres, points et tirets, 64 signes au plus.", "It is written without accents or spaces: letters, digits, dots and hyphens, 64 signs at most.";
    name_free: "Elle est libre.", "It is free.";
    name_taken: "Elle n'est pas libre : une adresse n'est jamais donnée deux fois.", "It is not free: an address is never given twice.";
    name_unreadable: "Cette adresse ne peut pas être lue : lettres sans accent, chiffres, points et tirets seulement.", "This address cannot be read: letters without accents, digits, dots and hyphens only.";
    advice_kept: "Respecté :", "Kept:";
    advice_broken: "Pas encore :", "Not yet:";
    open_step_people: "3. Qui y lira avec vous (facultatif)", "3. Who will read with you (optional)";
    open_people_hint: "Vous pourrez ajouter et retirer des personnes à tout moment.", "You will be able to add and remove people at any time.";
    open_button: "Ouvrir la boîte", "Open the mailbox";
    opened(address): "La boîte {address} est ouverte.", "The mailbox {address} is open.";
    invited_failed(who): "Ces personnes n'ont pas pu y être ajoutées : {who}", "These people could not be added: {who}";
    choose_practice: "Choisissez d'abord le cabinet.", "Choose the practice first.";
    contract_title: "Qui répond de quoi", "Who answers for what";
    contract_entitled: "Le propriétaire répond de l'habilitation des personnes à qui la boîte est ouverte, par lui ou par un cotitulaire.", "The owner answers for the entitlement of the people to whom the mailbox is open, by the owner or a co-holder.";
    contract_exchanges: "Il ne répond pas de ce que les autres écrivent : chaque acte porte le nom de son auteur.", "The owner does not answer for what the others write: each act bears its author's name.";
    contract_directory: "La boîte est publiée dans l'annuaire sur la fiche du propriétaire, et d'aucune autre personne.", "The mailbox is published in the directory on the owner's card, and on nobody else's.";
    contract_end: "Avant de cesser d'exercer ici, il la transmet à un confrère ou la ferme.", "Before ceasing to practise here, the owner hands it over to a colleague or closes it.";
    contract_terms: "Lire les conditions d'utilisation", "Read the terms of use";
    contract_accept: "J'accepte d'être propriétaire de cette boîte dans ces conditions.", "I agree to own this mailbox under these conditions.";
    contract_unaccepted: "Pour ouvrir la boîte, cochez d'abord que vous acceptez d'en être propriétaire.", "To open the mailbox, first tick that you agree to own it.";
    finess_number(number): "numéro FINESS {number}.", "FINESS number {number}.";
    finess_way(operator, number): "La personne responsable de la structure demande une boîte organisationnelle à {operator}, en donnant le numéro FINESS {number} ; elle en désigne les responsables, qui vous y donnent accès.", "The person in charge of the structure asks {operator} for an organisational mailbox, giving the FINESS number {number}; responsible people are named, who give you access.";
    finess_exists: "Cette structure a déjà ses boîtes : demandez à leurs responsables de vous y donner accès.", "This structure already has mailboxes: ask those responsible to give you access.";
    finess_after: "Si vous avez déjà une boîte de cabinet ici : prévenez vos correspondants de la nouvelle adresse, puis fermez l'ancienne, dont les lettres s'exportent.", "If you already have a practice's mailbox here: tell your correspondents the new address, then close the old one, whose letters can be exported.";
}
