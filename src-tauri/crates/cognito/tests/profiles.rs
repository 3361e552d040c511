//! The shared configuration: what is listed, and what is said about files that are broken.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::collections::BTreeMap;
use std::fs;

use cognito::{AwsFiles, Profile, ProfileKind, profiles};
use tempfile::TempDir;

const CONFIG: &str = "\
[default]
region = eu-west-1

[profile staging]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
region = eu-central-1

[sso-session corp]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1

[profile production]
role_arn = arn:aws:iam::444455556666:role/team/Admin
source_profile = staging

[profile program]
credential_process = /bin/false --must-not-run

[profile local]
endpoint_url = http://127.0.0.1:4566
aws_access_key_id = a
aws_secret_access_key = b

[profile pod]
role_arn = arn:aws:iam::444455556666:role/Pod
web_identity_token_file = /var/run/token
";

fn files(home: &TempDir, config: &str, credentials: &str, variables: &[(&str, &str)]) -> AwsFiles {
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    let environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AwsFiles { home: Some(home.path().to_owned()), environment: Some(environment), ..AwsFiles::default() }
}

fn named<'a>(found: &'a [Profile], name: &str) -> &'a Profile {
    found.iter().find(|profile| profile.name.as_ref().is_some_and(|n| n.as_str() == name)).unwrap()
}

fn names(found: &[Profile]) -> Vec<&str> {
    found.iter().map(|profile| profile.name.as_ref().map_or("(environment)", |name| name.as_str())).collect()
}

#[tokio::test]
async fn every_profile_of_both_files_is_listed_with_what_the_files_tell() {
    let home = TempDir::new().unwrap();
    let files = files(&home, CONFIG, "[keys]\naws_access_key_id = a\naws_secret_access_key = b\n", &[]);
    let found = profiles(&files).await.unwrap();
    assert_eq!(names(&found), ["default", "keys", "local", "pod", "production", "program", "staging"]);

    let staging = named(&found, "staging");
    assert_eq!(staging.kind, ProfileKind::Sso);
    assert_eq!(staging.account.as_deref(), Some("111122223333"));
    assert_eq!(staging.role.as_deref(), Some("Reader"));
    assert_eq!(staging.region.as_ref().unwrap().as_str(), "eu-central-1");
    assert_eq!(staging.sso_session.as_deref(), Some("corp"));

    let production = named(&found, "production");
    assert_eq!(production.kind, ProfileKind::AssumeRole);
    assert_eq!((production.account.as_deref(), production.role.as_deref()), (Some("444455556666"), Some("Admin")));

    let kinds: Vec<_> =
        ["default", "keys", "program", "pod", "local"].iter().map(|name| named(&found, name).kind).collect();
    use ProfileKind::{Keys, Process, Unknown, WebIdentity};
    assert_eq!(kinds, [Unknown, Keys, Process, WebIdentity, Keys]);
    assert_eq!(named(&found, "local").endpoint.as_deref(), Some("http://127.0.0.1:4566"));
}

#[tokio::test]
async fn credentials_in_the_environment_come_first_and_without_a_name() {
    let home = TempDir::new().unwrap();
    let variables =
        [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_DEFAULT_REGION", "us-gov-west-1")];
    let found = profiles(&files(&home, "[default]\n", "", &variables)).await.unwrap();
    assert_eq!(names(&found), ["(environment)", "default"]);
    assert_eq!(found[0].kind, ProfileKind::Environment);
    assert_eq!(found[0].region.as_ref().unwrap().as_str(), "us-gov-west-1");
}

#[tokio::test]
async fn the_variables_that_name_the_files_are_honoured() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("elsewhere"), "[profile there]\n").unwrap();
    let files = files(&home, "[profile here]\n", "", &[("AWS_CONFIG_FILE", "~/elsewhere")]);
    assert_eq!(names(&profiles(&files).await.unwrap()), ["there"]);
}

#[tokio::test]
async fn no_files_at_all_are_no_profiles_and_no_error() {
    let home = TempDir::new().unwrap();
    let files =
        AwsFiles { home: Some(home.path().to_owned()), environment: Some(BTreeMap::new()), ..AwsFiles::default() };
    assert_eq!(profiles(&files).await.unwrap(), []);
}

#[tokio::test]
async fn a_broken_file_is_named_with_its_line_and_the_other_file_is_listed() {
    let home = TempDir::new().unwrap();
    let broken = "[profile good]\nregion = eu-west-1\n\n[profile bad\nregion eu-west-1\n";
    let error = profiles(&files(&home, broken, "[keys]\naws_access_key_id = a\n", &[])).await.unwrap_err();
    assert_eq!(error.file, home.path().join(".aws/config"));
    assert_eq!(error.line, Some(4));
    assert!(error.to_string().contains("config cannot be used (line 4): "), "{error}");
    assert_eq!(names(&error.listed), ["keys"]);
}

#[tokio::test]
async fn a_file_that_is_not_text_is_said_to_be_so() {
    let home = TempDir::new().unwrap();
    let files = files(&home, "[default]\n", "", &[]);
    fs::write(home.path().join(".aws/credentials"), [0xff, 0xfe, 0x00]).unwrap();
    let error = profiles(&files).await.unwrap_err();
    assert_eq!(error.file, home.path().join(".aws/credentials"));
    assert_eq!(error.reason, "it is not UTF-8 text");
    assert_eq!(names(&error.listed), ["default"]);
}
