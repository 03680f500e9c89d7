//! Sentences of `init`: its questions, what it found, what it wrote, and why it refuses. A question
//! has no mark at its end, because the screen puts one there.

mod surveys;

pub(crate) use surveys::SurveyWords;

use crate::model::Label;

/// A key of the config that `init` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigKey {
    Input,
    Delimiter,
    Encoding,
    Sheet,
    SkipLines,
    NoHeader,
    Survey,
    IdColumn,
    Ids,
    MatchOn,
    Pull,
    /// The column with the address, if the list of `pull` has the ids.
    Address,
    AcceptCrmIds,
    Map,
    BaseUrl,
    AccountFile,
    WebhookKeyFile,
    WebhookAuthFile,
    ClientIdFile,
    ClientSecretFile,
    Lang,
    Excel,
    Report,
}

/// Sentences about setting up a config.
pub(crate) trait InitWords {
    /// What the command does, before its first question.
    fn init_intro(&self) -> String;
    fn ask_export(&self) -> String;
    fn no_such_file(&self, path: &str) -> String;
    fn export_is_a_file(&self) -> String;
    fn export_found(&self, path: &str, rows: u64, columns: u64) -> String;
    fn sample(&self, value: &str) -> String;
    fn no_sample(&self) -> String;
    fn header_looks_like_data(&self) -> String;

    fn id_hint(&self) -> String;
    fn ask_id_column(&self) -> String;
    fn only_addresses(&self) -> String;
    /// Asks whether a column with the name of a CRM's own number is used nevertheless.
    fn ask_crm_number(&self, column: &str) -> String;
    fn ask_address_column(&self) -> String;
    fn ids_hint(&self) -> String;
    fn ask_ids(&self) -> String;
    fn ask_table_address(&self) -> String;
    fn ask_table_id(&self) -> String;

    fn address_hint(&self) -> String;
    /// What happens if no address is pasted.
    fn address_or_enter(&self, has_variables: bool) -> String;
    fn ask_address(&self) -> String;
    /// What an address holds, without its secrets.
    fn address_found(&self, host: &str, account: &str, survey: Option<&str>, labels: &[Label]) -> String;
    fn ask_unknown_host(&self, host: &str) -> String;
    fn no_address(&self) -> String;
    fn no_webhook(&self) -> String;
    fn other_webhook(&self, name: Option<&str>) -> String;
    fn placeholder_left(&self, name: &str) -> String;
    fn address_incomplete(&self) -> String;
    /// `secret` is the name of a part of the path, such as `webhook_key`.
    fn address_part_invalid(&self, secret: &str) -> String;
    fn address_plain(&self) -> String;
    /// Refuses a host that nobody was asked about.
    fn unknown_host(&self, host: &str) -> String;
    fn other_base(&self, host: &str) -> String;

    fn labels_hint(&self) -> String;
    fn ask_label_columns(&self) -> String;
    fn no_label_column(&self) -> String;
    fn too_many_labels(&self) -> String;
    fn ask_label(&self, column: &str) -> String;
    fn not_a_label(&self) -> String;
    fn label_taken(&self, label: Label) -> String;

    fn export_missing(&self) -> String;
    fn id_column_missing(&self) -> String;
    fn survey_missing(&self) -> String;
    fn labels_missing(&self) -> String;
    /// The line above several missing answers.
    fn answers_missing(&self, count: u64) -> String;
    fn in_the_way(&self, path: &str) -> String;
    fn not_a_name(&self) -> String;
    fn no_folder(&self, path: &str) -> String;
    fn not_unicode(&self, path: &str) -> String;
    fn init_stopped(&self) -> String;
    /// Stopped after everything was written.
    fn check_stopped(&self) -> String;
    fn input_ended(&self) -> String;
    fn cannot_write_in(&self, folder: &str) -> String;
    fn config_untrusted(&self) -> String;

    /// The first line of the config.
    fn config_heading(&self) -> String;
    fn config_keys(&self) -> String;
    fn config_comment(&self, key: ConfigKey) -> String;
    /// The comment above the keys of secrets that are not there yet.
    fn config_secrets_missing(&self) -> String;

    fn written(&self) -> String;
    fn about_config(&self) -> String;
    fn about_secrets(&self) -> String;
    fn secrets_missing(&self, names: &str, folder: &str) -> String;
    fn secrets_readable(&self, folder: &str) -> String;
    /// The file that the webhook's address came from still holds the secrets.
    fn address_file_left(&self, path: &str) -> String;
    fn variables_preferred(&self, names: &str) -> String;
    fn ask_check(&self) -> String;
    fn next_steps(&self) -> String;
    fn step_check(&self) -> String;
    fn step_one_row(&self) -> String;
    fn step_all(&self) -> String;
}

/// Answers to a question, beside a language's own.
pub(crate) trait YesNo {
    /// The letters of yes and no, the default as a capital: `Y/n`.
    fn yes_or_no(&self, default: bool) -> &'static str;
    /// Whether an answer means yes; `None` if it means neither.
    fn is_yes(&self, answer: &str) -> Option<bool> {
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" | "t" | "tak" => Some(true),
            "n" | "no" | "nie" => Some(false),
            _ => None,
        }
    }
    /// Says which answers are understood.
    fn answer_yes_or_no(&self) -> &'static str;
}
