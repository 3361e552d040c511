//! The settings of `DescribeRiskConfiguration`.

use super::{Area, Changing, Form, Setting};

macro_rules! risk {
    ($pointer:literal, $title:literal, $form:expr, $changing:expr, $default:literal, $what:literal) => {
        Setting {
            area: Area::Protection,
            operation: "DescribeRiskConfiguration",
            pointer: concat!("/RiskConfiguration/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: $changing,
            form: $form,
        }
    };
}

const ACTIONS: &[&str] = &["BLOCK", "MFA_REQUIRED", "MFA_IF_CONFIGURED", "NO_ACTION"];

pub(super) const SETTINGS: &[Setting] = &[
    risk!(
        "CompromisedCredentialsRiskConfiguration/Actions/EventAction",
        "Stolen passwords",
        Form::Choice(&["BLOCK", "NO_ACTION"]),
        Changing::Always,
        "nothing is done",
        "BLOCK refuses passwords that were found in collections of stolen ones."
    ),
    risk!(
        "CompromisedCredentialsRiskConfiguration/EventFilter",
        "Stolen passwords are looked for at",
        Form::Texts(&["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]),
        Changing::Always,
        "all of them",
        "When a password is compared with stolen ones."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/LowAction/EventAction",
        "Low risk",
        Form::Choice(ACTIONS),
        Changing::Always,
        "nothing is done",
        "What happens when a sign-in looks a little unlike the person."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/LowAction/Notify",
        "Low risk: tell the person",
        Form::Flag,
        Changing::Always,
        "off",
        "Whether the person gets a message about it."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/MediumAction/EventAction",
        "Medium risk",
        Form::Choice(ACTIONS),
        Changing::Always,
        "nothing is done",
        "What happens when a sign-in looks unlike the person."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/MediumAction/Notify",
        "Medium risk: tell the person",
        Form::Flag,
        Changing::Always,
        "off",
        "Whether the person gets a message about it."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/HighAction/EventAction",
        "High risk",
        Form::Choice(ACTIONS),
        Changing::Always,
        "nothing is done",
        "What happens when a sign-in looks very unlike the person."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/Actions/HighAction/Notify",
        "High risk: tell the person",
        Form::Flag,
        Changing::Always,
        "off",
        "Whether the person gets a message about it."
    ),
    risk!(
        "AccountTakeoverRiskConfiguration/NotifyConfiguration",
        "Messages about risks",
        Form::Json,
        Changing::Always,
        "none",
        "The texts of those messages and the identity of SES that they are sent with."
    ),
    risk!(
        "RiskExceptionConfiguration/BlockedIPRangeList",
        "Addresses that are always blocked",
        Form::Texts(&[]),
        Changing::Always,
        "none",
        "Networks, written like 192.0.2.0/24, from which nobody can sign in."
    ),
    risk!(
        "RiskExceptionConfiguration/SkippedIPRangeList",
        "Addresses that are always trusted",
        Form::Texts(&[]),
        Changing::Always,
        "none",
        "Networks from which no sign-in is judged. A wide one switches threat protection off."
    ),
    risk!(
        "LastModifiedDate",
        "Changed at",
        Form::Json,
        Changing::Told,
        "",
        "When this was last changed, in seconds since 1970."
    ),
    risk!("UserPoolId", "Pool", Form::Text, Changing::Told, "", "The pool that it belongs to."),
    risk!(
        "ClientId",
        "App client",
        Form::Text,
        Changing::Told,
        "",
        "The client whose own rules these are; without one they are the pool's."
    ),
];
