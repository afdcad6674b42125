//! Words of `sign_in`, and of the terms of use.

crate::words! {
    // the first page
    welcome_title: "La messagerie sécurisée de santé", "Secure health mail";
    welcome_lead: "Les lettres du cabinet, lues et écrites par les personnes qui y ont droit, chacune sous son nom.", "The practice's letters, read and written by the people who have a right to, each under her own name.";
    welcome_asked: "Identifiez-vous pour continuer.", "Identify yourself to go on.";
    psc_button: "S'identifier avec PRO SANTE CONNECT", "Identify yourself with PRO SANTE CONNECT";
    psc_hint: "Avec la e-CPS sur votre téléphone, ou une carte de professionnel (CPS, CPE).", "With the e-CPS on your phone, or a professional's card (CPS, CPE).";
    other_ways: "Autres façons d'entrer", "Other ways in";
    way_phone: "Poste partagé : recevoir la demande sur mon téléphone", "Shared workstation: receive the request on my phone";
    way_structure: "Je travaille dans un établissement qui a sa propre authentification", "I work in a structure that has its own authentication";
    way_help: "Je n'ai pas de téléphone professionnel, ou pas encore de e-CPS", "I have no work phone, or no e-CPS yet";
    way_staff: "Personnel de l'opérateur", "Operator's staff";
    way_terms: "Conditions d'utilisation", "Terms of use";

    // help
    help_title: "Entrer sans téléphone personnel", "Getting in without a phone of one's own";
    help_lead: "Personne n'est obligé d'utiliser son téléphone personnel. Voici ce qui fonctionne.", "Nobody has to use her own phone. Here is what works.";
    help_work_phone: "Un téléphone ou une tablette du cabinet", "A phone or a tablet of the practice";
    help_work_phone_text: "La e-CPS (carte de professionnel sur téléphone) peut s'installer sur un appareil professionnel. Le jour de l'activation, un code est envoyé par SMS au numéro de mobile déclaré pour vous.", "The e-CPS (professional's card on a phone) can be installed on a work device. On the day of activation, a code is sent by text message to the mobile number declared for you.";
    help_shared: "Le poste partagé : un geste d'une seconde", "The shared workstation: a gesture of one second";
    help_shared_text: "Vous touchez votre nom sur l'écran, vous comparez deux chiffres sur le téléphone, vous validez. Le téléphone ne sert qu'à cela, une fois par demi-journée.", "You tap your name on the screen, compare two digits on the phone, approve. The phone serves for nothing else, once every half day.";
    help_card: "Une carte de professionnel", "A professional's card";
    help_card_text: "Si vous en avez une (CPS, CPE), elle fonctionne avec Pro Santé Connect sur un poste qui a un lecteur. Elle n'est jamais exigée.", "If you have one (CPS, CPE), it works with Pro Santé Connect on a workstation with a reader. It is never required.";
    help_no_ecps: "Je n'ai pas encore de e-CPS", "I have no e-CPS yet";
    help_no_ecps_text: "Elle s'active sur le site e-CPS quand le registre connaît votre numéro, votre courriel et votre mobile de correspondance : jusqu'à quarante-huit heures après votre enregistrement. Secrétaires et assistants médicaux l'activent sans carte.", "It is activated on the e-CPS site once the register knows your number, your e-mail address and mobile for correspondence: up to forty-eight hours after your registration. Medical secretaries and assistants activate it without a card.";
    help_no_bypass: "Il n'existe pas d'autre entrée : une boîte de cabinet ou personnelle s'ouvre toujours par Pro Santé Connect. C'est ce qui garantit que chaque acte porte le bon nom.", "There is no other way in: a practice's or a personal mailbox always opens by Pro Santé Connect. That is what guarantees that each act bears the right name.";

    // refused
    sign_in_failed: "La connexion n'a pas abouti", "Signing in did not succeed";
    denied_title: "La connexion a été refusée", "Signing in was declined";
    denied_why: "La demande a été refusée ou abandonnée chez Pro Santé Connect. Si ce n'était pas voulu, recommencez.", "The request was declined or abandoned at Pro Santé Connect. If that was not intended, try again.";
    login_required_title: "Il faut vous identifier", "You must identify yourself";
    login_required_why: "Pro Santé Connect demande de vous identifier à nouveau. Recommencez.", "Pro Santé Connect asks you to identify yourself again. Try again.";
    structure_denied_why: "La demande a été refusée ou abandonnée chez votre établissement. Si ce n'était pas voulu, recommencez.", "The request was declined or abandoned at your structure. If that was not intended, try again.";
    register_help: "Comment être enregistré, ou faire corriger le registre", "How to be registered, or have the register corrected";

    // proving anew
    confirm_title: "Confirmez que c'est bien vous", "Confirm that it is you";
    confirm_why: "Ce que vous allez faire engage le cabinet : transmettre ou fermer une boîte, changer une autorité. Pro Santé Connect va vous demander de valider à nouveau.", "What you are about to do commits the practice: handing over or closing a mailbox, changing an authority. Pro Santé Connect will ask you to approve again.";
    confirm_button: "Confirmer avec PRO SANTE CONNECT", "Confirm with PRO SANTE CONNECT";

    // the shared desk
    desk_title: "Poste partagé", "Shared workstation";
    desk_lead: "Touchez votre nom, comparez les deux chiffres sur votre téléphone, validez.", "Tap your name, compare the two digits on your phone, approve.";
    desk_people: "Les personnes de ce poste", "The people of this workstation";
    desk_nobody: "Ce poste ne connaît encore personne.", "This workstation knows nobody yet.";
    desk_other: "Quelqu'un d'autre", "Somebody else";
    desk_rpps: "Numéro RPPS", "RPPS number";
    desk_rpps_hint: "Onze chiffres : votre numéro au Répertoire partagé des professionnels de santé.", "Eleven digits: your number in the shared register of health professionals.";
    desk_remember: "Se souvenir de moi sur ce poste", "Remember me on this workstation";
    desk_remember_hint: "Votre nom apparaîtra ici. Il faudra toujours votre téléphone pour entrer.", "Your name will appear here. Your phone will always be needed to get in.";
    desk_ask: "Envoyer la demande sur mon téléphone", "Send the request to my phone";
    desk_forget(name): "Oublier {name} sur ce poste", "Forget {name} on this workstation";
    desk_redirect: "S'identifier plutôt dans ce navigateur", "Identify yourself in this browser instead";
    rpps_wrong: "Ce n'est pas un numéro RPPS : il a onze chiffres, et le dernier en vérifie les autres.", "This is no RPPS number: it has eleven digits, and the last one checks the others.";
    tile_forgotten: "Ce poste ne s'en souvient plus.", "This workstation has forgotten.";
    seat_free: "Le poste est libre. La session précédente est fermée.", "The workstation is free. The previous session is closed.";
    waiting_title: "Validez sur votre téléphone", "Approve on your phone";
    waiting_who(name): "Demande envoyée à {name}.", "Request sent to {name}.";
    waiting_number: "Vérifiez que votre téléphone montre ce nombre :", "Check that your phone shows this number:";
    waiting_other: "Un autre nombre ? Refusez : quelqu'un d'autre essaie d'entrer sous votre nom.", "Another number? Decline: somebody else is trying to get in under your name.";
    waiting_left(seconds): "En attente de votre réponse… encore {seconds} secondes.", "Waiting for your answer… {seconds} seconds left.";
    waiting_cancel: "Abandonner", "Give up";
    phone_over_title: "La demande a pris fin", "The request is over";
    phone_denied: "Demande refusée sur le téléphone.", "Request declined on the phone.";
    phone_expired: "Demande expirée ou abandonnée. Elle vaut deux minutes.", "Request expired or abandoned. It lasts two minutes.";
    phone_again: "Recommencer", "Start again";

    // leaving
    left_title: "Vous êtes déconnecté", "You are signed out";
    left_why: "Votre session ici est fermée. Nous vous emmenons fermer aussi celle de votre fournisseur d'identité, pour que personne ne puisse rentrer à votre place depuis ce poste.", "Your session here is closed. We are taking you to close the one at your identity provider too, so that nobody can come in for you from this workstation.";
    left_button: "Fermer aussi l'autre session", "Close the other session too";

    // me
    me_lead(means, ends): "Identité prouvée par {means}. Cette session se ferme au plus tard à {ends}, ou après trente minutes sans rien faire.", "Identity proved by {means}. This session closes at {ends} at the latest, or after thirty minutes of doing nothing.";
    me_number: "Numéro", "Number";
    my_sessions: "Mes sessions ouvertes", "My open sessions";
    session_here: "cette session", "this session";
    session_begun: "Ouverte", "Opened";
    session_seen: "Dernier geste", "Last gesture";
    session_means: "Identité prouvée par", "Identity proved by";
    session_from: "Depuis", "From";
    session_agent: "Navigateur", "Browser";
    session_close: "Fermer", "Close";
    session_close_of(begun): "Fermer la session ouverte {begun}", "Close the session opened {begun}";
    session_closed: "La session est fermée.", "The session is closed.";
    my_logins: "Mes dernières connexions", "My latest sign-ins";
    my_logins_hint: "Une connexion que vous ne reconnaissez pas ? Fermez vos sessions et prévenez l'opérateur.", "A sign-in you do not recognise? Close your sessions and tell the operator.";
    no_logins: "Aucune connexion notée.", "No sign-in noted.";
    login_when: "Quand", "When";
    my_terms: "Mes acceptations des conditions d'utilisation", "My acceptances of the terms of use";
    my_terms_none: "Vous n'avez encore accepté aucune version.", "You have not accepted any version yet.";
    terms_version_col: "Version", "Version";
    terms_accepted_col: "Acceptée", "Accepted";
    means_psc: "Pro Santé Connect", "Pro Santé Connect";
    means_ecps: "Pro Santé Connect (e-CPS)", "Pro Santé Connect (e-CPS)";
    means_card: "Pro Santé Connect (carte)", "Pro Santé Connect (card)";
    means_passkey: "une clé d'accès", "a passkey";
    means_totp: "un mot de passe et un code", "a password and a code";
    means_structure: "votre établissement", "your structure";
    my_tokens: "Mes jetons pour logiciels", "My tokens for programs";
    my_structures: "Comptes de mon établissement", "Accounts of my structure";
    never_so_far: "jamais", "never";

    // tokens
    tokens_title: "Jetons pour logiciels", "Tokens for programs";
    tokens_lead: "Un jeton permet à un de vos logiciels d'agir en votre nom, dans vos propres boîtes, sans plus de droits que vous. Donnez-le à un seul logiciel.", "A token lets one of your programs act in your name, in your own mailboxes, with no more rights than you. Give it to one program only.";
    token_fresh: "Voici le jeton. Copiez-le maintenant : il ne sera plus jamais montré.", "Here is the token. Copy it now: it will never be shown again.";
    token_none: "Vous n'avez aucun jeton.", "You have no token.";
    token_new: "Créer un jeton", "Create a token";
    token_name: "À quoi sert-il ?", "What is it for?";
    token_name_hint: "Par exemple : logiciel du cabinet, sauvegarde.", "For example: practice software, backup.";
    token_rights: "Ce qu'il peut faire", "What it may do";
    token_life: "Pendant combien de temps", "For how long";
    token_days(days): "{days} jours", "{days} days";
    token_create: "Créer le jeton", "Create the token";
    token_revoke: "Révoquer", "Revoke";
    token_revoke_of(name): "Révoquer le jeton « {name} »", "Revoke the token “{name}”";
    token_revoked: "Le jeton n'ouvre plus rien.", "The token opens nothing any more.";
    token_incomplete: "Dites à quoi sert le jeton, ce qu'il peut faire, et pour combien de temps.", "Say what the token is for, what it may do, and for how long.";
    token_created: "Créé", "Created";
    token_ends: "Fin", "End";
    token_used: "Dernier usage", "Last use";
    until_date(date): "jusqu'au {date}", "until {date}";
    revoked_on(date): "révoqué le {date}", "revoked on {date}";
    scope_mailboxes_read: "voir mes boîtes et leurs personnes", "see my mailboxes and their people";
    scope_mailboxes_write: "changer mes boîtes", "change my mailboxes";
    scope_movements_write: "donner et retirer des accès", "give and withdraw access";
    scope_messages_read: "lire les messages", "read messages";
    scope_messages_write: "écrire et classer des messages", "write and file messages";
    scope_journal_read: "lire l'historique", "read the history";

    // a structure's own people
    structure_choose_title: "Votre établissement", "Your structure";
    structure_choose_lead: "Certains établissements identifient eux-mêmes leurs personnels. Cette entrée ouvre seulement les boîtes de service de votre établissement.", "Some structures identify their own staff. This way in opens only the department mailboxes of your structure.";
    structure_search: "Nom de l'établissement ou numéro FINESS", "Name of the structure or FINESS number";
    structure_search_hint: "Le numéro FINESS est celui de l'établissement au fichier national ; vous pouvez l'ignorer.", "The FINESS number is the structure's in the national file; you may ignore it.";
    search_button: "Chercher", "Search";
    structure_none: "Aucun établissement de ce nom n'a sa propre authentification ici.", "No structure of that name has its own authentication here.";
    structure_none_hint: "Une secrétaire ou un assistant médical peut aussi être enregistré par son employeur, et entrer ensuite par Pro Santé Connect.", "A medical secretary or assistant can also be registered by her employer, and then come in by Pro Santé Connect.";
    structure_more: "Il y en a d'autres : précisez le nom.", "There are more: be more precise.";
    structure_title(name): "Connexion – {name}", "Sign in – {name}";
    structure_oidc: "Continuer avec la connexion de l'établissement", "Go on with the structure's sign-in";
    structure_own: "Avec vos propres moyens", "With your own means";
    local_login: "Identifiant", "Login";
    local_password: "Mot de passe", "Password";
    local_code: "Code à six chiffres", "Six-digit code";
    local_code_hint: "De l'application de votre téléphone ; ou l'un de vos codes de secours.", "From the application on your phone; or one of your recovery codes.";
    local_enter: "Entrer", "Come in";
    local_wrong: "Identifiant, mot de passe ou code incorrect. Après cinq échecs, le compte est fermé quinze minutes.", "Wrong login, password or code. After five failures the account is closed for fifteen minutes.";
    local_passkey: "Utiliser une clé d'accès", "Use a passkey";
    passkey_needs_script: "Une clé d'accès demande un navigateur récent, avec les scripts autorisés.", "A passkey needs a recent browser, with scripts allowed.";
    passkey_failed: "La clé n'a pas répondu. Réessayez, ou choisissez une autre façon d'entrer.", "The key did not answer. Try again, or choose another way in.";
    passkey_elsewhere: "Les clés d'accès ne marchent qu'à l'adresse qui porte un nom :", "Passkeys work only at the address that bears a name:";
    local_first: "Première connexion : j'ai reçu un code", "First time: I was given a code";
    local_shut_title: "Ce compte est fermé pour l'instant", "This account is closed for now";
    local_locked_why(until): "Il y a eu trop d'échecs. Réessayez après {until}.", "There were too many failures. Try again after {until}.";
    local_blocked_why: "Il y a eu trop d'échecs aujourd'hui. Un gestionnaire de votre établissement doit déverrouiller le compte.", "There were too many failures today. A gestionnaire of your structure must unlock the account.";
    local_closed_why: "Le compte n'a pas commencé, a pris fin ou est suspendu. Adressez-vous à un gestionnaire de votre établissement.", "The account has not begun, has ended or is suspended. Ask a gestionnaire of your structure.";

    // enrolment
    enrol_title: "Première connexion", "First time";
    enrol_lead: "Tapez le code de dix caractères que le gestionnaire de votre établissement vous a remis. Il vaut vingt-quatre heures et sert une fois.", "Type the ten-character code that the gestionnaire of your structure handed you. It lasts twenty-four hours and serves once.";
    enrol_code: "Code d'inscription", "Enrolment code";
    enrol_go: "Continuer", "Go on";
    enrol_who(name, structure): "{name}, {structure}", "{name}, {structure}";
    enrol_choose: "Choisissez comment vous prouverez que c'est vous. Vous pourrez ajouter l'autre moyen avec un nouveau code.", "Choose how you will prove that it is you. You can add the other means with a new code.";
    enrol_passkey_title: "Une clé d'accès", "A passkey";
    enrol_passkey_text: "Votre téléphone, votre ordinateur ou une clé de sécurité vous reconnaît par votre doigt, votre visage ou un code. Rien à retenir ; elle suffit à elle seule. Deux clés sont conseillées.", "Your phone, your computer or a security key recognises you by finger, face or code. Nothing to remember; it is enough by itself. Two keys are advised.";
    enrol_key_name: "Nom de cette clé", "Name of this key";
    enrol_key_name_hint: "Par exemple : poste de l'accueil, clé bleue.", "For example: front desk, blue key.";
    enrol_key_button: "Enregistrer une clé d'accès", "Register a passkey";
    enrol_password_title: "Un mot de passe et un code", "A password and a code";
    enrol_totp_text: "Lisez ce dessin avec l'application de codes de votre téléphone, ou tapez-y ces lettres :", "Read this drawing with the codes application of your phone, or type these letters into it:";
    enrol_totp_picture: "Dessin à lire avec l'application de codes", "Drawing to read with the codes application";
    enrol_password: "Mot de passe", "Password";
    enrol_password_hint: "Douze caractères au moins : quatre mots sans rapport entre eux conviennent. Il ne vous sera pas demandé de le changer.", "At least twelve characters: four unrelated words will do. You will not be asked to change it.";
    enrol_password_again: "Le même mot de passe", "The same password";
    enrol_totp_code: "Le code à six chiffres que montre l'application", "The six-digit code that the application shows";
    enrol_password_button: "Enregistrer", "Save";
    passwords_differ: "Les deux mots de passe ne sont pas les mêmes. Voici un nouveau dessin à lire.", "The two passwords are not the same. Here is a new drawing to read.";
    totp_wrong: "Ce code n'est pas celui de l'application, ou trop de temps a passé. Lisez ce nouveau dessin, puis tapez le code qu'il donne.", "This is not the application's code, or too much time has passed. Read this new drawing, then type the code it gives.";
    recovery_title: "Vos codes de secours", "Your recovery codes";
    recovery_lead: "Imprimez ou notez ces dix codes maintenant : ils ne seront plus montrés. Chacun remplace une fois le code de l'application, si votre téléphone manque.", "Print or write down these ten codes now: they will not be shown again. Each replaces the application's code once, if your phone is missing.";
    recovery_done: "C'est noté, me connecter", "Noted, sign me in";
    passkey_enrolled: "La clé est enregistrée : vous pouvez entrer avec elle.", "The key is registered: you can come in with it.";

    // staff
    staff_title: "Bureau de l'opérateur", "Operator's desk";
    staff_lead: "Le personnel de l'opérateur entre avec une clé d'accès. Ce bureau n'ouvre aucune boîte.", "The operator's staff come in with a passkey. This desk opens no mailbox.";
    staff_button: "Entrer avec ma clé d'accès", "Come in with my passkey";
    staff_enrol_title: "Votre première clé d'accès", "Your first passkey";
    staff_enrol_lead(name, login): "{name} ({login}), enregistrez une clé d'accès. Ce lien sert une fois.", "{name} ({login}), register a passkey. This link serves once.";

    // terms
    terms_title: "Conditions d'utilisation", "Terms of use";
    terms_first_visit: "Avant d'entrer", "Before you come in";
    terms_gate_lead: "Lisez ces conditions : vous les acceptez une fois, pour toutes vos boîtes.", "Read these terms: you accept them once, for all your mailboxes.";
    terms_new_version(version): "Elles ont changé depuis la version {version} que vous aviez acceptée.", "They have changed since version {version}, which you had accepted.";
    terms_invited: "Ce qui vous attend", "What awaits you";
    terms_invited_none: "Aucune boîte ne vous attend pour le moment.", "No mailbox awaits you for the moment.";
    terms_given(by, on, capacity): "{by} vous a donné accès le {on}, comme {capacity}.", "{by} gave you access on {on}, as {capacity}.";
    terms_opened(on, capacity): "Ouverte le {on}, vous en êtes {capacity}.", "Opened on {on}, you are its {capacity}.";
    terms_until(until): "Jusqu'au {until}.", "Until {until}.";
    terms_may: "Vous pourrez :", "You will be able to:";
    by_yourself: "vous", "you";
    may_read_write: "lire les lettres de la boîte et écrire en son nom", "read the mailbox's letters and write in its name";
    may_delegate: "donner et retirer des délégations", "give and withdraw delegations";
    may_cotitulaires: "choisir les cotitulaires", "choose the co-holders";
    may_hand_over: "transmettre ou fermer la boîte", "hand over or close the mailbox";
    may_not_invite: "mais pas y faire entrer quelqu'un d'autre", "but not let anybody else in";
    may_in_own_name: "toujours sous votre nom : chaque acte est noté dans l'historique de la boîte", "always under your own name: each act is noted in the mailbox's history";
    terms_version(version, since): "Version {version}, en vigueur depuis le {since}", "Version {version}, in force since {since}";
    terms_old(version, since): "Version {version} du {since}. Ce n'est pas la version en vigueur.", "Version {version} of {since}. This is not the version in force.";
    terms_current: "Lire la version en vigueur", "Read the version in force";
    terms_print: "Pour garder ce texte, imprimez cette page.", "To keep this text, print this page.";
    terms_hash: "Empreinte du texte (SHA-256)", "Fingerprint of the text (SHA-256)";
    terms_accepted_on(at): "Vous avez accepté cette version le {at}.", "You accepted this version on {at}.";
    terms_accept: "J'accepte", "I accept";
    terms_refuse: "Refuser et quitter", "Decline and leave";
    terms_thanks: "Merci : votre accord est enregistré.", "Thank you: your agreement is recorded.";
}
