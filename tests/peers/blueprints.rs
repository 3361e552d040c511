//! Pools and app clients from blueprints on servers that we did not write: what they do otherwise than Cognito is told when the
//! settings are read again, and is never taken for done.

use std::collections::BTreeMap;

use console::edits::{EditRow, EditState, Kind, Put, Whole};
use console::jobs::Approval;
use model::Region;
use model::blueprint::{Blueprint, Given, all, of};
use model::connection::ConnectionId;

use crate::servers::{self, Server};

/// The examples of a blueprint.
fn answers(blueprint: &Blueprint) -> BTreeMap<String, String> {
    let said = blueprint.choices.iter().filter_map(|choice| match choice.given {
        Given::Text(example) | Given::Texts(example) => Some((choice.place.to_owned(), example.to_owned())),
        _ => None,
    });
    said.collect()
}

/// What came of an edit: `done`, or the places that are not as they were meant.
fn came(row: &EditRow) -> String {
    match row.state {
        EditState::Done => "done".to_owned(),
        _ => row.why.clone().unwrap_or_default(),
    }
}

/// Makes a pool from each blueprint and a client of a web app in the first one. `otherwise` are the lines of what does not come
/// to be as it was meant.
async fn are_made(server: Server, otherwise: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let region = Some(Region::parse("eu-west-1").unwrap());
    let connection = ConnectionId { profile: None, region, endpoint: Some(server.endpoint.clone()), sandbox: false };
    let (mut told, mut pools) = (Vec::new(), Vec::new());
    for blueprint in all().filter(|blueprint| blueprint.kind == Kind::Pool) {
        let body = blueprint.body(&answers(blueprint), None).unwrap();
        let edit = console.plan_pool(&connection, body, blueprint.second()).await.unwrap();
        match console.make_pool(&connection, &edit, Approval::default()).await {
            Ok(made) => {
                let rows = made.edits.iter().map(came).filter(|came| came != "done");
                told.extend(rows.chain(made.why).map(|why| format!("{}: {why}", blueprint.id)));
                pools.extend(made.pool);
            }
            Err(error) => told.push(format!("{}: {}", blueprint.id, error.message)),
        }
    }
    if let Some(pool) = pools.first() {
        let open = console.open_pool(&connection, pool).await.unwrap();
        let web = of("client-web").unwrap();
        let whole = Whole { kind: Kind::Client, subject: String::new() };
        let patch = vec![Put { pointer: String::new(), value: Some(web.body(&answers(web), None).unwrap()) }];
        let edit = open.plan_edit(whole, patch, None).await.unwrap();
        let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
        match open.apply_edit(&token).await {
            Ok(row) if row.state == EditState::Done => {}
            Ok(row) => told.push(format!("client-web: {}", came(&row))),
            Err(error) => told.push(format!("client-web: {}", error.message)),
        }
    }
    assert_eq!(told, otherwise, "what the server does otherwise");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_makes_what_blueprints_say() {
    are_made(servers::sandbox().await, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_makes_what_blueprints_say_and_tells_the_factors_twice() {
    // There the pool's description has what SetUserPoolMfaConfig was given, too.
    let twice = ["pool-web", "pool-mobile", "pool-machine", "pool-staff"].map(|blueprint| {
        format!("{blueprint}: Besides what was meant, /UserPool/SoftwareTokenMfaConfiguration changed.")
    });
    are_made(servers::ministack().await, &twice.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_makes_what_blueprints_say() {
    are_made(servers::moto().await, &[]).await;
}
