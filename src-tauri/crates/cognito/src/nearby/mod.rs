//! AWS services beside Cognito.

mod cloudwatch;
mod iam;
mod lambda;
mod sts;
