//! A browser without script: it follows nothing by itself, keeps cookies, and fills in forms.
#![allow(dead_code, clippy::allow_attributes, unreachable_pub, reason = "each test binary uses its part")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

pub struct Browser {
    endpoint: String,
    agent: ureq::Agent,
    cookies: RefCell<BTreeMap<String, String>>,
}

#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A parameter of the address that the page leads to, in the query or the fragment.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let location = self.location.as_deref()?;
        let (_, parameters) = location.split_once(['?', '#'])?;
        form_urlencoded::parse(parameters.as_bytes()).find(|(found, _)| found == name).map(|(_, v)| v.into_owned())
    }

    /// The value of an input.
    pub fn input(&self, name: &str) -> Option<String> {
        let from = self.text.find(&format!("name=\"{name}\""))?;
        let rest = &self.text[from..];
        let value = rest.split_once("value=\"")?.1.split_once('"')?.0;
        Some(value.replace("&amp;", "&"))
    }
}

impl Browser {
    pub fn new(endpoint: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { endpoint: endpoint.to_owned(), agent: config.into(), cookies: RefCell::default() }
    }

    /// Forgets every cookie.
    pub fn forget(&self) {
        self.cookies.borrow_mut().clear();
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn read(&self, mut response: ureq::http::Response<ureq::Body>) -> Page {
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value);
            }
        }
        let headers: Vec<(String, String)> =
            response.headers().iter().map(|(name, v)| (name.to_string(), v.to_str().unwrap().to_owned())).collect();
        let location = headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.clone());
        let status = response.status().as_u16();
        Page { status, location, headers, text: response.body_mut().read_to_string().unwrap() }
    }

    pub fn get(&self, path: &str) -> Page {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.agent.get(format!("{}{path}", self.endpoint)).header("cookie", self.cookie());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.read(request.call().unwrap())
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .agent
            .post(format!("{}{path}", self.endpoint))
            .header("cookie", self.cookie())
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.read(request.send(body).unwrap())
    }

    pub fn options(&self, path: &str) -> Page {
        self.read(self.agent.options(format!("{}{path}", self.endpoint)).call().unwrap())
    }
}

/// A path with a query.
pub fn path(path: &str, parameters: &[(&str, &str)]) -> String {
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}
