//! What other services of AWS say about a pool: `triggers --look`, `identity-pools --look`,
//! `quotas --look`. Nothing is changed.

use serde::Serialize;
use wire::WireError;
use wire::nearby::{AppliedQuotaView, FunctionView, FunctionsView, RoleView, RolesView, ServiceQuotasView};
use wire::settings::{TriggerView, answered};

use super::settings::{lines, meant, yes_or_no};
use crate::arguments::GlobalOptions;
use crate::failure::Failure;

/// A trigger with what Lambda says about its function.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LookedAt {
    #[serde(flatten)]
    trigger: TriggerView,
    lambda: Option<FunctionView>,
}

/// `triggers --look`
pub(crate) async fn triggers(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.functions(&common.online().parse()?, &pool).await?;
    let (triggers, told) = (TriggerView::all(&snapshot).map_err(WireError::from)?, FunctionsView::from(&snapshot));
    let looked = triggers.into_iter().map(|trigger| LookedAt {
        lambda: told.functions.iter().find(|function| function.function == trigger.function).cloned(),
        trigger,
    });
    let looked: Vec<LookedAt> = looked.collect();
    let head = ["trigger", "version", "function", "permission", "says", "runtime", "timeout", "lastModified", "state"];
    lines(common, &head, &looked, |LookedAt { trigger, lambda }| {
        let TriggerView { trigger, version, function, .. } = trigger.clone();
        let told = |read: fn(&FunctionView) -> Option<String>| lambda.as_ref().and_then(read).unwrap_or_default();
        vec![
            trigger,
            version.unwrap_or_default(),
            function,
            told(|it| it.permission.clone()),
            told(|it| Some(it.says.clone())),
            told(|it| it.runtime.clone()),
            told(|it| it.timeout_seconds.map(|seconds| format!("{seconds} s"))),
            told(|it| it.last_modified.clone()),
            told(|it| it.state.clone()),
        ]
    })?;
    offer(common, told.policy.as_deref());
    Ok(())
}

/// `identity-pools --look`
pub(crate) async fn roles(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.roles(&common.online().parse()?, &pool).await?;
    let told = RolesView::from(&snapshot);
    // What could be read is told; that there is no more is not known.
    let missing = ["ListIdentityPools", "ListGroups"].into_iter().find_map(|list| answered(&snapshot, list).err());
    if let Some(why) = missing.clone().filter(|_| told.roles.is_empty()) {
        offer(common, told.policy.as_deref());
        return Err(WireError::from(why).into());
    }
    let head = ["identityPool", "givenTo", "role", "narrow", "trust", "sweeping", "rights"];
    lines(common, &head, &told.roles, |it: &RoleView| {
        let flag = |flag: Option<bool>| flag.map(yes_or_no).unwrap_or_default();
        let pool = it.identity_pool.clone().unwrap_or_default();
        let (narrow, sweeping) = (flag(it.narrow), flag(it.sweeping));
        vec![pool, it.given_to.clone(), it.role.clone(), narrow, it.trust.clone(), sweeping, it.rights.clone()]
    })?;
    offer(common, told.policy.as_deref());
    match missing {
        Some(why) => {
            common.note(&format!("there may be more: {why}"));
            Err(Failure::Told)
        }
        None => Ok(()),
    }
}

/// `quotas --look`
pub(crate) async fn quotas(common: &GlobalOptions, used: bool) -> Result<(), Failure> {
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let told = ServiceQuotasView::from(&console.service_quotas(&connection, used).await?);
    let head = ["category", "name", "value", "per", "busiest", "default", "adjustable", "code"];
    lines(common, &head, &told.quotas, |it: &AppliedQuotaView| {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        vec![
            it.category.clone().unwrap_or_default(),
            it.name.clone(),
            number(it.value),
            if it.per_second { "second" } else { "" }.to_owned(),
            it.busiest.map(|busiest| format!("{busiest:.1}")).unwrap_or_default(),
            number(it.default_per_second),
            yes_or_no(it.adjustable),
            it.code.clone(),
        ]
    })?;
    for question in &told.unanswered {
        common.note(&match &question.iam_action {
            Some(action) => format!("unknown: needs {action}"),
            None => format!("unknown: {} was not answered. {}", question.operation, question.why),
        });
    }
    if used && told.metrics > 0 {
        common.note(&format!("CloudWatch was asked for {} metrics, about ${}.", told.metrics, told.price));
    }
    offer(common, told.policy.as_deref());
    Ok(())
}

/// The policy to copy, where something was refused.
fn offer(common: &GlobalOptions, policy: Option<&str>) {
    if let Some(policy) = policy {
        common.note(&format!("This policy permits what was refused:\n{policy}"));
    }
}
