//! The way from temporary credentials into AWS's console in a browser.

use model::Region;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::AwsCredentials;
use crate::error::{Error, ErrorKind};
use crate::web::Request;
use crate::{Session, operations};

/// Where a browser signs in with a ticket, and where it lands; `None` in partitions whose hosts we do not know: the
/// European sovereign cloud and the isolated ones. Their credentials are nothing for the hosts of another.
fn hosts(region: &Region) -> Option<(&'static str, &'static str)> {
    let elsewhere = region.as_str().starts_with("eusc-") || region.as_str().contains("-iso");
    match region.partition() {
        _ if elsewhere => None,
        "aws-cn" => Some(("https://signin.amazonaws.cn", "https://console.amazonaws.cn/")),
        "aws-us-gov" => Some(("https://signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com/")),
        _ => Some(("https://signin.aws.amazon.com", "https://console.aws.amazon.com/")),
    }
}

impl Session {
    /// An address that signs a browser in to AWS's console with the credentials, for fifteen minutes. The credentials are
    /// sent to AWS's sign-in host and nowhere else (`Action=getSigninToken`; needs no permission; free).
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] in the sandbox and at an endpoint, whose credentials open no console, in partitions whose
    /// sign-in hosts we do not know, and when AWS gives no ticket; [`ErrorKind::Unreachable`].
    pub async fn console_url(&self, credentials: &AwsCredentials) -> Result<SecretString, Error> {
        let context = self.context(operations::GET_SIGNIN_TOKEN);
        if !self.place().starts_with("aws") {
            let message = "Credentials of the sandbox or of an emulator open no AWS console.";
            return Err(Error::new(ErrorKind::Refused, message).of(&context));
        }
        let (sign_in, console) = hosts(self.region()).ok_or_else(|| {
            let message = "Poolkeeper does not know where this partition of AWS signs in to its console.";
            Error::new(ErrorKind::Refused, message).of(&context)
        })?;
        let request = Request::get(sign_in, ticket_request(credentials).expose_secret());
        let page = self.page(&context, &request).await?;
        let ticket = (page.status == 200).then(|| ticket(&page.body)).flatten().ok_or_else(|| {
            let message = "AWS gives no ticket for its console in exchange for these credentials. Have they expired?";
            Error::new(ErrorKind::Refused, message).of(&context)
        })?;
        Ok(login(sign_in, console, &ticket))
    }
}

fn ticket_request(credentials: &AwsCredentials) -> SecretString {
    let session = json!({
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_key.expose_secret(),
        "sessionToken": credentials.session_token.expose_secret(),
    });
    let query = Serializer::new(String::new())
        .append_pair("Action", "getSigninToken")
        .append_pair("Session", &session.to_string())
        .finish();
    format!("/federation?{query}").into()
}

fn ticket(body: &[u8]) -> Option<SecretString> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    Some(answer.get("SigninToken")?.as_str()?.to_owned().into())
}

fn login(sign_in: &str, console: &str, ticket: &SecretString) -> SecretString {
    let query = Serializer::new(String::new())
        .append_pair("Action", "login")
        .append_pair("Issuer", "Poolkeeper")
        .append_pair("Destination", console)
        .append_pair("SigninToken", ticket.expose_secret())
        .finish();
    format!("{sign_in}/federation?{query}").into()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::Region;
    use secrecy::ExposeSecret;
    use url::Url;

    use super::{AwsCredentials, hosts, login, ticket, ticket_request};

    #[test]
    fn a_ticket_is_asked_for_with_the_credentials_and_leads_to_the_console() {
        let credentials = AwsCredentials {
            access_key_id: "ASIA1".to_owned(),
            secret_key: "a/b+c\"".to_owned().into(),
            session_token: "t=&".to_owned().into(),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        let (sign_in, console) = of("eu-west-1").unwrap();
        let asked = format!("{sign_in}{}", ticket_request(&credentials).expose_secret());
        let asked: Vec<(String, String)> = Url::parse(&asked).unwrap().query_pairs().into_owned().collect();
        assert_eq!(asked[0], ("Action".to_owned(), "getSigninToken".to_owned()));
        let session: serde_json::Value = serde_json::from_str(&asked[1].1).unwrap();
        assert_eq!((&session["sessionKey"], &session["sessionToken"]), (&"a/b+c\"".into(), &"t=&".into()));
        let given = ticket(br#"{"SigninToken":"VCQgs5qZ&"}"#).unwrap();
        let there = Url::parse(login(sign_in, console, &given).expose_secret()).unwrap();
        assert_eq!(there.host_str(), Some("signin.aws.amazon.com"));
        assert!(there.query_pairs().any(|(name, value)| name == "SigninToken" && value == "VCQgs5qZ&"));
        assert!(ticket(b"<html>").is_none());
    }

    #[test]
    fn each_partition_has_its_own_console() {
        assert_eq!(of("us-gov-west-1").unwrap().0, "https://signin.amazonaws-us-gov.com");
        assert_eq!(of("cn-north-1").unwrap().1, "https://console.amazonaws.cn/");
        for elsewhere in ["eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
            assert_eq!(of(elsewhere), None, "{elsewhere}");
        }
    }

    fn of(region: &str) -> Option<(&'static str, &'static str)> {
        hosts(&Region::parse(region).unwrap())
    }
}
