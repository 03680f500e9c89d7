//! Sentences about the survey's mailing list.

/// What is read of the platform's mailing list, and what is wrong with the question.
pub(crate) trait ListWords {
    /// `pull` has no survey.
    fn pull_needs_survey(&self) -> String;

    /// Behind the column of addresses: the ids come from the mailing list.
    fn by_list(&self) -> String;

    /// How many respondents the list has, and how many addresses of it are several respondents.
    fn list_addresses(&self, respondents: u64, ambiguous: u64) -> String;

    /// A run reads a list, and no flag names the survey.
    fn list_needs_survey(&self) -> String;

    /// The list has nobody on it.
    fn empty_list(&self, survey: &str) -> String;

    /// A list cannot be read, and the one of an earlier run is used.
    fn older_list(&self, why: &str, table: &str) -> String;

    /// `--on-conflict keep` without what it compares with.
    fn keep_needs_pull(&self) -> String;

    /// The table of a list cannot be read back.
    fn list_unreadable(&self, table: &str, why: &str) -> String;

    /// The table of a list is another one than before.
    fn list_replaced(&self, table: &str) -> String;

    /// A long list is being read; the time it takes, if a rate limits it.
    fn pulling(&self, respondents: u64, time: Option<String>) -> String;

    /// A list was read and written.
    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String;
}
