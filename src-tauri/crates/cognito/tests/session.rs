//! Sessions on the shared configuration: Regions, endpoints, and credentials that are missing, expired or repaired.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::Arc;

use cognito::{AwsFiles, Error, ErrorKind, Gate, Session, SessionConfig, Share};
use model::{PoolId, ProfileName, Region};
use sandbox::{Options, Sandbox};
use support::Quiet;
use tempfile::TempDir;

const SSO: &str = "\
[profile sso]
sso_session = nobody-signed-in
sso_account_id = 111122223333
sso_role_name = Reader
region = eu-west-1

[profile admin]
role_arn = arn:aws:iam::111122223333:role/Admin
source_profile = sso
region = eu-west-1

[sso-session nobody-signed-in]
sso_start_url = https://nobody.awsapps.com/start
sso_region = eu-west-1
";

fn files(home: &TempDir, config: &str, variables: &[(&str, &str)]) -> AwsFiles {
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AwsFiles { home: Some(home.path().to_owned()), environment: Some(environment), ..AwsFiles::default() }
}

async fn open(profile: Option<&str>, files: AwsFiles) -> Result<Session, Error> {
    open_at(profile, files, None).await
}

async fn open_at(profile: Option<&str>, files: AwsFiles, endpoint: Option<String>) -> Result<Session, Error> {
    let profile = profile.map(|name| ProfileName::parse(name).unwrap());
    let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)));
    Session::open(SessionConfig { profile, endpoint, files, ..SessionConfig::default() }, gate).await
}

#[tokio::test]
async fn a_chosen_profiles_region_goes_before_the_environments_and_names_the_partition() {
    let home = TempDir::new().unwrap();
    let config = "[profile china]\nregion = cn-north-1\n[profile none]\n";
    let files = files(&home, config, &[("AWS_REGION", "us-gov-west-1")]);
    let china = open(Some("china"), files.clone()).await.unwrap();
    assert_eq!((china.region().as_str(), china.place().as_str()), ("cn-north-1", "aws-cn"));
    let none = open(Some("none"), files).await.unwrap();
    assert_eq!((none.region().as_str(), none.place().as_str()), ("us-gov-west-1", "aws-us-gov"));
}

#[tokio::test]
async fn without_a_region_or_profile_it_says_so() {
    let home = TempDir::new().unwrap();
    let files = files(&home, "[profile none]\n", &[]);
    let error = open(Some("none"), files.clone()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert_eq!(error.message, "No Region is set for the profile none. Choose one, or set AWS_REGION.");
    let error = open(Some("gone"), files.clone()).await.unwrap_err();
    assert_eq!(error.message, "There is no profile gone in the AWS configuration. Choose another one.");
    let error = open_at(Some("none"), files, Some("127.0.0.1:4566".to_owned())).await.unwrap_err();
    assert!(error.message.starts_with("The endpoint is not a URL."), "{error}");
}

#[tokio::test]
async fn no_credentials_anywhere_is_a_sentence_and_metadata_services_are_not_asked() {
    let home = TempDir::new().unwrap();
    let metadata = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    metadata.set_nonblocking(true).unwrap();
    let service = format!("http://{}", metadata.local_addr().unwrap());
    let environment = [("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.as_str())];
    let session = open(None, files(&home, "", &environment)).await.unwrap();
    let error = session.credentials().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::CredentialsMissing);
    assert!(error.message.contains("aws configure"), "{error}");
    let asked = metadata.accept().unwrap_err();
    assert_eq!(asked.kind(), std::io::ErrorKind::WouldBlock, "nobody came");
}

#[tokio::test]
async fn a_broken_file_is_named_where_something_is_missing_without_a_chosen_profile() {
    let home = TempDir::new().unwrap();
    let broken = "[default]\nregion = eu-west-1\n[profile\n";
    let error = open(None, files(&home, broken, &[])).await.unwrap_err();
    assert!(error.message.contains("No Region") && error.message.contains("(line 3)"), "{error}");
    let session = open(None, files(&home, broken, &[("AWS_REGION", "eu-west-1")])).await.unwrap();
    let error = session.credentials().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::CredentialsMissing);
    assert!(error.message.contains(".aws/config") && error.message.contains("(line 3)"), "{error}");
}

#[tokio::test]
async fn a_missing_sign_in_names_the_command_also_for_a_role_built_on_it() {
    let home = TempDir::new().unwrap();
    let files = files(&home, SSO, &[]);
    for profile in ["sso", "admin"] {
        let error = open(Some(profile), files.clone()).await.unwrap().credentials().await.unwrap_err();
        let command = "aws sso login --profile sso".to_owned();
        assert!(error.message.ends_with(&command), "{error}");
        assert_eq!(error.kind, ErrorKind::CredentialsExpired { sso_login: Some(command) });
        assert!(error.unsent);
    }
}

#[test]
fn an_expired_sign_in_names_the_command() {
    // The SDK looks for the token under the process's own HOME, so this needs a process of its own.
    let home = TempDir::new().unwrap();
    let cache = home.path().join(".aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let token = r#"{"accessToken":"old","expiresAt":"2020-01-01T00:00:00Z","region":"eu-west-1",
        "startUrl":"https://nobody.awsapps.com/start"}"#;
    // The SHA-1 of the session's name.
    fs::write(cache.join("8b328572782c2e380116d18a7ae60ddbae91402e.json"), token).unwrap();
    fs::write(home.path().join(".aws/config"), SSO).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_home_with_an_expired_token", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
}

#[tokio::test]
#[ignore = "run by an_expired_sign_in_names_the_command"]
async fn in_a_home_with_an_expired_token() {
    let error = open(Some("sso"), AwsFiles::default()).await.unwrap().credentials().await.unwrap_err();
    let command = "aws sso login --profile sso".to_owned();
    assert_eq!(error.kind, ErrorKind::CredentialsExpired { sso_login: Some(command) });
}

#[cfg(unix)]
#[tokio::test]
async fn a_failing_credential_process_is_asked_again_and_what_it_wrote_is_not_shown() {
    let home = TempDir::new().unwrap();
    let answer = home.path().join("answer.json");
    let program = format!("cat {} || (echo hunter2 >&2; false)", answer.display());
    let config = format!("[profile program]\nregion = eu-west-1\ncredential_process = {program}\n");
    let session = open(Some("program"), files(&home, &config, &[])).await.unwrap();
    let error = session.credentials().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::CredentialsMissing);
    assert!(error.message.contains("credential_process of the profile program"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"));
    fs::write(&answer, r#"{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s"}"#).unwrap();
    session.credentials().await.unwrap();
}

#[tokio::test]
async fn a_broken_file_does_not_hide_the_profiles_of_the_other() {
    let home = TempDir::new().unwrap();
    let files = files(&home, "[profile broken\n", &[("AWS_REGION", "eu-west-1")]);
    fs::write(home.path().join(".aws/credentials"), "[keys]\naws_access_key_id = a\naws_secret_access_key = b\n")
        .unwrap();
    open(Some("keys"), files.clone()).await.unwrap().credentials().await.unwrap();
    let error = open(Some("broken"), files).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.message.contains("config cannot be used (line 1)"), "{error}");
}

#[tokio::test]
async fn an_emulator_on_this_machine_needs_no_credentials_and_is_all_of_aws() {
    let home = TempDir::new().unwrap();
    let sandbox = Sandbox::new(Options { users: 10, ..Options::default() });
    let server = sandbox.serve(0).await.unwrap();
    let endpoint = format!("{}/", server.endpoint());
    let files = files(&home, "", &[("AWS_REGION", "eu-west-1"), ("HTTPS_PROXY", "http://192.0.2.1:1")]);
    let session = open_at(None, files, Some(endpoint)).await.unwrap();
    assert_eq!(session.place(), server.endpoint());
    assert_eq!(session.identity().await.unwrap().account.as_str(), "123456789012");
    assert!(!session.all_pools().await.unwrap().is_empty());
    assert_eq!(sandbox.calls().of("GetCallerIdentity"), 1);
}

#[tokio::test]
async fn an_endpoint_in_the_profile_is_used_and_where_nothing_answers_it_is_named() {
    let home = TempDir::new().unwrap();
    let config = "[profile local]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\n";
    let session = open(Some("local"), files(&home, config, &[])).await.unwrap();
    assert_eq!(session.place(), "http://127.0.0.1:9");
    let error = session.all_pools().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(error.message, "http://127.0.0.1:9 cannot be reached. Check that it runs there.");
}

#[tokio::test]
async fn a_certificate_bundle_that_is_none_is_said_to_be_so() {
    let home = TempDir::new().unwrap();
    let bundle = home.path().join("bundle.pem");
    for content in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&bundle, content).unwrap();
        let bundle = bundle.to_str().unwrap();
        let files = files(&home, "", &[("AWS_REGION", "eu-west-1"), ("AWS_CA_BUNDLE", bundle)]);
        let error = open(None, files).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.message.contains("AWS_CA_BUNDLE"), "{error}");
    }
}

#[test]
fn a_session_for_the_sandbox_needs_a_region_and_nothing_else() {
    let region = Region::parse("eu-west-1").unwrap();
    let sandbox = Sandbox::new(Options { users: 1, ..Options::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)));
        let config = SessionConfig {
            region: Some(region),
            http_client: Some(sandbox.http_client()),
            profile: Some(ProfileName::parse("never read").unwrap()),
            ..SessionConfig::default()
        };
        let session = Session::open(config, gate).await.unwrap();
        session.credentials().await.unwrap();
        assert_eq!(session.place(), "sandbox");
    });
}

#[tokio::test]
async fn hosted_login_at_an_emulator_stays_there_whatever_its_host_and_is_refused_in_the_clear() {
    let home = TempDir::new().unwrap();
    let pool = PoolId::parse("eu-west-1_Emulated1").unwrap();
    let hosted = async |endpoint: &str| {
        let files = files(&home, "[profile emulator]\nregion = eu-west-1\n", &[]);
        open_at(Some("emulator"), files, Some(endpoint.to_owned())).await.unwrap().hosted(&pool).await
    };
    // Nobody listens there, and nobody is asked.
    for endpoint in ["https://localhost:4566", "http://127.0.0.1:4566", "https://amazonaws.com.emulator.example"] {
        assert_eq!(hosted(endpoint).await.unwrap().base(), endpoint);
    }
    let refused = hosted("http://emulator:4566").await.unwrap_err();
    assert!(refused.kind == ErrorKind::Config && refused.message.contains("https"), "{refused}");
}

/// An endpoint that takes everything and notes by whose key it was signed.
fn notary() -> (String, std::sync::mpsc::Receiver<String>) {
    use std::io::{BufRead, BufReader, Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap() > 2 {
                let lower = line.to_lowercase();
                if let Some(size) = lower.strip_prefix("content-length:") {
                    length = size.trim().parse().unwrap();
                }
                if let Some((_, rest)) = line.split_once("Credential=") {
                    told.send(rest.split('/').next().unwrap().to_owned()).unwrap();
                }
                line.clear();
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (endpoint, heard)
}

#[tokio::test]
async fn a_steady_session_signs_with_the_credentials_that_it_began_with_whatever_the_profile_gives_later() {
    let home = TempDir::new().unwrap();
    let files = files(&home, "", &[("AWS_REGION", "eu-west-1")]);
    let keys = |id: &str| {
        let text = format!("[alice]\naws_access_key_id = {id}\naws_secret_access_key = s\n");
        fs::write(home.path().join(".aws/credentials"), text).unwrap();
    };
    keys("AKIAALICE");
    let (endpoint, heard) = notary();
    let session = open_at(Some("alice"), files, Some(endpoint)).await.unwrap();
    let steady = session.steady().await.unwrap();
    keys("AKIABOB");
    session.credentials().await.unwrap();
    let pool = model::PoolId::parse("eu-west-1_AbCdEfGhI").unwrap();
    let target = model::plan::Target::User { username: model::Username::parse("somebody").unwrap(), sub: None };
    for (session, key) in [(&session, "AKIABOB"), (&steady, "AKIAALICE"), (&session.steady().await.unwrap(), "AKIABOB")]
    {
        session.apply(&pool, &target, &model::plan::Step::Disable, None, &|| Ok(())).await.unwrap();
        assert_eq!(heard.recv().unwrap(), key);
    }
}

/// An endpoint that answers everything with this.
fn answering(answer: &'static str) -> String {
    use std::io::{BufRead, BufReader, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    endpoint
}

#[tokio::test]
async fn the_time_of_the_server_is_not_taken_from_a_cache_or_from_what_answers_in_its_place() {
    let home = TempDir::new().unwrap();
    let pool = PoolId::parse("eu-west-1_Emulated1").unwrap();
    let heard = async |answer| {
        let files = files(&home, "[profile emulator]\nregion = eu-west-1\n", &[]);
        let session = open_at(Some("emulator"), files, Some(answering(answer))).await.unwrap();
        let _ = session.jwks(&pool).await;
        session.ahead().is_some()
    };
    let fresh =
        "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let kept = "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nage: 7200\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let portal = "HTTP/1.1 403 Forbidden\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert!(heard(fresh).await);
    assert!(!heard(kept).await && !heard(portal).await);
}
