//! Passkeys, from the options to the proof, with an authenticator made of software (LOC-05).

mod authenticator;

use authenticator::{Authenticator, b64};
use identity::webauthn::{Challenge, Passkey, Purpose, Site};
use proptest::prelude::*;
use rules::{Entropy, Moment, Refusal};
use serde_json::{Value, json};

const NOW: Moment = Moment::from_secs(1_800_000_000);

fn site() -> Site {
    Site::new("https://mss.pli.mssante.test", "Pli").expect("an origin")
}

fn later(seconds: i64) -> Moment {
    Moment::from_secs(NOW.secs() + seconds)
}

fn asked() -> Challenge {
    site().begin_registration(b"handle", "SEC0042", "Denis ERABLE", &[], &Entropy::seeded(1), NOW).1
}

fn challenged() -> Challenge {
    site().begin_assertion(&[], &Entropy::seeded(2), NOW).1
}

fn registered(key: &Authenticator) -> Passkey {
    let challenge = asked();
    site().finish_registration(&key.create(&challenge.challenge, "none").to_string(), &challenge, "clé bleue", NOW).expect("a passkey")
}

fn used(key: &Authenticator, passkey: &Passkey) -> Result<u32, Refusal> {
    let challenge = challenged();
    let posted = key.get(&challenge.challenge).to_string();
    site().finish_assertion(&posted, &challenge, std::slice::from_ref(passkey), NOW).map(|asserted| asserted.counter)
}

/// Proves: LOC-05.
#[test]
fn a_key_is_made_and_used_with_each_algorithm() {
    for mut key in [Authenticator::ec(), Authenticator::ed(), Authenticator::rsa()] {
        let passkey = registered(&key);
        assert_eq!((passkey.counter, passkey.label.as_str(), passkey.created), (1, "clé bleue", NOW));
        assert_eq!(passkey.transports, ["usb"], "an invented transport is not kept");
        let kept: Passkey = serde_json::from_str(&serde_json::to_string(&passkey).expect("JSON")).expect("JSON");
        assert_eq!(kept, passkey);
        key.counter = 2;
        assert_eq!(used(&key, &kept), Ok(2));
    }
}

/// Proves: LOC-05.
#[test]
fn the_browser_is_asked_for_a_verified_person_and_a_resident_key() {
    let key = Authenticator::ec();
    let passkey = registered(&key);
    let (create, challenge) =
        site().begin_registration(b"handle", "SEC0042", "Denis ERABLE", std::slice::from_ref(&passkey), &Entropy::seeded(1), NOW);
    assert_eq!(create["rp"], json!({"id": "mss.pli.mssante.test", "name": "Pli"}));
    assert_eq!(create["user"], json!({"id": b64(b"handle"), "name": "SEC0042", "displayName": "Denis ERABLE"}));
    assert_eq!(
        create["authenticatorSelection"],
        json!({"residentKey": "required", "requireResidentKey": true, "userVerification": "required"})
    );
    assert_eq!((&create["attestation"], &create["timeout"]), (&json!("none"), &json!(300_000)));
    assert_eq!(create["excludeCredentials"], json!([{"type": "public-key", "id": passkey.id, "transports": ["usb"]}]));
    assert_eq!(create["challenge"].as_str().map(str::len), Some(43), "32 bytes");
    assert_eq!((challenge.purpose, challenge.expires), (Purpose::Register, later(300)));
    let (get, challenge) = site().begin_assertion(&[], &Entropy::seeded(2), NOW);
    assert_eq!(
        (&get["userVerification"], &get["rpId"], &get["allowCredentials"]),
        (&json!("required"), &json!("mss.pli.mssante.test"), &json!([]))
    );
    assert_eq!(serde_json::from_value::<Challenge>(json!(challenge)).expect("JSON"), challenge);
}

/// Proves: LOC-05.
#[test]
fn a_key_without_a_verified_person_is_refused() {
    for flags in [0x00, 0x01, 0x04] {
        let mut key = Authenticator::ec();
        let passkey = registered(&key);
        (key.flags, key.counter) = (flags, 2);
        assert_eq!(used(&key, &passkey), Err(Refusal::LoginFailed), "{flags:#x}");
        let challenge = asked();
        let posted = key.create(&challenge.challenge, "none").to_string();
        assert_eq!(site().finish_registration(&posted, &challenge, "", NOW), Err(Refusal::LoginFailed), "{flags:#x}");
    }
}

/// Proves: LOC-05.
#[test]
fn another_site_another_challenge_or_too_late_is_refused() {
    let change = |change: fn(&mut Authenticator)| {
        let mut key = Authenticator::ec();
        let passkey = registered(&key);
        key.counter = 2;
        change(&mut key);
        used(&key, &passkey)
    };
    assert_eq!(change(|_| {}), Ok(2));
    assert_eq!(change(|key| key.origin = "https://mss.pli.mssante.test.evil.test".into()), Err(Refusal::LoginFailed));
    assert_eq!(change(|key| key.rp = "evil.test".into()), Err(Refusal::LoginFailed));
    assert_eq!(change(|key| key.tail = vec![0]), Err(Refusal::LoginFailed), "a byte too many");
    assert_eq!(change(|key| key.flags |= 0x10), Err(Refusal::LoginFailed), "backed up, and cannot be");

    let mut key = Authenticator::ec();
    let passkey = registered(&key);
    key.counter = 2;
    let (challenge, posted) = (challenged(), key.get(&challenged().challenge).to_string());
    let finish = |challenge: &Challenge, keys: &[Passkey], now| site().finish_assertion(&posted, challenge, keys, now);
    assert!(finish(&challenge, std::slice::from_ref(&passkey), later(299)).is_ok());
    assert_eq!(finish(&challenge, std::slice::from_ref(&passkey), later(300)), Err(Refusal::LoginFailed), "five minutes");
    let other = site().begin_assertion(&[], &Entropy::seeded(9), NOW).1;
    assert_eq!(finish(&other, std::slice::from_ref(&passkey), NOW), Err(Refusal::LoginFailed));
    let of_registration = Challenge { purpose: Purpose::Register, ..challenge.clone() };
    assert_eq!(finish(&of_registration, std::slice::from_ref(&passkey), NOW), Err(Refusal::LoginFailed));
    assert_eq!(finish(&challenge, &[], NOW), Err(Refusal::LoginFailed), "a key of nobody");
    let somebody = Passkey { public_key: registered(&Authenticator::ec()).public_key, ..passkey };
    assert_eq!(finish(&challenge, &[somebody], NOW), Err(Refusal::LoginFailed), "another key under this id");
}

/// Proves: LOC-05.
#[test]
fn a_counter_that_does_not_move_is_a_copied_key_but_keys_that_never_count_are_fine() {
    let mut key = Authenticator::ec();
    key.counter = 5;
    let passkey = registered(&key);
    for (counter, fine) in [(4, false), (5, false), (0, false), (6, true)] {
        key.counter = counter;
        assert_eq!(used(&key, &passkey).is_ok(), fine, "{counter}");
    }
    key.counter = 0;
    let silent = registered(&key);
    assert_eq!(used(&key, &silent), Ok(0));
}

/// Proves: LOC-05.
#[test]
fn only_no_attestation_or_the_keys_own_is_taken() {
    let key = Authenticator::ec();
    let challenge = asked();
    let finish = |posted: &Value| site().finish_registration(&posted.to_string(), &challenge, "", NOW);
    assert!(finish(&key.create(&challenge.challenge, "packed")).is_ok());
    assert_eq!(finish(&key.create(&challenge.challenge, "fido-u2f")), Err(Refusal::LoginFailed));
    let mut not_resident = key.create(&challenge.challenge, "none");
    not_resident["clientExtensionResults"]["credProps"]["rk"] = false.into();
    assert_eq!(finish(&not_resident), Err(Refusal::LoginFailed));
    let mut renamed = key.create(&challenge.challenge, "none");
    (renamed["id"], renamed["rawId"]) = ("AAAA".into(), "AAAA".into());
    assert_eq!(finish(&renamed), Err(Refusal::LoginFailed));
}

#[test]
fn whose_key_it_claims_to_be_is_read_before_anything_is_proved() {
    let mut key = Authenticator::ec();
    key.user = Some(b"handle".to_vec());
    let claimed = Site::claimed(&key.get("x").to_string()).expect("readable");
    assert_eq!((claimed.id, claimed.user), (b64(&key.id), Some(b64(b"handle"))));
    assert_eq!(Site::claimed("{}"), None);
}

#[test]
fn a_site_has_a_name_and_is_private() {
    assert_eq!(Site::new("http://localhost:20080", "Pli").expect("this machine").id(), "localhost");
    assert_eq!(Site::new("https://mss.pli.mssante.test:8443/cgu", "Pli").expect("an origin").id(), "mss.pli.mssante.test");
    for bad in ["http://mss.pli.mssante.test", "http://127.0.0.1:20080", "https://[::1]", "mss.pli.mssante.test", ""] {
        assert!(Site::new(bad, "Pli").is_err(), "{bad}");
    }
}

/// Changes one bit of one binary field.
fn mutated(posted: &Value, field: &str, bit: usize) -> String {
    use base64::Engine as _;
    let mut posted = posted.clone();
    let text = posted["response"][field].as_str().expect("a field").to_owned();
    let mut bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    posted["response"][field] = b64(&bytes).into();
    posted.to_string()
}

/// Proves: LOC-05.
#[test]
fn no_changed_bit_and_no_random_text_ever_proves_a_key() {
    let mut key = Authenticator::ec();
    let passkey = registered(&key);
    key.counter = 2;
    let (challenge, asked) = (challenged(), asked());
    let (got, made) = (key.get(&challenge.challenge), key.create(&asked.challenge, "packed"));
    let keys = [passkey];
    let finish = |posted: &str| site().finish_assertion(posted, &challenge, &keys, NOW);
    assert!(finish(&got.to_string()).is_ok(), "unchanged, it is good");
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() });
    let fields = prop_oneof![Just("clientDataJSON"), Just("authenticatorData"), Just("signature")];
    let result = runner.run(&(fields, any::<usize>(), any::<String>()), |(field, bit, text)| {
        prop_assert_eq!(finish(&mutated(&got, field, bit)).err(), Some(Refusal::LoginFailed));
        prop_assert!(finish(&text).is_err());
        let made = mutated(&made, if field == "clientDataJSON" { field } else { "attestationObject" }, bit);
        // Self-attested: a changed bit of what is signed shows at once; one elsewhere can at most rename the map's fields.
        prop_assert!(site().finish_registration(&made, &asked, "", NOW).is_err());
        Ok(())
    });
    assert_eq!(result, Ok(()));
}
