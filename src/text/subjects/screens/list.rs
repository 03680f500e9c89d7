//! Sentences about the survey's mailing list.

/// What is read of the platform's mailing list, and what is wrong with the question.
pub(crate) trait ListWords {
    /// `pull` has no survey.
    fn pull_needs_survey(&self) -> String;

    /// A long list is being read; the time it takes, if a rate limits it.
    fn pulling(&self, respondents: u64, time: Option<String>) -> String;

    /// A list was read and written.
    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String;
}
