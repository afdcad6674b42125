//! Which operator is this, and may it speak for that domain? White list, certificates, revocation, TLS configurations.

pub mod crl;
pub mod dn;
pub mod list;
pub mod peer;
pub mod pki;
pub mod space;
pub mod synth;
pub mod tls;

pub use dn::Dn;
pub use space::{Snapshot, TrustSpace};
