//! Sentences of `init` about how to answer, about the key of the API, about answers that look wrong, and about what an earlier
//! `init` left behind.

/// Sentences about doubtful answers.
pub(crate) trait DoubtWords {
    /// Without `--match-on` and a terminal.
    fn address_column_missing(&self) -> String;
    /// Asks whether `pull` finds the ids.
    fn ask_pull(&self) -> String;
    /// That a key of the API would find the ids.
    fn pull_hint(&self) -> String;
    fn key_unusable(&self, why: &str) -> String;
    /// How one of a list is chosen, above the first list.
    fn list_keys(&self) -> String;
    /// Nothing says the labels of the columns that are asked about next.
    fn label_unsaid(&self) -> String;
    /// A part of the address is that of the vendor's example. `secret` is its name, such as
    /// `webhook_key`.
    fn address_part_sample(&self, secret: &str) -> String;
    /// A column is proposed for its digits alone.
    fn id_by_digits(&self, column: &str) -> String;
    fn ask_other_number(&self, column: &str) -> String;
    /// `value` is the first one of the column.
    fn ask_no_number(&self, column: &str, value: &str) -> String;
    /// A column with an equals sign in its name.
    fn unfit_address(&self, column: &str) -> String;
    fn no_fit_address(&self) -> String;
    /// Secrets are there without a config. Are they replaced, or used?
    fn secrets_left(&self, folder: &str, is_replaced: bool) -> String;
    /// The address would be typed, but the questions are not on the terminal.
    fn cannot_ask_address(&self) -> String;
}
