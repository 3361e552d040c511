//! A one-shot listener on this machine for the browser that comes back from hosted login (RFC 8252, 7.3 and 8.3).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::{Host, Url};

/// The longest request that is read. A code and a state take some hundred bytes.
const LONGEST: usize = 16 * 1024;

/// How long one connection may take to say what it wants: browsers open some that they never use.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the browser shows in the end. Nothing of the request is repeated in it.
const DONE: &str = "The sign-in came back to Poolkeeper. You can close this page.";
const NOT_DONE: &str = "The sign-in did not succeed. Poolkeeper says why; you can close this page.";
const ANOTHER: &str = "This is not the sign-in that Poolkeeper waits for. You can close this page.";
const NOT_HERE: &str = "Nothing is here.";

/// Why nobody can come back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The URL is not one of this machine.
    #[error("{0} is no address of this machine, so the browser cannot come back to Poolkeeper there.")]
    NotLoopback(String),
    /// The port is taken or may not be opened.
    #[error(
        "The port {port} for {url} cannot be opened ({why}). End the program that uses it, or register another port."
    )]
    Port {
        /// The callback.
        url: String,
        /// Its port.
        port: u16,
        /// What the system says.
        why: String,
    },
    /// Nobody came.
    #[error("Nobody came back from the browser in time. Start again.")]
    TimedOut,
    /// Nobody came who belongs to this sign-in, but somebody else did.
    #[error(
        "Nobody came back from the browser in time but one with the state of another sign-in, which was not used. Start \
         again, and do not use a page from before."
    )]
    State,
    /// The code is said to come from somebody else (RFC 9207).
    #[error("The browser came back from another issuer than this pool, so its code was not used.")]
    Issuer,
    /// Neither a code nor an error came.
    #[error("The browser came back with neither a code nor an error.")]
    Nothing,
}

/// What a request must show to be the one that is waited for.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The state that was sent along.
    pub state: SecretString,
    /// The issuers that the pool may name itself by.
    pub issuers: Vec<String>,
}

/// What the browser brings.
#[derive(Debug, Clone)]
pub enum Returned {
    /// An authorization code.
    Code(SecretString),
    /// The pool refused.
    Refused {
        /// `error`.
        code: String,
        /// `error_description`; empty when there is none.
        description: String,
    },
}

/// Whether a URL is `http` on this machine, as Cognito waives `https` for.
#[must_use]
pub fn is_loopback_url(url: &str) -> bool {
    loopback_port(url).is_some()
}

/// The port of a URL that is `http` on this machine; `None` for any other.
#[must_use]
pub fn loopback_port(url: &str) -> Option<u16> {
    let url = Url::parse(url).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let bare = url.username().is_empty() && url.password().is_none();
    url.port_or_known_default().filter(|_| here && bare && url.scheme() == "http")
}

/// An open port that waits for one browser. Dropping it closes the port.
#[derive(Debug)]
pub struct Callback {
    first: TcpListener,
    second: Option<TcpListener>,
    door: Arc<Door>,
}

/// Where exactly the browser must come.
#[derive(Debug)]
struct Door {
    host: String,
    path: String,
}

impl Callback {
    /// Opens the port of a registered callback: for `localhost` that of both protocols, so that nobody else listens on
    /// the other one.
    ///
    /// # Errors
    /// [`CallbackError::NotLoopback`], [`CallbackError::Port`].
    pub async fn listen(callback: &str) -> Result<Self, CallbackError> {
        let outside = || CallbackError::NotLoopback(callback.to_owned());
        let url = Url::parse(callback).ok().filter(|_| is_loopback_url(callback)).ok_or_else(outside)?;
        let port = url.port_or_known_default().unwrap_or(80);
        let taken = |error: io::Error| CallbackError::Port { url: callback.to_owned(), port, why: error.to_string() };
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let six = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        let (first, second) = match url.host() {
            Some(Host::Ipv4(address)) => (TcpListener::bind((address, port)).await.map_err(taken)?, None),
            Some(Host::Ipv6(_)) => (six.await.map_err(taken)?, None),
            _ => {
                let first = four.await.map_err(taken)?;
                match six.await {
                    Ok(second) => (first, Some(second)),
                    // Somebody else has it, and would hear the code.
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(taken(error)),
                    // This machine has no IPv6.
                    Err(_) => (first, None),
                }
            }
        };
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        Ok(Self { first, second, door: Arc::new(Door { host, path: url.path().to_owned() }) })
    }

    /// Waits for the browser, answers it with a page that says nothing, and closes. Requests for anything else are turned
    /// away, and so are those without the right state: any page and any program of this machine could send them. The first
    /// one with the right state at the exact path decides.
    ///
    /// # Errors
    /// [`CallbackError`]; the code was not used then.
    pub async fn wait(self, expected: &Expected, patience: Duration) -> Result<Returned, CallbackError> {
        let mut stranger = false;
        let heard = async {
            let mut conversations = JoinSet::new();
            loop {
                tokio::select! {
                    stream = self.accept() => {
                        conversations.spawn(converse(stream, self.door.clone(), expected.clone()));
                    }
                    Some(ended) = conversations.join_next(), if !conversations.is_empty() => {
                        match ended {
                            Ok(Some(Err(CallbackError::State))) => stranger = true,
                            Ok(Some(returned)) => return returned,
                            Ok(None) | Err(_) => {}
                        }
                    }
                }
            }
        };
        let heard = tokio::time::timeout(patience, heard).await;
        heard.unwrap_or(Err(if stranger { CallbackError::State } else { CallbackError::TimedOut }))
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = match &self.second {
            Some(second) => tokio::select! {
                accepted = self.first.accept() => accepted,
                accepted = second.accept() => accepted,
            },
            None => self.first.accept().await,
        };
        accepted.map(|(stream, _)| stream)
    }
}

type Decided = Result<Returned, CallbackError>;

/// One connection; `None` when it was not the one that is waited for.
async fn converse(stream: io::Result<TcpStream>, door: Arc<Door>, expected: Expected) -> Option<Decided> {
    let Ok(mut stream) = stream else {
        // Out of descriptors, say: not at once again.
        tokio::time::sleep(Duration::from_millis(50)).await;
        return None;
    };
    let head = tokio::time::timeout(PATIENCE, read(&mut stream)).await.ok()??;
    let (status, text, decided) = match door.judge(&head, &expected) {
        Ok(decided) => {
            let (status, text) = match &decided {
                Ok(Returned::Code(_)) => ("200 OK", DONE),
                Err(CallbackError::State) => ("400 Bad Request", ANOTHER),
                _ => ("400 Bad Request", NOT_DONE),
            };
            (status, text, Some(decided))
        }
        Err(status) => (status, NOT_HERE, None),
    };
    // The browser may have gone; what it brought counts all the same.
    let _ = tokio::time::timeout(PATIENCE, stream.write_all(page(status, text).as_bytes())).await;
    let _ = stream.shutdown().await;
    decided
}

/// The head of a request; `None` when there is none.
async fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let mut part = [0; 2048];
    while head.len() < LONGEST {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&part[..read]);
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            return Some(head);
        }
    }
    None
}

impl Door {
    /// What a request decides, or the status with which it is turned away.
    fn judge(&self, head: &[u8], expected: &Expected) -> Result<Decided, &'static str> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let whole = request.parse(head).is_ok_and(|status| status.is_complete());
        let (true, Some(method), Some(target)) = (whole, request.method, request.path) else {
            return Err("400 Bad Request");
        };
        let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
        let ours = hosts.next().is_some_and(|host| host.value.eq_ignore_ascii_case(self.host.as_bytes()));
        if !ours || hosts.next().is_some() {
            return Err("421 Misdirected Request");
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return Err("404 Not Found");
        }
        if method != "GET" {
            return Err("405 Method Not Allowed");
        }
        Ok(decide(query, expected))
    }
}

fn decide(query: &str, expected: &Expected) -> Decided {
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let given = |wanted: &str| {
        let mut all = parameters.iter().filter(|(name, value)| name == wanted && !value.is_empty());
        // What is there twice is nothing: nobody could say which one counts.
        all.next().filter(|_| all.next().is_none()).map(|(_, value)| value.as_str())
    };
    if !given("state").is_some_and(|state| same(state, expected.state.expose_secret())) {
        return Err(CallbackError::State);
    }
    if given("iss").is_some_and(|issuer| !expected.issuers.iter().any(|known| known == issuer)) {
        return Err(CallbackError::Issuer);
    }
    match (given("code"), given("error")) {
        (_, Some(code)) => {
            let description = given("error_description").unwrap_or_default().to_owned();
            Ok(Returned::Refused { code: code.to_owned(), description })
        }
        (Some(code), None) => Ok(Returned::Code(code.to_owned().into())),
        (None, None) => Err(CallbackError::Nothing),
    }
}

/// Compares digests, so that how long it takes tells nothing.
fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left) == Sha256::digest(right)
}

fn page(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Poolkeeper</title><p>{text}</p></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected { state: "right".to_owned().into(), issuers: vec!["https://issuer".to_owned()] }
    }

    fn door() -> Door {
        Door { host: "localhost:3000".to_owned(), path: "/callback".to_owned() }
    }

    fn judged(line: &str, host: &str) -> Result<Decided, &'static str> {
        door().judge(format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes(), &expected())
    }

    #[test]
    fn only_a_get_of_the_exact_path_at_the_exact_host_decides() {
        let good = "GET /callback?code=c&state=right";
        assert!(matches!(judged(good, "localhost:3000"), Ok(Ok(Returned::Code(code))) if code.expose_secret() == "c"));
        assert_eq!(judged(good, "localhost").unwrap_err(), "421 Misdirected Request");
        assert_eq!(judged(good, "evil.example:3000").unwrap_err(), "421 Misdirected Request");
        for other in ["/callback/", "/Callback", "/callback/x", "//callback", "/", "/favicon.ico", "/callback%20"] {
            let line = format!("GET {other}?code=c&state=right");
            assert_eq!(judged(&line, "localhost:3000").unwrap_err(), "404 Not Found", "{other}");
        }
        assert_eq!(judged(&good.replace("GET", "POST"), "localhost:3000").unwrap_err(), "405 Method Not Allowed");
        let twice =
            b"GET /callback?code=c&state=right HTTP/1.1\r\nHost: localhost:3000\r\nHost: localhost:3000\r\n\r\n";
        assert_eq!(door().judge(twice, &expected()).unwrap_err(), "421 Misdirected Request");
        assert_eq!(door().judge(b"hello\r\n\r\n", &expected()).unwrap_err(), "400 Bad Request");
    }

    #[test]
    fn a_code_counts_with_the_right_state_and_issuer_only_and_an_error_is_told() {
        assert_eq!(decide("code=c", &expected()).unwrap_err(), CallbackError::State);
        assert_eq!(decide("code=c&state=Right", &expected()).unwrap_err(), CallbackError::State);
        assert_eq!(decide("code=c&state=right&state=right", &expected()).unwrap_err(), CallbackError::State);
        assert_eq!(
            decide("code=c&state=right&iss=https%3A%2F%2Felse", &expected()).unwrap_err(),
            CallbackError::Issuer
        );
        assert!(decide("code=c&state=right&iss=https%3A%2F%2Fissuer", &expected()).is_ok());
        assert_eq!(decide("state=right", &expected()).unwrap_err(), CallbackError::Nothing);
        assert_eq!(decide("state=right&code=a&code=b", &expected()).unwrap_err(), CallbackError::Nothing);
        let refused = decide("state=right&error=access_denied&error_description=no+way", &expected()).unwrap();
        assert!(
            matches!(&refused, Returned::Refused { code, description } if code == "access_denied" && description == "no way")
        );
    }

    #[test]
    fn only_http_on_this_machine_is_a_loopback_url() {
        for good in ["http://localhost:3000/callback", "http://127.0.0.1/callback", "http://[::1]:8080/"] {
            assert!(is_loopback_url(good), "{good}");
        }
        for bad in [
            "https://localhost/callback",
            "http://localhost.evil.example/",
            "http://user@localhost/",
            "http://evil.example/",
            "http://localhost@evil.example/",
            "http://10.0.0.1/",
            "myapp://localhost",
            "localhost:3000",
            "",
        ] {
            assert!(!is_loopback_url(bad), "{bad}");
        }
    }
}
