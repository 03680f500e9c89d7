//! All tests of the whole program, in one binary: real files, real sockets, the real executable.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails in a test fails the test, in its helpers too"
)]

mod believed; // Labels of the mailing list that were read back.
#[cfg(target_os = "linux")]
mod bombs; // Small files that would take all memory or time.
mod calls; // Calls on the wire, and the effect of answers.
mod changed; // Inputs that change while they are read and sent.
mod check; // Findings, for people and for machines.
mod columns; // The mapping of columns.
mod config; // The config file: its content, its precedence, its location.
mod connections; // Their number, and their cost.
mod corpus; // Files as real programs write them, and malformed files.
mod delta; // `--changed-only`.
mod deploy; // The samples for schedulers.
#[cfg(unix)]
mod disk;
mod doctor; // What a run needs on this machine. // Failures of files and streams during a run.
mod door; // The sandbox lists respondents.
mod duplicates; // Several rows of a respondent; ids found by address.
mod endings; // One JSON object for each end of a run.
mod excel;
mod exclude; // Results and failed file for a spreadsheet, and back.
mod existing; // Outputs that exist already: each cell of the table in `help output`.
mod faults; // Invalid input: a clear error, nothing sent, nothing overwritten.
mod forget; // A person who asked to be erased.
mod forget_lists; // The same, of files about the mailing list.
mod forms; // Encodings, delimiters, containers: the same table, the same calls.
mod guards; // Guards against a bad export.
mod help;
mod history; // What became of the rows and of a respondent, night by night.
mod init; // The questions of `init`, on a pseudo-terminal, and its flags without one.
#[cfg(unix)]
mod init_ids; // Where the ids come from if the export has none.
mod locks; // Two runs at the same time.
mod logs; // Standard error, for people and for machines.
#[cfg(unix)]
mod mails; // The mails of the samples.
#[cfg(target_os = "linux")]
mod memory; // Memory does not grow with the file.
mod monitor; // Notifications and metrics.
mod neighbours; // Combinations of features.
mod newest; // Which of several exports is sent.
mod outputs; // The files that a run leaves.
mod pace; // The rate over real sockets.
mod privacy; // Cells in logs, mails and monitors.
mod proxies;
mod pull; // The mailing list as a table.
mod pull_ends; // Pulls that end without one.
mod pulled_nights; // Runs that read the mailing list first.
mod report; // Answers of a proxy to `CONNECT`.
mod resume; // Runs that are killed, stopped and resumed.
mod resumed_nights; // What a resumed run knows and does not know.
mod retry; // Failed rows, sent again with the settings of their run.
mod samples; // Every file in `samples/` is run.
mod screens; // What a person sees on a terminal.
mod secret_sources; // Secrets from files and commands, and who else could read those.
mod secrets; // Canaries in every kind of error at the highest verbosity.
#[path = "../bench/server.rs"]
#[expect(dead_code, reason = "the benchmark uses all of it")]
mod server; // A platform that counts connections.
mod stale; // Exports that have not been renewed.
mod starving; // Rows that always fail do not block the others.
mod support; // A job to run and a platform to run it against.

#[cfg(unix)]
mod surveys; // `init` lists the account's surveys.
mod tidy; // The project's own rules.
mod times; // The forms in which times are written.
mod tls; // Trusted certificates.
#[cfg(unix)]
mod trust; // Files that other users could have written, and links.
mod undo; // Labels get their old values back.
mod undo_again; // Undoings of failed, cut, retried and repeated runs.
mod until; // `--until` around clock changes.
mod verify; // What was sent is read back.
#[cfg(windows)]
mod windows; // What only Windows has.
