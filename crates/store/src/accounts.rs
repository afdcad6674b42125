//! Accounts: who is signed in, by which means, and what machines may do.
//!
//! | file | keeps |
//! |---|---|
//! | `sessions` | web sessions, and their end from afar (back-channel logout) |
//! | `attempts` | a login under way in one browser, used once; challenges of passkeys |
//! | `phone` | a request on somebody's telephone (CIBA) |
//! | `tokens` | API tokens |
//! | `idempotency` | a request that is sent twice is carried out once |
//! | `staff` | the operator's people, their roles, their invitation links |
//! | `passkeys` | passkeys of staff and of local people |
//! | `local/` | structures with their own login, their people (LOC-) |
//! | `webhooks/` | who is told of movements, and what waits to be told |
//! | `watch` | an IMAP or submission session that ends with the provider's |
//! | `secrets` | what is hashed, what is sealed |
//!
//! Requirements: PSC-34, PSC-36, PSC-37, LOC-02, LOC-06, LOC-07, LOC-08, STF-02, STF-04, ENR-51. An account opens no mailbox: it says who somebody is;
//! `mailboxes` says what she may do. Cookies, tokens and codes are kept as SHA-256 only; what must be read again is sealed.

mod attempts;
mod idempotency;
mod local;
mod passkeys;
mod phone;
mod secrets;
mod sessions;
mod staff;
mod tokens;
mod watch;
pub(crate) mod webhooks;

pub use attempts::Attempt;
pub use idempotency::Begin;
pub use local::{
    Commitment, Enrolment, LocalAccount, LocalKey, LocalLogin, LocalOidc, LocalStructure, NewLocalAccount, Recorded, Reminder, Review,
};
pub use passkeys::Holder;
pub use phone::{PhoneRequest, Ringing};
pub use sessions::{Ended, NewWebSession, WebSession, Who};
pub use staff::{Asked, NewStaff, RoleRequest, StaffMember};
pub use tokens::{NewToken, TokenInfo, TokenOwner};
pub use watch::SessionWatch;
pub use webhooks::{Delivery, DeliveryState, NewWebhook, Told, Webhook, sign};
