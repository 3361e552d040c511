//! What is sent to whom: which address or number, in which words.

use serde_json::{Map, Value, json};

use crate::directory::schema::id;
use crate::directory::user::{AttributeId, User};
use crate::directory::users::Moment;
use crate::directory::{Pool, World};
use crate::outbox::{Channel, Message, Occasion};
use crate::protocol::ApiError;
use crate::triggers::{self, Event, Trigger};

/// The place of a code or password in a template.
const CODE: &str = "{####}";
/// The place of the username in an invitation.
const USERNAME: &str = "{username}";

/// E-mails that an account can send in a day without an SES identity.
const EMAILS_A_DAY: usize = 50;
/// When that day begins: 09:00 UTC.
const RESET_MS: i64 = 9 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    /// `email` or `phone_number`, by its id in the schema.
    pub(crate) attribute: AttributeId,
    pub(crate) channel: Channel,
    pub(crate) to: String,
}

impl Destination {
    /// An address or a number that may not be the person's yet.
    pub(crate) fn of(attribute: AttributeId, to: &str) -> Self {
        let channel = if attribute == id::PHONE { Channel::Sms } else { Channel::Email };
        Self { attribute, channel, to: to.to_owned() }
    }

    /// The person's address or number; `None` when there is none.
    pub(crate) fn attribute(user: &User, attribute: AttributeId) -> Option<Self> {
        user.attribute(attribute).map(|to| Self::of(attribute, to))
    }

    /// The person's address or number, if it is verified.
    pub(crate) fn verified(user: &User, attribute: AttributeId) -> Option<Self> {
        let flag = if attribute == id::PHONE { id::PHONE_VERIFIED } else { id::EMAIL_VERIFIED };
        Self::attribute(user, attribute).filter(|_| user.attribute(flag) == Some("true"))
    }

    /// Where the code of a sign-up goes: a number before an address, and only to what the pool verifies by itself.
    pub(crate) fn sign_up(pool: &Pool, user: &User) -> Option<Self> {
        let verifies = |name: &str, attribute| {
            if pool.lists("AutoVerifiedAttributes", name) { Self::attribute(user, attribute) } else { None }
        };
        verifies("phone_number", id::PHONE).or_else(|| verifies("email", id::EMAIL))
    }

    /// Where the code for a new password goes, by `AccountRecoverySetting`: only verified addresses and numbers, and
    /// not the one that is the person's second factor.
    ///
    /// # Errors
    /// `NotAuthorizedException` where only an administrator resets; `InvalidParameterException` where nothing is
    /// verified.
    pub(crate) fn recovery(pool: &Pool, user: &User) -> Result<Self, ApiError> {
        let mechanisms = recovery_mechanisms(pool);
        if mechanisms == ["admin_only"] {
            let message = "Contact administrator to reset password.";
            return Err(ApiError::new("NotAuthorizedException", message));
        }
        let reach = |name: &String| match name.as_str() {
            "verified_email" => Self::verified(user, id::EMAIL).filter(|_| !user.factors.email),
            "verified_phone_number" => Self::verified(user, id::PHONE).filter(|_| !user.factors.sms),
            _ => None,
        };
        mechanisms.iter().find_map(reach).ok_or_else(|| {
            let message = "Cannot reset password for the user as there is no registered/verified email or phone_number";
            ApiError::invalid(message)
        })
    }

    /// Where a code would have gone to, had there been a person of this name.
    pub(crate) fn simulated(pool: &Pool, username: &str) -> Self {
        if username.starts_with('+') {
            return Self::of(id::PHONE, username);
        }
        if username.contains('@') {
            return Self::of(id::EMAIL, username);
        }
        if pool.lists("AutoVerifiedAttributes", "phone_number") {
            let sum: u32 = username.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
            return Self::of(id::PHONE, &format!("+1555{:07}", sum % 10_000_000));
        }
        Self::of(id::EMAIL, &format!("{username}@{username}"))
    }

    /// `CodeDeliveryDetails`: how much of it is shown to whoever asked.
    pub(crate) fn details(&self) -> Value {
        json!({
            "Destination": match self.channel {
                Channel::Email => masked_address(&self.to),
                Channel::Sms => masked_number(&self.to),
            },
            "DeliveryMedium": self.channel.as_str(),
            "AttributeName": if self.attribute == id::PHONE { "phone_number" } else { "email" },
        })
    }
}

/// The names of `AccountRecoverySetting` by priority. Without the setting a number goes first.
fn recovery_mechanisms(pool: &Pool) -> Vec<String> {
    let set = pool.settings.get("AccountRecoverySetting").and_then(|setting| setting.get("RecoveryMechanisms"));
    let Some(list) = set.and_then(Value::as_array).filter(|list| !list.is_empty()) else {
        return vec!["verified_phone_number".to_owned(), "verified_email".to_owned()];
    };
    let mut ordered: Vec<(u64, String)> = list
        .iter()
        .filter_map(|item| Some((item["Priority"].as_u64().unwrap_or(2), item["Name"].as_str()?.to_owned())))
        .collect();
    ordered.sort_by_key(|(priority, _)| *priority);
    ordered.into_iter().map(|(_, name)| name).collect()
}

fn masked_address(address: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, address));
    format!("{}***@{}***", first(local), first(domain))
}

fn masked_number(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let hidden = digits.len().saturating_sub(4);
    format!("+{}{}", "*".repeat(hidden), digits[hidden..].iter().collect::<String>())
}

/// Where a request came from, as triggers learn it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    client: String,
    /// `ClientMetadata`.
    pub(crate) metadata: Value,
}

impl Origin {
    /// A request of an app client.
    pub(crate) fn client(id: &str, metadata: Option<Map<String, Value>>) -> Self {
        Self { client: id.to_owned(), metadata: Value::Object(metadata.unwrap_or_default()) }
    }

    /// A request of an administrator.
    pub(crate) fn admin(metadata: Option<Map<String, Value>>) -> Self {
        Self::client("CLIENT_ID_NOT_APPLICABLE", metadata)
    }

    /// The event of a trigger about this person.
    pub(crate) fn event<'a>(&'a self, source: &'a str, username: &'a str, request: Value) -> Event<'a> {
        Event { version: triggers::ONLY, source, username, client_id: &self.client, request }
    }
}

/// One message to one person.
#[derive(Debug)]
pub(crate) struct Dispatch<'a> {
    pub(crate) pool: &'a str,
    pub(crate) user: u32,
    pub(crate) occasion: Occasion,
    pub(crate) destination: &'a Destination,
    /// The code or temporary password; `None` in the invitation of someone without.
    pub(crate) code: Option<&'a str>,
    pub(crate) origin: &'a Origin,
}

/// Puts a message into the outbox, in the words of the trigger `CustomMessage`, the pool's template, or ours.
///
/// A template that has no place for the code is not sent, as AWS does not.
///
/// # Errors
/// `UserLambdaValidationException` when the trigger fails; `LimitExceededException` when rates are kept and the sender
/// that AWS provides has sent its [`EMAILS_A_DAY`].
pub(crate) fn send(
    world: &mut World,
    dispatch: &Dispatch<'_>,
    rates_are_kept: bool,
    moment: Moment,
) -> Result<(), ApiError> {
    let Some(pool) = world.pools.get(dispatch.pool) else { return Ok(()) };
    let Some(user) = pool.users.get(dispatch.user) else { return Ok(()) };
    let Dispatch { occasion, destination, code, .. } = *dispatch;
    let Words { subject, text } = custom(pool, dispatch)?.over(words(pool, occasion, destination.channel));
    if code.is_some() && !text.contains(CODE) {
        return Ok(());
    }
    if rates_are_kept && destination.channel == Channel::Email && by_default_sender(pool) && spent(world, moment) {
        let message = "Exceeded daily email limit for the operation or the account.";
        return Err(ApiError::new("LimitExceededException", message));
    }
    let fill = |text: &str| text.replace(CODE, code.unwrap_or_default()).replace(USERNAME, user.username());
    let message = Message {
        pool: pool.id.clone(),
        username: user.username().to_owned(),
        to: destination.to.clone(),
        channel: destination.channel,
        occasion,
        code: code.map(str::to_owned),
        subject: (destination.channel == Channel::Email).then(|| fill(&subject)),
        text: fill(&text),
        sent_ms: moment.now_ms,
    };
    world.outbox.send(message);
    Ok(())
}

/// The same failure in the words of operations that know no limit of messages.
pub(crate) fn undelivered(error: ApiError) -> ApiError {
    if error.code == "LimitExceededException" {
        ApiError::new("CodeDeliveryFailureException", error.message)
    } else {
        error
    }
}

/// Whether a pool sends e-mail without an SES identity of its own.
fn by_default_sender(pool: &Pool) -> bool {
    let account = pool.settings.get("EmailConfiguration").and_then(|c| c.get("EmailSendingAccount"));
    account.is_none_or(|account| account != "DEVELOPER")
}

/// Whether the default sender has sent all that the account may send before the next 09:00 UTC.
fn spent(world: &World, moment: Moment) -> bool {
    let since_ms = (moment.now_ms - RESET_MS).div_euclid(DAY_MS) * DAY_MS + RESET_MS;
    let counts = |message: &&Message| {
        message.channel == Channel::Email
            && message.sent_ms >= since_ms
            && world.pools.get(&message.pool).is_some_and(by_default_sender)
    };
    world.outbox.messages().filter(counts).count() >= EMAILS_A_DAY
}

/// What the trigger `CustomMessage` wants said.
#[derive(Default)]
struct Custom {
    subject: Option<String>,
    text: Option<String>,
}

impl Custom {
    fn over(self, words: Words) -> Words {
        Words { subject: self.subject.unwrap_or(words.subject), text: self.text.unwrap_or(words.text) }
    }
}

fn custom(pool: &Pool, dispatch: &Dispatch<'_>) -> Result<Custom, ApiError> {
    if !Trigger::CustomMessage.exists(pool) {
        return Ok(Custom::default());
    }
    let source = format!("CustomMessage_{:?}", dispatch.occasion);
    let username = pool.users.get(dispatch.user).map_or("", User::username);
    let request = json!({
        "userAttributes": triggers::attributes(pool, Some(dispatch.user)),
        "codeParameter": CODE,
        "usernameParameter": USERNAME,
        "clientMetadata": dispatch.origin.metadata,
    });
    let event = dispatch.origin.event(&source, username, request);
    let response = triggers::call(pool, Trigger::CustomMessage, &event)?.unwrap_or_default();
    let text = |name: &str| response.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(match dispatch.destination.channel {
        Channel::Email => Custom { subject: text("emailSubject"), text: text("emailMessage") },
        Channel::Sms => Custom { subject: None, text: text("smsMessage") },
    })
}

struct Words {
    subject: String,
    text: String,
}

/// The pool's own template, or the words that AWS would use without one, in ours.
fn words(pool: &Pool, occasion: Occasion, channel: Channel) -> Words {
    let setting = |path: &[&str]| {
        let first = pool.settings.get(path[0]);
        path[1..].iter().fold(first, |value, name| value.and_then(|value| value.get(name))).and_then(Value::as_str)
    };
    let email = channel == Channel::Email;
    let (text, subject, plain_text, plain_subject) = match occasion {
        Occasion::AdminCreateUser => (
            setting(&[
                "AdminCreateUserConfig",
                "InviteMessageTemplate",
                if email { "EmailMessage" } else { "SMSMessage" },
            ]),
            setting(&["AdminCreateUserConfig", "InviteMessageTemplate", "EmailSubject"]),
            "Your username is {username} and your temporary password is {####}",
            "Your temporary password",
        ),
        Occasion::Authentication if email => (
            setting(&["EmailMfaConfiguration", "Message"]),
            setting(&["EmailMfaConfiguration", "Subject"]),
            "Your authentication code is {####}",
            "Your authentication code",
        ),
        Occasion::Authentication => {
            (setting(&["SmsAuthenticationMessage"]), None, "Your authentication code is {####}", "")
        }
        _ if email => (
            setting(&["VerificationMessageTemplate", "EmailMessage"]).or(setting(&["EmailVerificationMessage"])),
            setting(&["VerificationMessageTemplate", "EmailSubject"]).or(setting(&["EmailVerificationSubject"])),
            "Your verification code is {####}",
            "Your verification code",
        ),
        _ => (
            setting(&["VerificationMessageTemplate", "SmsMessage"]).or(setting(&["SmsVerificationMessage"])),
            None,
            "Your verification code is {####}",
            "",
        ),
    };
    Words { subject: subject.unwrap_or(plain_subject).to_owned(), text: text.unwrap_or(plain_text).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{masked_address, masked_number};

    #[test]
    fn a_destination_shows_no_more_than_its_ends() {
        assert_eq!(masked_address("maria@sandbox.example"), "m***@s***");
        assert_eq!(masked_number("+15551234567"), "+*******4567");
        assert_eq!(masked_address(""), "***@***");
        assert_eq!(masked_number("+1"), "+1");
    }
}
