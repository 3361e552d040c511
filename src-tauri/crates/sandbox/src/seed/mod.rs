//! What a new sandbox holds: three pools, an identity pool, and a hundred thousand people who do not exist.

mod hostile;
mod names;
mod people;
mod subs;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::directory::index::scatter;
use crate::directory::schema::{Attribute, Lengths};
use crate::directory::{ALPHANUMERIC, Client, Group, IdentityPool, LOWER, Pool, World};
use crate::operations;
use crate::options::Options;

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// Someone in the first pool whose password is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Username.
    pub username: String,
    /// Password, temporary where `state` is `FORCE_CHANGE_PASSWORD`.
    pub password: String,
    /// `UserStatus` at the start.
    pub state: String,
}

/// The ids of the world that [`world`] makes.
#[derive(Debug, Clone)]
pub(crate) struct Landmarks {
    pub(crate) pool: String,
    pub(crate) identity_pool: String,
    pub(crate) clients: Vec<String>,
    pub(crate) people: Vec<Person>,
}

/// Makes everything; the same options make the same world.
pub(crate) fn world(options: &Options) -> (World, Landmarks) {
    let mut world = World::new(&options.region, &options.account, options.seed);
    let main = main_pool(&mut world, options);
    let landmarks = Landmarks {
        pool: main.id.clone(),
        identity_pool: String::new(),
        clients: clients_in_order(&main),
        people: people::KNOWN.iter().take(options.users as usize).map(person).collect(),
    };
    let members = members_pool(&mut world, options);
    let empty = empty_pool(&mut world, options);
    let identity_pool = identity_pool(&mut world, &main);
    let landmarks = Landmarks { identity_pool: identity_pool.id.clone(), ..landmarks };
    world.identity_pools.push(identity_pool);
    for pool in [main, members, empty] {
        world.pools.insert(pool.id.clone(), pool);
    }
    (world, landmarks)
}

fn person(&(username, _, _, password, state): &(&str, &str, &str, &str, crate::Status)) -> Person {
    Person { username: username.to_owned(), password: password.to_owned(), state: state.as_str().to_owned() }
}

/// The custom attributes, in the order of [`people::custom`].
fn attributes() -> Vec<Attribute> {
    [("tenant", false), ("plan", true), ("crm_id", true)].map(|(name, mutable)| attribute(name, mutable)).into()
}

fn attribute(name: &str, mutable: bool) -> Attribute {
    Attribute {
        name: name.to_owned(),
        attribute_data_type: "String".to_owned(),
        developer_only_attribute: false,
        mutable,
        required: false,
        string_attribute_constraints: Some(Lengths {
            min_length: Some("0".to_owned()),
            max_length: Some("256".to_owned()),
        }),
        number_attribute_constraints: None,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn pool_id(world: &mut World) -> String {
    let random = world.random_text(ALPHANUMERIC, 9);
    format!("{}_{random}", world.region)
}

fn main_pool(world: &mut World, options: &Options) -> Pool {
    let id = pool_id(world);
    let created_ms = options.start.as_millisecond() - 6 * YEAR_MS - YEAR_MS / 12;
    let people = people::Maker::new(options, 0).people(options.users);
    let settings = object(json!({
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": true },
        "MfaConfiguration": "OPTIONAL",
        "DeletionProtection": "ACTIVE",
        "UserPoolTags": { "stage": "sandbox" },
        "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Name": "verified_email", "Priority": 1 }, { "Name": "verified_phone_number", "Priority": 2 },
        ] },
    }));
    let mut pool = operations::new_pool(&id, "customers", settings, attributes(), people, created_ms);
    for (at, known) in (0u32..).zip(people::KNOWN.iter()).take(options.users as usize) {
        pool.set_password(at, known.3, None);
    }
    groups(&mut pool, world, options);
    let server = json!({
        "Identifier": "sandbox.example",
        "Name": "Sandbox",
        "Scopes": [
            { "ScopeName": "read", "ScopeDescription": "See everything" },
            { "ScopeName": "write", "ScopeDescription": "Change everything" },
        ],
    });
    pool.resources.resource_servers.insert("sandbox.example".to_owned(), object(server));
    clients(&mut pool, world);
    pool
}

fn members_pool(world: &mut World, options: &Options) -> Pool {
    let id = pool_id(world);
    let created_ms = options.start.as_millisecond() - 6 * YEAR_MS;
    let people = people::Maker::new(options, 1).by_email(250);
    let settings = object(json!({
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "UserPoolTier": "PLUS",
    }));
    let mut email = attribute("email", true);
    email.required = true;
    let mut schema = attributes();
    schema.push(email);
    operations::new_pool(&id, "members", settings, schema, people, created_ms)
}

fn empty_pool(world: &mut World, options: &Options) -> Pool {
    let id = pool_id(world);
    let settings = object(json!({
        "AliasAttributes": ["email", "phone_number"],
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "UserPoolTier": "LITE",
    }));
    operations::new_pool(&id, "staging-empty", settings, Vec::new(), Vec::new(), options.start.as_millisecond())
}

const GROUPS: [&str; 40] = [
    "everyone",
    "newsletter",
    "beta",
    "customers-eu",
    "customers-us",
    "customers-apac",
    "trial",
    "premium",
    "editors",
    "viewers",
    "support",
    "billing",
    "partners",
    "resellers",
    "developers",
    "api-users",
    "vip",
    "students",
    "teachers",
    "researchers",
    "press",
    "moderators",
    "translators",
    "testers",
    "field-sales",
    "warehouse",
    "finance",
    "legal",
    "people-ops",
    "security",
    "auditors",
    "on-call",
    "read-only",
    "admins",
    "super-admins",
    "root",
    "legacy-2019",
    "legacy-2020",
    "to-be-deleted",
    "空のグループ",
];

/// The last groups have nobody in them.
const EMPTY_GROUPS: usize = 4;

fn groups(pool: &mut Pool, world: &World, options: &Options) {
    let slots = u32::try_from(pool.users.slots()).unwrap_or(u32::MAX);
    for (at, name) in GROUPS.iter().enumerate() {
        // Four in ten of everyone are in the first group, and each next one has fewer.
        let share = 0.4 / f64::from(u32::try_from(at + 1).unwrap_or(1)).powf(1.3);
        let salt = u32::try_from(at).unwrap_or_default().wrapping_mul(0x9E37_79B9)
            ^ scatter(u32::try_from(options.seed & 0xFFFF).unwrap_or_default());
        let chosen = |id: &u32| f64::from(scatter(id ^ salt).wrapping_mul(0x2545_F491)) < share * f64::from(u32::MAX);
        let mut members: Vec<u32> =
            if at < GROUPS.len() - EMPTY_GROUPS { (0..slots).filter(chosen).collect() } else { Vec::new() };
        members.sort_unstable_by_key(|&id| scatter(id));
        let created_ms = pool.created_ms + i64::try_from(at).unwrap_or_default() * YEAR_MS / 20;
        let role = |name: &str| format!("arn:{}:iam::{}:role/pool-{name}", world.partition(), world.account);
        let group = Group {
            name: (*name).to_owned(),
            description: (at % 3 != 2).then(|| format!("People in {name}")),
            role_arn: (at % 4 == 1 || name.ends_with("admins")).then(|| role(if at < 36 { name } else { "legacy" })),
            // Some share a precedence, some have none.
            precedence: (at % 5 != 4).then(|| u32::try_from(at / 2 * 10).unwrap_or_default()),
            created_ms,
            modified_ms: created_ms,
            members,
            touched: false,
        };
        pool.groups.insert(group.name.clone(), group);
    }
}

/// Name, whether it has a secret, and what its settings add to the defaults.
fn client_plans() -> [(&'static str, bool, Value); 3] {
    let user_flows = json!([
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]);
    let web = json!({
        "ExplicitAuthFlows": user_flows,
        "SupportedIdentityProviders": ["COGNITO"],
        // Several ports: one of them may be somebody else's, and Cognito takes no other than those that are registered.
        "CallbackURLs": [
            "http://127.0.0.1/callback",
            "http://localhost:3000/callback",
            "http://localhost:8765/callback",
        ],
        "LogoutURLs": ["http://localhost:3000/"],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile", "phone", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "PreventUserExistenceErrors": "ENABLED",
    });
    let mut server = web.clone();
    server["CallbackURLs"] = json!(["https://app.sandbox.example/callback"]);
    server["LogoutURLs"] = json!(["https://app.sandbox.example/"]);
    let machine = json!({
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["sandbox.example/read", "sandbox.example/write"],
        "AllowedOAuthFlowsUserPoolClient": true,
    });
    [("web", false, web), ("server", true, server), ("machine", true, machine)]
}

fn clients(pool: &mut Pool, world: &mut World) {
    for (name, with_secret, settings) in client_plans() {
        let id = world.random_text(LOWER, 26);
        let secret = with_secret.then(|| world.random_text(LOWER, 51));
        let mut all = operations::client_defaults();
        all.extend(object(settings));
        let created_ms = pool.created_ms;
        let client = Client {
            id: id.clone(),
            name: name.to_owned(),
            secret,
            secret_created_ms: created_ms,
            newer_secret: None,
            created_ms,
            modified_ms: created_ms,
            settings: all,
        };
        pool.clients.insert(id, client);
    }
}

fn clients_in_order(pool: &Pool) -> Vec<String> {
    let find = |name: &str| pool.clients.values().find(|client| client.name == name).map(|client| client.id.clone());
    client_plans().iter().filter_map(|(name, ..)| find(name)).collect()
}

fn identity_pool(world: &mut World, pool: &Pool) -> IdentityPool {
    let random = world.random_uuid();
    let id = format!("{}:{random}", world.region);
    let provider = format!("cognito-idp.{}.amazonaws.com/{}", world.region, pool.id);
    let clients = clients_in_order(pool);
    let settings = object(json!({
        "AllowUnauthenticatedIdentities": false,
        "AllowClassicFlow": false,
        "CognitoIdentityProviders": [
            { "ProviderName": provider, "ClientId": clients.first(), "ServerSideTokenCheck": true },
        ],
        "IdentityPoolTags": {},
    }));
    let role = format!("arn:{}:iam::{}:role/customers-signed-in", world.partition(), world.account);
    let roles = object(json!({ "authenticated": role }));
    IdentityPool { id, name: "customers-identities".to_owned(), settings, roles, ..IdentityPool::default() }
}
