//! `poolctl users factors | devices | sign-ins`: what only a call about one user tells, behind its price.

use std::io::{self, BufRead, IsTerminal, Write};

use console::{OpenPool, Reveal};
use wire::reveals::{LookView, RevealPriceView};
use wire::users::OneUser;
use wire::{ErrorCode, WireError};

use crate::arguments::GlobalOptions;
use crate::change_arguments::{Consent, LookedAt, UsersCommand};
use crate::failure::Failure;
use crate::output;

/// Tells the price, asks whether it is agreed to, and looks.
pub(crate) async fn run(common: &GlobalOptions, asked: UsersCommand, consent: &Consent) -> Result<(), Failure> {
    let (LookedAt { username }, what, most) = match asked {
        UsersCommand::Factors(of) => (of, Reveal::SecondFactors, 0),
        UsersCommand::Devices(of) => (of, Reveal::Devices, 0),
        UsersCommand::SignIns { of, most } => (of, Reveal::SignIns, most),
        UsersCommand::Change(change) => return super::change::users(common, change, consent.clone()).await,
    };
    let console = common.console_or_memory().await?;
    let pool = common.pool_online(&console).await?;
    if consent.agreement.dry_run {
        let name = OneUser { username }.parse()?;
        return Ok(output::json(&RevealPriceView::from(&pool.reveal_price(&name, what).await?))?);
    }
    agreed(common, &pool, &username, what, consent.agreement.yes).await?;
    let name = OneUser { username }.parse()?;
    match what {
        Reveal::SecondFactors => factors(common, &pool.second_factors(&name).await?.into()),
        Reveal::Devices => devices(common, pool.devices(&name).await?.into()),
        Reveal::SignIns => {
            let most = if most == 0 { usize::MAX } else { most };
            let (mut events, mut next) = pool.sign_in_events(&name, None).await?;
            while events.len() < most && next.is_some() {
                // About the same user in the same month: the first page counted them.
                let (more, after) = pool.sign_in_events(&name, next).await?;
                events.extend(more);
                next = after;
            }
            if events.len() > most || next.is_some() {
                events.truncate(most);
                common.note(&format!("the latest {} are listed; --most 0 lists all", events.len()));
            }
            sign_ins(common, (events, None).into())
        }
    }
}

/// Tells what a look costs, and goes on only when it is free or agreed to.
pub(super) async fn agreed(
    common: &GlobalOptions,
    pool: &OpenPool,
    username: &str,
    what: Reveal,
    yes: bool,
) -> Result<(), Failure> {
    let name = OneUser { username: username.to_owned() }.parse()?;
    let price = RevealPriceView::from(&pool.reveal_price(&name, what).await?);
    if let Some(refused) = &price.refused {
        return Err(Failure::failed(ErrorCode::NotInPlan, refused.as_str()));
    }
    let high = price.price_high.as_deref().unwrap_or("unknown");
    let says = match price.effect.as_str() {
        "alreadyCounted" | "free" => {
            common.note(&format!("{} is free: the user is counted this month already", price.operation));
            return Ok(());
        }
        "undocumented" => "AWS does not say whether it makes the user a monthly active user",
        _ => "it makes the user a monthly active user",
    };
    let likely = price.price_likely.as_deref().map(|likely| format!(", likely ${likely}")).unwrap_or_default();
    common.note(&format!("{}: {says}; ${} to ${high}{likely}", price.operation, price.price_low));
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let sentence = "AWS was not asked: nobody is there to agree to the price. Give --yes to agree.";
        return Err(Failure::usage(WireError::new(ErrorCode::Precondition, sentence)));
    }
    write!(io::stderr().lock(), "Go on? [y/N] ")?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    match typed.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::failed(ErrorCode::Cancelled, "AWS was not asked.")),
    }
}

fn factors(common: &GlobalOptions, view: &LookView) -> Result<(), Failure> {
    let LookView::SecondFactors { on, preferred } = view else { return Ok(()) };
    if common.wants_json() {
        return Ok(output::json(view)?);
    }
    output::listed(common.format(), &["factor", "askedFirst"], on, |factor| {
        let first = if Some(factor) == preferred.as_ref() { "yes" } else { "no" };
        vec![factor.clone(), first.to_owned()]
    })?;
    if on.is_empty() {
        common.note("no second factor is turned on");
    }
    Ok(())
}

fn devices(common: &GlobalOptions, view: LookView) -> Result<(), Failure> {
    let LookView::Devices { devices } = view else { return Ok(()) };
    output::listed(common.format(), &["key", "name"], &devices, |device| {
        vec![device.key.clone(), device.name.clone().unwrap_or_default()]
    })?;
    if devices.is_empty() {
        common.note("no device is remembered");
    }
    Ok(())
}

fn sign_ins(common: &GlobalOptions, view: LookView) -> Result<(), Failure> {
    let LookView::SignIns { events, .. } = view else { return Ok(()) };
    let head = ["id", "at", "kind", "response", "risk", "compromised", "ip", "place", "device", "feedback"];
    output::listed(common.format(), &head, &events, |event| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let compromised = if event.compromised { "yes" } else { "no" }.to_owned();
        let (id, kind) = (event.id.clone(), event.kind.clone());
        let (at, response, risk) = (text(&event.at), text(&event.response), text(&event.risk));
        let (ip, place, device) = (text(&event.ip), text(&event.place), text(&event.device));
        vec![id, at, kind, response, risk, compromised, ip, place, device, text(&event.feedback)]
    })?;
    if events.is_empty() {
        common.note("AWS has recorded none");
    }
    Ok(())
}
