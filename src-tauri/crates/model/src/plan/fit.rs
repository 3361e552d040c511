//! Whether the values that entries set are such as the pool takes.

use super::action::Action;
use super::item::Item;
use super::make::PlanError;
use super::step::Step;
use crate::import::unfit;
use crate::pool::Pool;
use crate::pool_policy::PoolPolicy;

/// Leaves out the entries that set an attribute to a value that the pool refuses: too long, too short, or not of its form.
///
/// # Errors
/// [`PlanError`] with the attribute where the value is the same for everybody.
pub fn fit(action: &Action, items: &mut [Item], pool: &Pool, policy: &PoolPolicy) -> Result<(), PlanError> {
    let same_for_all = matches!(action, Action::SetAttributes { .. } | Action::CreateUser(_));
    for item in items {
        let wrong = item.steps.iter().find_map(|step| {
            let attributes = match step {
                Step::UpdateAttributes { attributes } => attributes,
                Step::CreateUser(new) => &new.attributes,
                _ => return None,
            };
            // What is set to nothing is taken away.
            let mut set = attributes.iter().filter(|(_, value)| !value.is_empty());
            set.find_map(|(name, value)| Some((name.clone(), unfit(pool, policy, name, value)?)))
        });
        match wrong {
            Some((field, message)) if same_for_all => return Err(PlanError { field, message }),
            Some((field, why)) => *item = Item::skipped(item.target.clone(), format!("{field} would not do: {why}")),
            None => {}
        }
    }
    Ok(())
}
