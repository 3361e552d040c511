//! Commands to type: the AWS CLI and curl.

use super::{Recipe, written};
use crate::lab::recorder::{Shown, Step};

const SRP: &str =
    "# SRP_A, the proof and its time are made anew for each sign-in, which a library such as pycognito does.\n";

/// Commands of the AWS CLI; what it does not have is asked with curl.
pub(super) fn aws(recipe: &Recipe<'_>) -> String {
    all(recipe, |step| {
        let endpoint =
            recipe.endpoint.as_deref().map(|at| format!(" --endpoint-url {}", quoted(at))).unwrap_or_default();
        let unsigned = if is_signed(step) { "" } else { " --no-sign-request" };
        format!(
            "aws cognito-idp {} --region {}{endpoint}{unsigned} --cli-input-json {}\n",
            kebab(step.operation),
            recipe.region,
            quoted(&recipe.input(step).to_string())
        )
    })
}

/// Commands of curl.
pub(super) fn curl(recipe: &Recipe<'_>) -> String {
    let usual = format!("https://cognito-idp.{}.amazonaws.com", recipe.region);
    let endpoint = recipe.endpoint.clone().unwrap_or(usual);
    all(recipe, |step| {
        let signed = if is_signed(step) {
            format!(
                " \\\n  --aws-sigv4 'aws:amz:{}:cognito-idp' --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" \
                 -H \"x-amz-security-token: $AWS_SESSION_TOKEN\"",
                recipe.region
            )
        } else {
            String::new()
        };
        format!(
            "curl -sS {} \\\n  -H 'Content-Type: application/x-amz-json-1.1' \\\n  \
             -H 'X-Amz-Target: AWSCognitoIdentityProviderService.{}'{signed} \\\n  --data {}\n",
            quoted(&format!("{endpoint}/")),
            step.operation,
            quoted(&recipe.input(step).to_string())
        )
    })
}

fn all(recipe: &Recipe<'_>, operation: impl Fn(&Step) -> String) -> String {
    let mut text = String::new();
    if recipe.steps.iter().any(|step| step.request.contains_key("SRP_A")) {
        text.push_str(SRP);
    }
    for step in recipe.steps {
        text.push_str(&if step.operation.starts_with("oauth2/") { page(recipe, step) } else { operation(step) });
    }
    text
}

/// A request to the pool's domain.
fn page(recipe: &Recipe<'_>, step: &Step) -> String {
    let address = format!("{}/{}", recipe.domain(), step.operation);
    match step.operation {
        "oauth2/authorize" => {
            let query: Vec<String> = step
                .request
                .iter()
                .map(|(name, value)| match value {
                    Shown::Plain(text) => format!("{name}={}", text.replace(' ', "+")),
                    Shown::Hidden(_) => format!("{name}={}", written(name, value)),
                })
                .collect();
            let challenge = "code_challenge=<CODE_CHALLENGE>";
            format!("# In a browser:\n# {}?{}&{challenge}\n", address, query.join("&")).replace('\r', "")
        }
        "oauth2/userInfo" => format!("curl -sS {} -H 'Authorization: Bearer <ACCESS_TOKEN>'\n", quoted(&address)),
        _ => {
            let own = |name: &str| recipe.has_secret && matches!(name, "client_id" | "client_secret");
            let mut fields: Vec<String> = step
                .request
                .iter()
                .filter(|(name, _)| !own(name))
                .map(|(name, value)| {
                    format!(" \\\n  --data-urlencode {}", quoted(&format!("{name}={}", written(name, value))))
                })
                .collect();
            if recipe.has_secret {
                fields.push(format!(" \\\n  --user {}", quoted(&format!("{}:<CLIENT_SECRET>", recipe.client))));
            }
            format!("curl -sS {}{}\n", quoted(&address), fields.concat())
        }
    }
}

fn is_signed(step: &Step) -> bool {
    step.operation.starts_with("Admin")
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `RespondToAuthChallenge` is `respond-to-auth-challenge`.
fn kebab(operation: &str) -> String {
    let mut words = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
