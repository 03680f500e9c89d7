//! Sentences of `init` about answers that look wrong, and about what an earlier `init` left behind.

/// Sentences about doubtful answers.
pub(crate) trait DoubtWords {
    /// Nothing says the labels of the columns that are asked about next.
    fn label_unsaid(&self) -> String;
    /// Digits behind a gap may belong to the survey's id of the address.
    fn survey_doubtful(&self) -> String;
}
