//! Changes of settings on each server: made, changed and taken back through the one door. What a server does otherwise than
//! Cognito is found when it is described again, and told: it is never taken for done.

use std::sync::Arc;

use console::edits::{EditRow, EditState, Kind, Put, Whole};
use console::jobs::{Action, Approval, Chosen, GroupSettings, Plan};
use console::{OpenPool, PoolId};
use model::connection::ConnectionId;
use model::{GroupName, Region};
use serde_json::{Value, json};

use crate::population::call;
use crate::servers::{self, Server};

fn put(pointer: &str, value: Option<Value>) -> Vec<Put> {
    vec![Put { pointer: pointer.to_owned(), value }]
}

/// What came of a change: its state, or why it was refused.
fn told(came: &Result<EditRow, console::Error>) -> String {
    match came {
        Ok(row) => row.why.clone().unwrap_or_else(|| row.state.as_str().to_owned()),
        Err(error) => error.message.clone(),
    }
}

struct Trial {
    open: Arc<OpenPool>,
    /// Each step and what came of it, where that is not `done`.
    otherwise: Vec<(&'static str, String)>,
    last_job: String,
}

impl Trial {
    async fn approve(&self, edit: &Arc<console::edits::Edit>) -> Result<EditRow, console::Error> {
        let named = Approval { pool_name: Some(self.open.key().pool.as_str().to_owned()), ..Approval::default() };
        let token = self.open.approve_edit(edit, named).await?;
        self.open.apply_edit(&token).await
    }

    fn note(&mut self, step: &'static str, came: Result<EditRow, console::Error>) -> Option<EditRow> {
        let done = matches!(&came, Ok(row) if row.state == EditState::Done);
        if !done {
            self.otherwise.push((step, told(&came)));
        }
        came.ok()
    }

    async fn set(&mut self, step: &'static str, whole: &Whole, patch: Vec<Put>) -> Option<EditRow> {
        let came = match self.open.plan_edit(whole.clone(), patch, None).await {
            Ok(edit) => self.approve(&edit).await,
            Err(error) => Err(error),
        };
        self.note(step, came)
    }

    /// Gives a group another role, and takes that back.
    async fn role_of_a_group(&mut self) {
        let name = GroupName::parse("team").unwrap();
        let role = |name: &str| Some(format!("arn:aws:iam::123456789012:role/{name}"));
        self.open.sync().finished().await.unwrap();
        let settings =
            GroupSettings { name: name.clone(), description: None, precedence: None, role_arn: role("after") };
        let plan = self.open.plan(Action::UpdateGroup(settings), Chosen::Nobody).await.unwrap();
        for (step, plan, expected) in [
            ("change a group's role", Some(plan.clone()), role("after")),
            ("take back a group's role", None, role("before")),
        ] {
            let plan = match plan {
                Some(plan) => plan,
                None => match self.open.plan_undo(&self.last_job).await {
                    Ok(plan) => plan,
                    Err(error) => return self.otherwise.push((step, error.message)),
                },
            };
            self.carry_out(&plan).await;
            self.last_job = plan.id.clone();
            self.open.sync().finished().await.unwrap();
            let groups = self.open.groups().await.unwrap();
            let told = groups.into_iter().find(|(group, _)| group.name == name).unwrap().0.role_arn;
            if told != expected {
                self.otherwise.push((step, format!("{told:?}")));
            }
        }
    }

    async fn carry_out(&self, plan: &Arc<Plan>) {
        let named = Approval { pool_name: Some(self.open.key().pool.as_str().to_owned()), ..Approval::default() };
        let token = self.open.approve(plan, named).await.unwrap();
        self.open.apply(&token, None).await.unwrap().finished().await.unwrap();
    }

    async fn undo(&mut self, step: &'static str, row: Option<EditRow>) {
        let Some(row) = row else { return };
        let came = match self.open.plan_undo_edit(&row.id).await {
            Ok(edit) => self.approve(&edit).await,
            Err(error) => Err(error),
        };
        self.note(step, came);
    }
}

/// Makes, changes and takes back a client, a resource server and the settings of a pool; gives the steps that did not end as
/// with Cognito.
async fn edited(server: Server) -> Vec<(&'static str, String)> {
    let endpoint = server.endpoint.clone();
    let made = tokio::task::spawn_blocking(move || {
        let pool = call(&endpoint, "CreateUserPool", &json!({ "PoolName": "edits" }));
        let id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let role = "arn:aws:iam::123456789012:role/before";
        call(&endpoint, "CreateGroup", &json!({ "UserPoolId": id, "GroupName": "team", "RoleArn": role }));
        id
    });
    let pool = PoolId::parse(made.await.unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let region = Some(Region::parse("eu-west-1").unwrap());
    let connection = ConnectionId { profile: None, region, endpoint: Some(server.endpoint.clone()), sandbox: false };
    let open = console.open_pool(&connection, &pool).await.unwrap();
    let mut trial = Trial { open, otherwise: Vec::new(), last_job: String::new() };

    let client = json!({ "UserPoolClient": { "ClientName": "till", "CallbackURLs": ["https://a.example/in"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], "EnableTokenRevocation": true } });
    let whole = Whole { kind: Kind::Client, subject: String::new() };
    let made = trial.set("make a client", &whole, put("", Some(client))).await;
    if let Some(row) = &made {
        let whole: Whole = serde_json::from_str(&row.target).unwrap();
        let both = json!(["https://a.example/in", "https://b.example/in"]);
        let changed = trial.set("change a client", &whole, put("/UserPoolClient/CallbackURLs", Some(both))).await;
        trial.undo("take back a client's change", changed).await;
    }
    trial.undo("take back a client", made).await;

    let whole = Whole { kind: Kind::ResourceServer, subject: "https://api.example".to_owned() };
    let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "Look" });
    let new = json!({ "ResourceServer": { "Name": "api", "Scopes": [scope("read")] } });
    let made = trial.set("make a resource server", &whole, put("", Some(new))).await;
    let scopes = json!([scope("read"), scope("write")]);
    let changed = trial.set("change a resource server", &whole, put("/ResourceServer/Scopes", Some(scopes))).await;
    trial.undo("take back a resource server's change", changed).await;
    trial.undo("take back a resource server", made).await;

    let whole = Whole { kind: Kind::Pool, subject: String::new() };
    let length = put("/UserPool/Policies/PasswordPolicy/MinimumLength", Some(json!(21)));
    let changed = trial.set("change a pool", &whole, length).await;
    trial.undo("take back a pool's change", changed).await;
    trial.role_of_a_group().await;
    trial.otherwise
}

fn steps(otherwise: &[(&'static str, String)]) -> Vec<&'static str> {
    otherwise.iter().map(|(step, _)| *step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_makes_changes_and_takes_back_settings() {
    let otherwise = edited(servers::sandbox().await).await;
    assert_eq!(otherwise, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_makes_changes_and_takes_back_settings_but_the_role_of_a_group() {
    let otherwise = edited(servers::ministack().await).await;
    // It lets go of a setting that nobody named, also when that is to be brought back, and both are told.
    let lacks = ["change a pool", "take back a pool's change", "change a group's role", "take back a group's role"];
    assert_eq!(steps(&otherwise), lacks, "{otherwise:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_makes_changes_and_takes_back_settings_but_neither_changes_nor_deletes_resource_servers() {
    let otherwise = edited(servers::moto().await).await;
    let lacks = [
        "change a resource server",
        "take back a resource server's change",
        "take back a resource server",
        // It adds a setting that was not there before, also when that is to be taken away, and both are told.
        "change a pool",
        "take back a pool's change",
    ];
    assert_eq!(steps(&otherwise), lacks, "{otherwise:#?}");
}
