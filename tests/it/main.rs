//! All tests of the whole program, in one binary: real files, real sockets, the real executable.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test, in its helpers too"
)]

#[cfg(target_os = "linux")]
mod bombs; // Small files that would take all memory or time.
mod calls; // What goes over the wire, and what answers do.
mod changed; // Inputs that change while they are read and sent.
mod check; // What it finds, for people and for machines.
mod columns; // Which column goes where.
mod config; // The config file: what it may say, what beats it, where it is looked for.
mod connections; // How many there are, and what they cost.
mod corpus; // Files as real programs make them, and as they should not come.
mod delta; // Only what changed.
mod deploy; // The samples for schedulers.
#[cfg(unix)]
mod disk; // What the system does to files and streams while a run goes on.
mod duplicates; // Several rows of a respondent; ids that are found by address.
mod endings; // One JSON object for each end of a run.
mod excel; // Results and failed file for a spreadsheet, and back.
mod existing; // Outputs that are there already: each cell of the design's table.
mod faults; // Bad input: a clear error, nothing sent, nothing overwritten.
mod forms; // Encodings, delimiters, containers: the same table, the same calls.
mod guards; // What stops a bad export.
mod help;
mod locks; // Two runs at a time.
mod logs; // What is said on standard error, for people and for machines.
#[cfg(target_os = "linux")]
mod memory; // That it is flat in the file.
mod monitor; // Who hears of a run.
mod neighbours; // Features that meet.
mod outputs; // The files that a run leaves.
mod pace; // The one test of the rate over real sockets.
mod privacy; // Cells in logs, mails and monitors.
mod proxies; // What a proxy says to `CONNECT`.
mod resume; // Runs that are killed, stopped and gone on with.
mod resumed_nights; // What a resumed run knows, and what it does not.
mod samples; // Every file in `samples/` is run.
mod secret_sources; // Secrets from files and commands, and who else may see those.
mod secrets; // Canaries in every kind of error at the highest verbosity.
#[path = "../bench/server.rs"]
#[expect(dead_code, reason = "the benchmark uses all of it")]
mod server; // A platform that counts connections.
mod stale; // Exports that nobody has made anew.
mod starving; // Rows that always fail, among others.
mod support; // A job to run and a platform to run it against.

mod tidy; // The house's own rules.
mod times; // The forms in which moments are written.
mod tls; // Whose certificates are trusted.
#[cfg(unix)]
mod trust; // Files that others could have written, and links.
mod until; // `--until` where clocks do odd things.
