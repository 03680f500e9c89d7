//! Sentences about inputs that cannot be used.

use crate::model::Position;
use crate::plan::ListFault;
use crate::read::{Newest, NoNewest};

/// What is wrong with an input, or with a table or a list beside it. Errors of `read` have their
/// English there.
pub(crate) trait InputWords {
    /// Which of several exports is read, and by what it is the newest.
    fn newest(&self, newest: &Newest) -> String;

    /// Files that were left out of the choice: so many, some of them by name.
    fn newest_leaves_out(&self, count: u64, names: &[&str]) -> String;

    /// A file is the newest by its number, but another one was written later.
    fn newest_by_number(&self, chosen: &str, later: &str) -> String;

    /// The newest file is there, but nothing more can be learnt of it.
    fn newest_is_out_of_reach(&self, name: &str) -> String;

    fn no_newest(&self, why: &NoNewest) -> String;

    /// What is wrong at a place.
    fn at(&self, position: Position, why: &str) -> String;

    /// The name of an input that is a workbook of several sheets; `others` are those not used.
    fn sheet_of(&self, input: &str, sheet: &str, others: &str) -> String;

    /// The list of `--exclude` is refused.
    fn list_refused(&self, path: &str) -> String;

    fn list_fault(&self, fault: &ListFault) -> String;

    /// The table of `--ids` is refused. `has_defaults` adds that flags for the input are not for the
    /// table.
    fn table_refused(&self, path: &str, why: &str, has_defaults: bool) -> String;

    /// A line of the table of `--ids` cannot be read.
    fn table_broken(&self, path: &str, why: &str) -> String;

    /// Neither a flag nor a column names the survey.
    fn no_survey(&self) -> String;

    /// A config file is given as the input.
    fn config_as_input(&self, path: &str) -> String;
}
