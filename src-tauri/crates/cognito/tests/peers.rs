//! Our SRP against pycognito's, which others wrote: the same random inputs must give the same bytes.
//!
//! `cargo xtask test --only peers` installs pycognito and runs this; `--long` runs the ten thousand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "ten thousand take minutes: somebody wants to see that it goes on")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognito::sign_in::srp::{EXPONENT_BYTES, ServerChallenge, Srp, SrpIdentity, device_verifier, secret_hash};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Random bytes that are the same in each run.
struct Dice {
    round: u64,
}

impl Dice {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            self.round += 1;
            bytes.extend(Sha256::digest(format!("srp against pycognito {}", self.round)));
        }
        bytes.truncate(count);
        bytes
    }

    fn below(&mut self, end: u64) -> u64 {
        u64::from_be_bytes(self.bytes(8).try_into().unwrap()) % end
    }

    /// From one to fifteen.
    fn few(&mut self) -> usize {
        1 + usize::try_from(self.below(15)).unwrap()
    }

    /// A number in hexadecimal digits, as Cognito writes one: without zeros in front.
    fn digits(&mut self, bytes: usize) -> String {
        let digits = hex::encode(self.bytes(bytes));
        let bare = digits.trim_start_matches('0');
        if bare.is_empty() { "0".to_owned() } else { bare.to_owned() }
    }
}

/// What a sign-in and a device begin with.
struct Case {
    exponent: [u8; EXPONENT_BYTES],
    srp_b: String,
    salt: String,
    device_salt: [u8; 16],
    secret_block: String,
    pool: String,
    user: String,
    password: String,
    device: SrpIdentity,
    client_secret: String,
    at: Timestamp,
}

const CLIENT: &str = "1example23456789";

/// Passwords that somebody may have: none, long ones, letters beyond ASCII, what looks like our own syntax.
const PASSWORDS: [&str; 6] = ["", "Correct-Horse-1", "zoë 🐴 スタ", ":", "a:b\u{0}c\n", "  spaces around  "];

impl Case {
    /// Every eighth begins with zeros at another place, or has its highest bit set there.
    fn roll(number: usize, dice: &mut Dice) -> Self {
        let mut exponent: [u8; EXPONENT_BYTES] = dice.bytes(EXPONENT_BYTES).try_into().unwrap();
        let mut srp_b = dice.digits(383);
        let mut salt = dice.digits(16);
        let mut device_salt: [u8; 16] = dice.bytes(16).try_into().unwrap();
        match number % 8 {
            1 => exponent[..EXPONENT_BYTES - 2].fill(0),
            2 => srp_b = format!("000{}", dice.digits(370)),
            // Not above the modulus, which begins with 64 set bits.
            3 => srp_b = format!("{:x}{}", 8 + dice.below(7), hex::encode(dice.bytes(383)).get(1..).unwrap()),
            4 => {
                salt = {
                    let few = dice.few();
                    dice.digits(few)
                }
            }
            5 => salt = format!("{:x}{}", 8 + dice.below(8), hex::encode(dice.bytes(15))),
            6 => device_salt[..dice.few()].fill(0),
            7 => device_salt[0] |= 0x80,
            _ => {}
        }
        exponent[EXPONENT_BYTES - 1] |= 1;
        let password = match PASSWORDS.get(number % 24) {
            Some(&known) => known.to_owned(),
            None => hex::encode(dice.bytes(1 + number % 40)),
        };
        Self {
            exponent,
            srp_b,
            salt,
            device_salt,
            secret_block: STANDARD.encode(dice.bytes(1 + number % 900)),
            pool: format!("eu-west-1_{}", dice.digits(5)),
            user: dice.digits(16),
            password,
            device: SrpIdentity {
                group: format!("-{}", dice.digits(4)),
                user: format!("eu-west-1_{}", dice.digits(16)),
            },
            client_secret: dice.digits(26),
            at: Timestamp::from_second(i64::try_from(dice.below(4_000_000_000)).unwrap()).unwrap(),
        }
    }

    /// What pycognito is given.
    fn told(&self) -> Value {
        json!({
            "exponent": hex::encode(self.exponent), "srpB": self.srp_b, "salt": self.salt,
            "deviceSalt": hex::encode(self.device_salt), "secretBlock": self.secret_block, "pool": self.pool,
            "user": self.user, "password": self.password, "deviceGroup": self.device.group,
            "deviceKey": self.device.user, "client": CLIENT, "clientSecret": self.client_secret,
            "at": self.at.as_second(),
        })
    }

    /// What we make of it.
    fn ours(&self) -> Value {
        let srp = Srp::new(&self.exponent).unwrap();
        let password = SecretString::from(self.password.clone());
        let challenge = ServerChallenge {
            srp_b: self.srp_b.clone(),
            salt: self.salt.clone(),
            secret_block: self.secret_block.clone(),
        };
        let group = self.pool.split_once('_').unwrap().1.to_owned();
        let identity = SrpIdentity { group, user: self.user.clone() };
        let proof = srp.prove(&identity, &password, &challenge, self.at).unwrap();
        let device_proof = srp.prove(&self.device, &password, &challenge, self.at).unwrap();
        let verifier = device_verifier(&self.device, &password, &self.device_salt);
        json!({
            "srpA": srp.public_value(), "signature": proof.signature, "timestamp": proof.timestamp,
            "deviceSignature": device_proof.signature, "verifier": verifier.verifier, "verifierSalt": verifier.salt,
            "secretHash": secret_hash(&self.user, CLIENT, &self.client_secret.clone().into()).expose_secret(),
        })
    }
}

/// Sign-ins that are compared at once. pycognito is started anew for each of them.
const BATCH: usize = 250;

/// How long pycognito may take for a batch: a hundred times as long as it does on two cores that have nothing else to do.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where padding goes wrong: whether such numbers were among those that were made.
#[derive(Default)]
struct Padding {
    short_public: bool,
    high_bit: bool,
    padded_salt: bool,
}

impl Padding {
    fn saw(&mut self, ours: &Value) {
        let digits = ours["srpA"].as_str().unwrap();
        self.short_public |= digits.len() < 768;
        self.high_bit |= digits.len() == 768 && digits.as_bytes()[0] >= b'8';
        self.padded_salt |= ours["verifierSalt"].as_str().unwrap().starts_with("AI");
    }
}

/// Asks pycognito, and computes the same meanwhile. Says after each batch how far it is: the first difference ends it.
fn agree(count: usize) {
    let (mut dice, mut padding, began) = (Dice { round: 0 }, Padding::default(), Instant::now());
    for first in (0..count).step_by(BATCH) {
        let end = count.min(first + BATCH);
        let cases: Vec<Case> = (first..end).map(|number| Case::roll(number, &mut dice)).collect();
        let pycognito = ask(cases.iter().map(|case| format!("{}\n", case.told())).collect());
        let ours = all_ours(&cases);
        let theirs = pycognito.recv_timeout(PATIENCE).unwrap_or_else(|why| panic!("pycognito: {why}"));
        assert_eq!(theirs.len(), cases.len());
        for (at, ((case, ours), theirs)) in cases.iter().zip(&ours).zip(&theirs).enumerate() {
            assert_eq!(ours, theirs, "case {}: {}", first + at, case.told());
            padding.saw(ours);
        }
        let took = began.elapsed().as_secs_f64();
        let rate = f64::from(u32::try_from(end).unwrap()) / took;
        eprintln!("{end} of {count} are the same after {took:.0} s, {rate:.0} a second");
    }
    let Padding { short_public, high_bit, padded_salt } = padding;
    assert!(short_public, "an SRP_A was short");
    assert!(high_bit, "a high bit was set");
    assert!(padded_salt, "a salt was padded");
}

/// What we make of them, on every core.
fn all_ours(cases: &[Case]) -> Vec<Value> {
    let cores = thread::available_parallelism().unwrap().get();
    thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(cores));
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(|| part.iter().map(Case::ours).collect::<Vec<Value>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// Has pycognito answer on another thread.
fn ask(told: String) -> Receiver<Vec<Value>> {
    let (answers, answered) = channel();
    thread::spawn(move || answers.send(pycognito(&told)));
    answered
}

fn pycognito(told: &str) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let venv =
        std::env::var_os("POOLKEEPER_PEERS_CLIENTS").map_or_else(|| root.join("target/venv-clients"), PathBuf::from);
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    assert!(python.exists(), "`cargo xtask test --only peers` makes {}", venv.display());
    let mut process = Command::new(python)
        .current_dir(root.join("tests/peers/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg("srp.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "srp.py failed; see above");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn pycognito_and_we_prove_the_same_for_three_hundred_random_sign_ins_and_devices() {
    agree(300);
}

#[test]
#[ignore = "takes minutes: `cargo xtask test --long`"]
fn pycognito_and_we_prove_the_same_ten_thousand_times() {
    agree(10_000);
}
