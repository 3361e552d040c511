//! What is sent to people, and through whom.

use super::pool;
use crate::setting::{Area, Changing, Form, Setting};

use Area::Messages;
use Changing::{Always, Elsewhere, Forward, Told};
use Form::{Choice, Json, Text};

pub(super) const SETTINGS: &[Setting] = &[
    pool!(
        Messages,
        "EmailConfiguration/EmailSendingAccount",
        "E-mail is sent by",
        Choice(&["COGNITO_DEFAULT", "DEVELOPER"]),
        Always,
        "COGNITO_DEFAULT",
        "Cognito's own sender stops after 50 messages a day for the whole account; DEVELOPER sends through your SES."
    ),
    pool!(
        Messages,
        "EmailConfiguration/SourceArn",
        "SES identity",
        Text,
        Always,
        "none",
        "The verified identity of SES that messages are sent with."
    ),
    pool!(
        Messages,
        "EmailConfiguration/From",
        "From",
        Text,
        Always,
        "no-reply@verificationemail.com",
        "The sender that people see."
    ),
    pool!(Messages, "EmailConfiguration/ReplyToEmailAddress", "Reply to", Text, Always, "none", "Where answers go."),
    pool!(
        Messages,
        "EmailConfiguration/ConfigurationSet",
        "SES configuration set",
        Text,
        Always,
        "none",
        "Where SES tells what became of messages."
    ),
    pool!(
        Messages,
        "EmailConfigurationFailure",
        "E-mail cannot be sent because",
        Text,
        Told,
        "",
        "Why SES refuses to send for this pool, as AWS tells it."
    ),
    pool!(
        Messages,
        "SmsConfiguration",
        "SMS is sent by",
        Json,
        Forward("Once there is a configuration it can be changed and not taken away."),
        "nobody",
        "The role with which Cognito sends SMS, its external id and its Region."
    ),
    pool!(
        Messages,
        "SmsConfigurationFailure",
        "SMS cannot be sent because",
        Text,
        Told,
        "",
        "Why SNS refuses to send for this pool, as AWS tells it."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/DefaultEmailOption",
        "Addresses are verified by",
        Choice(&["CONFIRM_WITH_CODE", "CONFIRM_WITH_LINK"]),
        Always,
        "CONFIRM_WITH_CODE",
        "A code to type, or a link to follow."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailSubject",
        "Subject of the code",
        Text,
        Always,
        "Your verification code",
        "The subject of the message with the code."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailMessage",
        "Message with the code",
        Text,
        Always,
        "Your verification code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailSubjectByLink",
        "Subject of the link",
        Text,
        Always,
        "Your verification link",
        "The subject of the message with the link."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailMessageByLink",
        "Message with the link",
        Text,
        Always,
        "Please click the link below to verify your email address. {##Verify Email##}",
        "{##words##} becomes the link."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/SmsMessage",
        "SMS with the code",
        Text,
        Always,
        "Your verification code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "EmailVerificationSubject",
        "Subject of the code (older field)",
        Text,
        Elsewhere("The template's subject took its place; change that."),
        "",
        "The same as the template's subject."
    ),
    pool!(
        Messages,
        "EmailVerificationMessage",
        "Message with the code (older field)",
        Text,
        Elsewhere("The template's message took its place; change that."),
        "",
        "The same as the template's message."
    ),
    pool!(
        Messages,
        "SmsVerificationMessage",
        "SMS with the code (older field)",
        Text,
        Elsewhere("The template's SMS took its place; change that."),
        "",
        "The same as the template's SMS."
    ),
    pool!(
        Messages,
        "SmsAuthenticationMessage",
        "SMS with a second factor",
        Text,
        Always,
        "Your authentication code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/EmailSubject",
        "Subject of invitations",
        Text,
        Always,
        "Your temporary password",
        "The subject when an administrator creates a user."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/EmailMessage",
        "Invitations by e-mail",
        Text,
        Always,
        "Your username is {username} and temporary password is {####}",
        "{username} and {####} stand for the name and the temporary password; both have to be there."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/SMSMessage",
        "Invitations by SMS",
        Text,
        Always,
        "Your username is {username} and temporary password is {####}",
        "{username} and {####} stand for the name and the temporary password; both have to be there."
    ),
];
