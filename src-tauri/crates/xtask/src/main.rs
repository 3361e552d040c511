//! `cargo xtask`: the developer's commands, and all the set-up that they need.
//!
//! This is the first thing that a newcomer compiles, so it has few dependencies and needs no system package.
#![expect(clippy::print_stdout, reason = "a command line program for people speaks on its standard output")]

mod app;
mod bench;
mod display;
mod program;
mod repository;
mod suite;
mod system;
mod tally;
mod toolchain;
mod ui;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use program::Program;
use repository::Repository;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The developer's commands of Poolkeeper")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build the UI, and run the app.
    Run {
        /// Without a display: end after the screenshot.
        #[arg(long)]
        once: bool,
        /// Passed to the app.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every check and every test, and say how long each took.
    Test {
        /// Run these steps alone; `--list` shows their names.
        #[arg(long, num_args = 1.., value_name = "NAME")]
        only: Vec<String>,
        /// Also run the steps that take many minutes.
        #[arg(long)]
        long: bool,
        /// Show the steps and end.
        #[arg(long)]
        list: bool,
    },
    /// Write the TypeScript of the wire types and commands again.
    Gen,
    /// Measure what a large pool costs, and write docs/benchmarks.md. A million users take some minutes and 2 GB of disk.
    Bench {
        /// Users of the large pool; fewer for a look.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        users: u32,
        /// Users of the pool that is listed at AWS's pace, beside boto3.
        #[arg(long, value_name = "N", default_value_t = 60_000)]
        listed: u32,
    },
    /// Take a picture of every screen, light and dark; those of the README are replaced.
    Screens,
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode> {
    let repository = Repository::find()?;
    match command {
        Command::Run { once, arguments } => app::run(&repository, once, &arguments),
        Command::Test { list: true, .. } => {
            suite::list();
            Ok(ExitCode::SUCCESS)
        }
        Command::Test { only, long, .. } => suite::run(&repository, &only, long),
        Command::Gen => {
            ui::build_if_stale(&repository)?;
            Program::cargo(&repository)
                .arguments(["test", "--workspace", "--test", "typescript"])
                .variable("POOLKEEPER_GEN", "1")
                .run()?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench { users, listed } => bench::run(&repository, users, listed),
        Command::Screens => suite::screens(&repository),
    }
}
