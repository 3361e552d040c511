//! Levels of authentication: what the factors that somebody has proved are worth, and what a pool calls that (`acr`;
//! developer guide, authentication levels with ACR and AMR claims).

use serde_json::{Map, Value, json};

/// The pool's names of the four levels, the lowest first.
pub(crate) fn names(settings: &Map<String, Value>) -> [String; 4] {
    [1, 2, 3, 4].map(|level| {
        let own = settings.get("AcrConfiguration").and_then(|names| names.get(format!("Level{level}")));
        let own = own.and_then(|level| level.get("AcrValue")).and_then(Value::as_str);
        own.map_or_else(|| format!("urn:cognito:loa:{level}"), str::to_owned)
    })
}

/// `AcrConfiguration` as answers show it: every level has a name.
pub(crate) fn shown(settings: &Map<String, Value>) -> Value {
    let named = names(settings).into_iter().zip(1..);
    Value::Object(named.map(|(name, level)| (format!("Level{level}"), json!({ "AcrValue": name }))).collect())
}

/// The levels that a list of names asks for, in its order. Names that the pool does not have are passed over.
pub(crate) fn asked(settings: &Map<String, Value>, list: &str) -> Vec<u8> {
    let names = names(settings);
    let level = |name: &str| (1..).zip(&names).find(|(_, known)| *known == name).map(|(level, _)| level);
    list.split_whitespace().filter_map(level).collect()
}

/// The highest level that proved factors satisfy, each called as in `amr`; 0 for none.
pub(crate) fn reached<T: AsRef<str>>(methods: &[T]) -> u8 {
    let has = |method: &str| methods.iter().any(|proved| proved.as_ref() == method);
    let sent = has("sms") || has("email_otp");
    match has("pwd") {
        true if has("otp") => 4,
        _ if has("swk") || has("hwk") => 3,
        true if sent => 3,
        _ if sent => 2,
        proved => u8::from(proved),
    }
}

/// `acr`: what the pool calls the level that proved factors satisfy. `None` when they satisfy none.
pub(crate) fn acr<T: AsRef<str>>(settings: &Map<String, Value>, methods: &[T]) -> Option<String> {
    names(settings).into_iter().nth(usize::from(reached(methods)).checked_sub(1)?)
}

/// `amr`: the factors, and that they are several.
pub(crate) fn amr<T: AsRef<str>>(methods: &[T]) -> Vec<String> {
    let several = (methods.len() > 1).then_some("mfa");
    methods.iter().map(AsRef::as_ref).chain(several).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_reach_the_level_of_the_guide() {
        let levels: [(&[&str], u8); 9] = [
            (&[], 0),
            (&["pwd"], 1),
            (&["email_otp"], 2),
            (&["sms"], 2),
            (&["swk"], 3),
            (&["pwd", "sms"], 3),
            (&["pwd", "email_otp"], 3),
            (&["pwd", "otp"], 4),
            (&["otp"], 0),
        ];
        for (methods, level) in levels {
            assert_eq!(reached(methods), level, "{methods:?}");
        }
        assert_eq!(amr(&["pwd", "otp"]), ["pwd", "otp", "mfa"]);
        assert_eq!(amr(&["pwd"]), ["pwd"]);
    }
}
