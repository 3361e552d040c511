//! `poolctl sign-in`: one sign-in, recorded.

use std::io::{self, IsTerminal, Write};

use console::Code;
use console::lab::{LabClient, Stage, Start, is_of_machine};
use secrecy::SecretString;
use wire::lab::{SignInResult, SignInView};
use wire::{ErrorCode, WireError};

use crate::arguments::{GlobalOptions, SignIn};
use crate::failure::Failure;
use crate::output::{self, safe};

/// Signs in and says how far it came: exit 0 for tokens and for a challenge, 1 for a refusal and for what failed.
pub(crate) async fn run(common: &GlobalOptions, asked: &SignIn) -> Result<(), Failure> {
    let client = wire::lab::client_id(&asked.client)?;
    let connection = common.online().parse()?;
    let machine = is_of_machine(&asked.flow);
    if asked.user.is_none() && !machine {
        let sentence = "Say who signs in with --user.";
        return Err(Failure::usage(WireError::new(ErrorCode::Validation, sentence)));
    }
    let password = if machine { None } else { password(asked)? };
    let console = common.console_or_memory().await?;
    let pool = common.pool_id(&console).await?;
    let client = match console.client(&connection, &pool, &client).await {
        Ok(client) => client,
        // Who may not read the client can still sign in through one that has no secret.
        Err(error) if matches!(error.code, Code::AccessDenied | Code::CredentialsMissing) => {
            common.note(&format!("{} The client is taken for one without a secret.", error.message));
            LabClient::unknown(client)
        }
        Err(error) => return Err(error.into()),
    };
    let start = Start {
        password,
        totp: asked.totp.clone().map(SecretString::from),
        scopes: asked.scopes.clone(),
        ..Start::new(pool, client, &asked.flow, asked.user.as_deref().unwrap_or_default())
    };
    if !machine {
        common.note("signing in makes this user a monthly active user");
    }
    let sign_in = console.sign_in(&connection, start).await?;
    let view = SignInView::new(&sign_in, asked.tokens);
    if common.wants_json() {
        output::json(&view)?;
    } else {
        write(&view, sign_in.stage())?;
    }
    match view.result {
        SignInResult::Error | SignInResult::Failed => Err(Failure::Told),
        SignInResult::Tokens | SignInResult::Challenge => Ok(()),
    }
}

/// The password: a line of standard input, or typed unseen. One final newline does not belong to it.
fn password(asked: &SignIn) -> Result<Option<SecretString>, Failure> {
    if asked.password_stdin {
        let mut text = String::new();
        io::Read::read_to_string(&mut io::stdin().lock(), &mut text)?;
        let text = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text);
        return Ok((!text.is_empty()).then(|| text.to_owned().into()));
    }
    if matches!(asked.flow.as_str(), "USER_AUTH" | "CUSTOM_AUTH") {
        return Ok(None);
    }
    if io::stdin().is_terminal() {
        let typed = rpassword::prompt_password("Password: ")?;
        return Ok(Some(typed.into()));
    }
    let sentence = "Give the password on standard input with --password-stdin.";
    Err(Failure::usage(WireError::new(ErrorCode::Validation, sentence)))
}

fn write(view: &SignInView, stage: &Stage) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for step in &view.steps {
        writeln!(out, "{:32}{:24}{:>6} ms  {}", step.operation, step.subject, step.took_ms, safe(&step.outcome))?;
        writeln!(out, "    {}", safe(&step.meaning))?;
    }
    match stage {
        Stage::Tokens(tokens) => writeln!(out, "Signed in; the tokens hold for {} seconds.", tokens.expires_in)?,
        Stage::Challenge(challenge) => writeln!(out, "Cognito asks for {}.", safe(&challenge.name))?,
        // The last step has told it already.
        Stage::Refused { code, .. } => crate::place::warn(&format!("not signed in: {code}")),
        Stage::Failed(error) => {
            crate::place::warn(&format!("not signed in: {}", error.in_full()));
            if let Some(command) = &error.sso_login {
                crate::place::warn(&format!("Run: {command}"));
            }
        }
    }
    if let Some(tokens) = &view.tokens {
        for (name, token) in [
            ("idToken", &tokens.id_token),
            ("accessToken", &tokens.access_token),
            ("refreshToken", &tokens.refresh_token),
        ] {
            if let Some(token) = token {
                writeln!(out, "{name} {token}")?;
            }
        }
    }
    Ok(())
}
