//! `poolctl plan`, `apply`, `users create|set|…`, `groups …` and `undo`: everything through a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::Arc;

use console::jobs::{
    Action, Approval, Chosen, Delivery, Factor, GroupSettings, JobState, MfaPreference, NewUser, Plan,
};
use console::{Code, Console, OpenPool};
use secrecy::SecretString;
use wire::changes::group_moves;
use wire::jobs::{group_name, read_plan, write_plan};
use wire::{ErrorCode, WireError};

use super::follow::{follow, told};
use super::matrix::{Moves, arranged, wanted};
use super::people::{Whom, text_of};
use super::preview;
use crate::arguments::GlobalOptions;
use crate::change_arguments::{Apply, Consent, GroupChange, GroupWish, People, PlanWish, UndoJob, UserChange};
use crate::failure::Failure;
use crate::output::{self, safe, unobeyed};

/// Makes a plan and writes it: what `apply` reads.
pub(crate) async fn plan(common: &GlobalOptions, wish: PlanWish) -> Result<(), Failure> {
    let Wanted { what, whom, password } = match wish {
        PlanWish::Users(change) => user_action(change)?,
        PlanWish::Groups(change) => group_action(change)?,
    };
    if matches!(password, Password::Made) {
        let sentence = "A plan holds no password. Give it to poolctl apply, with --password-stdin.";
        return Err(Failure::usage(WireError::validation("generate", sentence)));
    }
    let console = common.console_or_memory().await?;
    let pool = common.pool_online(&console).await?;
    let plan = planned(common, &pool, what, whom).await?;
    preview::previewed(common, &pool, &plan).await?;
    Ok(writeln!(io::stdout(), "{}", unobeyed(&write_plan(&plan)?))?)
}

/// Carries out a plan from a file.
pub(crate) async fn apply(common: &GlobalOptions, asked: Apply) -> Result<(), Failure> {
    let plan = read_plan(&text_of(&asked.file, "The plan")?)?;
    let password = if asked.password_stdin { Some(typed("password")?) } else { None };
    let console = console_for(common, &asked.consent).await?;
    let pool = common.pool_online(&console).await?;
    let plan = pool.adopt(plan)?;
    if asked.consent.agreement.dry_run {
        return preview::told(common, &pool, &plan).await;
    }
    // One that was begun goes on.
    if let Ok(begun) = pool.job(&plan.id).await {
        if begun.job.digest != plan.digest() {
            let sentence = "A plan of this id was begun, but the file is not that plan any more. Make a new plan, or go on \
                            with what was begun: poolctl jobs resume.";
            return Err(Failure::failed(ErrorCode::Precondition, sentence));
        }
        if begun.state == JobState::Ended {
            common.note(&format!("this plan was carried out already, as the job {}, begun {}", plan.id, begun.job.at));
            if begun.counts.failed + begun.counts.unknown > 0 {
                common.note(&format!("to try again what failed: poolctl jobs retry {}", plan.id));
            }
            return told(common, &pool, &plan.id, None).await;
        }
        common.note("this plan was begun already; it goes on");
        unlock(&pool, asked.consent.agreement.unlock.as_deref()).await?;
        let view = preview::previewed(common, &pool, &plan).await?;
        let named = pool.key().pool.as_str();
        if !asked.consent.agreement.yes
            && ask(view.irreversible, named)?.is_none_or(|typed| view.irreversible && typed != named)
        {
            return Err(Failure::failed(ErrorCode::Cancelled, "Nothing was changed."));
        }
        let job = pool.go_on(&plan.id, password).await?;
        return follow(common, &pool, &job, asked.consent.patience(), None).await;
    }
    carry_out(common, &pool, &plan, &asked.consent, Passwords { password, made: None }).await
}

/// Changes users at once: plan, consent, job.
pub(crate) async fn users(common: &GlobalOptions, change: UserChange, consent: Consent) -> Result<(), Failure> {
    at_once(common, user_action(change)?, consent).await
}

/// Changes groups at once.
pub(crate) async fn groups(common: &GlobalOptions, change: GroupChange, consent: Consent) -> Result<(), Failure> {
    at_once(common, group_action(change)?, consent).await
}

/// Takes a job or a change of settings back.
pub(crate) async fn undo(common: &GlobalOptions, asked: UndoJob) -> Result<(), Failure> {
    let console = common.console_with_journal().await?;
    let pool = common.pool_online(&console).await?;
    match pool.edit(&asked.job).await {
        Ok(edit) => return super::edits::undo(common, &pool, &edit.id, &asked.consent.agreement).await,
        Err(error) if error.code == Code::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let plan = pool.plan_undo(&asked.job).await?;
    carry_out(common, &pool, &plan, &asked.consent, Passwords::default()).await
}

/// What was asked for on the command line.
struct Wanted {
    what: What,
    whom: Whom,
    password: Password,
}

/// What is done.
enum What {
    Action(Action),
    /// What a matrix says of each user.
    Matrix(BTreeMap<String, Moves>),
}

/// The password that an action sets.
enum Password {
    None,
    /// The one on standard input, which is read once it is wanted.
    Typed,
    /// One that is made and printed.
    Made,
}

/// Makes a plan; of several names the one that is wrong is told.
async fn planned(common: &GlobalOptions, pool: &OpenPool, what: What, whom: Whom) -> Result<Arc<Plan>, Failure> {
    let (action, chosen) = match what {
        What::Action(action) => (action, whom.chosen(common, pool).await?),
        What::Matrix(moves) => arranged(common, pool, moves).await?,
    };
    let names = if let Chosen::Names(names) = &chosen { names.clone() } else { Vec::new() };
    pool.plan(action, chosen).await.map_err(|error| {
        let at = error.field.as_deref().and_then(|field| field.strip_prefix("users.")?.parse::<usize>().ok());
        match at.and_then(|at| names.get(at)) {
            Some(name) => {
                let message = format!("{}: {}", safe(name), error.message);
                Failure::from(console::Error { message, ..error })
            }
            None => Failure::from(error),
        }
    })
}

/// The console for a change; only a dry run can do without a journal.
async fn console_for(common: &GlobalOptions, consent: &Consent) -> Result<Console, Failure> {
    if consent.agreement.dry_run { common.console_or_memory().await } else { common.console_with_journal().await }
}

async fn at_once(common: &GlobalOptions, wanted: Wanted, consent: Consent) -> Result<(), Failure> {
    let Wanted { what, whom, password } = wanted;
    let makes = matches!(password, Password::Made);
    let of_one = || Failure::usage(WireError::validation("users", "A password is made for one user. Name one."));
    if makes && !whom.is_one() {
        return Err(of_one());
    }
    let console = console_for(common, &consent).await?;
    let pool = common.pool_online(&console).await?;
    let plan = planned(common, &pool, what, whom).await?;
    if makes && plan.items.len() > 1 {
        return Err(of_one());
    }
    let (password, made) = match password {
        _ if consent.agreement.dry_run => (None, None),
        Password::None => (None, None),
        Password::Typed => (Some(typed("password")?), None),
        Password::Made => {
            let made = pool.new_password().await?;
            (Some(made.clone()), Some(made))
        }
    };
    carry_out(common, &pool, &plan, &consent, Passwords { password, made }).await
}

/// What is set, and what of it is printed.
#[derive(Default)]
pub(crate) struct Passwords {
    password: Option<SecretString>,
    made: Option<SecretString>,
}

pub(super) async fn carry_out(
    common: &GlobalOptions,
    pool: &Arc<OpenPool>,
    plan: &Arc<Plan>,
    consent: &Consent,
    Passwords { password, made }: Passwords,
) -> Result<(), Failure> {
    if consent.agreement.dry_run {
        return preview::told(common, pool, plan).await;
    }
    unlock(pool, consent.agreement.unlock.as_deref()).await?;
    let view = preview::previewed(common, pool, plan).await?;
    if view.active == 0 {
        common.note("there is nothing to do");
        if common.wants_json() {
            output::json(&view)?;
        }
        return Ok(());
    }
    let named = pool.key().pool.as_str().to_owned();
    let pool_name = if consent.agreement.yes { Some(named) } else { ask(view.irreversible, &named)? };
    let approval = Approval { pool_name, reason: consent.agreement.reason.clone() };
    let token = pool.approve(plan, approval).await?;
    let job = pool.apply(&token, password).await?;
    follow(common, pool, &job, consent.patience(), made.as_ref()).await
}

pub(super) async fn unlock(pool: &OpenPool, name: Option<&str>) -> Result<(), Failure> {
    match name {
        Some(name) => Ok(pool.unlock_changes(name).await?),
        None => Ok(()),
    }
}

/// Asks on the terminal: for a yes, or for the pool's id where something cannot be taken back.
pub(super) fn ask(irreversible: bool, pool: &str) -> Result<Option<String>, Failure> {
    if !io::stdin().is_terminal() {
        let sentence = "Nothing was changed: nobody is there to ask. Give --yes to approve.";
        return Err(Failure::usage(WireError::new(ErrorCode::Precondition, sentence)));
    }
    let mut out = io::stderr().lock();
    if irreversible {
        write!(out, "This cannot be taken back. Type the pool's id {pool} to go on: ")?;
    } else {
        write!(out, "Go on? [y/N] ")?;
    }
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    let typed = typed.trim();
    if irreversible || matches!(typed, "y" | "Y" | "yes") {
        return Ok(Some(typed.to_owned()));
    }
    Err(Failure::failed(ErrorCode::Cancelled, "Nothing was changed."))
}

fn pairs(words: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    words
        .iter()
        .map(|word| {
            let wrong = || Failure::usage(WireError::validation("attribute", "Write attributes as name=value."));
            word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(wrong)
        })
        .collect()
}

/// A `password` or `secret` of standard input; one final newline does not belong to it.
pub(crate) fn typed(what: &str) -> Result<SecretString, Failure> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    let text = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text);
    if text.is_empty() {
        let sentence = format!("Give the {what} on standard input.");
        return Err(Failure::usage(WireError::validation(what, sentence)));
    }
    Ok(text.to_owned().into())
}

fn password(stdin: bool, made: bool) -> Password {
    match (made, stdin) {
        (true, _) => Password::Made,
        (false, true) => Password::Typed,
        (false, false) => Password::None,
    }
}

fn factor(word: &str) -> Factor {
    match word {
        "sms" => Factor::Sms,
        "email" => Factor::Email,
        _ => Factor::Totp,
    }
}

fn user_action(change: UserChange) -> Result<Wanted, Failure> {
    let plain = |action: Action, people: People| -> Result<Wanted, Failure> {
        Ok(Wanted { what: What::Action(action), whom: Whom::of(people)?, password: Password::None })
    };
    match change {
        UserChange::Create { name, mut attributes, more, invite, password_stdin, generate } => {
            attributes.extend(more);
            let way = |word: &String| if word == "sms" { Delivery::Sms } else { Delivery::Email };
            let password = password(password_stdin, generate);
            let new = NewUser {
                username: name,
                attributes: pairs(&attributes)?,
                invite: invite.iter().map(way).collect::<BTreeSet<_>>(),
                own_password: !matches!(password, Password::None),
            };
            Ok(Wanted { what: What::Action(Action::CreateUser(new)), whom: Whom::Nobody, password })
        }
        UserChange::Resend { people, by } => {
            let by = by.map(|word| if word == "sms" { Delivery::Sms } else { Delivery::Email });
            plain(Action::ResendInvitation { by }, people)
        }
        UserChange::Set { people, attributes } => {
            plain(Action::SetAttributes { attributes: pairs(&attributes)? }, people)
        }
        UserChange::Unset { people, attributes } => {
            plain(Action::DeleteAttributes { attributes: attributes.into_iter().collect() }, people)
        }
        UserChange::Replace { people, attribute, find, with } => {
            plain(Action::ReplaceInAttribute { attribute, find, replace: with }, people)
        }
        UserChange::Copy { people, from, to } => plain(Action::CopyAttribute { from, to }, people),
        UserChange::Enable(people) => plain(Action::EnableUsers, people),
        UserChange::Disable(people) => plain(Action::DisableUsers, people),
        UserChange::Confirm { people, verify_email } => plain(Action::ConfirmUsers { verify_email }, people),
        UserChange::ResetPassword(people) => plain(Action::ResetPassword, people),
        UserChange::SetPassword { people, permanent, generate } => {
            Ok(Wanted { password: password(true, generate), ..plain(Action::SetPassword { permanent }, people)? })
        }
        UserChange::SignOut(people) => plain(Action::SignOut, people),
        UserChange::Delete(people) => plain(Action::DeleteUsers, people),
        UserChange::Mfa { people, on, off, preferred, no_look } => {
            let on = on.iter().map(|word| (factor(word), true));
            let factors = off.iter().map(|word| (factor(word), false)).chain(on).collect();
            let preferred = preferred.as_deref().map(factor);
            let preference = MfaPreference { factors, preferred };
            plain(Action::SetMfa { preference, look_first: !no_look }, people)
        }
        UserChange::ResetAuthenticator(people) => plain(Action::ResetAuthenticator, people),
        UserChange::RateSignIn { people, event, own } => plain(Action::RateSignIn { event, own: own == "yes" }, people),
        UserChange::ForgetDevice { people, device } => plain(Action::ForgetDevice { device_key: device }, people),
        UserChange::Link { people, provider, subject } => plain(Action::LinkProvider { provider, subject }, people),
        UserChange::Unlink { people, provider, subject } => plain(Action::UnlinkProvider { provider, subject }, people),
    }
}

fn group_action(change: GroupChange) -> Result<Wanted, Failure> {
    let settings = |wish: GroupWish| -> Result<GroupSettings, Failure> {
        let GroupWish { group, description, precedence, role } = wish;
        Ok(GroupSettings { name: group_name(&group)?, description, precedence, role_arn: role })
    };
    let about = |action: Action, whom: Whom| Ok(Wanted { what: What::Action(action), whom, password: Password::None });
    match change {
        GroupChange::Create(wish) => about(Action::CreateGroup(settings(wish)?), Whom::Nobody),
        GroupChange::Set(wish) => about(Action::UpdateGroup(settings(wish)?), Whom::Nobody),
        GroupChange::Delete { group } => about(Action::DeleteGroup { group: group_name(&group)? }, Whom::Nobody),
        GroupChange::Add { group, people } => {
            about(Action::AddToGroup { group: group_name(&group)? }, Whom::of(people)?)
        }
        GroupChange::Change { people, join, leave } => {
            about(Action::ChangeGroups(group_moves(&join, &leave)?), Whom::of(people)?)
        }
        GroupChange::Arrange { file } => {
            Ok(Wanted { what: What::Matrix(wanted(&file)?), whom: Whom::Nobody, password: Password::None })
        }
        GroupChange::Remove { group, people } => {
            about(Action::RemoveFromGroup { group: group_name(&group)? }, Whom::of(people)?)
        }
    }
}
