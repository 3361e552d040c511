//! AWS services beside Cognito.

mod cloudwatch;
mod sts;
