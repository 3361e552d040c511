//! What Rust files may name.
//!
//! Files are read as tokens, so that comments and texts do not count.

use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};

use crate::tree::Source;
use crate::{Breach, Wall};

/// The most lines that a file may have.
const MOST_LINES: usize = 900;
/// Last words of a name that say nothing about what a thing is.
const VAGUE: &[&str] =
    &["manager", "managers", "service", "services", "helper", "helpers", "util", "utils", "common", "core"];

/// Breaches in one file.
pub(crate) fn breaches(source: &Source) -> Vec<Breach> {
    let mut found = vague_path(source);
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        found.push(Breach { wall: Wall::NoHugeFile, place: source.path.clone(), what: format!("{lines} lines") });
    }
    let stream =
        TokenStream::from_str(&source.text).unwrap_or_else(|error| panic!("{} is not Rust: {error}", source.path));
    let mut words = Vec::new();
    flatten(stream, &mut words);
    for (index, word) in words.iter().enumerate() {
        let next = |distance: usize| words.get(index + distance).map_or("", |word| word.text.as_str());
        let before = |distance: usize| index.checked_sub(distance).map_or("", |place| words[place].text.as_str());
        if let Some((wall, what)) = climbed(source, &word.text, next, before) {
            found.push(Breach { wall, place: format!("{}:{}", source.path, word.line), what });
        }
    }
    found
}

struct Word {
    text: String,
    line: usize,
}

/// Identifiers and signs in order; what is between brackets stands between their signs.
fn flatten(stream: TokenStream, words: &mut Vec<Word>) {
    for token in stream {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                words.push(Word { text: open.into(), line });
                flatten(group.stream(), words);
                words.push(Word { text: close.into(), line: group.span_close().start().line });
            }
            TokenTree::Ident(ident) => words.push(Word { text: ident.to_string(), line }),
            TokenTree::Punct(sign) => words.push(Word { text: sign.as_char().to_string(), line }),
            TokenTree::Literal(_) => words.push(Word { text: "\"\"".into(), line }),
        }
    }
}

fn climbed<'a>(
    source: &Source,
    word: &str,
    next: impl Fn(usize) -> &'a str,
    before: impl Fn(usize) -> &'a str,
) -> Option<(Wall, String)> {
    let package = source.package();
    let path_follows = next(1) == ":" && next(2) == ":";
    // The first name of a path: `tauri::…`, `use tauri;`, `use tauri as t;`, `use {tauri::…}`.
    let names_crate = (path_follows && !(before(1) == ":" && before(2) == ":")) || before(1) == "use";
    let crate_wall = if names_crate { crate_wall(word, package) } else { None };
    if let Some(wall) = crate_wall {
        return Some((wall, format!("names `{word}`")));
    }
    let call = |name: &str, function: &str| word == name && path_follows && next(3) == function;
    let told = |wall: Wall, what: &str| Some((wall, what.to_owned()));
    if (call("TcpListener", "bind") || call("UnixListener", "bind")) && !may_listen(source) {
        return told(Wall::ServersOnlyInSandbox, "listens");
    }
    if (word == "server" && before(1) == ":" && before(3) == "hyper") && package != "sandbox" {
        return told(Wall::ServersOnlyInSandbox, "names `hyper::server`");
    }
    let clock = ["SystemTime", "Timestamp", "Zoned", "Instant"].into_iter().any(|clock| call(clock, "now"));
    let chance = path_follows && ["rand", "getrandom", "fastrand"].contains(&word);
    if (clock || chance) && package == "model" && !source.is_test() {
        return Some((Wall::ModelHasNoClock, format!("uses `{word}`")));
    }
    if ["todo", "unimplemented"].contains(&word) && next(1) == "!" {
        return Some((Wall::NothingUnfinished, format!("`{word}!`")));
    }
    if ["mod", "struct", "enum", "trait", "type", "union"].contains(&before(1).trim()) && is_vague(word) {
        return Some((Wall::NoVagueName, format!("`{word}`")));
    }
    if word == "anyhow" && (path_follows || next(1) == "!") && !may_use_anyhow(source) {
        return told(Wall::AnyhowOnlyAtTheEdge, "names `anyhow`");
    }
    None
}

fn crate_wall(word: &str, package: &str) -> Option<Wall> {
    if word == "tauri" || word.starts_with("tauri_") {
        return (package != "shell").then_some(Wall::TauriOnlyInShell);
    }
    // AWS-LC is a library of ciphers, no part of the SDK.
    if word.starts_with("aws_") && word != "aws_lc_rs" {
        let shared = ["aws_smithy_runtime_api", "aws_smithy_types"].contains(&word);
        return (package != "cognito" && !(shared && package == "sandbox")).then_some(Wall::AwsOnlyInCognito);
    }
    if word.starts_with("rusqlite") || word == "libsqlite3_sys" {
        return (package != "store").then_some(Wall::SqliteOnlyInStore);
    }
    let ours = ["model", "store", "cognito", "console", "wire"].contains(&word);
    // `use model::…` in the sandbox would not compile; a path of its own modules begins with crate, self or super.
    if ours && package == "sandbox" {
        return Some(Wall::SandboxStandsAlone);
    }
    (["axum", "warp", "tiny_http"].contains(&word) && package != "sandbox").then_some(Wall::ServersOnlyInSandbox)
}

/// The sandbox serves; the sign-in of `cognito::oauth` waits for one answer; tests look for free ports.
fn may_listen(source: &Source) -> bool {
    source.package() == "sandbox" || source.is_test() || source.path.starts_with("src-tauri/crates/cognito/src/oauth")
}

fn may_use_anyhow(source: &Source) -> bool {
    ["cli", "xtask"].contains(&source.package())
        || ["src-tauri/src/main.rs", "src-tauri/src/setup.rs", "src-tauri/build.rs"].contains(&source.path.as_str())
}

/// Whether the last word of a name, in snake or camel case, says nothing.
pub(crate) fn is_vague(name: &str) -> bool {
    let name = name.trim_start_matches("r#");
    let last = match name.rsplit_once(['_', '-']) {
        Some((_, last)) => last,
        None => name.rfind(char::is_uppercase).map_or(name, |start| &name[start..]),
    };
    VAGUE.contains(&last.to_lowercase().as_str())
}

/// A file or folder whose name says nothing.
pub(crate) fn vague_path(source: &Source) -> Vec<Breach> {
    let parts = source.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let vague = parts.filter(|part| is_vague(part)).map(|part| Breach {
        wall: Wall::NoVagueName,
        place: source.path.clone(),
        what: format!("a file or folder called `{part}`"),
    });
    vague.collect()
}
