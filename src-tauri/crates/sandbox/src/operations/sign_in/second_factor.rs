//! The second factor: which one is asked for, and whether its code is right.

use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::{Step, Texts, required, wrong};
use crate::authentication::levels;
use crate::authentication::sessions::{Challenge, Flow};
use crate::authentication::srp::salt;
use crate::authentication::totp;
use crate::directory::account::codes::Action;
use crate::directory::schema::id;
use crate::directory::user::{AttributeId, Factor, User};
use crate::directory::{LOWER, Pool};
use crate::messages::{self, Destination, Dispatch, Origin};
use crate::outbox::Occasion;
use crate::protocol::ApiError;

/// `MfaConfiguration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    Off,
    Optional,
    On,
}

fn demand(pool: &Pool) -> Demand {
    match pool.settings.get("MfaConfiguration").and_then(Value::as_str) {
        Some("ON") => Demand::On,
        Some("OPTIONAL") => Demand::Optional,
        _ => Demand::Off,
    }
}

/// Whether the pool lets people use a factor.
fn offered(pool: &Pool, factor: Factor) -> bool {
    match factor {
        Factor::SoftwareToken => {
            let setting = pool.resources.mfa.get("SoftwareTokenMfaConfiguration");
            setting.and_then(|setting| setting.get("Enabled")).and_then(Value::as_bool) == Some(true)
        }
        Factor::Sms => pool.settings.contains_key("SmsConfiguration"),
        Factor::Email => pool.resources.mfa.contains_key("EmailMfaConfiguration"),
    }
}

/// Whether a pool demands a second factor of everyone.
pub(super) fn demanded(pool: &Pool) -> bool {
    demand(pool) == Demand::On
}

/// Where a code would go, had there been a person of this name.
fn pretended(attribute: AttributeId, typed: &str) -> Destination {
    if attribute == id::PHONE {
        let digits = salt(&[typed, "number"]).map(|byte| char::from(b'0' + byte % 10));
        return Destination::of(attribute, &format!("+1{}", digits.iter().take(10).collect::<String>()));
    }
    let letter = |what: &str| char::from(b'a' + salt(&[typed, what])[0] % 26);
    let given = typed.contains('@').then(|| typed.to_owned());
    Destination::of(attribute, &given.unwrap_or_else(|| format!("{}@{}", letter("local"), letter("domain"))))
}

impl Attempt<'_, '_> {
    /// Asks for the second factor, if there is one to ask for.
    pub(super) fn ask_second_factor(&mut self) -> Step {
        let pool = self.pool()?;
        let user = self.user().ok_or_else(wrong)?;
        let methods = &self.progress.methods;
        let stepped_up = self.progress.target > 0 && methods.len() > 1;
        if demand(pool) == Demand::Off || (stepped_up && levels::reached(methods) >= self.progress.target) {
            return self.after_second_factor();
        }
        let usable = self.usable_factors();
        match self.factors_of(self.progress.target).as_slice() {
            [] => {}
            [factor] => return self.ask_factor(*factor),
            several => return self.ask_which(several.to_vec()),
        }
        if let Some(factor) = user.factors.preferred.filter(|factor| usable.contains(factor)) {
            return self.ask_factor(factor);
        }
        let choices = if usable.is_empty() && demanded(pool) { self.unasked(pool, user) } else { usable };
        match choices.as_slice() {
            [] if demanded(pool) => self.ask_setup(),
            [] => self.after_second_factor(),
            [factor] => self.ask_factor(*factor),
            _ => self.ask_which(choices),
        }
    }

    /// The second factors that are on and that the person has what they need for, where the pool has second factors.
    pub(super) fn usable_factors(&self) -> Vec<Factor> {
        let (Ok(pool), Some(user)) = (self.pool(), self.user()) else { return Vec::new() };
        let on = demand(pool) != Demand::Off;
        user.factors.active().filter(|factor| on && self.usable(user, *factor)).collect()
    }

    /// Whether the person has what a factor needs.
    fn usable(&self, user: &User, factor: Factor) -> bool {
        let account = || self.pool().ok()?.account(self.progress.user?);
        match factor {
            Factor::SoftwareToken => account().is_some_and(|account| account.factors.software_token.is_some()),
            Factor::Sms => user.attribute_bytes(id::PHONE).is_some(),
            Factor::Email => user.attribute_bytes(id::EMAIL).is_some(),
        }
    }

    /// Where everyone needs a second factor, a message serves people who set nothing up but can get one.
    fn unasked(&self, pool: &Pool, user: &User) -> Vec<Factor> {
        let fits = |factor: &Factor| offered(pool, *factor) && self.usable(user, *factor);
        [Factor::SoftwareToken, Factor::Sms, Factor::Email].into_iter().filter(fits).collect()
    }

    fn ask_which(&mut self, choices: Vec<Factor>) -> Step {
        let names: Vec<&str> = choices.iter().map(|factor| factor.as_str()).collect();
        let mut parameters = self.identity();
        parameters.insert("MFAS_CAN_CHOOSE".to_owned(), json!(names).to_string().into());
        self.ask(Challenge::SelectFactor(choices), parameters)
    }

    /// The answer to `SELECT_MFA_TYPE`. Documentation calls the factor by e-mail by two names.
    pub(super) fn with_chosen_factor(&mut self, choices: &[Factor], responses: &Texts) -> Step {
        let answer = required(responses, "ANSWER")?;
        let answer = if answer == "EMAIL_MFA" { "EMAIL_OTP" } else { answer };
        let chosen = choices.iter().find(|factor| factor.as_str() == answer);
        match chosen {
            Some(factor) => self.ask_factor(*factor),
            None => Err(ApiError::invalid("The selected MFA type is not one of those that can be chosen.")),
        }
    }

    fn ask_setup(&mut self) -> Step {
        let pool = self.pool()?;
        let all = [Factor::SoftwareToken, Factor::Sms, Factor::Email].into_iter();
        let names: Vec<&str> = all.filter(|factor| offered(pool, *factor)).map(Factor::as_str).collect();
        let mut parameters = self.identity();
        parameters.insert("MFAS_CAN_SETUP".to_owned(), json!(names).to_string().into());
        self.ask(Challenge::Setup { secret: None, verified: false }, parameters)
    }

    /// The answer to `MFA_SETUP`: an authenticator app was verified in this session.
    pub(super) fn with_setup(&mut self, verified: bool) -> Step {
        let user = self.somebody()?;
        let pool = self.pool_mut()?;
        if !verified || pool.account(user).is_none_or(|account| account.factors.software_token.is_none()) {
            let message = "Software Token MFA has not been set up: verify it with the session first.";
            return Err(ApiError::new("SoftwareTokenMFANotFoundException", message));
        }
        let moment = self.call.moment;
        self.pool_mut()?.change(user, moment, |user| {
            user.factors.totp = true;
            user.factors.preferred.get_or_insert(Factor::SoftwareToken);
        });
        self.passed("otp")
    }

    fn ask_factor(&mut self, factor: Factor) -> Step {
        match factor {
            Factor::SoftwareToken => {
                let account = self.pool()?.account(self.somebody()?);
                let token = account.and_then(|account| account.factors.software_token.as_ref());
                let name = token.and_then(|token| token.name.clone()).unwrap_or_default();
                let mut parameters = self.identity();
                parameters.insert("FRIENDLY_DEVICE_NAME".to_owned(), name.into());
                self.ask(Challenge::SoftwareToken, parameters)
            }
            Factor::Sms => self.send_code("SMS_MFA", 6),
            Factor::Email => self.send_code("EMAIL_OTP", 6),
        }
    }

    /// Sends a code and asks for it. To nobody, nothing is sent; the answer looks the same.
    pub(super) fn send_code(&mut self, name: &'static str, digits: usize) -> Step {
        let attribute = if name == "EMAIL_OTP" { id::EMAIL } else { id::PHONE };
        let code = self.call.world.random_text(&LOWER[26..], digits);
        let destination = match self.user() {
            Some(user) => Destination::attribute(user, attribute),
            None => Some(pretended(attribute, &self.progress.typed)),
        };
        let Some(destination) = destination else {
            return Err(ApiError::invalid("User has no address or number to send a code to."));
        };
        let details = destination.details();
        if let Some(user) = self.progress.user {
            let (pool, moment) = (self.progress.pool.clone(), self.call.moment);
            if attribute == id::EMAIL {
                let codes = &mut self.pool_mut()?.account_mut(user).codes;
                // The service model declares no other error for a sign-in that came too often.
                codes.count(Action::SignInCode, moment.now_ms).map_err(|_| ApiError::throttled())?;
            }
            let metadata =
                self.metadata.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            let dispatch = Dispatch {
                pool: &pool,
                user,
                occasion: Occasion::Authentication,
                destination: &destination,
                code: Some(&code),
                origin: &Origin::client(&self.client.id, Some(metadata)),
            };
            // E-mail for signing in is sent through SES, which has no such daily limit.
            messages::send(self.call.world, &dispatch, false, moment)?;
        }
        let mut parameters: Map<String, Value> = self.identity();
        parameters.insert("CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(), details["DeliveryMedium"].clone());
        parameters.insert("CODE_DELIVERY_DESTINATION".to_owned(), details["Destination"].clone());
        self.ask(Challenge::Code { name, code }, parameters)
    }

    /// The answer to a code that was sent, as a second factor or as the only one.
    pub(super) fn with_code(&mut self, name: &'static str, code: &str, responses: &Texts) -> Step {
        let given = required(responses, &format!("{name}_CODE"))?;
        self.admit()?;
        if given != code || self.user().is_none() {
            return Err(self.wrong_code("Invalid code or auth state for the user."));
        }
        let method = if name == "EMAIL_OTP" { "email_otp" } else { "sms" };
        if self.progress.methods.contains(&"pwd") {
            return self.passed(method);
        }
        self.progress.methods.push(method);
        self.after_second_factor()
    }

    /// The answer to `SOFTWARE_TOKEN_MFA`: a code is good once, within a step of drift.
    pub(super) fn with_software_token(&mut self, responses: &Texts) -> Step {
        let given = required(responses, "SOFTWARE_TOKEN_MFA_CODE")?;
        self.admit()?;
        let (user, now_ms) = (self.somebody()?, self.now_ms());
        let factors = &mut self.pool_mut()?.account_mut(user).factors;
        let Some(token) = &mut factors.software_token else {
            let message = "Software token TOTP multi-factor authentication (MFA) is not set up for the user.";
            return Err(ApiError::new("SoftwareTokenMFANotFoundException", message));
        };
        let Some(step) = totp::step(&token.secret, given, now_ms) else {
            return Err(self.wrong_code("Invalid code received for user"));
        };
        if token.last_step.is_some_and(|last| step <= last) {
            let message = "Your software token has already been used once.";
            return Err(ApiError::new("ExpiredCodeException", message));
        }
        token.last_step = Some(step);
        self.passed("otp")
    }

    fn wrong_code(&mut self, message: &str) -> ApiError {
        self.count_failure();
        self.record(false, "Mfa");
        ApiError::new("CodeMismatchException", message)
    }

    fn passed(&mut self, method: &'static str) -> Step {
        self.progress.methods.push(method);
        self.after_second_factor()
    }

    /// A custom flow goes on with its own challenges, every other is done.
    pub(super) fn after_second_factor(&mut self) -> Step {
        if self.progress.flow == Flow::Custom {
            return self.custom_step("PASSWORD_VERIFIER", true, None);
        }
        self.finish()
    }
}
