//! Pages for people: plain, without script, and nothing from elsewhere.

use std::fmt::Write as _;

use crate::protocol::Answer;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem;\
color:#1b1f24;background:#fff}h1{font-size:1.25rem}label{display:block;margin:1rem 0 .25rem}\
input:not([type=hidden]),select{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;\
border:1px solid #6b7280;border-radius:.25rem}button{font:inherit;margin-top:1.5rem;padding:.5rem 1rem;border:0;\
border-radius:.25rem;background:#1d4ed8;color:#fff}p[role=alert]{color:#b42318}small{color:#4b5563}\
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}input,select{background:#1f2430;\
color:inherit}p[role=alert]{color:#fda29b}small{color:#9ca3af}}";

/// One field of a form.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// `text`, `password`, `hidden`, `select` or `link`.
    pub(super) kind: &'a str,
    pub(super) value: &'a str,
    /// `autocomplete` of the field, so that password programs know it.
    pub(super) fill: &'a str,
    /// What a `select` offers.
    pub(super) options: &'a [&'a str],
    /// Whether the form cannot be sent without it.
    pub(super) needed: bool,
}

impl<'a> Field<'a> {
    pub(super) fn hidden(name: &'a str, value: &'a str) -> Self {
        Self { name, label: "", kind: "hidden", value, fill: "off", options: &[], needed: false }
    }

    /// A way to another page.
    pub(super) fn link(label: &'a str, to: &'a str) -> Self {
        Self { name: "", label, kind: "link", value: to, fill: "off", options: &[], needed: false }
    }

    pub(super) fn new(name: &'a str, label: &'a str, kind: &'a str, fill: &'a str) -> Self {
        Self { name, label, kind, value: "", fill, options: &[], needed: true }
    }
}

/// A page with a form that posts to its own address, with a token that no other page knows.
pub(super) fn form(
    title: &str,
    note: &str,
    alert: Option<&str>,
    token: &str,
    fields: &[Field<'_>],
    button: &str,
) -> String {
    let mut inside = format!("<h1>{}</h1>", escape(title));
    if !note.is_empty() {
        let _ = write!(inside, "<p>{}</p>", escape(note));
    }
    if let Some(alert) = alert {
        let _ = write!(inside, "<p role=\"alert\">{}</p>", escape(alert));
    }
    inside.push_str("<form method=\"post\">");
    for field in [Field::hidden("_csrf", token)].iter().chain(fields) {
        let Field { name, label, kind, value, fill, options, needed } = field;
        let (name, value) = (escape(name), escape(value));
        if *kind == "link" {
            let _ = write!(inside, "<p><a href=\"{value}\">{}</a></p>", escape(label));
            continue;
        }
        if *kind != "hidden" {
            let _ = write!(inside, "<label for=\"{name}\">{}</label>", escape(label));
        }
        if *kind == "select" {
            let _ = write!(inside, "<select id=\"{name}\" name=\"{name}\">");
            for option in *options {
                let _ = write!(inside, "<option>{}</option>", escape(option));
            }
            inside.push_str("</select>");
            continue;
        }
        let needed = if *needed { " required" } else { "" };
        let _ = write!(
            inside,
            "<input id=\"{name}\" name=\"{name}\" type=\"{kind}\" value=\"{value}\" autocomplete=\"{fill}\"{needed}>"
        );
    }
    let _ = write!(inside, "<button type=\"submit\">{}</button></form>", escape(button));
    page(title, &inside)
}

/// The page for a request that cannot be answered to the client.
pub(super) fn refusal(error: Option<&str>) -> Answer {
    let error = error.unwrap_or("invalid_request");
    let inside = format!(
        "<h1>An error was encountered with the requested page.</h1><p role=\"alert\">{}</p>\
         <p>Go back to the app that sent you here and try again.</p>",
        escape(error)
    );
    answer(400, page("Error", &inside))
}

/// The page for what the sandbox does not do.
pub(super) fn explained(why: &str) -> Answer {
    let inside = format!("<h1>This ends at the sandbox.</h1><p role=\"alert\">{}</p>", escape(why));
    answer(400, page("Not in the sandbox", &inside))
}

/// A page as an answer: not kept, not framed, and without anything from elsewhere.
pub(super) fn answer(status: u16, html: String) -> Answer {
    Answer::page(status, "text/html; charset=utf-8", html)
        .with("cache-control", "no-store")
        .with("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "no-referrer")
}

fn page(title: &str, inside: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{}</title><style>{STYLE}</style></head><body><main>{inside}\
         <p><small>A sandbox that behaves like Amazon Cognito. Type no real password.</small></p></main></body></html>",
        escape(title)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
