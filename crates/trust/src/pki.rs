//! A laboratory PKI for the sandbox and the tests: authorities, certificates good and bad, revocation lists.
//!
//! It imitates the shape of IGC-Santé (names, order of attributes, RSA-2048) so that what is proved here holds there. Dates come from the caller,
//! never from the system clock. Never used by `pli serve` in production: an operator's certificates come from IGC-Santé (TRU-34).

mod lab;
mod subject;

pub use lab::{Bad, Lab};
pub use subject::Subject;

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RevocationReason, RevokedCertParams, RsaKeySize, SerialNumber,
};
use rules::Moment;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::dn::Dn;
use crate::tls::Identity;

/// Common name of the laboratory's authority; holds `IGC-SANTE` because some LPS look for that text (LPS-02).
pub const AUTHORITY: &str = "AC IGC-SANTE ELEMENTAIRE ORGANISATIONS (LABO)";
/// Common name of the signer of the laboratory's white list.
pub const SIGNER: &str = "alb.mssante.test";

/// One day, the unit of most validities.
pub const DAY: Duration = Duration::from_secs(86_400);

/// A moment as `rcgen` writes it; a macro, because the type belongs to a crate we do not otherwise need.
macro_rules! date {
    ($at:expr) => {
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from($at.secs()).unwrap_or(0))
    };
}

/// What the laboratory could not do.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    #[error("laboratory PKI: {0}")]
    Made(#[from] rcgen::Error),
    #[error("laboratory PKI: {0}")]
    Unreadable(String),
    #[error("laboratory PKI: {0}")]
    Io(#[from] std::io::Error),
}

/// A certificate with its key, PEM. The certificate comes first, then what must be sent along (TRU-34).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub cert_pem: String,
    pub key_pem: String,
}

impl Leaf {
    /// For `tls::operator_server` and its neighbours.
    pub fn identity(&self) -> Identity {
        Identity { chain_pem: self.cert_pem.clone().into_bytes(), key_pem: self.key_pem.clone().into_bytes() }
    }

    /// The chain as a peer would present it, leaf first.
    pub fn chain(&self) -> Result<Vec<CertificateDer<'static>>, PkiError> {
        CertificateDer::pem_slice_iter(self.cert_pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|e| PkiError::Unreadable(format!("certificate: {e}")))
    }

    /// The subject as it is declared in the white list: `CN=…,OU=…,O=…,ST=…,C=FR`.
    pub fn declared(&self) -> Result<String, PkiError> {
        Dn::declared(self.first()?.as_ref()).map_err(|e| PkiError::Unreadable(e.to_string()))
    }

    /// The serial number, for a revocation list.
    pub fn serial(&self) -> Result<Vec<u8>, PkiError> {
        let der = self.first()?;
        let (_, cert) = x509_parser::parse_x509_certificate(&der).map_err(|e| PkiError::Unreadable(format!("certificate: {e}")))?;
        Ok(cert.raw_serial().to_vec())
    }

    fn first(&self) -> Result<CertificateDer<'static>, PkiError> {
        self.chain()?.into_iter().next().ok_or_else(|| PkiError::Unreadable("no certificate".to_owned()))
    }
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A mail operator's server: server and client authentication.
    Operator,
    /// A machine of a health structure (`ORG AUTH_CLI`): client authentication only.
    Machine,
    /// The signer of the white list: e-mail protection, signature and non-repudiation, as the real one.
    ListSigner,
    /// No extended key usage at all: accepted too (trust-space, open point 5).
    Bare,
    /// A time-stamping certificate: a key usage that no operator may use.
    Stranger,
}

/// A certificate to be issued.
#[derive(Clone, Debug)]
pub struct Request {
    pub subject: Subject,
    /// Host names and IP addresses.
    pub names: Vec<String>,
    pub purpose: Purpose,
    pub not_before: Moment,
    pub not_after: Moment,
}

impl Request {
    /// An operator's certificate, valid from two years before `now` to ten years after.
    pub fn operator(subject: Subject, names: Vec<String>, now: Moment) -> Self {
        let (not_before, not_after) = wide(now);
        Self { subject, names, purpose: Purpose::Operator, not_before, not_after }
    }
}

/// A certification authority of the laboratory.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its certificate, PEM.
    pub cert_pem: String,
    /// Its key, PEM.
    pub key_pem: String,
    /// Certificates to send after each leaf: empty for an anchor, itself for an intermediate.
    along: String,
}

impl Authority {
    /// A self-signed anchor.
    pub fn anchor(common_name: &str, now: Moment) -> Result<Self, PkiError> {
        let key = new_key()?;
        let cert = authority_params(common_name, now).self_signed(&key)?;
        Ok(Self { cert_pem: cert.pem(), key_pem: key.serialize_pem(), along: String::new() })
    }

    /// An authority certified by this one; its leaves carry its certificate along.
    pub fn intermediate(&self, common_name: &str, now: Moment) -> Result<Self, PkiError> {
        let key = new_key()?;
        let cert = authority_params(common_name, now).signed_by(&key, &self.issuer()?)?;
        Ok(Self { along: format!("{}{}", cert.pem(), self.along), cert_pem: cert.pem(), key_pem: key.serialize_pem() })
    }

    /// An anchor that was stored.
    pub fn from_pem(cert_pem: String, key_pem: String) -> Self {
        Self { cert_pem, key_pem, along: String::new() }
    }

    /// Issues a certificate for a new RSA-2048 key (0.1 to 0.5 s).
    pub fn issue(&self, request: &Request) -> Result<Leaf, PkiError> {
        self.issue_for(request, &new_key()?)
    }

    fn issue_for(&self, request: &Request, key: &KeyPair) -> Result<Leaf, PkiError> {
        let mut params = CertificateParams::new(request.names.clone())?;
        params.distinguished_name = request.subject.encode();
        params.not_before = date!(request.not_before);
        params.not_after = date!(request.not_after);
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        match request.purpose {
            Purpose::Operator => {
                params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
            }
            Purpose::Machine => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            Purpose::ListSigner => {
                params.key_usages.push(KeyUsagePurpose::ContentCommitment);
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            }
            Purpose::Bare => {}
            Purpose::Stranger => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::TimeStamping],
        }
        let cert = params.signed_by(key, &self.issuer()?)?;
        Ok(Leaf { cert_pem: format!("{}{}", cert.pem(), self.along), key_pem: key.serialize_pem() })
    }

    /// A full revocation list, DER, good from one hour before `now` to `lasts` after it.
    pub fn crl(&self, revoked: &[Vec<u8>], now: Moment, lasts: Duration) -> Result<Vec<u8>, PkiError> {
        let from = now.minus(Duration::from_secs(3_600));
        let params = CertificateRevocationListParams {
            this_update: date!(from),
            next_update: date!(now.plus(lasts)),
            crl_number: SerialNumber::from(now.secs().unsigned_abs()),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|serial| RevokedCertParams {
                    serial_number: SerialNumber::from_slice(serial),
                    revocation_time: date!(from),
                    reason_code: Some(RevocationReason::KeyCompromise),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(params.signed_by(&self.issuer()?)?.der().to_vec())
    }

    fn issuer(&self) -> Result<Issuer<'static, KeyPair>, PkiError> {
        Ok(Issuer::from_ca_cert_pem(&self.cert_pem, KeyPair::from_pem(&self.key_pem)?)?)
    }
}

/// Two years before, ten years after: a demonstration whose clock is moved keeps its certificates.
fn wide(now: Moment) -> (Moment, Moment) {
    (now.minus(DAY * 730), now.plus(DAY * 3_650))
}

fn authority_params(common_name: &str, now: Moment) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "FR");
    name.push(DnType::OrganizationName, "LABORATOIRE PLI");
    name.push(DnType::OrganizationalUnitName, "IGC-SANTE LABO");
    name.push(DnType::CommonName, common_name);
    params.distinguished_name = name;
    let (not_before, not_after) = wide(now);
    params.not_before = date!(not_before);
    params.not_after = date!(not_after.plus(DAY * 3_650));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn new_key() -> Result<KeyPair, PkiError> {
    Ok(KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?)
}

/// Makes several keys, on as many threads as there are processors.
fn new_keys(count: usize) -> Result<Vec<KeyPair>, PkiError> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(count.max(1));
    let mut made = Vec::with_capacity(count);
    std::thread::scope(|scope| {
        let share = |t: usize| (t..count).step_by(threads).map(|_| new_key()).collect::<Result<Vec<_>, _>>();
        let workers: Vec<_> = (0..threads).map(|t| scope.spawn(move || share(t))).collect();
        for worker in workers {
            made.extend(worker.join().map_err(|_| PkiError::Unreadable("a thread that made keys stopped".to_owned()))??);
        }
        Ok(made)
    })
}
