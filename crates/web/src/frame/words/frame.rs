//! Words of the frame itself.

crate::words! {
    product: "Pli", "Pli";
    tagline: "Messagerie sécurisée de santé", "Secure health mail";
    skip_to_content: "Aller au contenu", "Skip to content";
    sandbox_banner: "Bac à sable : personnes et messages inventés.", "Sandbox: invented people and messages.";
    at_keyboard: "Au clavier", "At the keyboard";
    switch_person: "Changer de personne", "Switch person";
    sign_out: "Se déconnecter", "Sign out";
    sign_in: "Se connecter", "Sign in";
    language_other: "English", "Français";
    nav_main: "Navigation principale", "Main navigation";
    nav_mailbox: "Cette boîte", "This mailbox";
    my_mailboxes: "Mes boîtes", "My mailboxes";
    letters: "Lettres", "Letters";
    access: "Accès", "Access";
    history: "Historique", "History";
    figures: "Chiffres", "Figures";
    me: "Mon compte", "My account";
    desk: "Bureau de l'opérateur", "Operator's desk";
    help: "Aide", "Help";
    keys: "Raccourcis clavier", "Keyboard shortcuts";
    back: "Retour", "Back";
    cancel: "Annuler", "Cancel";
    save: "Enregistrer", "Save";
    close_notice: "Fermer ce message", "Close this message";
    retry: "Réessayer", "Try again";
    undo: "Annuler cette action", "Undo";
    code_for_support(code): "Code pour l'assistance : {code}", "Code for support: {code}";
    what_to_do: "Que faire ?", "What to do?";
    fault_refused: "Ce n'est pas possible", "This is not possible";
    fault_not_found: "Cette page n'existe pas", "This page does not exist";
    fault_not_found_why: "L'adresse est fausse, ou ce qu'elle montrait n'y est plus.", "The address is wrong, or what it showed is gone.";
    fault_ours: "Quelque chose n'a pas marché de notre côté", "Something went wrong on our side";
    fault_ours_why: "Rien n'a été perdu. Réessayez dans un moment ; si cela dure, prévenez votre opérateur.", "Nothing was lost. Try again in a moment; if it lasts, tell your operator.";
    fault_form: "Le formulaire n'a pas pu être lu", "The form could not be read";
    fault_form_why: "Un champ manque ou n'a pas la forme attendue. Revenez en arrière et corrigez.", "A field is missing or has an unexpected form. Go back and correct it.";
    go_home: "Revenir à mes boîtes", "Back to my mailboxes";
    yes: "oui", "yes";
    no: "non", "no";
    optional: "facultatif", "optional";
}
