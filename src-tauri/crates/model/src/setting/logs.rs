//! The settings of `GetLogDeliveryConfiguration`.

use super::{Area, Changing, Form, Setting};

const fn logs(pointer: &'static str, title: &'static str, what: &'static str, changing: Changing) -> Setting {
    let (form, default) = match changing {
        Changing::Told => (Form::Text, ""),
        _ => (Form::Json, "none"),
    };
    Setting {
        area: Area::Protection,
        operation: "GetLogDeliveryConfiguration",
        pointer,
        title,
        what,
        default,
        changing,
        form,
    }
}

pub(super) const SETTINGS: &[Setting] = &[
    logs(
        "/LogDeliveryConfiguration/LogConfigurations",
        "Export of logs",
        "Where logs go, one entry for each EventSource: userNotification (LogLevel ERROR, messages that could not be sent) to a \
         log group of CloudWatch, as {\"EventSource\":\"userNotification\",\"LogLevel\":\"ERROR\",\
         \"CloudWatchLogsConfiguration\":{\"LogGroupArn\":\"arn:…\"}}; userAuthEvents (LogLevel INFO, risky sign-ins, plan \
         Plus) to that, to S3Configuration with a BucketArn, or to FirehoseConfiguration with a StreamArn. Each has one place.",
        Changing::Always,
    ),
    logs("/LogDeliveryConfiguration/UserPoolId", "Pool", "The pool that it belongs to.", Changing::Told),
];
