//! People whom an administrator makes, invites and changes.

use crate::support::{Own, attribute, attributes, live};
use sandbox::{Channel, Occasion};
use serde_json::{Value, json};

const ADDRESS: (&str, &str) = ("email", "ada@x.example");

fn create(name: &str, list: &[(&str, &str)], more: Value) -> Value {
    let mut input = json!({ "Username": name, "UserAttributes": attributes(list) });
    let Value::Object(more) = more else { unreachable!() };
    input.as_object_mut().unwrap().extend(more);
    input
}

#[test]
fn an_invitation_goes_where_it_is_wanted_and_carries_the_temporary_password() {
    let live = live(5);
    let template =
        json!({ "InviteMessageTemplate": { "EmailMessage": "Hi {username}: {####}", "EmailSubject": "Hi" } });
    let own = Own::new(&live, json!({ "AdminCreateUserConfig": template }), json!({}));
    let by_email = json!({ "DesiredDeliveryMediums": ["EMAIL"], "TemporaryPassword": "Welcome-2-you" });
    own.admin("AdminCreateUser", create("ada", &[ADDRESS], by_email));
    let message = own.message();
    assert_eq!((message.occasion, message.channel), (Occasion::AdminCreateUser, Channel::Email));
    assert_eq!((message.text.as_str(), message.subject.as_deref()), ("Hi ada: Welcome-2-you", Some("Hi")));
    own.admin("AdminCreateUser", create("bob", &[ADDRESS, ("phone_number", "+15551234567")], json!({})));
    assert_eq!(own.message().channel, Channel::Sms, "SMS is the default");
    assert!(own.code().len() >= 8, "a password was made up");
    let sent = own.sent();
    own.admin(
        "AdminCreateUser",
        create("cyd", &[ADDRESS], json!({ "MessageAction": "SUPPRESS", "DesiredDeliveryMediums": ["EMAIL"] })),
    );
    own.admin("AdminCreateUser", create("dan", &[], json!({})));
    assert_eq!(own.sent(), sent);
    for bad in [json!({ "DesiredDeliveryMediums": ["PIGEON"] }), json!({ "MessageAction": "SHOUT" })] {
        own.admin_fails("AdminCreateUser", create("eve", &[ADDRESS], bad), "InvalidParameterException");
    }
    own.admin_fails(
        "AdminCreateUser",
        create("eve", &[], json!({ "TemporaryPassword": "weak" })),
        "InvalidPasswordException",
    );
    own.admin_fails("AdminGetUser", json!({ "Username": "eve" }), "UserNotFoundException");
}

#[test]
fn an_invitation_is_sent_again_with_another_password_while_it_is_open() {
    let live = live(5);
    let own = Own::new(&live, json!({}), json!({}));
    let by_email = json!({ "DesiredDeliveryMediums": ["EMAIL"] });
    own.admin("AdminCreateUser", create("ada", &[ADDRESS], by_email.clone()));
    let first = own.code();
    let mut again = create("ada", &[], by_email);
    again["MessageAction"] = json!("RESEND");
    let answer = own.admin("AdminCreateUser", again.clone());
    assert_eq!(answer["User"]["Username"], "ada");
    assert_ne!(own.code(), first);
    own.admin("AdminSetUserPassword", json!({ "Username": "ada", "Password": "Strong-3-enough", "Permanent": true }));
    own.admin_fails("AdminCreateUser", again.clone(), "UnsupportedUserStateException");
    again["Username"] = json!("nobody");
    own.admin_fails("AdminCreateUser", again, "UserNotFoundException");
}

#[test]
fn a_pool_that_verifies_first_keeps_the_old_address_until_then() {
    let live = live(5);
    let settings = json!({ "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } });
    let own = Own::new(&live, settings, json!({}));
    own.admin("AdminCreateUser", create("ada", &[ADDRESS, ("email_verified", "true")], json!({})));
    let update = |list: &[(&str, &str)]| {
        own.admin("AdminUpdateUserAttributes", json!({ "Username": "ada", "UserAttributes": attributes(list) }));
        let user = own.user("ada");
        [attribute(&user, "email"), attribute(&user, "email_verified"), attribute(&user, "name")]
            .map(|v| v.map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    let kept = update(&[("email", "new@x.example"), ("name", "Ada")]);
    assert_eq!(kept, [some("ada@x.example"), some("true"), some("Ada")]);
    assert_eq!((own.message().to.as_str(), own.message().occasion), ("new@x.example", Occasion::UpdateUserAttribute));
    let at_once = update(&[("email", "new@x.example"), ("email_verified", "true")]);
    assert_eq!(at_once[..2], [some("new@x.example"), some("true")]);
}

#[test]
fn attributes_are_deleted_with_their_flags_but_not_where_the_schema_needs_them() {
    let live = live(5);
    let schema = json!([{ "Name": "name", "Required": true, "Mutable": true },
        { "Name": "fixed", "AttributeDataType": "String", "Mutable": false }]);
    let own = Own::new(&live, json!({ "Schema": schema }), json!({}));
    let list = [ADDRESS, ("email_verified", "true"), ("name", "Ada"), ("custom:fixed", "x")];
    own.admin("AdminCreateUser", create("ada", &list, json!({})));
    let names = |names: &[&str]| json!({ "Username": "ada", "UserAttributeNames": names });
    for _ in 0..2 {
        own.admin("AdminDeleteUserAttributes", names(&["email"]));
    }
    let user = own.user("ada");
    assert_eq!((attribute(&user, "email"), attribute(&user, "email_verified")), (None, None));
    for bad in ["name", "custom:fixed", "custom:unknown", "sub"] {
        own.admin_fails("AdminDeleteUserAttributes", names(&[bad]), "InvalidParameterException");
    }
    own.admin_fails("AdminDeleteUserAttributes", json!({ "Username": "ada" }), "InvalidParameterException");
    let empty = json!({ "Username": "ada", "UserAttributes": attributes(&[("name", "")]) });
    own.admin_fails("AdminUpdateUserAttributes", empty, "InvalidParameterException");
}
