//! The switches that make the simulator misbehave on demand.
//!
//! Requirements: SIM-07, SIM-08 (table of fault switches). A switch that is not in [`KNOWN`] is refused: a test never believes in a fault that is not played.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What the value of a switch may be.
enum Form {
    Bool,
    Number,
    Text,
    Words(&'static [&'static str]),
    /// `true` or one of the words.
    BoolOrWords(&'static [&'static str]),
}

const OUTAGES: &[&str] = &["refuse", "hang", "http503", "http500_html"];

const KNOWN: &[(&str, Form)] = &[
    ("down", Form::Words(OUTAGES)),
    ("slow_ms", Form::Number),
    ("introspection_down", Form::BoolOrWords(OUTAGES)),
    ("introspection_401", Form::Bool),
    ("introspection_2021", Form::Bool),
    ("introspection_2023", Form::Bool),
    ("rotate_keys", Form::Bool),
    ("jwks_stale", Form::Bool),
    ("unknown_kid", Form::Bool),
    ("clock_skew_s", Form::Number),
    ("ttl_s", Form::Number),
    ("exp_missing", Form::Bool),
    ("acr", Form::Text),
    ("auth_mode", Form::Text),
    ("no_subject_name_id", Form::Bool),
    ("ids_conflict", Form::Bool),
    ("id_form", Form::Words(&["adeli", "ans", "structure", "bad_luhn"])),
    ("bad_sig", Form::Bool),
    ("alg_none", Form::Bool),
    ("alg_hs256_with_pubkey", Form::Bool),
    ("wrong_iss", Form::Bool),
    ("typ_id", Form::Bool),
    ("typ_refresh", Form::Bool),
    ("aud_present", Form::Bool),
    ("userinfo", Form::Words(super::userinfo::DEFECTS)),
    ("sparse", Form::Bool),
    ("old_civilite", Form::Bool),
    ("two_professions", Form::Bool),
    ("toplevel_empty", Form::Bool),
    ("finess_letters", Form::Bool),
    ("unknown_keys", Form::Bool),
    ("broken_refpro", Form::Bool),
    ("x5t", Form::Words(&["rfc", "ans", "wrong"])),
    ("no_state_on_logout", Form::Bool),
    ("logout_token", Form::Words(&["bad_sig", "with_nonce", "replay", "no_events"])),
];

/// One switch that is on.
#[derive(Clone, Debug, PartialEq)]
struct Switch {
    value: Value,
    /// Goes off after that many uses.
    count: Option<u64>,
    for_client: Option<String>,
    /// `discovery`, `certs`, `token`, `introspect`, `userinfo`, `logout`, `revoke`, `ciba`, `auth`.
    endpoint: Option<String>,
}

/// The switches that are on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Faults {
    on: BTreeMap<String, Switch>,
}

impl Faults {
    /// Reads the body of `PUT /sim/faults`: the whole set, each switch as its value or as `{"value":…,"count":…,"for_client":…,"endpoint":…}`.
    pub fn read(body: &Map<String, Value>) -> Result<Self, String> {
        let mut on = BTreeMap::new();
        for (name, told) in body {
            let Some((_, form)) = KNOWN.iter().find(|(known, _)| known == name) else {
                let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
                return Err(format!("unknown switch `{name}`; known: {}", names.join(" ")));
            };
            if let Some(switch) = switch(name, form, told)? {
                on.insert(name.clone(), switch);
            }
        }
        Ok(Self { on })
    }

    pub fn shown(&self) -> Value {
        let shown = self.on.iter().map(|(name, s)| {
            let bare = s.count.is_none() && s.for_client.is_none() && s.endpoint.is_none();
            let full = json!({"value": s.value, "count": s.count, "for_client": s.for_client, "endpoint": s.endpoint});
            (name.clone(), if bare { s.value.clone() } else { full })
        });
        Value::Object(shown.collect())
    }

    /// The value of a switch when it applies to this call; uses up one of its `count`.
    pub fn take(&mut self, name: &str, client: Option<&str>, endpoint: Option<&str>) -> Option<Value> {
        let switch = self.on.get_mut(name)?;
        let applies = |wanted: &Option<String>, here: Option<&str>| wanted.as_deref().is_none_or(|wanted| here == Some(wanted));
        if !applies(&switch.for_client, client) || !applies(&switch.endpoint, endpoint) {
            return None;
        }
        let value = switch.value.clone();
        if let Some(count) = &mut switch.count {
            *count -= 1;
            if *count == 0 {
                self.on.remove(name);
            }
        }
        Some(value)
    }

    /// Takes a switch out; false when it was not on.
    pub fn switch_off(&mut self, name: &str) -> bool {
        self.on.remove(name).is_some()
    }

    pub fn is_on(&mut self, name: &str, client: Option<&str>) -> bool {
        self.take(name, client, None).is_some()
    }
}

fn switch(name: &str, form: &Form, told: &Value) -> Result<Option<Switch>, String> {
    let none = Map::new();
    let options = told.as_object().unwrap_or(&none);
    let plain = match form {
        Form::Words(words) => json!(words[0]),
        _ => Value::Bool(true),
    };
    let value = if told.is_object() { options.get("value").cloned().unwrap_or(plain) } else { told.clone() };
    if matches!(value, Value::Null | Value::Bool(false)) {
        return Ok(None);
    }
    let word = |words: &[&str]| value.as_str().is_some_and(|v| words.contains(&v));
    let fits = match form {
        Form::Bool => value.is_boolean(),
        Form::Number => value.as_i64().is_some_and(|n| n.unsigned_abs() <= 31_536_000),
        Form::Text => value.as_str().is_some_and(|text| text.len() <= 40),
        Form::Words(words) => word(words),
        Form::BoolOrWords(words) => value.is_boolean() || word(words),
    };
    let text = |key: &str| options.get(key).and_then(Value::as_str).map(str::to_owned);
    let count = options.get("count").and_then(Value::as_u64);
    if !fits || count == Some(0) {
        return Err(format!("switch `{name}`: this value is not understood"));
    }
    Ok(Some(Switch { value, count, for_client: text("for_client"), endpoint: text("endpoint") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Faults, String> {
        Faults::read(body.as_object().expect("a fixture"))
    }

    /// Proves: SIM-07.
    #[test]
    fn a_counted_switch_goes_off_by_itself_and_another_client_does_not_use_it_up() {
        let mut faults = read(json!({"introspection_401": {"count": 2, "for_client": "pli-introspect"}})).expect("known");
        assert!(!faults.is_on("introspection_401", Some("lps-demo")));
        assert!(faults.is_on("introspection_401", Some("pli-introspect")));
        assert!(faults.is_on("introspection_401", Some("pli-introspect")));
        assert!(!faults.is_on("introspection_401", Some("pli-introspect")));
    }

    #[test]
    fn an_unknown_switch_and_a_wrong_value_are_refused_and_false_is_off() {
        assert!(read(json!({"dwon": "refuse"})).is_err());
        assert!(read(json!({"down": "perhaps"})).is_err());
        assert!(read(json!({"slow_ms": "much"})).is_err());
        assert_eq!(read(json!({"introspection_down": false, "down": null})), Ok(Faults::default()));
    }
}
