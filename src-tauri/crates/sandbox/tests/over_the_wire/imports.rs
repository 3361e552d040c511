//! Import of people from a file, with an upload to a real address.

use std::time::Duration;

use crate::support::{Live, attribute, live};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/import";

struct Import<'a> {
    live: &'a Live,
    pool: Value,
}

/// What one row holds, by column.
type Row<'a> = Vec<(&'a str, &'a str)>;

impl<'a> Import<'a> {
    fn new(live: &'a Live, more: Value) -> Self {
        let mut input = json!({ "PoolName": "p", "AutoVerifiedAttributes": ["email"] });
        let Value::Object(more) = more else { panic!("settings are an object") };
        input.as_object_mut().unwrap().extend(more);
        Self { live, pool: live.ok("CreateUserPool", input)["UserPool"]["Id"].clone() }
    }

    fn with(&self, mut input: Value) -> Value {
        input["UserPoolId"] = self.pool.clone();
        input
    }

    fn ok(&self, operation: &str, input: Value) -> Value {
        self.live.ok(operation, self.with(input))
    }

    fn header(&self) -> Vec<String> {
        let header = self.ok("GetCSVHeader", json!({}))["CSVHeader"].clone();
        header.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// A file with the template's header and these rows.
    fn file(&self, rows: &[Row<'_>]) -> String {
        let header = self.header();
        let mut text = header.join(",") + "\n";
        for row in rows {
            let cell = |name: &String| row.iter().find(|(column, _)| column == name).map_or("", |(_, value)| *value);
            text += &(header.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
        }
        text
    }

    fn create(&self, algorithm: Option<&str>) -> Value {
        let mut input = json!({ "JobName": "job", "CloudWatchLogsRoleArn": ROLE });
        if let Some(algorithm) = algorithm {
            input["PasswordHashingAlgorithm"] = json!(algorithm);
        }
        self.ok("CreateUserImportJob", input)["UserImportJob"].clone()
    }

    fn put(url: &str, text: &[u8], encryption: Option<&str>) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.put(url);
        if let Some(encryption) = encryption {
            request = request.header("x-amz-server-side-encryption", encryption);
        }
        let mut response = request.send(text).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    fn upload(job: &Value, text: &[u8]) {
        let put = Self::put(job["PreSignedUrl"].as_str().unwrap(), text, Some("aws:kms"));
        assert_eq!(put.0, 200, "{}", put.1);
    }

    fn start(&self, job: &Value) -> Value {
        self.ok("StartUserImportJob", json!({ "JobId": job["JobId"] }))["UserImportJob"].clone()
    }

    fn describe(&self, job: &Value) -> Value {
        self.ok("DescribeUserImportJob", json!({ "JobId": job["JobId"] }))["UserImportJob"].clone()
    }

    fn log(&self, job: &Value) -> Vec<String> {
        let directory = self.live.sandbox.directory();
        directory.import_log(self.pool.as_str().unwrap(), job["JobId"].as_str().unwrap())
    }

    /// Runs a whole job and gives its end and its log.
    fn run(&self, algorithm: Option<&str>, text: &str) -> (Value, Vec<String>) {
        let job = self.create(algorithm);
        Self::upload(&job, text.as_bytes());
        assert_eq!(self.start(&job)["Status"], "Pending");
        self.live.sandbox.weather().advance(Duration::from_secs(60));
        (self.describe(&job), self.log(&job))
    }
}

const GOOD: [(&str, &str); 3] = [("cognito:username", "ada"), ("email", "ada@x.example"), ("email_verified", "TRUE")];

fn row<'a>(username: &'a str, email: &'a str) -> Row<'a> {
    vec![("cognito:username", username), ("email", email), ("email_verified", "true")]
}

fn but<'a>(column: &'a str, value: &'a str) -> Row<'a> {
    let mut row: Row<'a> = GOOD.to_vec();
    row.retain(|(name, _)| *name != column);
    row.push((column, value));
    row
}

#[test]
fn people_are_imported_once_and_must_reset_their_password() {
    let live = live(1);
    let schema = json!([{ "Name": "team", "AttributeDataType": "String", "Mutable": true }]);
    let import = Import::new(&live, json!({ "Schema": schema }));
    let header = import.header();
    assert!(
        ["custom:team", "cognito:mfa_enabled", "cognito:username", "password_hash", "email_verified"]
            .iter()
            .all(|name| header.contains(&(*name).to_owned()))
    );
    assert!(!header.contains(&"sub".to_owned()));
    let mut ada = row("ada", " ada@x.example ");
    ada.extend([("birthdate", "12/10/1815"), ("address", r"St James's Square 12\, London"), ("custom:team", "one")]);
    import.ok("AdminCreateUser", json!({ "Username": "bob", "MessageAction": "SUPPRESS" }));
    let (job, log) = import.run(None, &import.file(&[ada, row("bob", "bob@x.example"), row("cy d", "c@x.example")]));
    assert_eq!(job["Status"], "Succeeded");
    assert_eq!((&job["ImportedUsers"], &job["SkippedUsers"], &job["FailedUsers"]), (&json!(1), &json!(1), &json!(1)));
    assert!(job["CompletionDate"].is_number() && job["CompletionMessage"].is_string());
    assert_eq!(
        log,
        [
            "[SUCCEEDED] Line Number 2 - The import succeeded.",
            "[SKIPPED] Line Number 3 - The user already exists.",
            "[FAILED] Line Number 4 - cognito:username must not have spaces.",
        ]
    );
    let user = import.ok("AdminGetUser", json!({ "Username": "ada" }));
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
    for (name, value) in [
        ("email", "ada@x.example"),
        ("email_verified", "true"),
        ("birthdate", "1815-12-10"),
        ("address", "St James's Square 12, London"),
        ("custom:team", "one"),
    ] {
        assert_eq!(attribute(&user, name), Some(value), "{name}");
    }
    let bob = import.ok("AdminGetUser", json!({ "Username": "bob" }));
    assert_eq!(attribute(&bob, "email"), None, "existing people are never changed");
    let listed = import.ok("ListUsers", json!({ "Filter": "username = \"ada\"" }));
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);
}

#[test]
fn every_broken_rule_fails_its_row_and_no_other() {
    let live = live(1);
    let schema = json!([{ "Name": "name", "Required": true, "Mutable": true, "AttributeDataType": "String" }]);
    let import = Import::new(&live, json!({ "Schema": schema, "MfaConfiguration": "OPTIONAL" }));
    let rows: Vec<(Row<'_>, &str)> = vec![
        (but("cognito:username", ""), "cognito:username is required"),
        (but("cognito:username", "a\tb"), "must not have spaces"),
        (but("email_verified", ""), "must be TRUE for"),
        (but("email_verified", "yes"), "email_verified must be TRUE or FALSE"),
        (but("email", ""), "email is required where"),
        (but("email", "nonsense"), "Invalid email"),
        (but("phone_number", "12345"), "Invalid phone"),
        (but("birthdate", "1815-12-10"), "birthdate must be mm/dd/yyyy"),
        (but("updated_at", "yesterday"), "updated_at"),
        (but("cognito:mfa_enabled", "perhaps"), "cognito:mfa_enabled must be TRUE or FALSE"),
        (but("name", ""), "name is required"),
        (but("password_hash", "x"), "names no algorithm"),
    ];
    let mut all: Vec<Row<'_>> = Vec::new();
    for (number, (mut row, _)) in rows.iter().cloned().enumerate() {
        if !row.iter().any(|(column, _)| *column == "name") {
            row.push(("name", "Ada"));
        }
        assert!(number < 12);
        all.push(row);
    }
    let mut last = row("good", "good@x.example");
    last.push(("name", "Good"));
    all.push(last);
    let mut text = import.file(&all);
    text += &"x".repeat(16_001);
    text += "\nonly,two\n";
    let (job, log) = import.run(None, &text);
    assert_eq!((&job["Status"], &job["ImportedUsers"]), (&json!("Succeeded"), &json!(1)), "{log:?}");
    for (line, (_, reason)) in log.iter().zip(&rows) {
        assert!(line.starts_with("[FAILED]") && line.contains(reason), "{reason}: {line}");
    }
    assert!(log[12].starts_with("[SUCCEEDED] Line Number 14"));
    assert!(log[13].contains("16000 characters") && log[14].contains("number of columns"), "{log:?}");
    assert!(!log.concat().contains("ada"), "the log names nobody");
}

#[test]
fn a_header_that_is_not_the_template_fails_the_job() {
    let live = live(1);
    let import = Import::new(&live, json!({}));
    let whole = import.file(&[GOOD.to_vec()]);
    let reversed = {
        let turn = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
        whole.lines().map(turn).collect::<Vec<_>>().join("\r\n")
    };
    let without_hash = whole.lines().map(|line| line.rsplit_once(',').unwrap().0).collect::<Vec<_>>().join("\n");
    assert_eq!(import.run(None, &reversed).0["ImportedUsers"], 1, "columns may come in any order");
    assert_eq!(import.run(None, &without_hash).0["SkippedUsers"], 1, "hashes are only needed with an algorithm");
    assert_eq!(import.run(Some("BCRYPT"), &without_hash).0["Status"], "Failed");
    for bad in [
        format!("\u{feff}{whole}"),
        whole.replacen("nickname", "nick", 1),
        whole.replacen("nickname,", "", 1),
        whole.replacen("nickname", "name", 1),
        "\n".to_owned(),
    ] {
        let (job, log) = import.run(None, &bad);
        assert_eq!((&job["Status"], &job["ImportedUsers"], log.len()), (&json!("Failed"), &json!(0), 0), "{bad:.60}");
    }
    let job = import.create(None);
    Import::upload(&job, b"cognito:username\n\xff\xfe");
    import.start(&job);
    live.sandbox.weather().advance(Duration::from_secs(1));
    assert_eq!(import.describe(&job)["Status"], "Failed", "not UTF-8");
}

#[test]
fn an_upload_needs_its_header_its_signature_and_a_quarter_of_an_hour() {
    let live = live(1);
    let import = Import::new(&live, json!({}));
    let job = import.create(None);
    let url = job["PreSignedUrl"].as_str().unwrap();
    assert!(url.starts_with(&live.endpoint) && url.contains("X-Amz-Expires=900"));
    let start = json!({ "JobId": job["JobId"] });
    live.fails("StartUserImportJob", import.with(start.clone()), "PreconditionNotMetException");
    let altered = format!("{}0", &url[..url.len() - 1]);
    let altered = if altered == url { format!("{}1", &url[..url.len() - 1]) } else { altered };
    for (url, encryption) in [(url, None), (url, Some("AES256")), (altered.as_str(), Some("aws:kms"))] {
        let (status, text) = Import::put(url, b"x", encryption);
        assert_eq!(status, 403);
        assert!(text.contains("<Code>SignatureDoesNotMatch</Code>"), "{text}");
    }
    Import::upload(&job, import.file(&[]).as_bytes());
    live.sandbox.weather().advance(Duration::from_secs(15 * 60 + 1));
    let (status, text) = Import::put(url, b"x", Some("aws:kms"));
    assert_eq!(status, 403);
    assert!(text.contains("Request has expired"), "{text}");
    live.sandbox.weather().advance(Duration::from_secs(24 * 3600));
    assert_eq!(import.describe(&job)["Status"], "Expired");
    live.fails("StartUserImportJob", import.with(start), "PreconditionNotMetException");
}

#[test]
fn one_job_runs_in_an_account_it_can_be_stopped_and_the_pool_stays_as_it_is_meanwhile() {
    let live = live(1);
    let (import, other) = (Import::new(&live, json!({})), Import::new(&live, json!({})));
    let names: Vec<(String, String)> = (0..200_000).map(|n| (format!("u{n}"), format!("u{n}@x.example"))).collect();
    let text = import.file(&names.iter().map(|(name, email)| row(name, email)).collect::<Vec<_>>());
    let (job, second) = (import.create(None), other.create(None));
    Import::upload(&job, text.as_bytes());
    Import::upload(&second, text.as_bytes());
    import.start(&job);
    live.sandbox.weather().advance(Duration::from_secs(2));
    let running = import.describe(&job);
    let so_far = running["ImportedUsers"].as_u64().unwrap();
    assert_eq!(running["Status"], "InProgress");
    assert!((9_000..150_000).contains(&so_far), "{so_far}");
    let start = other.with(json!({ "JobId": second["JobId"] }));
    live.fails("StartUserImportJob", start.clone(), "PreconditionNotMetException");
    for (operation, input) in [
        ("UpdateUserPool", json!({})),
        ("DeleteUserPool", json!({})),
        ("AddCustomAttributes", json!({ "CustomAttributes": [{ "Name": "x" }] })),
    ] {
        live.fails(operation, import.with(input), "UserImportInProgressException");
    }
    let stop = json!({ "JobId": job["JobId"] });
    assert_eq!(import.ok("StopUserImportJob", stop.clone())["UserImportJob"]["Status"], "Stopping");
    let stopped = import.describe(&job);
    assert_eq!(stopped["Status"], "Stopped");
    let count = live.sandbox.directory().count(import.pool.as_str().unwrap()).unwrap();
    assert_eq!(json!(count), stopped["ImportedUsers"], "who is there already stays");
    live.fails("StopUserImportJob", import.with(stop), "PreconditionNotMetException");
    let again = import.with(json!({ "JobId": job["JobId"] }));
    live.fails("StartUserImportJob", again, "PreconditionNotMetException");
    live.ok("StartUserImportJob", start);
    live.sandbox.weather().advance(Duration::from_secs(60));
    assert_eq!(other.describe(&second)["ImportedUsers"], 200_000);
}

#[test]
fn pools_by_email_and_pools_without_passwords_import_too_and_pools_that_verify_nothing_do_not() {
    let live = live(1);
    let by_email = Import::new(&live, json!({ "UsernameAttributes": ["email"] }));
    let file = by_email.file(&[row("ada@x.example", "ada@x.example"), row("nobody", "n@x.example")]);
    let (job, log) = by_email.run(None, &file);
    assert_eq!((&job["ImportedUsers"], &job["FailedUsers"]), (&json!(1), &json!(1)), "{log:?}");
    let user = by_email.ok("AdminGetUser", json!({ "Username": "ada@x.example" }));
    assert_eq!(user["Username"].as_str(), attribute(&user, "sub"));
    let (again, _) = by_email.run(None, &file);
    assert_eq!(again["SkippedUsers"], 1);
    let factors = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let passwordless = Import::new(&live, json!({ "Policies": factors }));
    passwordless.run(None, &passwordless.file(&[row("ada", "ada@x.example")]));
    assert_eq!(passwordless.ok("AdminGetUser", json!({ "Username": "ada" }))["UserStatus"], "CONFIRMED");
    let none = Import::new(&live, json!({ "AutoVerifiedAttributes": [] }));
    let create = none.with(json!({ "JobName": "j", "CloudWatchLogsRoleArn": ROLE }));
    live.fails("CreateUserImportJob", create, "PreconditionNotMetException");
    let listed = by_email.ok("ListUserImportJobs", json!({ "MaxResults": 1 }));
    assert_eq!(listed["UserImportJobs"][0]["JobId"], again["JobId"], "the latest first");
    let rest = json!({ "MaxResults": 1, "PaginationToken": listed["PaginationToken"] });
    assert_eq!(by_email.ok("ListUserImportJobs", rest)["UserImportJobs"][0]["JobId"], job["JobId"]);
    live.fails("ListUserImportJobs", by_email.with(json!({})), "InvalidParameterException");
    let unknown = by_email.with(json!({ "JobId": "import-none" }));
    live.fails("DescribeUserImportJob", unknown, "ResourceNotFoundException");
}

#[test]
fn people_with_a_hash_are_confirmed_and_sign_in_plainly_before_anything_else() {
    let live = live(1);
    let import = Import::new(&live, json!({}));
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    let client = import.ok("CreateUserPoolClient", json!({ "ClientName": "c", "ExplicitAuthFlows": flows }));
    let client = &client["UserPoolClient"]["ClientId"];
    let mut hashed = row("ada", "ada@x.example");
    hashed.push(("password_hash", "$2b$04$abcdefghijklmnopqrstuuyZuPnD.u7L3fcm9FHm7XjD4EiTJCDlu"));
    let mut wrong = row("bob", "bob@x.example");
    wrong.push(("password_hash", "$2b$13$abcdefghijklmnopqrstuuyZuPnD.u7L3fcm9FHm7XjD4EiTJCDlu"));
    let (job, log) = import.run(Some("BCRYPT"), &import.file(&[hashed, wrong, row("cy", "cy@x.example")]));
    assert_eq!((&job["ImportedUsers"], &job["FailedUsers"]), (&json!(2), &json!(1)), "{log:?}");
    assert_eq!(job["PasswordHashingAlgorithm"], "BCRYPT");
    let status = |name: &str| import.ok("AdminGetUser", json!({ "Username": name }))["UserStatus"].clone();
    assert_eq!((status("ada"), status("cy")), (json!("CONFIRMED"), json!("RESET_REQUIRED")));
    let sign_in = |password: &str| {
        let parameters = json!({ "USERNAME": "ada", "PASSWORD": password });
        live.call(
            "InitiateAuth",
            json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters }),
        )
    };
    assert_eq!(sign_in("Wrong-horse-9").code(), "NotAuthorizedException");
    for _ in 0..2 {
        let reply = sign_in("Correct-horse-9");
        assert!(reply.json()["AuthenticationResult"]["IdToken"].is_string(), "{}", reply.text);
    }
}
