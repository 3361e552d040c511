//! Breaking values and texts.

use rand::Rng;
use serde_json::{Value, json};

fn dice(random: &mut impl Rng, sides: usize) -> usize {
    usize::try_from(random.next_u64() % sides as u64).unwrap_or_default()
}

/// Breaks one place inside a value.
pub(crate) fn value(input: &mut Value, random: &mut impl Rng) {
    let inside = match input {
        Value::Object(members) if !members.is_empty() => {
            let at = dice(random, members.len());
            if dice(random, 20) == 0 {
                let name = members.keys().nth(at).cloned().unwrap_or_default();
                let value = members.remove(&name).unwrap_or_default();
                members.insert(format!("{name}\u{0}"), value);
                return;
            }
            members.iter_mut().nth(at).map(|(_, value)| value)
        }
        Value::Array(items) if !items.is_empty() => {
            if dice(random, 6) == 0 {
                let again = items[0].clone();
                items.extend(std::iter::repeat_n(again, 300));
                return;
            }
            let at = dice(random, items.len());
            items.get_mut(at)
        }
        _ => None,
    };
    match inside {
        Some(inside) if dice(random, 3) > 0 && (inside.is_object() || inside.is_array()) => value(inside, random),
        Some(inside) => *inside = bad(inside, random),
        None => *input = bad(input, random),
    }
}

/// Something that does not belong where `was` is, or hardly.
fn bad(was: &Value, random: &mut impl Rng) -> Value {
    let text = was.as_str().unwrap_or("x");
    match dice(random, 28) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!([]),
        3 => json!(""),
        4 => json!(" "),
        5 => json!(-1),
        6 => json!(0),
        7 => json!(i64::MAX),
        8 => json!(u64::MAX),
        9 => json!(1.5e308),
        10 => json!(true),
        11 => json!("x".repeat(3_000)),
        12 => json!("漢".repeat(700)),
        13 => json!("a".repeat(200_000)),
        14 => json!("\u{0}"),
        15 => json!("\u{202e}\u{feff}\u{10ffff}"),
        16 => json!("../../../etc/passwd"),
        17 => json!("' OR 1=1 --"),
        18 => json!("\\\"\\"),
        19 => json!([was]),
        20 => json!({ "Name": was }),
        21 => json!(format!("{text}{text}")),
        22 => json!(text.chars().rev().collect::<String>()),
        23 => json!(text.chars().skip(1).collect::<String>()),
        24 => json!(text.to_uppercase()),
        25 => json!("00"),
        26 => json!("AA=A"),
        _ => nested(60),
    }
}

/// Lists within lists.
fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |inner, _| json!([inner]))
}

/// Breaks the text of a request, so that it may no longer be JSON.
pub(crate) fn text(body: &mut String, random: &mut impl Rng) {
    let places: Vec<usize> = body.char_indices().map(|(at, _)| at).collect();
    let Some(&at) = places.get(dice(random, places.len().max(1))) else { return };
    match dice(random, 7) {
        0 => body.truncate(at),
        1 => body.insert(at, '\u{0}'),
        2 => body.insert_str(at, "\"}"),
        3 => {
            body.remove(at);
        }
        4 => *body = format!("{}{body}{}", "[".repeat(5_000), "]".repeat(5_000)),
        5 => *body = body.replacen(':', ":-", 3),
        _ => body.push_str("{\"UserPoolId\":1}"),
    }
}
