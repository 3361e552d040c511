//! AWS services beside Cognito.

mod cloudwatch;
mod iam;
mod lambda;
mod servicequotas;
mod sts;

pub use servicequotas::Busiest;
