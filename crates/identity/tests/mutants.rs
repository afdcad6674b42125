//! No random text, and no token changed in one place, ever proves a person.

mod stage;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use stage::Stage;

/// Changes one character of a token into another of its alphabet.
fn mutated(token: &str, place: usize, with: u8) -> Option<String> {
    let mut bytes = token.as_bytes().to_vec();
    let place = place % bytes.len();
    if bytes[place] == with {
        return None;
    }
    bytes[place] = with;
    String::from_utf8(bytes).ok()
}

fn alphabet() -> impl Strategy<Value = u8> {
    proptest::char::ranges(vec!['A'..='Z', 'a'..='z', '0'..='9', '-'..='.', '_'..='_'].into()).prop_map(|c| c as u8)
}

/// Proves: PSC-21.
#[test]
fn no_mutated_token_and_no_random_text_proves_a_person() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let stage = runtime.block_on(Stage::set());
    let token = runtime.block_on(stage.sureau());
    assert!(runtime.block_on(stage.psc.prove(&token)).is_ok(), "the token itself is good, and stays in the cache");
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let strategy = prop_oneof![
        3 => (any::<usize>(), alphabet()).prop_map(|(place, with)| (Some(place), with, String::new())),
        1 => "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,200}\\.[A-Za-z0-9_-]{0,400}".prop_map(|text| (None, 0, text)),
        1 => any::<String>().prop_map(|text| (None, 0, text)),
    ];
    let result = runner.run(&strategy, |(place, with, text)| {
        let candidate = match place {
            Some(place) => mutated(&token, place, with),
            None => Some(text),
        };
        let Some(candidate) = candidate else { return Ok(()) };
        // The last character of a signature holds bits that decode to nothing: a strict reader refuses them too.
        prop_assert!(runtime.block_on(stage.psc.prove(&candidate)).is_err(), "a mutant proved a person");
        Ok(())
    });
    assert_eq!(result, Ok(()));
    runtime.block_on(stage.sim.stop());
}

/// Proves: PSC-21.
#[test]
fn parts_of_two_good_tokens_do_not_make_a_third() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let stage = Stage::set().await;
        let one = stage.sureau().await;
        let two = stage.token(serde_json::json!({"persona": "P01"})).await;
        let (first, second): (Vec<&str>, Vec<&str>) = (one.split('.').collect(), two.split('.').collect());
        for mix in [[first[0], first[1], second[2]], [first[0], second[1], first[2]]] {
            assert_eq!(stage.psc.prove(&mix.join(".")).await, Err(rules::Refusal::TokenInvalid));
        }
    });
}
