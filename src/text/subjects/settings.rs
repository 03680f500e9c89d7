//! Sentences about settings that are wrong or missing.

/// A part of the webhook's path, or of the key of the API, that a user has to supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Account,
    WebhookKey,
    WebhookAuth,
    ClientId,
    ClientSecret,
}

impl Piece {
    /// Whether it belongs to the key of the API.
    pub(in crate::text) fn is_of_api(self) -> bool {
        matches!(self, Self::ClientId | Self::ClientSecret)
    }
}

/// What two jobs do to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    /// Both write the file.
    Output,
    /// Both write this metrics file.
    Metrics,
    /// The job replaces what the other reads by this key.
    Read(&'static str),
    /// The other takes the job's file for an export.
    Taken,
}

/// What is wrong with a key of a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// There is no such key; the most similar one.
    Unknown {
        near: Option<String>,
    },
    /// A secret's value stands in the file. The key and the variable of the secret.
    SecretInFile {
        key: String,
        variable: String,
    },
    /// The secret has a source already.
    SecretTwice,
    NoFileName,
    /// A command is a list of its words.
    NoCommand,
    NoSwitch,
    /// A number is missing.
    NoCount,
    /// This is no number.
    NoNumber(String),
    /// Several values for a flag that takes one.
    Several,
    /// A list or a table holds something else than values.
    NoValues,
    Blank,
    Unreadable,
    /// The value, and the valid ones, separated by commas.
    NotOneOf(String, String),
    Invalid(String),
    /// What the flag's parser says, in English.
    Refused(String),
}

/// Sentences about settings that are wrong or missing.
pub(crate) trait SettingWords {
    /// Several mistakes, one a line.
    fn several_wrong(&self, mistakes: &[String]) -> String;

    fn key_fault(&self, fault: &KeyFault) -> String;

    /// The text is no TOML; `why` is the parser's English.
    fn no_toml(&self, why: &str) -> String;

    fn cannot_read_config(&self, path: &str) -> String;

    /// A secret is missing or wrong, as a dry run sees it.
    fn would_not_start(&self, why: &str) -> String;

    /// Pieces that are not set, each with its variable; at least one.
    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String;

    /// A secret has the value of the vendor's example. `name` says which one, as the subject of a
    /// sentence: a variable, or an English phrase about a file or a command.
    fn secret_is_sample(&self, name: &str) -> String;

    /// So many of so many jobs are wrong. Each mistake and each note begins with the path of its job.
    fn checked_jobs(&self, wrong_of: (u64, u64), mistakes: &[String], notes: &[String]) -> String;

    /// A table that a job reads is not there yet.
    fn awaited_table(&self, path: &str) -> String;

    /// The results of a job are of a run with another config file.
    fn results_of_other_job(&self, results: &str, other: &str) -> String;

    fn no_job_below(&self, folder: &str) -> String;

    fn cannot_read_folder(&self, folder: &str) -> String;

    fn job_without_input(&self) -> String;

    /// The folder of the file that a key names does not exist.
    fn no_folder_of(&self, key: &str, folder: &str) -> String;

    /// `input` has wildcards and no `newest`.
    fn pattern_without_newest(&self) -> String;

    /// Two jobs are in each other's way.
    fn clash(&self, clash: Clash, file: &str, other: &str) -> String;
}
