//! Settings as Terraform writes them (provider `hashicorp/aws`), and what of them is left out.
//!
//! A snippet to begin with, not a claim to be complete: it names every setting that it covers and every one that it does
//! not, and what else was asked of AWS, answered or not.

mod table;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::health::{Answer, Snapshot};
use table::{CLIENT, FACTS, POOL};

/// What a client's secret is masked by; absent where there is none.
const SECRET: &str = "/UserPoolClient/ClientSecret";

/// What is asked of AWS and has a resource here.
const TRANSLATED: [(&str, Resource); 2] = [
    ("DescribeUserPool", Resource { kind: "aws_cognito_user_pool", root: "/UserPool", table: POOL, label: &["Name"] }),
    (
        "DescribeUserPoolClient",
        Resource {
            kind: "aws_cognito_user_pool_client",
            root: "/UserPoolClient",
            table: CLIENT,
            // Clients may share a name.
            label: &["ClientName", "ClientId"],
        },
    ),
];

/// Lists of what is translated one by one.
const LISTS: [&str; 1] = ["ListUserPoolClients"];

/// The pool and its clients in snapshots as Terraform, and at the end every question whose answer is not in it. No secret is
/// in it: of a client's, only that there is one.
#[must_use]
pub fn written(snapshots: &[&Snapshot]) -> String {
    let mut asked: BTreeMap<(&str, &str), &Answer> = BTreeMap::new();
    for (operation, answers) in snapshots.iter().flat_map(|snapshot| &snapshot.answers) {
        asked.extend(answers.iter().map(|(subject, answer)| ((operation.as_str(), subject.as_str()), answer)));
    }
    let mut texts = Vec::new();
    for (translated, resource) in &TRANSLATED {
        let answers = asked.iter().filter(|((operation, _), _)| operation == translated);
        texts.extend(answers.filter_map(|(_, answer)| match answer {
            Answer::Given(body) => Some(resource.written(body)),
            _ => None,
        }));
    }
    texts.push(left_out(&asked));
    texts.join("\n")
}

/// Questions that were answered and are not translated, and those that were not answered, as comments.
fn left_out(asked: &BTreeMap<(&str, &str), &Answer>) -> String {
    let (mut untranslated, mut unanswered) = (Vec::new(), Vec::new());
    for ((operation, subject), answer) in asked {
        let question = format!("#   {operation} {subject}");
        let question = question.trim_end();
        match answer {
            Answer::Given(_) => {
                if !TRANSLATED.iter().any(|(known, _)| known == operation) && !LISTS.contains(operation) {
                    untranslated.push(question.to_owned());
                }
            }
            answer if answer.says_off() => {}
            Answer::Denied { iam_action } => unanswered.push(format!("{question}: denied, it needs {iam_action}")),
            Answer::Throttled => unanswered.push(format!("{question}: throttled, also after waiting")),
            Answer::Refused { code } => unanswered.push(format!("{question}: AWS answered with {code}")),
            Answer::Failed { reason } => unanswered.push(format!("{question}: {reason}")),
        }
    }
    let mut out = String::from("# Read and not translated, so to be written by hand:\n");
    out.push_str(&lines(&untranslated));
    out.push_str("# Not answered, so nothing of it is above:\n");
    out.push_str(&lines(&unanswered));
    out
}

/// Comments, a line for each.
fn lines(comments: &[String]) -> String {
    if comments.is_empty() {
        return "#   nothing\n".to_owned();
    }
    comments.iter().map(|comment| format!("{}\n", flat(comment))).collect()
}

/// Values and blocks inside of a block.
#[derive(Default)]
struct Block {
    values: Vec<(&'static str, String)>,
    blocks: BTreeMap<&'static str, Block>,
}

impl Block {
    fn put(&mut self, path: &'static str, value: String) {
        match path.split_once('.') {
            Some((block, rest)) => self.blocks.entry(block).or_default().put(rest, value),
            None => self.values.push((path, value)),
        }
    }

    fn write(&self, out: &mut String, depth: usize) {
        let space = "  ".repeat(depth);
        for (name, value) in &self.values {
            out.push_str(&format!("{space}{name} = {value}\n"));
        }
        for (name, block) in &self.blocks {
            out.push_str(&format!("\n{space}{name} {{\n"));
            block.write(out, depth + 1);
            out.push_str(&format!("{space}}}\n"));
        }
    }
}

/// A kind of resource.
struct Resource {
    kind: &'static str,
    /// Where the object is in the described body.
    root: &'static str,
    /// Where Terraform has what.
    table: &'static [(&'static str, &'static str)],
    /// The members that name it.
    label: &'static [&'static str],
}

impl Resource {
    fn written(&self, body: &Value) -> String {
        let mut block = Block::default();
        let mut covered = Vec::new();
        for (pointer, path) in self.table {
            let value = body.pointer(pointer).filter(|value| !value.is_null());
            if let Some(value) = value.and_then(literal) {
                block.put(path, value);
                covered.push(*pointer);
            }
        }
        // Without it, Terraform would put a client without a secret in the place of this one.
        if body.pointer(SECRET).is_some() {
            block.put("generate_secret", true.to_string());
            covered.push(SECRET);
        }
        let object = body.pointer(self.root).unwrap_or(&Value::Null);
        let mut missing = Vec::new();
        leaves(object, self.root.to_owned(), &mut missing);
        missing.retain(|place| {
            let within = |known: &&str| place.as_str() == *known || place.starts_with(&format!("{known}/"));
            !covered.iter().any(&within) && !FACTS.iter().any(within)
        });
        let names: Vec<&str> = self.label.iter().filter_map(|name| object.get(name)?.as_str()).collect();
        let mut out = format!("resource \"{}\" \"{}\" {{\n", self.kind, label(&names.join("_")));
        block.write(&mut out, 1);
        out.push_str("}\n\n# Covered:\n");
        covered.iter().for_each(|place| out.push_str(&format!("#   {place}\n")));
        out.push_str("# Not covered, so to be written by hand:\n");
        out.push_str(&lines(&missing.iter().map(|place| format!("#   {place}")).collect::<Vec<_>>()));
        out
    }
}

/// Places of values, lists as one.
fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, inner)| leaves(inner, format!("{place}/{name}"), found));
        }
        Value::Null => {}
        _ => found.push(place),
    }
}

/// A value as HCL; `None` for what no attribute can hold.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(quoted(text)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(list) => {
            let texts: Option<Vec<String>> = list.iter().map(|entry| entry.as_str().map(quoted)).collect();
            texts.map(|texts| format!("[{}]", texts.join(", ")))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A text in quotes, in which nothing is a template.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.replace("${", "$${").replace("%{", "%%{").chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A name for the resource that Terraform takes.
fn label(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if plain.starts_with(|c: char| c.is_ascii_lowercase()) { plain } else { format!("pool_{plain}") }
}

/// A text on one line: comments end with it.
fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::PoolId;

    fn of(questions: Vec<(&str, &str, Answer)>) -> String {
        let mut snapshot = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
        for (operation, subject, answer) in questions {
            snapshot.put(operation, subject, answer);
        }
        written(&[&snapshot])
    }

    fn client(id: &str, body: &Value) -> String {
        of(vec![("DescribeUserPoolClient", id, Answer::Given(json!({ "UserPoolClient": body })))])
    }

    #[test]
    fn a_snippet_has_blocks_and_names_what_it_leaves_out() {
        let body = json!({ "UserPool": { "Id": "x", "Name": "9 shops", "AutoVerifiedAttributes": ["email"],
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": true } },
            "SchemaAttributes": [{ "Name": "sub" }], "Tomorrow": { "On": true } } });
        let text = of(vec![("DescribeUserPool", "", Answer::Given(body))]);
        let wanted = "resource \"aws_cognito_user_pool\" \"pool_9_shops\" {\n  name = \"9 shops\"\n  \
                      auto_verified_attributes = [\"email\"]\n\n  password_policy {\n    minimum_length = 12\n    \
                      require_symbols = true\n  }\n}\n";
        assert!(text.starts_with(wanted), "{text}");
        let missing = text.split("by hand:\n").nth(1).unwrap();
        assert!(missing.starts_with("#   /UserPool/SchemaAttributes\n#   /UserPool/Tomorrow/On\n\n"), "{text}");
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let text = client("c", &json!({ "ClientName": "a\"\n}\n${file(\"x\")}", "New\nresource": 1 }));
        assert!(text.contains("name = \"a\\\"\\n}\\n$${file(\\\"x\\\")}\""), "{text}");
        assert!(text.contains("#   /UserPoolClient/New resource\n"), "{text}");
        let named = of(vec![("DescribeIdentityProvider", "a\nresource \"x\" \"y\" {}", Answer::Throttled)]);
        assert!(named.contains("#   DescribeIdentityProvider a resource"), "{named}");
    }

    #[test]
    fn a_client_with_a_secret_gets_one_again_and_two_of_one_name_are_two_resources() {
        let with = client("3f", &json!({ "ClientName": "web", "ClientId": "3f", "ClientSecret": "hush" }));
        assert!(with.starts_with("resource \"aws_cognito_user_pool_client\" \"web_3f\" {"), "{with}");
        assert!(with.contains("  generate_secret = true\n") && !with.contains("hush"), "{with}");
        assert!(
            with.contains("# Covered:\n#   /UserPoolClient/ClientName\n#   /UserPoolClient/ClientSecret\n"),
            "{with}"
        );
        let without = client("4e", &json!({ "ClientName": "web", "ClientId": "4e" }));
        assert!(without.contains("\"web_4e\"") && !without.contains("generate_secret"), "{without}");
    }

    #[test]
    fn questions_without_a_translation_and_without_an_answer_are_named_at_the_end() {
        let given = || Answer::Given(json!({}));
        let denied = Answer::Denied { iam_action: "cognito-idp:DescribeUserPoolClient".to_owned() };
        let off = Answer::Refused { code: "UserPoolAddOnNotEnabledException".to_owned() };
        let text = of(vec![
            ("ListUserPoolClients", "", given()),
            ("GetUserPoolMfaConfig", "", given()),
            ("DescribeRiskConfiguration", "", off),
            ("DescribeUserPoolClient", "3f", denied),
            ("DescribeIdentityProvider", "Google", Answer::Failed { reason: "It broke.".to_owned() }),
        ]);
        let wanted = "# Read and not translated, so to be written by hand:\n#   GetUserPoolMfaConfig\n\
                      # Not answered, so nothing of it is above:\n#   DescribeIdentityProvider Google: It broke.\n\
                      #   DescribeUserPoolClient 3f: denied, it needs cognito-idp:DescribeUserPoolClient\n";
        assert_eq!(text, wanted);
    }
}
