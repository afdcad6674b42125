//! Which operator is this, and may it speak for that domain? White list, certificates, revocation, TLS configurations.
//!
//! | file | holds |
//! |---|---|
//! | `space` | the trust space in force: loading a list, reloading authorities, the snapshot that a transaction keeps |
//! | `list` | the white list: XML, canonical form, signature, entries |
//! | `dn` | distinguished names and their normal form |
//! | `authorities`, `crl` | anchors, intermediates, revocation lists, the check of a chain |
//! | `peer`, `presented` | the verdict on a presented chain; the chain of a machine, judged again while its session lasts |
//! | `tls` | TLS configurations for the ports |
//! | `pki`, `synth` | the laboratory: certificates and lists for demonstrations and tests |
//!
//! Requirements: TRU-01 to TRU-20, TRU-24, TRU-32, TRU-34 to TRU-37, LPS-01. May never know a person, read the clock, or open a socket.

pub mod authorities;
pub mod crl;
pub mod dn;
pub mod list;
pub mod peer;
pub mod pki;
pub mod presented;
pub mod space;
pub mod synth;
pub mod tls;

pub use dn::Dn;
pub use presented::Presented;
pub use space::{Snapshot, TrustSpace};
