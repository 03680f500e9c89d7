//! Sentences of `doctor`: what a run needs on this machine.

use crate::text::screens::{Health, Subject};

/// Sentences about what was looked at.
pub(crate) trait DoctorWords {
    /// The state in one word.
    fn health(&self, health: Health) -> &'static str;

    /// What was looked at, in a word or two.
    fn subject(&self, subject: Subject) -> &'static str;

    fn no_config(&self) -> String;

    fn not_looked_at(&self) -> String;

    fn secret_set(&self, from: &str) -> String;

    fn secret_unset(&self, variable: &str) -> String;

    fn secret_readable(&self, path: &str, advice: &str) -> String;

    fn no_input(&self) -> String;

    fn input_missing(&self, path: &str) -> String;

    /// A file that a run reads.
    fn file_unreadable(&self, path: &str, why: &str) -> String;

    fn folder_usable(&self, path: &str) -> String;

    /// A run creates the folder.
    fn folder_made(&self, path: &str) -> String;

    fn folder_missing(&self, path: &str) -> String;

    fn folder_unusable(&self, path: &str, why: &str) -> String;

    /// This user has no folder for the state.
    fn no_state_folder(&self) -> String;

    /// A program copies the folder of this file to its servers.
    fn synchronised(&self, path: &str, service: &str) -> String;

    /// The width of the terminal in columns; `None` off a terminal.
    fn terminal(&self, width: Option<usize>) -> String;

    /// The local time and the zone's name.
    fn time(&self, time: &str, zone: &str) -> String;

    fn no_zone(&self, time: &str) -> String;

    fn no_proxy(&self) -> String;

    fn addresses(&self, host: &str, count: usize) -> String;

    fn no_addresses(&self, host: &str, why: &str) -> String;

    /// The host answered with this HTTP status.
    fn reached(&self, host: &str, status: u16) -> String;

    fn unreached(&self, host: &str, why: &str) -> String;

    fn unreached_by(&self, host: &str, proxy: &str, why: &str) -> String;

    fn certificate_untrusted(&self, host: &str, why: &str) -> String;

    /// The difference between this machine's clock and the host's, in seconds; positive if this one is
    /// ahead.
    fn clock_differs(&self, seconds: i64) -> String;

    fn clock_agrees(&self, host: &str) -> String;

    /// The API gives the list of a survey, with so many respondents if it says that.
    fn list_reached(&self, host: &str, survey: &str, count: Option<u64>) -> String;

    /// The API fails, and a run would use the list of an earlier one.
    fn older_list_there(&self, why: &str, table: &str) -> String;

    /// A command prints the API's key, and no command is run.
    fn api_not_asked(&self) -> String;

    /// The last line: how many findings are wrong, and how many to look at.
    fn doctors_verdict(&self, wrong: u64, look: u64) -> String;
}
