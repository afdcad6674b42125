//! The words of the synthetic letters. Every person, place and case is invented.

/// A correspondent.
pub(super) struct Sender {
    pub local: &'static str,
    pub name: &'static str,
    pub role: &'static str,
}

/// A sort of letter.
pub(super) struct Kind {
    pub subject: &'static str,
    /// Beginning of the name of the attached file.
    pub file: &'static str,
    pub reasons: &'static [&'static str],
    pub findings: &'static [&'static str],
}

pub(super) const SENDERS: [Sender; 6] = [
    Sender { local: "cardiologie", name: "Cardiologie, CH de Valclair", role: "Service de cardiologie" },
    Sender { local: "laboratoire.du-lac", name: "Laboratoire du Lac", role: "Biologie médicale" },
    Sender { local: "imagerie.des-tilleuls", name: "Imagerie des Tilleuls", role: "Radiologie et échographie" },
    Sender { local: "infirmiers.valserein", name: "Cabinet infirmier de Valserein", role: "Soins à domicile" },
    Sender { local: "urgences", name: "Urgences, CH de Valclair", role: "Service des urgences" },
    Sender { local: "kine.du-port", name: "Kinésithérapie du Port", role: "Masseurs-kinésithérapeutes" },
];

pub(super) const KINDS: [Kind; 6] = [
    Kind {
        subject: "Compte rendu de consultation",
        file: "compte_rendu",
        reasons: &[
            "vu en consultation de suivi pour une hypertension artérielle",
            "adressé pour une dyspnée d'effort d'aggravation récente",
            "revu à six mois d'un épisode de fibrillation auriculaire",
        ],
        findings: &[
            "L'examen clinique est rassurant : pouls régulier à 68, tension artérielle à 13/7, pas d'œdème des membres inférieurs.",
            "L'électrocardiogramme inscrit un rythme sinusal, sans trouble de la repolarisation.",
            "L'échographie montre une fonction systolique conservée (fraction d'éjection à 61 %), sans valvulopathie significative.",
        ],
    },
    Kind {
        subject: "Résultats de biologie",
        file: "resultats",
        reasons: &[
            "prélevé à jeun ce matin au laboratoire",
            "prélevé à domicile par l'infirmière",
            "pour le bilan trimestriel prescrit par vos soins",
        ],
        findings: &[
            "Hémoglobine glyquée : 7,1 % (antériorité 7,4 %). Glycémie à jeun : 1,28 g/L.",
            "Créatinine : 84 µmol/L, débit de filtration estimé à 72 mL/min. Potassium : 4,3 mmol/L.",
            "Numération : hémoglobine 13,2 g/dL, leucocytes 6 800/mm³, plaquettes 231 000/mm³.",
            "TSH : 2,1 mUI/L. Cholestérol LDL : 0,96 g/L.",
        ],
    },
    Kind {
        subject: "Compte rendu d'imagerie",
        file: "imagerie",
        reasons: &[
            "pour une radiographie du thorax de face",
            "pour une échographie abdominale",
            "pour une IRM du genou droit après traumatisme",
        ],
        findings: &[
            "Absence de foyer parenchymateux ni d'épanchement pleural. Silhouette cardiaque de taille normale.",
            "Foie de taille normale, homogène. Vésicule alithiasique. Pas de dilatation des voies biliaires.",
            "Lésion horizontale de la corne postérieure du ménisque médial, sans anse de seau. Ligaments croisés continus.",
        ],
    },
    Kind {
        subject: "Lettre de liaison de sortie",
        file: "sortie",
        reasons: &[
            "hospitalisé trois jours dans le service pour une pneumopathie",
            "sorti ce jour après une chute à domicile sans fracture",
        ],
        findings: &[
            "L'évolution a été favorable sous amoxicilline, apyrexie obtenue à la quarante-huitième heure.",
            "Le traitement habituel a été repris à l'identique ; une ordonnance d'une semaine lui a été remise.",
            "La famille est informée ; le passage d'une infirmière est organisé chaque matin.",
        ],
    },
    Kind {
        subject: "Demande d'avis",
        file: "courrier",
        reasons: &[
            "que je suis pour un diabète de type 2, et pour lequel je sollicite votre avis",
            "qui présente une lombalgie persistante malgré six séances",
        ],
        findings: &[
            "La douleur est cotée à 4 sur 10, sans irradiation ni déficit moteur.",
            "Le traitement actuel associe metformine 1 000 mg matin et soir et ramipril 5 mg.",
            "Le poids est stable à 78 kg ; l'alimentation a été revue avec la diététicienne.",
        ],
    },
    Kind {
        subject: "Suivi de soins à domicile",
        file: "suivi",
        reasons: &["chez qui nous passons deux fois par jour depuis lundi", "dont la plaie de jambe est pansée un jour sur deux"],
        findings: &[
            "La plaie mesure 3 cm sur 2, fond bourgeonnant, berges saines, sans signe d'infection.",
            "Les glycémies capillaires sont comprises entre 1,10 et 1,80 g/L.",
            "Tension ce matin à 14/8, fréquence à 72, saturation à 96 % en air ambiant.",
        ],
    },
];

pub(super) const PATIENTS: [(&str, &str); 8] = [
    ("Mme", "Louise"),
    ("M.", "Étienne"),
    ("Mme", "Fatou"),
    ("M.", "Anselme"),
    ("Mme", "Solène"),
    ("M.", "Idriss"),
    ("Mme", "Odile"),
    ("M.", "Gaël"),
];

pub(super) const FAMILIES: [&str; 10] =
    ["AUBIER", "CHARMILLE", "CYTISE", "FUSAIN", "GRENADIER", "JONQUILLE", "LAVANDIN", "MÛRIER", "PÊCHERIE", "ROSERAIE"];

pub(super) const GREETINGS: [&str; 4] = ["Chère consœur, cher confrère,", "Bonjour,", "Cher confrère,", "Madame, Monsieur,"];

pub(super) const ADVICE: [&str; 6] = [
    "Je propose de poursuivre le traitement sans changement.",
    "Un contrôle est prévu dans trois mois.",
    "Merci de me faire savoir si l'évolution n'était pas celle attendue.",
    "Aucune mesure particulière n'est nécessaire d'ici là.",
    "Le rendez-vous suivant est pris auprès de notre secrétariat.",
    "Je reste à votre disposition pour en parler de vive voix.",
];

pub(super) const CLOSINGS: [&str; 3] =
    ["Bien confraternellement,", "En vous remerciant de votre confiance,", "Avec nos salutations les meilleures,"];
