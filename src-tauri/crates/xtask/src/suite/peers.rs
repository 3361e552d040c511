//! What others wrote, for the suite of `tests/peers`: servers and clients, in folders of their own below `target`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::program::Program;
use crate::repository::Repository;

/// The servers. ministack pins an older botocore than the clients need, so the two do not share an environment.
const SERVERS: &str = "ministack==1.5.33\nmoto[server,cognitoidp,cognitoidentity]==5.2.5\ncryptography\n";

/// Where everything is.
pub(super) struct Peers {
    /// The Python environment with ministack and moto.
    pub(super) servers: PathBuf,
    /// The Python environment with boto3 and pycognito.
    pub(super) clients: PathBuf,
    /// The folder with Node's packages.
    pub(super) node: PathBuf,
    /// Our own program.
    pub(super) poolctl: PathBuf,
}

impl Peers {
    /// Installs what is missing, and builds `poolctl`.
    ///
    /// # Errors
    /// When a package cannot be had, or our program does not compile.
    pub(super) fn install(repository: &Repository) -> Result<Self> {
        Ok(Self {
            servers: python(&repository.target("venv"), SERVERS)?,
            clients: Self::clients(repository)?,
            node: node(repository)?,
            poolctl: poolctl(repository)?,
        })
    }

    /// Installs the clients in Python alone, and gives their environment.
    ///
    /// # Errors
    /// When a package cannot be had.
    pub(super) fn clients(repository: &Repository) -> Result<PathBuf> {
        let requirements = repository.root().join("tests/peers/python/requirements.txt");
        let clients =
            fs::read_to_string(&requirements).with_context(|| format!("{} cannot be read.", requirements.display()))?;
        python(&repository.target("venv-clients"), &clients)
    }
}

/// A private Python with these packages in it; made once for each list of them.
fn python(folder: &Path, requirements: &str) -> Result<PathBuf> {
    let stamp = folder.join("poolkeeper-peers");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
        return Ok(folder.to_owned());
    }
    Program::new("python3").arguments(["-m", "venv"]).arguments([folder]).run()?;
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let packages = requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    Program::new(python)
        .arguments(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .arguments(packages)
        .run()?;
    fs::write(&stamp, requirements).with_context(|| format!("{} cannot be written.", stamp.display()))?;
    Ok(folder.to_owned())
}

/// Node's packages, exactly those of the lock file. Scripts of packages are not run: none of ours needs one.
fn node(repository: &Repository) -> Result<PathBuf> {
    let source = repository.root().join("tests/peers/node");
    let folder = repository.target("node");
    let lock =
        fs::read(source.join("package-lock.json")).context("The lock file of tests/peers/node cannot be read.")?;
    let stamp = folder.join("node_modules/.poolkeeper-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file)).with_context(|| format!("{file} cannot be copied."))?;
    }
    Program::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .folder(&folder)
        .arguments(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .run()?;
    fs::write(&stamp, lock).context("target/node cannot be written.")?;
    Ok(folder)
}

/// Together with the tests: alone it would be built with other features of the same crates, all of them anew.
fn poolctl(repository: &Repository) -> Result<PathBuf> {
    let both = ["--bin", "poolctl", "--test", "peers"];
    Program::cargo(repository).arguments(["build", "--locked", "--workspace"]).arguments(both).run()?;
    let program = repository.target("debug").join(if cfg!(windows) { "poolctl.exe" } else { "poolctl" });
    if program.is_file() { Ok(program) } else { bail!("poolctl was built, but there is no {}.", program.display()) }
}
