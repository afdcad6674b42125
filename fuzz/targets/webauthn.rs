//! Any bytes are offered as what an authenticator says: never a key, never a proof, never a fall.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::webauthn::{Passkey, Site};
use libfuzzer_sys::fuzz_target;
use rules::{Entropy, Moment};

fuzz_target!(|bytes: &[u8]| {
    let now = Moment::from_secs(1_800_000_000);
    let site = Site::new("https://mss.pli.mssante.test", "Pli").expect("an origin");
    let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (_, challenge) = site.begin_registration(b"h", "l", "d", &[], &Entropy::seeded(1), now);
    let client = |kind: &str, challenge: &str| {
        b64(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"https://mss.pli.mssante.test"}}"#).as_bytes())
    };
    let data = client("webauthn.create", &challenge.challenge);
    let posted = format!(
        r#"{{"id":"AA","rawId":"AA","type":"public-key","response":{{"clientDataJSON":"{data}","attestationObject":"{}"}}}}"#,
        b64(bytes)
    );
    let _ = site.finish_registration(&posted, &challenge, "", now);

    let (_, challenge) = site.begin_assertion(&[], &Entropy::seeded(2), now);
    let (head, tail) = bytes.split_at(bytes.len().min(40));
    let data = client("webauthn.get", &challenge.challenge);
    let posted = format!(
        r#"{{"id":"AA","rawId":"AA","type":"public-key","response":{{"clientDataJSON":"{data}","authenticatorData":"{}","signature":"{}"}}}}"#,
        b64(head),
        b64(tail)
    );
    let passkey =
        Passkey { id: "AA".into(), public_key: b64(tail), counter: 0, transports: Vec::new(), label: String::new(), created: now };
    assert!(
        site.finish_assertion(&posted, &challenge, &[passkey], now).is_err() || tail.len() > 64,
        "a proof needs a key and its signature"
    );
});
