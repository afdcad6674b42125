//! Everything a demonstration needs: an authority, the list's signer, one certificate an operator, the bad certificates, and how to store them.
//!
//! Requirements: LPS-02, TRU-21. Writes only in the folder it is given.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rules::{Domain, Moment};

use super::{AUTHORITY, Authority, DAY, Leaf, PkiError, Purpose, Request, SIGNER, Subject, new_keys, wide};
use crate::list::{Entry, sign, write};

/// The certificates that must be refused. All but `wrong_dn` carry the peer's own subject, so that only the named fault is at work.
#[derive(Clone, Debug)]
pub struct Bad {
    pub expired: Leaf,
    pub revoked: Leaf,
    /// The peer's subject, certified by an authority that nobody trusts.
    pub other_ca: Leaf,
    /// A good certificate of the right authority whose subject is nowhere in the list.
    pub wrong_dn: Leaf,
}

/// A whole laboratory.
#[derive(Clone, Debug)]
pub struct Lab {
    pub ca: Authority,
    /// The authority nobody trusts.
    pub foreign_ca: Authority,
    pub signer: Leaf,
    pub operators: BTreeMap<Domain, Leaf>,
    pub bad: Bad,
    /// Client certificate of a machine, for the APP mailboxes.
    pub app: Leaf,
}

impl Lab {
    /// Makes a laboratory for these operators; the bad certificates imitate `peer`. About a second: eight RSA keys and one an operator.
    pub fn create(operators: &[Domain], peer: &Domain, now: Moment) -> Result<Self, PkiError> {
        let (ca, foreign_ca) = std::thread::scope(|scope| {
            let foreign = scope.spawn(|| Authority::anchor("AC ETRANGERE (LABO)", now));
            let ours = Authority::anchor(AUTHORITY, now);
            let foreign = foreign.join().map_err(|_| PkiError::Unreadable("a thread that made keys stopped".to_owned()))?;
            Ok::<_, PkiError>((ours?, foreign?))
        })?;
        let mut keys = new_keys(operators.len() + 6)?.into_iter();
        let mut issue = |by: &Authority, request: &Request| {
            let key = keys.next().ok_or_else(|| PkiError::Unreadable("fewer keys than certificates".to_owned()))?;
            by.issue_for(request, &key)
        };
        let peer_request = operator_request(peer, now);
        let expired = Request { not_after: now.minus(DAY * 30), ..peer_request.clone() };
        let stranger = Subject {
            common_name: "mss.inconnu.mssante.test".to_owned(),
            organisation: "ETABLISSEMENT NON DECLARE".to_owned(),
            ..Subject::operator(peer)
        };
        let bad = Bad {
            expired: issue(&ca, &expired)?,
            revoked: issue(&ca, &peer_request)?,
            other_ca: issue(&foreign_ca, &peer_request)?,
            wrong_dn: issue(&ca, &Request { subject: stranger, ..peer_request })?,
        };
        let signer = issue(&ca, &signer_request(now))?;
        let app = issue(&ca, &app_request(now))?;
        let operators =
            operators.iter().map(|d| Ok((d.clone(), issue(&ca, &operator_request(d, now))?))).collect::<Result<_, PkiError>>()?;
        Ok(Self { ca, foreign_ca, signer, operators, bad, app })
    }

    /// The revocation list at `now`, DER: holds the revoked certificate, good for a week.
    pub fn crl(&self, now: Moment) -> Result<Vec<u8>, PkiError> {
        self.ca.crl(&[self.bad.revoked.serial()?], now, DAY * 7)
    }

    /// The same, naming other certificates too.
    pub fn crl_with(&self, revoked: &[&Leaf], now: Moment, lasts: Duration) -> Result<Vec<u8>, PkiError> {
        let mut serials = vec![self.bad.revoked.serial()?];
        for leaf in revoked {
            serials.push(leaf.serial()?);
        }
        self.ca.crl(&serials, now, lasts)
    }

    /// One entry an operator, as the list would declare it.
    pub fn entries(&self, now: Moment) -> Result<Vec<Entry>, PkiError> {
        self.operators.iter().map(|(domain, leaf)| Ok(Entry::new(domain.as_str(), &leaf.declared()?, now))).collect()
    }

    /// A list signed at `generated`, in the real format.
    pub fn list(&self, entries: &[Entry], generated: Moment) -> Result<Vec<u8>, PkiError> {
        sign(&write(entries, generated), &self.signer).map_err(|e| PkiError::Unreadable(e.to_string()))
    }

    /// Stores everything in `dir`: `<name>.pem` and `<name>.key` each, keys readable by their owner only.
    pub fn save(&self, dir: &Path) -> Result<(), PkiError> {
        std::fs::create_dir_all(dir)?;
        let authorities = [("ca", &self.ca), ("autre-ca", &self.foreign_ca)];
        for (name, authority) in authorities {
            put(dir, name, &authority.cert_pem, &authority.key_pem)?;
        }
        for (name, leaf) in self.named() {
            put(dir, &name, &leaf.cert_pem, &leaf.key_pem)?;
        }
        Ok(())
    }

    /// Reads back what `save` wrote.
    pub fn load(operators: &[Domain], dir: &Path) -> Result<Self, PkiError> {
        let leaf = |name: &str| get(dir, name).map(|(cert_pem, key_pem)| Leaf { cert_pem, key_pem });
        let authority = |name: &str| get(dir, name).map(|(cert, key)| Authority::from_pem(cert, key));
        Ok(Self {
            ca: authority("ca")?,
            foreign_ca: authority("autre-ca")?,
            signer: leaf("signataire")?,
            operators: operators.iter().map(|d| Ok((d.clone(), leaf(d.as_str())?))).collect::<Result<_, PkiError>>()?,
            bad: Bad { expired: leaf("expire")?, revoked: leaf("revoque")?, other_ca: leaf("autre-igc")?, wrong_dn: leaf("autre-dn")? },
            app: leaf("app")?,
        })
    }

    /// File names (without extension) under which `save` stores each certificate.
    pub fn named(&self) -> Vec<(String, &Leaf)> {
        let mut all: Vec<_> = self.operators.iter().map(|(domain, leaf)| (domain.to_string(), leaf)).collect();
        let others = [
            ("signataire", &self.signer),
            ("app", &self.app),
            ("expire", &self.bad.expired),
            ("revoque", &self.bad.revoked),
            ("autre-igc", &self.bad.other_ca),
            ("autre-dn", &self.bad.wrong_dn),
        ];
        all.extend(others.map(|(name, leaf)| (name.to_owned(), leaf)));
        all
    }
}

/// Server names of an operator on a laptop, so that stock clients verify them (demo contract).
fn operator_request(domain: &Domain, now: Moment) -> Request {
    let names =
        [format!("mss.{domain}"), format!("smtp.{domain}"), format!("app.mss.{domain}"), "localhost".to_owned(), "127.0.0.1".to_owned()];
    Request::operator(Subject::operator(domain), names.to_vec(), now)
}

fn signer_request(now: Moment) -> Request {
    let (not_before, not_after) = wide(now);
    let subject = Subject {
        common_name: SIGNER.to_owned(),
        unit: "399900000700011".to_owned(),
        organisation: "SIGNATAIRE DE LISTE (LABO)".to_owned(),
        state: "Hauts-de-Seine (92)".to_owned(),
    };
    Request { subject, names: Vec::new(), purpose: Purpose::ListSigner, not_before, not_after }
}

fn app_request(now: Moment) -> Request {
    let subject = Subject {
        common_name: "cardiologie_auto".to_owned(),
        unit: "1990000028".to_owned(),
        organisation: "CENTRE HOSPITALIER DE VALCLAIR".to_owned(),
        state: "Ille-et-Vilaine (35)".to_owned(),
    };
    Request { purpose: Purpose::Machine, ..Request::operator(subject, Vec::new(), now) }
}

fn put(dir: &Path, name: &str, cert: &str, key: &str) -> Result<(), PkiError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::write(dir.join(format!("{name}.pem")), cert)?;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(dir.join(format!("{name}.key")))?;
    file.write_all(key.as_bytes())?;
    Ok(())
}

fn get(dir: &Path, name: &str) -> Result<(String, String), PkiError> {
    Ok((std::fs::read_to_string(dir.join(format!("{name}.pem")))?, std::fs::read_to_string(dir.join(format!("{name}.key")))?))
}
