//! Sentences about exports that are refused or look damaged.

use crate::plan::{Damage, Objection, Stale};

/// Why an export is refused before its first call, and what looks damaged in it.
pub(crate) trait GuardWords {
    /// A condition that the whole export fails.
    fn objection(&self, objection: &Objection) -> String;

    /// An export that was not renewed.
    fn stale(&self, stale: &Stale) -> String;

    /// The whole error. `said` are the objections; `resumes` means that a part was sent before.
    fn guard_refused(&self, input: &str, said: &[String], resumes: bool) -> String;

    /// The same for a failed file, which the guards about its rows alone check.
    fn guard_refused_round(&self, input: &str, said: &[String]) -> String;

    /// The warning if the user lets the export through.
    fn guard_ignored(&self, input: &str, said: &[String]) -> String;

    /// The id column is probably a CRM's own number, of the input or of the table of `--ids`.
    fn crm_number(&self, column: &str, of_table: bool) -> String;

    /// A column as above, with what to do if it is right.
    fn with_crm_remedy(&self, why: &str) -> String;

    /// A refusal before the first call.
    fn nothing_was_sent(&self, input: &str, why: &str) -> String;

    /// `--max-changes` without `--changed-only`.
    fn max_changes_needs_store(&self) -> String;

    /// Guards that need counts, with standard input.
    fn guards_need_a_file(&self) -> String;

    /// The time of the input's file cannot be read.
    fn no_file_time(&self, input: &str) -> String;

    /// What a damaged value looks like, its cause, and what to do.
    fn damage(&self, damage: Damage) -> &'static str;
}
