//! The people of the first pool, made one after another from one stream of dice.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::hostile;
use super::names::{CULTURES, Culture, pairs};
use super::subs::Subs;
use crate::directory::schema::id;
use crate::directory::user::{AttributeId, Packer, Status, User};
use crate::options::Options;

/// Ids of the custom attributes that [`super::attributes`] declares, in that order.
pub(super) mod custom {
    use super::AttributeId;
    pub(in crate::seed) const TENANT: AttributeId = 21;
    pub(in crate::seed) const PLAN: AttributeId = 22;
    pub(in crate::seed) const CRM_ID: AttributeId = 23;
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const SIX_YEARS_MS: i64 = 6 * 365 * DAY_MS;

/// Someone whose password is known: username, given and family name, password, status.
pub(super) const KNOWN: [(&str, &str, &str, &str, Status); 10] = [
    ("maria.keller", "Maria", "Keller", "Sandbox-1-keller", Status::Confirmed),
    ("jose.munoz", "José", "Muñoz", "Sandbox-2-munoz", Status::Confirmed),
    ("yuki.tanaka", "結衣", "田中", "Sandbox-3-tanaka", Status::Confirmed),
    ("omar.hassan", "عمر", "حسن", "Sandbox-4-hassan", Status::ForceChangePassword),
    ("eleni.nikolaou", "Ελένη", "Νικολάου", "Sandbox-5-nikolaou", Status::ResetRequired),
    ("noa.cohen", "נועה", "כהן", "Sandbox-6-cohen", Status::Unconfirmed),
    ("sergey.ivanov", "Сергей", "Иванов", "Sandbox-7-ivanov", Status::Confirmed),
    ("priya.sharma", "प्रिया", "शर्मा", "Sandbox-8-sharma", Status::Confirmed),
    ("minjun.kim", "민준", "김", "Sandbox-9-kim", Status::Confirmed),
    ("astrid.lindstrom", "Astrid", "Lindström", "Sandbox-10-lindstrom", Status::Confirmed),
];

/// How many pairs differ only in case, for every thousand people.
const TWINS_PER_THOUSAND: u32 = 1;

const PLANS: [&str; 4] = ["free", "team", "business", "enterprise"];
const PLACES: [&str; 12] =
    ["mail", "post", "north", "harbour", "acme", "globex", "initech", "uni", "studio", "works", "clinic", "retail"];
const SUFFIXES: [&str; 20] = [
    "", "1", "24", "hub", "lab", "group", "online", "net", "shop", "team", "eu", "asia", "west", "east", "one", "plus",
    "direct", "world", "city", "labs",
];
const PROVIDERS: [(&str, &str); 6] = [
    ("Google", "Google"),
    ("Facebook", "Facebook"),
    ("SignInWithApple", "SignInWithApple"),
    ("LoginWithAmazon", "LoginWithAmazon"),
    ("CorpSAML", "SAML"),
    ("PartnerOIDC", "OIDC"),
];

struct Words {
    culture: &'static Culture,
    given: Vec<(String, String)>,
    family: Vec<(String, String)>,
}

/// Makes people; the same options make the same people.
pub(super) struct Maker {
    random: ChaCha8Rng,
    subs: Subs,
    words: Vec<Words>,
    packer: Packer,
    end_ms: i64,
}

struct Person {
    username: String,
    name: String,
    given: String,
    family: String,
    email: Option<String>,
    status: Status,
    identity: Option<String>,
    culture: &'static Culture,
}

impl Maker {
    pub(super) fn new(options: &Options, salt: u64) -> Self {
        let words =
            |culture: &'static Culture| Words { culture, given: pairs(culture.given), family: pairs(culture.family) };
        let start_ms = options.start.as_millisecond();
        Self {
            random: ChaCha8Rng::seed_from_u64(options.seed.wrapping_add(salt)),
            subs: Subs::new(options.sub_shape),
            words: CULTURES.iter().map(words).collect(),
            packer: Packer::default(),
            end_ms: start_ms - start_ms.rem_euclid(DAY_MS),
        }
    }

    /// The known, the hostile, the twins, then everyone else: exactly `count` people.
    pub(super) fn people(&mut self, count: u32) -> Vec<Option<User>> {
        let wanted = count as usize;
        let mut people = Vec::with_capacity(wanted);
        people.extend(KNOWN.iter().take(wanted).enumerate().map(|(at, known)| Some(self.known(at, known))));
        let room = wanted - people.len();
        people
            .extend(hostile::names().into_iter().take(room).enumerate().map(|(at, name)| Some(self.hostile(at, name))));
        let twins = (count / 1000 * TWINS_PER_THOUSAND).max(1);
        for at in 0..twins {
            if people.len() + 2 <= wanted {
                people.extend(self.twins(at).map(Some));
            }
        }
        while people.len() < wanted {
            let at = people.len();
            people.push(Some(self.anyone(at)));
        }
        people
    }

    /// People who sign up with an address, as in the second pool: the username is the `sub`.
    pub(super) fn by_email(&mut self, count: usize) -> Vec<Option<User>> {
        let mut people = Vec::with_capacity(count);
        for at in 0..count {
            let sub = self.subs.next(&mut self.random);
            let mut person = self.person(at, Status::Confirmed);
            person.username.clone_from(&sub);
            let (given, family) = (at % 7, at / 7);
            person.email = Some(format!("member{family}.{given}@harbour.example"));
            people.push(Some(self.finish(&person, &sub)));
        }
        people
    }

    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.random.next_u32() as usize % n }
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn anyone(&mut self, at: usize) -> User {
        let status = self.status();
        let sub = self.subs.next(&mut self.random);
        let mut person = self.person(at, status);
        if status == Status::ExternalProvider {
            self.federate(at, &mut person);
        } else {
            match self.below(100) {
                0..75 => person.username.clone_from(&sub),
                75..92 => {}
                _ => {
                    if let Some(email) = person.email.clone() {
                        person.username = email;
                    }
                }
            }
        }
        self.finish(&person, &sub)
    }

    fn status(&mut self) -> Status {
        match self.below(10_000) {
            0..7_800 => Status::Confirmed,
            7_800..8_500 => Status::Unconfirmed,
            8_500..9_000 => Status::ForceChangePassword,
            9_000..9_300 => Status::ResetRequired,
            9_300..9_994 => Status::ExternalProvider,
            9_994..9_996 => Status::Archived,
            9_996..9_998 => Status::Compromised,
            _ => Status::Unknown,
        }
    }

    /// A name, an address and a handle. `at` makes handle and address unique.
    fn person(&mut self, at: usize, status: Status) -> Person {
        let culture = self.below(self.words.len());
        let given = self.below(self.words[culture].given.len());
        let family = self.below(self.words[culture].family.len());
        let domain = format!("{}{}.example", PLACES[self.below(PLACES.len())], SUFFIXES[self.below(SUFFIXES.len())]);
        let style = self.below(4);
        let words = &self.words[culture];
        let ((given, g), (family, f)) = (&words.given[given], &words.family[family]);
        let joint = words.culture.joint;
        let name = if words.culture.family_first {
            format!("{family}{joint}{given}")
        } else {
            format!("{given}{joint}{family}")
        };
        let local = match style {
            0 => format!("{g}.{f}{at}"),
            1 => format!("{f}.{g}.{at}"),
            2 => format!("{}{f}{at}", &g[..1]),
            _ => format!("{g}_{at}"),
        };
        let (given, family, handle) = (given.clone(), family.clone(), format!("{f}{}{at}", &g[..1]));
        let culture = words.culture;
        let email = self.chance(93).then(|| format!("{local}@{domain}"));
        Person { username: handle, name, given, family, email, status, identity: None, culture }
    }

    fn federate(&mut self, at: usize, person: &mut Person) {
        let (provider, kind) = PROVIDERS[self.below(PROVIDERS.len())];
        let user_id = match (kind, &person.email) {
            ("SAML", Some(email)) => email.clone(),
            _ => format!("{}{at:07}", 1_000_000_000 + self.below(900_000_000)),
        };
        person.username = format!("{provider}_{user_id}");
        let issuer = if kind == "SAML" { "\"https://idp.corp.example/saml\"" } else { "null" };
        let linked = self.end_ms - SIX_YEARS_MS / 2;
        person.identity = Some(format!(
            "[{{\"userId\":\"{user_id}\",\"providerName\":\"{provider}\",\"providerType\":\"{kind}\",\
             \"issuer\":{issuer},\"primary\":true,\"dateCreated\":{linked}}}]"
        ));
    }

    fn known(&mut self, at: usize, known: &(&str, &str, &str, &str, Status)) -> User {
        let (username, given, family, _, status) = *known;
        let sub = self.subs.next(&mut self.random);
        let mut person = self.person(at, status);
        username.clone_into(&mut person.username);
        given.clone_into(&mut person.given);
        family.clone_into(&mut person.family);
        person.name = format!("{given} {family}");
        person.email = Some(format!("{username}@sandbox.example"));
        let mut user = self.finish(&person, &sub);
        user.enabled = at != 9;
        user.factors = crate::directory::user::Factors::default();
        user.factors.totp = at == 6;
        user.factors.preferred = user.factors.active().next();
        user.set_attributes(&[(id::EMAIL_VERIFIED, "true".to_owned())]);
        user
    }

    fn hostile(&mut self, at: usize, name: String) -> User {
        let sub = self.subs.next(&mut self.random);
        let mut person = self.person(1_000_000 + at, Status::Confirmed);
        person.username = format!("hostile-{at:02}");
        person.email = Some(format!("hostile-{at:02}@evil.example"));
        person.given.clone_from(&name);
        person.name = name;
        let mut user = self.finish(&person, &sub);
        if at.is_multiple_of(3) {
            user.set_attributes(&[(custom::CRM_ID, person.name.chars().take(60).collect())]);
        }
        user
    }

    /// Two people whose usernames and addresses differ only in case.
    fn twins(&mut self, at: u32) -> [User; 2] {
        let first = self.person(2_000_000 + at as usize, Status::Confirmed);
        let mut second = self.person(2_000_000 + at as usize, Status::Confirmed);
        let local = first.username.clone();
        let mut capital = local.clone();
        capital[..1].make_ascii_uppercase();
        second.username.clone_from(&capital);
        second.email = Some(format!("{capital}@Twin.Example"));
        let first = Person { email: Some(format!("{local}@twin.example")), ..first };
        let subs = [self.subs.next(&mut self.random), self.subs.next(&mut self.random)];
        [self.finish(&first, &subs[0]), self.finish(&second, &subs[1])]
    }

    /// Packs a person and rolls all that is left.
    fn finish(&mut self, person: &Person, sub: &str) -> User {
        let verified = if self.chance(88) { "true" } else { "false" };
        let phone = self.chance(50).then(|| self.phone(person.culture));
        let phone_verified = if self.chance(60) { "true" } else { "false" };
        let preferred = self.chance(5);
        let tenant = format!("{:04}", self.below(400));
        let plan = PLANS[[0, 0, 0, 0, 1, 1, 2, 3][self.below(8)]];
        let crm = self.chance(40).then(|| format!("CRM-{:06}", self.below(1_000_000)));
        self.packer.begin(&person.username);
        self.packer.push(id::SUB, sub);
        if let Some(identity) = &person.identity {
            self.packer.push(id::IDENTITIES, identity);
        }
        if let Some(email) = &person.email {
            self.packer.push(id::EMAIL, email);
            self.packer.push(id::EMAIL_VERIFIED, verified);
        }
        let legacy_sms = phone.is_some() && self.chance(2);
        if let Some(phone) = &phone {
            self.packer.push(id::PHONE, phone);
            self.packer.push(id::PHONE_VERIFIED, phone_verified);
        }
        self.packer.push(id::NAME, &person.name);
        self.packer.push(id::GIVEN_NAME, &person.given);
        self.packer.push(id::FAMILY_NAME, &person.family);
        if preferred {
            self.packer.push(id::PREFERRED_USERNAME, &person.given);
        }
        self.packer.push(id::LOCALE, person.culture.locale);
        self.packer.push(id::ZONEINFO, person.culture.zone);
        self.packer.push(custom::TENANT, &tenant);
        self.packer.push(custom::PLAN, plan);
        if let Some(crm) = &crm {
            self.packer.push(custom::CRM_ID, crm);
        }
        let created_ms = self.end_ms - 1 - self.ago();
        let mut user = User::new(&self.packer, person.status, created_ms);
        user.modified_ms = self.modified(created_ms);
        user.enabled = !self.chance(3);
        user.factors.legacy_sms = legacy_sms;
        user.factors.sms = legacy_sms;
        user.factors.totp = self.chance(8);
        user.factors.preferred = user.factors.active().next();
        user
    }

    fn phone(&mut self, culture: &Culture) -> String {
        let (start, digits) = culture.phone;
        let most = 10_usize.pow(digits);
        format!("{start}{:0width$}", self.below(most), width = digits as usize)
    }

    /// How long ago someone signed up: more of them lately, as a business grows.
    fn ago(&mut self) -> i64 {
        let mut roll = || (self.random.next_u64() >> 1).cast_signed() % SIX_YEARS_MS;
        let (one, two) = (roll(), roll());
        if self.chance(40) { one.min(two) } else { one }
    }

    fn modified(&mut self, created_ms: i64) -> i64 {
        if self.chance(35) {
            return created_ms;
        }
        let share = i64::from(self.random.next_u32() % 1_000_003);
        created_ms + (self.end_ms - created_ms) / 1_000_003 * share
    }
}
