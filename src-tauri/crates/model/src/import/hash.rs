//! Password hashes that Cognito's import takes (Developer Guide, importing users with password hashes).

/// How passwords were hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// `$2b$cost$…`, cost 12 at most.
    Bcrypt,
    /// `N$r$p$salt$hash` in hexadecimal digits, N 65,536 at most, r 8, p 1.
    Scrypt,
    /// The PHC form, m 19,456 at most, t 2 at most, p 1.
    Argon2id,
    /// `$pbkdf2-sha256$iterations$salt$hash`, 600,000 iterations at most.
    Pbkdf2Sha256,
}

/// Why a hash is not taken. The sentence repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHash {
    /// It is written in another way.
    #[error("this is no {0} hash in the form that Cognito reads")]
    Form(&'static str),
    /// It is dearer than Cognito computes.
    #[error("this {0} hash is dearer than Cognito computes")]
    TooDear(&'static str),
}

impl HashAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bcrypt, Self::Scrypt, Self::Argon2id, Self::Pbkdf2Sha256];

    /// AWS's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bcrypt => "BCRYPT",
            Self::Scrypt => "SCRYPT",
            Self::Argon2id => "ARGON2ID",
            Self::Pbkdf2Sha256 => "PBKDF2_SHA256",
        }
    }

    /// The algorithm of AWS's name, case ignored; `None` when it is none.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether Cognito takes the hash.
    ///
    /// # Errors
    /// [`InvalidHash`].
    pub fn check(self, hash: &str) -> Result<(), InvalidHash> {
        let form = InvalidHash::Form(self.as_str());
        let dear = |is: bool| if is { Err(InvalidHash::TooDear(self.as_str())) } else { Ok(()) };
        let parts: Vec<&str> = hash.split('$').collect();
        let number = |text: &str| text.parse::<u32>().map_err(|_| form);
        let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match (self, parts.as_slice()) {
            (Self::Bcrypt, ["", "2a" | "2b" | "2x" | "2y", cost, rest]) if rest.len() == 53 => dear(number(cost)? > 12),
            (Self::Scrypt, [n, r, p, salt, key]) if hexadecimal(salt) && hexadecimal(key) => {
                let (n, r, p) = (number(n)?, number(r)?, number(p)?);
                if !n.is_power_of_two() || n < 2 {
                    return Err(form);
                }
                dear(n > 65_536 || r != 8 || p != 1)
            }
            (Self::Argon2id, ["", "argon2id", version, costs, salt, key])
                if version.starts_with("v=") && !salt.is_empty() && !key.is_empty() =>
            {
                let cost = |name: &str| {
                    let found = costs.split(',').find_map(|cost| cost.strip_prefix(name)?.strip_prefix('='));
                    found.map_or(Err(form), &number)
                };
                dear(cost("m")? > 19_456 || cost("t")? > 2 || cost("p")? != 1)
            }
            (Self::Pbkdf2Sha256, ["", "pbkdf2-sha256", iterations, salt, key])
                if !salt.is_empty() && !key.is_empty() =>
            {
                dear(number(iterations)? > 600_000)
            }
            _ => Err(form),
        }
    }
}
