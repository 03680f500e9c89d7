//! Sentences of `init` about the survey: its id, and the list of the account's surveys.

/// Sentences about the survey of all rows.
pub(crate) trait SurveyWords {
    fn survey_hint(&self) -> String;
    /// Says how to get a list, to a user without a key of the API.
    fn listing_hint(&self) -> String;
    fn ask_survey(&self) -> String;
    fn not_a_survey(&self) -> String;
    fn survey_from_column(&self) -> String;
    /// Digits behind a gap may belong to the survey's id of the address.
    fn survey_doubtful(&self) -> String;
    /// The survey is that of the vendor's example. A sentence without its end.
    fn survey_is_sample(&self) -> String;

    /// The API is asked, which takes a moment.
    fn asking_for_surveys(&self, host: &str) -> String;
    /// The API did not give the list. `why` is a sentence without its end.
    fn surveys_unlisted(&self, why: &str) -> String;
    /// The API's list is empty.
    fn no_surveys(&self) -> String;
    /// The line above the list of all surveys, or of those whose title has this text.
    fn surveys_listed(&self, count: u64, text: Option<&str>) -> String;
    /// The line below a list that was cut.
    fn surveys_left_out(&self, count: u64) -> String;
    /// Asks for a survey of the list. `by_number`: the list has numbers.
    fn ask_listed_survey(&self, by_number: bool) -> String;
    fn untitled(&self) -> String;
    /// No title has this text.
    fn no_such_title(&self, text: &str) -> String;
    /// Says which survey was chosen.
    fn survey_chosen(&self, id: &str, title: &str) -> String;
    /// Asks whether an id that the list lacks is meant.
    fn ask_unlisted_survey(&self, id: &str) -> String;
}
