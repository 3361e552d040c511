//! The wire itself: shapes of errors, what is refused before an operation runs, STS.

use crate::support::{AUTHORIZATION, live};
use rstest::rstest;
use serde_json::json;

#[test]
fn get_caller_identity_answers_in_xml() {
    let live = live(10);
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", AUTHORIZATION)];
    let reply = live.send(&headers, form).unwrap();
    assert_eq!((reply.status, reply.content_type.as_deref()), (200, Some("text/xml")));
    for part in [
        "<GetCallerIdentityResult>",
        "<Account>123456789012</Account>",
        "<Arn>arn:aws:iam::123456789012:user/sandbox</Arn>",
    ] {
        assert!(reply.text.contains(part), "{}", reply.text);
    }
    live.sandbox.weather().deny("GetCallerIdentity");
    let reply = live.send(&headers, form).unwrap();
    assert_eq!(reply.status, 403);
    assert!(reply.text.contains("<Code>AccessDenied</Code>"), "{}", reply.text);
}

#[test]
fn every_answer_has_a_request_id_of_its_own_and_errors_their_type() {
    let live = live(10);
    let first = live.call("ListUsers", live.in_pool(json!({})));
    let second = live.call("ListUsers", json!({ "UserPoolId": "eu-west-1_doesNotEx" }));
    assert!(first.request_id.is_some() && first.request_id != second.request_id);
    assert_eq!(first.content_type.as_deref(), Some("application/x-amz-json-1.1"));
    assert_eq!((first.error_type, second.status), (None, 400));
    assert_eq!(second.error_type.as_deref(), Some("ResourceNotFoundException:"));
    assert_eq!(second.json()["message"], "User pool eu-west-1_doesNotEx does not exist.");
}

#[rstest]
#[case::not_json("{", "SerializationException")]
#[case::not_an_object("[1]", "SerializationException")]
#[case::text_for_a_number("{\"UserPoolId\":\"eu-west-1_a\",\"Limit\":\"60\"}", "SerializationException")]
#[case::number_for_text("{\"UserPoolId\":1}", "SerializationException")]
#[case::no_pool("{}", "InvalidParameterException")]
#[case::empty("", "InvalidParameterException")]
#[case::bad_pool_id("{\"UserPoolId\":\"<b>\"}", "InvalidParameterException")]
#[case::pool_id_without_region("{\"UserPoolId\":\"_abc\"}", "InvalidParameterException")]
#[case::endless_pool_id(
    "{\"UserPoolId\":\"eu-west-1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
    "InvalidParameterException"
)]
#[case::unknown_pool("{\"UserPoolId\":\"eu-west-1_doesNotEx\"}", "ResourceNotFoundException")]
fn an_input_that_is_wrong_is_refused_by_name(#[case] body: &str, #[case] code: &str) {
    let live = live(10);
    let target = ("x-amz-target", "AWSCognitoIdentityProviderService.ListUsers");
    let reply = live.send(&[target, ("authorization", AUTHORIZATION)], body).unwrap();
    assert_eq!((reply.status, reply.code().as_str()), (400, code), "{}", reply.text);
}

#[test]
fn an_unknown_operation_says_so() {
    let live = live(10);
    live.fails("InventUser", json!({}), "UnknownOperationException");
    for headers in [vec![("x-amz-target", "Nonsense")], vec![("x-amz-target", "DynamoDB_20120810.ListTables")], vec![]]
    {
        let reply = live.send(&headers, "{}").unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (400, "UnknownOperationException"));
    }
}

#[test]
fn a_request_without_a_signature_is_refused() {
    let live = live(10);
    let target = ("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools");
    let reply = live.send(&[target], "{\"MaxResults\":10}").unwrap();
    assert_eq!(reply.code(), "MissingAuthenticationTokenException");
}

#[test]
fn in_another_region_there_are_no_pools() {
    let live = live(10);
    let elsewhere = AUTHORIZATION.replace("eu-west-1", "us-east-1");
    let send = |operation: &str, body: serde_json::Value| {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        live.send(&[("x-amz-target", target.as_str()), ("authorization", &elsewhere)], &body.to_string()).unwrap()
    };
    assert_eq!(send("ListUserPools", json!({ "MaxResults": 60 })).json()["UserPools"], json!([]));
    assert_eq!(send("ListUsers", json!({ "UserPoolId": live.pool })).code(), "ResourceNotFoundException");
}

#[test]
fn only_post_is_answered_and_a_closed_server_is_gone() {
    let mut live = live(10);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    assert_eq!(agent.get(&live.endpoint).call().unwrap().status().as_u16(), 404);
    assert!(live.endpoint.starts_with("http://127.0.0.1:"));
    assert_eq!(live.sandbox.description().endpoint.as_deref(), Some(live.endpoint.as_str()));
    live.shutdown();
    assert_eq!(live.sandbox.description().endpoint, None);
    assert!(live.try_call("ListUsers", &live.in_pool(json!({}))).is_err());
}
