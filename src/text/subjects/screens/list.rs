//! Sentences about the survey's mailing list.

use crate::report::Verified;

/// What an undoing is about to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undoing<'a> {
    pub(crate) labels: u64,
    pub(crate) contacts: u64,
    pub(crate) as_before: u64,
    pub(crate) not_restored: u64,
    pub(crate) left_filled: u64,
    /// The file with the labels that are not put back.
    pub(crate) refused: Option<&'a str>,
}

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

    /// The list is read again at this time, and for the last time at another one; how many labels were not
    /// seen so far, if it was read before.
    fn reads_back_at(&self, times: (&str, &str), left: Option<u64>) -> String;

    /// It could not be written down which labels were read back.
    fn proof_not_kept(&self, why: &str) -> String;

    /// What was read back.
    fn read_back(&self, verified: &Verified) -> String;

    /// Where the labels are that were not read back as they were sent.
    fn read_back_in_file(&self, file: &str) -> String;

    /// All labels have other values.
    fn reading_does_not_fit(&self) -> String;

    /// A run had nothing that could be read back.
    fn nothing_to_read_back(&self) -> String;

    /// A signal ended the reading.
    fn read_back_cut_short(&self) -> String;

    /// What to type if not all labels were seen.
    fn look_again(&self, command: &str) -> String;

    /// The list could not be read after the run.
    fn cannot_read_back(&self, why: &str) -> String;

    /// What people changed on the platform: rows that were set again, labels that were left.
    fn edited(&self, overwritten: u64, kept: u64) -> String;

    /// How to learn whether the list shows these labels.
    fn how_to_prove(&self, labels: &str) -> String;

    /// The input of a run that is verified can be read once.
    fn verify_needs_file(&self) -> String;

    /// The first line of a mail about a run whose labels the list does not show as they were sent.
    fn mail_subject_of_labels(&self, input: &str, code: u8) -> String;

    /// Labels have other values than were sent; the file that names them.
    fn labels_differ(&self, labels: u64, file: &str) -> String;

    /// `verify` finds no run.
    fn verify_without_run(&self, summary: &str) -> String;

    /// `verify` of a run that is not over.
    fn verify_of_unfinished(&self, results: &str) -> String;

    /// `verify` of a rehearsal, or of a run whose settings are not written down.
    fn verify_of_rehearsal(&self, summary: &str) -> String;

    /// The list that a run has read before it is gone.
    fn list_is_missing(&self, table: &str) -> String;

    /// The run has retry rounds, whose rows are not read back.
    fn verify_knows_no_rounds(&self) -> String;

    /// `verify` of an input that is another one by now.
    fn verify_of_other_input(&self, input: &str) -> String;

    /// There is no file of what a run has changed, or nothing in it; the newest one of an earlier run.
    fn nothing_to_undo(&self, undo: &str, older: Option<&str>) -> String;

    /// The last run has not written what it changed; a file of an earlier one has its name.
    fn undo_of_earlier_run(&self, undo: &str) -> String;

    /// A file of changes is of another survey than the one that is asked for.
    fn undo_of_other_survey(&self, survey: &str, asked: &str) -> String;

    /// What an undoing does, a line each.
    fn undoing(&self, undoing: &Undoing<'_>) -> Vec<String>;

    /// The command that puts back what a run has changed.
    fn how_to_undo(&self, command: &str) -> String;

    /// What an undoing has done.
    fn undone(&self, labels: u64, contacts: u64) -> String;

    /// A trial of the same input has changed a contact, too.
    fn undo_of_trial(&self, undo: &str) -> String;

    /// Asks before it.
    fn undo_question(&self) -> String;

    /// Nobody is there to be asked.
    fn undo_needs_yes(&self) -> String;

    /// A long list is being read; the time it takes, if a rate limits it.
    fn pulling(&self, respondents: u64, time: Option<String>) -> String;

    /// A signal ended the reading; `why` says which.
    fn pull_stopped(&self, why: &str) -> String;

    /// A list was read and written.
    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String;
}
