//! The ways to credentials and endpoints that need a server: metadata service, STS, IAM Identity Center, proxies,
//! private certificates, partitions. Each server is a listener of the test's own on loopback.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use cognito::{AwsFiles, Gate, Session, SessionConfig, Share};
use model::ProfileName;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use support::Quiet;
use tempfile::TempDir;

/// A server that writes down every request and answers with status and body.
struct Fake {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

type Answer = fn(&str) -> (u16, String);

impl Fake {
    fn new(answer: Answer) -> Self {
        Self::over(answer, None)
    }

    fn over(answer: Answer, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, log, tls) = (stream.unwrap(), log.clone(), tls.clone());
                std::thread::spawn(move || match tls {
                    None => converse(stream, answer, &log),
                    Some(tls) => {
                        let session = rustls::ServerConnection::new(tls).unwrap();
                        converse(rustls::StreamOwned::new(session, stream), answer, &log);
                    }
                });
            }
        });
        Self { port, seen }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn saw(&self, what: &str) -> bool {
        self.seen().iter().any(|request| request.contains(what))
    }
}

/// Answers one request and closes.
fn converse(mut stream: impl Read + Write, answer: Answer, log: &Mutex<Vec<String>>) {
    let Some(request) = request(&mut stream) else { return };
    log.lock().unwrap().push(request.clone());
    let (status, body) = answer(&request);
    let head = format!("HTTP/1.1 {status} Told\r\nconnection: close\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600");
    let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.flush();
}

fn request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// STS as far as it tells who is asking and gives credentials for a role.
fn sts(request: &str) -> (u16, String) {
    let body = if request.contains("Action=AssumeRole") {
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>made-up</SecretAccessKey>\
         <SessionToken>of-the-role</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    } else {
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws-cn:sts::444455556666:assumed-role/Admin/s</Arn><UserId>AROA:s</UserId>\
         <Account>444455556666</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    };
    (200, body.to_owned())
}

/// The metadata service of a machine with the role `Machine`.
fn metadata(request: &str) -> (u16, String) {
    let body = if request.starts_with("PUT /latest/api/token") {
        "a-token"
    } else if request.contains("/Machine") {
        r#"{"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIAMACHINE",
            "SecretAccessKey":"made-up","Token":"of-the-machine","Expiration":"2099-01-01T00:00:00Z"}"#
    } else if request.contains("security-credentials") {
        "Machine"
    } else {
        return (404, String::new());
    };
    (200, body.to_owned())
}

fn portal(_: &str) -> (u16, String) {
    let credentials = r#"{"accessKeyId":"ASIASSO","secretAccessKey":"made-up","sessionToken":"of-the-portal","expiration":4070908800000}"#;
    (200, format!(r#"{{"roleCredentials":{credentials}}}"#))
}

fn no_pools(_: &str) -> (u16, String) {
    (200, r#"{"UserPools":[]}"#.to_owned())
}

fn refuses(_: &str) -> (u16, String) {
    (502, String::new())
}

/// A home with this configuration.
fn home(config: &str) -> TempDir {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join(".aws/sso/cache")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}

/// Does what `POOLKEEPER_TEST_ACT` says in a process of its own: the SDK reads the environment of the process. Gives
/// what came of it.
fn act(home: &Path, profile: &str, what: &str, variables: &[(&str, &str)]) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_an_environment_of_its_own", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home)
        .env("POOLKEEPER_TEST_PROFILE", profile)
        .env("POOLKEEPER_TEST_ACT", what)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    let outcome = text.lines().find_map(|line| line.split_once("outcome: ")).map(|(_, outcome)| outcome.to_owned());
    outcome.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&child.stderr)))
}

#[tokio::test]
#[ignore = "run by the tests that make an environment for it"]
async fn in_an_environment_of_its_own() {
    let profile = ProfileName::parse(std::env::var("POOLKEEPER_TEST_PROFILE").unwrap()).unwrap();
    let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)));
    let config = SessionConfig { profile: Some(profile), files: AwsFiles::default(), ..SessionConfig::default() };
    let session = Session::open(config, gate).await.unwrap();
    let act = async {
        match std::env::var("POOLKEEPER_TEST_ACT").unwrap().as_str() {
            "credentials" => session.credentials().await.map(|()| "credentials".to_owned()),
            "identity" => session.identity().await.map(|identity| format!("{} {}", identity.account, identity.arn)),
            _ => session.all_pools().await.map(|pools| format!("{} pools", pools.len())),
        }
    };
    // Where a server refuses, the gate would try again for minutes.
    let outcome = match tokio::time::timeout(std::time::Duration::from_secs(4), act).await {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => format!("{:?} {}", error.kind, error.message),
        Err(_) => "still trying".to_owned(),
    };
    println!("\noutcome: {outcome}");
}

const KEYS: &str = "aws_access_key_id = AKIAKEYS\naws_secret_access_key = made-up\n";

#[test]
fn the_metadata_service_is_asked_only_when_the_profile_says_so() {
    let (imds, fake) = (Fake::new(metadata), Fake::new(sts));
    let home = home(
        "[profile machine]\nregion = eu-west-1\nrole_arn = arn:aws:iam::444455556666:role/Admin\n\
         credential_source = Ec2InstanceMetadata\n[profile nothing]\nregion = eu-west-1\n",
    );
    let (imds_url, sts_url) = (imds.url(), fake.url());
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", &*imds_url), ("AWS_ENDPOINT_URL_STS", &*sts_url)];
    let told = act(home.path(), "nothing", "credentials", &variables);
    assert!(told.starts_with("CredentialsMissing"), "{told}");
    assert_eq!(imds.seen(), Vec::<String>::new(), "nobody asked for the machine's role");
    assert_eq!(act(home.path(), "machine", "credentials", &variables), "credentials");
    assert!(imds.saw("PUT /latest/api/token") && imds.saw("security-credentials/Machine"), "{:?}", imds.seen());
    assert!(fake.saw("of-the-machine"), "the role was assumed as the machine");
}

#[test]
fn a_role_is_assumed_with_the_source_profiles_keys_and_then_speaks_for_itself() {
    let fake = Fake::new(sts);
    let home = home(&format!(
        "[profile base]\n{KEYS}[profile admin]\nregion = cn-north-1\nsource_profile = base\n\
         role_arn = arn:aws-cn:iam::444455556666:role/Admin\n"
    ));
    let told = act(home.path(), "admin", "identity", &[("AWS_ENDPOINT_URL_STS", &fake.url())]);
    assert_eq!(told, "444455556666 arn:aws-cn:sts::444455556666:assumed-role/Admin/s");
    let seen = fake.seen();
    let assumed = seen.iter().find(|request| request.contains("Action=AssumeRole")).unwrap();
    assert!(assumed.contains("AKIAKEYS") && assumed.contains("role%2FAdmin"), "{assumed}");
    let asked = seen.iter().find(|request| request.contains("Action=GetCallerIdentity")).unwrap();
    assert!(asked.contains("ASIAROLE") && asked.contains("of-the-role"), "{asked}");
}

#[test]
fn a_sign_in_to_iam_identity_center_gives_credentials() {
    let fake = Fake::new(portal);
    let home = home(
        "[profile sso]\nregion = eu-west-1\nsso_session = nobody-signed-in\nsso_account_id = 111122223333\n\
         sso_role_name = Reader\n[sso-session nobody-signed-in]\nsso_start_url = https://nobody.awsapps.com/start\n\
         sso_region = eu-central-1\n",
    );
    // The SHA-1 of the session's name.
    let cache = home.path().join(".aws/sso/cache/8b328572782c2e380116d18a7ae60ddbae91402e.json");
    let token = r#"{"accessToken":"signed-in","expiresAt":"2099-01-01T00:00:00Z","region":"eu-central-1",
        "startUrl":"https://nobody.awsapps.com/start"}"#;
    fs::write(cache, token).unwrap();
    let told = act(home.path(), "sso", "credentials", &[("AWS_ENDPOINT_URL_SSO", &fake.url())]);
    assert_eq!(told, "credentials");
    assert!(fake.saw("/federation/credentials?role_name=Reader&account_id=111122223333"), "{:?}", fake.seen());
    assert!(fake.saw("signed-in"), "the token was shown");
}

#[test]
fn the_proxy_is_used_and_every_partitions_hosts_are_called_by_their_names() {
    for (region, cognito, sts) in [
        ("eu-west-1", "cognito-idp.eu-west-1.amazonaws.com:443", "sts.eu-west-1.amazonaws.com:443"),
        ("cn-north-1", "cognito-idp.cn-north-1.amazonaws.com.cn:443", "sts.cn-north-1.amazonaws.com.cn:443"),
        ("us-gov-west-1", "cognito-idp.us-gov-west-1.amazonaws.com:443", "sts.us-gov-west-1.amazonaws.com:443"),
    ] {
        let proxy = Fake::new(refuses);
        let home = home(&format!("[profile keys]\nregion = {region}\n{KEYS}"));
        for (what, host) in [("pools", cognito), ("identity", sts)] {
            act(home.path(), "keys", what, &[("HTTPS_PROXY", &proxy.url())]);
            assert!(proxy.saw(&format!("CONNECT {host}")), "{host}: {:?}", proxy.seen());
        }
    }
}

#[test]
fn hosts_that_need_no_proxy_are_called_without_one() {
    let home =
        home(&format!("[profile private]\nregion = eu-west-1\nendpoint_url = https://cognito.private.invalid\n{KEYS}"));
    for (exceptions, through) in [("other.invalid", true), ("private.invalid", false)] {
        let proxy = Fake::new(refuses);
        let variables = [("HTTPS_PROXY", &*proxy.url()), ("NO_PROXY", exceptions)];
        act(home.path(), "private", "pools", &variables);
        assert_eq!(proxy.saw("CONNECT cognito.private.invalid:443"), through, "{exceptions}: {:?}", proxy.seen());
    }
}

#[test]
fn a_private_authority_is_trusted_when_the_bundle_names_it_and_only_then() {
    let folder = TempDir::new().unwrap();
    let fake = Fake::over(no_pools, Some(certified(folder.path())));
    let home =
        home(&format!("[profile private]\nregion = eu-west-1\nendpoint_url = https://localhost:{}\n{KEYS}", fake.port));
    let told = act(home.path(), "private", "pools", &[]);
    assert!(told.starts_with("Unreachable") && told.contains("AWS_CA_BUNDLE"), "{told}");
    let bundle = folder.path().join("authority.pem");
    assert_eq!(act(home.path(), "private", "pools", &[("AWS_CA_BUNDLE", bundle.to_str().unwrap())]), "0 pools");
    assert_eq!(fake.seen().len(), 1, "nothing was said before the certificate was trusted");
}

/// A server's certificate for `localhost`, signed by an authority that is left in `authority.pem`.
fn certified(folder: &Path) -> Arc<rustls::ServerConfig> {
    let openssl = |line: &str| {
        let output = Command::new("openssl").current_dir(folder).args(line.split(' ')).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    };
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!("req -x509 {curve} -keyout authority.key -out authority.pem -days 2 -subj /CN=Private"));
    openssl(&format!("req {curve} -keyout server.key -out server.csr -subj /CN=localhost"));
    openssl("x509 -req -in server.csr -CA authority.pem -CAkey authority.key -out server.pem -days 2 -extfile names");
    let chain = vec![CertificateDer::from_pem_file(folder.join("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}
