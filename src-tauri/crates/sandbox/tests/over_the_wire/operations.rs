//! Pools, groups, clients, identity pools, and changes to people.

use crate::support::{attribute, live, sorted};
use serde_json::{Value, json};

fn names(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pools_are_listed_in_pages_and_described_in_full() {
    let live = live(120);
    let first = live.ok("ListUserPools", json!({ "MaxResults": 2 }));
    assert_eq!(first["UserPools"].as_array().unwrap().len(), 2);
    let rest = live.ok("ListUserPools", json!({ "MaxResults": 2, "NextToken": first["NextToken"] }));
    assert!(rest.get("NextToken").is_none());
    let mut all = names(&first["UserPools"], "Name");
    all.extend(names(&rest["UserPools"], "Name"));
    assert_eq!(sorted(all), ["customers", "members", "staging-empty"]);
    for bad in [json!({}), json!({ "MaxResults": 0 }), json!({ "MaxResults": 61 })] {
        live.fails("ListUserPools", bad, "InvalidParameterException");
    }
    let pool = live.ok("DescribeUserPool", json!({}))["UserPool"].clone();
    assert_eq!(pool["Id"], live.pool.as_str());
    assert_eq!(pool["EstimatedNumberOfUsers"], 120);
    assert_eq!(pool["UserPoolTier"], "ESSENTIALS");
    assert_eq!(pool["UsernameConfiguration"]["CaseSensitive"], true);
    assert_eq!(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert!(pool["Arn"].as_str().unwrap().ends_with(&format!(":userpool/{}", live.pool)));
    let schema = names(&pool["SchemaAttributes"], "Name");
    assert!(
        ["sub", "email", "identities", "custom:tenant", "custom:plan", "custom:crm_id"]
            .iter()
            .all(|name| schema.contains(&(*name).to_owned()))
    );
    let tenant = pool["SchemaAttributes"].as_array().unwrap().iter().find(|a| a["Name"] == "custom:tenant").unwrap();
    assert_eq!((&tenant["Mutable"], &tenant["AttributeDataType"]), (&json!(false), &json!("String")));
}

#[test]
fn a_pool_can_be_made_and_deleted_but_not_while_it_is_protected() {
    let live = live(10);
    let schema = json!([{ "Name": "team", "AttributeDataType": "Number", "Mutable": true }, { "Name": "email", "Required": true }]);
    let made = live.ok("CreateUserPool", json!({ "PoolName": "New", "Schema": schema, "UserPoolTier": "PLUS" }));
    let id = &made["UserPool"]["Id"];
    assert_eq!(live.ok("DescribeUserPool", json!({ "UserPoolId": id }))["UserPool"], made["UserPool"]);
    assert_eq!(made["UserPool"]["UserPoolTier"], "PLUS");
    let without = json!({ "UserPoolId": id, "Username": "a" });
    live.ok("AdminCreateUser", without);
    live.ok("DeleteUserPool", json!({ "UserPoolId": id }));
    live.fails("DescribeUserPool", json!({ "UserPoolId": id }), "ResourceNotFoundException");
    live.fails("DeleteUserPool", json!({}), "InvalidParameterException");
}

#[test]
fn groups_are_listed_and_their_members_are_those_of_the_directory() {
    let live = live(900);
    let pages = live.pages("ListGroups", json!({ "Limit": 7 }), "Groups", "NextToken");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 7, 7, 7, 5]);
    let groups: Vec<Value> = pages.into_iter().flatten().collect();
    assert!(groups.iter().any(|group| group.get("RoleArn").is_some()));
    assert!(groups.iter().any(|group| group.get("Precedence").is_none()));
    let people = live.sandbox.directory().snapshot(&live.pool);
    for group in ["everyone", "beta", "to-be-deleted"] {
        let input = json!({ "GroupName": group });
        let pages = live.pages("ListUsersInGroup", input, "Users", "NextToken");
        assert!(pages.iter().all(|page| page.len() <= 60));
        let found = pages.into_iter().flatten().map(|user| user["Username"].as_str().unwrap().to_owned()).collect();
        let wanted =
            people.iter().filter(|u| u.groups.iter().any(|g| g == group)).map(|u| u.username.clone()).collect();
        assert_eq!(sorted(found), sorted(wanted), "{group}");
    }
    live.fails("ListUsersInGroup", json!({ "GroupName": "nobody" }), "ResourceNotFoundException");
    live.fails("ListUsersInGroup", json!({ "GroupName": "beta", "Limit": 61 }), "InvalidParameterException");
}

#[test]
fn a_group_can_be_made_changed_filled_emptied_and_deleted() {
    let live = live(30);
    let made = live.ok("CreateGroup", json!({ "GroupName": "new", "Precedence": 3, "Description": "d" }));
    assert_eq!(made["Group"]["Precedence"], 3);
    live.fails("CreateGroup", json!({ "GroupName": "new" }), "GroupExistsException");
    live.ok("UpdateGroup", json!({ "GroupName": "new", "Description": "e" }));
    let got = live.ok("GetGroup", json!({ "GroupName": "new" }));
    assert_eq!((&got["Group"]["Description"], &got["Group"]["Precedence"]), (&json!("e"), &json!(3)));
    let member = json!({ "GroupName": "new", "Username": "maria.keller" });
    for _ in 0..2 {
        live.ok("AdminAddUserToGroup", member.clone());
    }
    let of_user =
        || names(&live.ok("AdminListGroupsForUser", json!({ "Username": "maria.keller" }))["Groups"], "GroupName");
    assert!(of_user().contains(&"new".to_owned()));
    for _ in 0..2 {
        live.ok("AdminRemoveUserFromGroup", member.clone());
    }
    assert!(!of_user().contains(&"new".to_owned()));
    live.ok("AdminAddUserToGroup", member);
    live.ok("DeleteGroup", json!({ "GroupName": "new" }));
    assert!(!of_user().contains(&"new".to_owned()));
    live.fails("DeleteGroup", json!({ "GroupName": "new" }), "ResourceNotFoundException");
    live.fails(
        "AdminAddUserToGroup",
        json!({ "GroupName": "new", "Username": "maria.keller" }),
        "ResourceNotFoundException",
    );
    live.fails("AdminAddUserToGroup", json!({ "GroupName": "beta", "Username": "no.one" }), "UserNotFoundException");
}

#[test]
fn clients_are_listed_without_and_described_with_their_secret() {
    let live = live(10);
    let listed = live.ok("ListUserPoolClients", json!({ "MaxResults": 60 }));
    assert_eq!(sorted(names(&listed["UserPoolClients"], "ClientName")), ["machine", "server", "web"]);
    assert!(listed["UserPoolClients"][0].get("ClientSecret").is_none());
    let clients = live.sandbox.description().clients;
    let describe = |id: &str| live.ok("DescribeUserPoolClient", json!({ "ClientId": id }))["UserPoolClient"].clone();
    let web = describe(&clients[0].id);
    assert!(web.get("ClientSecret").is_none());
    for flow in [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ] {
        assert!(web["ExplicitAuthFlows"].as_array().unwrap().contains(&json!(flow)));
    }
    assert_eq!(describe(&clients[1].id)["ClientSecret"], clients[1].secret.as_deref().unwrap());
    assert_eq!(describe(&clients[2].id)["AllowedOAuthFlows"], json!(["client_credentials"]));
    let made = live.ok("CreateUserPoolClient", json!({ "ClientName": "My app", "GenerateSecret": true }));
    assert!(made["UserPoolClient"]["ClientSecret"].is_string());
    live.fails("DescribeUserPoolClient", json!({ "ClientId": "nope" }), "ResourceNotFoundException");
}

#[test]
fn identity_pools_are_listed_and_described() {
    let live = live(10);
    let id = live.sandbox.description().identity_pool_id;
    let listed = live.call("ListIdentityPools", json!({ "MaxResults": 10 })).json();
    assert_eq!(names(&listed["IdentityPools"], "IdentityPoolId").concat(), id);
    let described = live.call("DescribeIdentityPool", json!({ "IdentityPoolId": id })).json();
    assert_eq!(described["AllowUnauthenticatedIdentities"], false);
    let provider = described["CognitoIdentityProviders"][0]["ProviderName"].as_str().unwrap();
    assert!(provider.ends_with(&live.pool));
    let missing = live.call("DescribeIdentityPool", json!({ "IdentityPoolId": "eu-west-1:0-0" }));
    assert_eq!(missing.code(), "ResourceNotFoundException");
}

#[test]
fn a_person_is_found_by_username_sub_and_where_the_pool_has_aliases_by_them() {
    let live = live(30);
    let user = live.ok("AdminGetUser", json!({ "Username": "maria.keller" }));
    let sub = attribute(&user, "sub").unwrap();
    assert_eq!(live.ok("AdminGetUser", json!({ "Username": sub })), user);
    live.fails("AdminGetUser", json!({ "Username": "maria.keller@sandbox.example" }), "UserNotFoundException");
    let pool = live.ok("CreateUserPool", json!({ "PoolName": "p", "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } }));
    let pool = &pool["UserPool"]["Id"];
    let made = live.ok("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "a@b.example" }));
    assert_eq!(made["User"]["Username"].as_str(), attribute(&made["User"], "sub"));
    assert_eq!(attribute(&made["User"], "email"), Some("a@b.example"));
    let found = live.ok("AdminGetUser", json!({ "UserPoolId": pool, "Username": "A@B.example" }));
    assert_eq!(found["Username"], made["User"]["Username"]);
    live.fails("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "a@b.example" }), "UsernameExistsException");
    live.fails("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "plain" }), "InvalidParameterException");
}

#[test]
fn a_verified_alias_belongs_to_one_person_until_it_is_taken_by_force() {
    let live = live(10);
    let pool =
        live.ok("CreateUserPool", json!({ "PoolName": "p", "AliasAttributes": ["email"] }))["UserPool"]["Id"].clone();
    let verified = json!([{ "Name": "email", "Value": "x@y.example" }, { "Name": "email_verified", "Value": "true" }]);
    let create = |name: &str, force: bool| {
        let input =
            json!({ "UserPoolId": pool, "Username": name, "UserAttributes": verified, "ForceAliasCreation": force });
        live.call("AdminCreateUser", input)
    };
    assert_eq!(create("one", false).status, 200);
    assert_eq!(create("two", false).code(), "AliasExistsException");
    assert_eq!(create("three", true).status, 200);
    let holder = live.ok("AdminGetUser", json!({ "UserPoolId": pool, "Username": "x@y.example" }));
    assert_eq!(holder["Username"], "three");
    let format = json!({ "UserPoolId": pool, "Username": "q@y.example" });
    live.fails("AdminCreateUser", format, "InvalidParameterException");
}

#[test]
fn attributes_are_held_against_the_schema() {
    let live = live(20);
    let update = |name: &str, value: &str| {
        let input = json!({ "Username": "maria.keller", "UserAttributes": [{ "Name": name, "Value": value }] });
        live.call("AdminUpdateUserAttributes", live.in_pool(input))
    };
    assert_eq!(update("custom:plan", "team").status, 200);
    for (name, value) in [
        ("custom:unknown", "x"),
        ("custom:tenant", "9"),
        ("sub", "x"),
        ("identities", "[]"),
        ("email", "not an address"),
        ("phone_number", "0123"),
        ("email_verified", "yes"),
        ("name", &"x".repeat(2049)),
        ("custom:plan", &"x".repeat(257)),
        ("birthdate", "1.1.2000"),
        ("updated_at", "now"),
    ] {
        assert_eq!(update(name, value).code(), "InvalidParameterException", "{name}");
    }
    assert_eq!(update("name", &"x".repeat(2048)).status, 200);
    assert_eq!(update("custom:plan", "").status, 200);
    let user = live.sandbox.directory().user(&live.pool, "maria.keller").unwrap();
    assert!(!user.attributes.contains_key("custom:plan"), "an empty value removes");
}

#[test]
fn a_new_address_is_unverified_unless_the_same_request_says_otherwise() {
    let live = live(20);
    let update = |attributes: Value| {
        live.ok("AdminUpdateUserAttributes", json!({ "Username": "maria.keller", "UserAttributes": attributes }))
    };
    let verified =
        || live.sandbox.directory().user(&live.pool, "maria.keller").unwrap().attributes["email_verified"].clone();
    assert_eq!(verified(), "true");
    update(json!([{ "Name": "email", "Value": "new@sandbox.example" }]));
    assert_eq!(verified(), "false");
    update(
        json!([{ "Name": "email", "Value": "newer@sandbox.example" }, { "Name": "email_verified", "Value": "true" }]),
    );
    assert_eq!(verified(), "true");
}

#[test]
fn a_person_goes_through_creation_passwords_disabling_and_deletion() {
    let live = live(20);
    let one = json!({ "Username": "new" });
    let made = live.ok("AdminCreateUser", json!({ "Username": "new", "TemporaryPassword": "Welcome-2-you" }));
    assert_eq!(
        (&made["User"]["UserStatus"], &made["User"]["Enabled"]),
        (&json!("FORCE_CHANGE_PASSWORD"), &json!(true))
    );
    live.fails("AdminCreateUser", json!({ "Username": "new" }), "UsernameExistsException");
    live.ok("AdminCreateUser", json!({ "Username": "new", "MessageAction": "RESEND" }));
    let resend = json!({ "Username": "maria.keller", "MessageAction": "RESEND" });
    live.fails("AdminCreateUser", resend, "UnsupportedUserStateException");
    live.fails("AdminSetUserPassword", json!({ "Username": "new", "Password": "weak" }), "InvalidPasswordException");
    let status = || live.sandbox.directory().user(&live.pool, "new").unwrap().status;
    live.ok("AdminSetUserPassword", json!({ "Username": "new", "Password": "Strong-3-enough", "Permanent": true }));
    assert_eq!(status(), "CONFIRMED");
    live.ok("AdminSetUserPassword", json!({ "Username": "new", "Password": "Strong-3-enough" }));
    assert_eq!(status(), "FORCE_CHANGE_PASSWORD");
    live.fails("AdminConfirmSignUp", one.clone(), "NotAuthorizedException");
    live.ok("AdminConfirmSignUp", json!({ "Username": "noa.cohen" }));
    let before = live.sandbox.directory().user(&live.pool, "maria.keller").unwrap();
    for (operation, enabled) in [("AdminDisableUser", false), ("AdminDisableUser", false), ("AdminEnableUser", true)] {
        live.ok(operation, json!({ "Username": "maria.keller" }));
        let user = live.sandbox.directory().user(&live.pool, "maria.keller").unwrap();
        assert_eq!(user.enabled, enabled);
        assert!(user.modified_at > before.modified_at);
    }
    live.ok("AdminDeleteUser", one.clone());
    live.fails("AdminDeleteUser", one, "UserNotFoundException");
    assert_eq!(live.usernames("").len(), 20);
}
