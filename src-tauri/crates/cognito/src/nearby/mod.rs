//! AWS services beside Cognito.

mod sts;
