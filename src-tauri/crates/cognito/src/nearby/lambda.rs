//! The functions of a pool's triggers: who may call them, and what runs there.

use std::collections::BTreeSet;

use model::health::{Answer, Snapshot};
use serde_json::Value;

use crate::error::Error;
use crate::{Session, operations};

/// What is kept of a function's configuration. Its environment may hold secrets and is let go.
const KEPT: [&str; 9] = [
    "FunctionArn",
    "FunctionName",
    "LastModified",
    "LastUpdateStatus",
    "Runtime",
    "State",
    "StateReason",
    "Timeout",
    "Version",
];

impl Session {
    /// Reads the policy and the configuration of each function in a pool's triggers: Lambda's `GetPolicy` and
    /// `GetFunctionConfiguration` (IAM actions `lambda:GetPolicy` and `lambda:GetFunctionConfiguration` on the functions;
    /// free; nobody becomes active), by the functions' ARNs. Ask [`Session::read_pool_alone`] first: without its answer
    /// nothing is asked.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_functions(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let described = snapshot.body("DescribeUserPool", "");
        let config = described.and_then(|body| body.pointer("/UserPool/LambdaConfig"));
        let set = config.map(model::trigger::of_config).unwrap_or_default();
        let functions: BTreeSet<String> = set.into_iter().map(|trigger| trigger.function).collect();
        for function in functions {
            let policy = self
                .answer(&self.context(operations::GET_POLICY), |tap| {
                    self.lambda().get_policy().function_name(&function).customize().interceptor(tap).send()
                })
                .await?;
            snapshot.put("GetPolicy", &function, policy);
            let configuration = self
                .answer(&self.context(operations::GET_FUNCTION_CONFIGURATION), |tap| {
                    let get = self.lambda().get_function_configuration().function_name(&function);
                    get.customize().interceptor(tap).send()
                })
                .await?;
            snapshot.put("GetFunctionConfiguration", &function, sparing(configuration));
        }
        Ok(())
    }
}

/// The answer without what nobody needs to see.
fn sparing(answer: Answer) -> Answer {
    match answer {
        Answer::Given(Value::Object(mut all)) => {
            all.retain(|name, _| KEPT.contains(&name.as_str()));
            Answer::Given(all.into())
        }
        other => other,
    }
}
