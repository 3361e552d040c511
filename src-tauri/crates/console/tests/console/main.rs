//! The console against the sandbox, with the real store on disk.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// What a browser on the passkey's own domain would do.
#[path = "../../../sandbox/tests/over_the_wire/support/authenticator.rs"]
#[expect(unreachable_pub, reason = "the sandbox's own tests use it, too")]
mod authenticator;
mod bills;
mod blueprints;
mod circle;
mod comforts;
mod confirm;
mod connections;
mod costs;
mod edits;
mod edits_beyond;
mod edits_things;
mod files;
mod house;
mod import_rows;
mod import_trouble;
mod importing;
mod jobs;
mod jobs_basis;
mod jobs_doubt;
mod jobs_guards;
mod jobs_kill;
mod jobs_looked;
mod jobs_ours;
mod jobs_settled;
mod jobs_shown;
mod jobs_undelivered;
mod jobs_undo;
mod jobs_weather;
mod kept_settings;
mod kill;
mod lab;
mod lab_account;
mod lab_challenges;
mod lab_explained;
mod lab_factors;
mod lab_hosted;
mod lab_recording;
mod lab_refresh;
mod local;
mod metrics;
mod months;
mod months_watched;
mod random_syncs;
mod reveals;
mod search;
mod sync;
mod to_aws;
mod together;
mod tokens;
mod trouble;
mod why;
