//! Notes about an input besides its rows, in the same words in `check` and in the summary of a run.

use std::fmt::{self, Write};

use crate::report::{counted, thousands};

/// Counts over the rows to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) blank_records: u64,
    /// Blank cells that are not sent.
    pub(crate) blanks_skipped: u64,
    /// Ids from which invisible characters were removed.
    pub(crate) ids_trimmed: u64,
    /// Values that look damaged; they are sent nevertheless.
    pub(crate) damaged: u64,
    /// Respondents with several rows.
    pub(crate) repeated: u64,
    /// Those of them whose rows differ.
    pub(crate) repeated_differently: u64,
    /// Not every respondent could be remembered: the two counts above are minimums.
    pub(crate) repeated_at_least: bool,
    /// Ids that also occur with other leading zeros.
    pub(crate) other_zeros: u64,
    /// The count above is a minimum.
    pub(crate) other_zeros_at_least: bool,
    /// Of several rows only the last is sent.
    pub(crate) only_last: bool,
}

impl Notes {
    /// Writes a line for each count that is not zero.
    pub(in crate::report) fn write(&self, text: &mut String) -> fmt::Result {
        let lines = [
            (self.blank_records > 0, self.blank_records_words()),
            (self.blanks_skipped > 0, self.blank_cells_words()),
            (self.ids_trimmed > 0, self.ids_trimmed_words()),
            (self.damaged > 0, self.damaged_words()),
            (self.repeated > 0, self.repeated_words()),
            (self.other_zeros > 0, self.other_zeros_words()),
        ];
        for (_, words) in lines.iter().filter(|(counts, _)| *counts) {
            writeln!(text, "  {words}")?;
        }
        Ok(())
    }

    pub(crate) fn blank_records_words(&self) -> String {
        format!(
            "{}, not counted as rows",
            counted(self.blank_records, "blank record")
        )
    }

    pub(crate) fn blank_cells_words(&self) -> String {
        format!(
            "{} not sent (`--empty skip`)",
            counted(self.blanks_skipped, "blank cell")
        )
    }

    pub(crate) fn ids_trimmed_words(&self) -> String {
        format!(
            "{} with white space around, which is taken off",
            counted(self.ids_trimmed, "id")
        )
    }

    fn damaged_words(&self) -> String {
        format!(
            "{} damaged by a spreadsheet or a wrong encoding, by its look: `check` tells which",
            counted(self.damaged, "value")
        )
    }

    pub(crate) fn repeated_words(&self) -> String {
        let least = if self.repeated_at_least { "at least " } else { "" };
        format!(
            "{least}{} on several rows, {least}{} of them with different values: {}",
            counted(self.repeated, "respondent"),
            thousands(self.repeated_differently),
            if self.only_last {
                "only the last row is sent"
            } else {
                "the last row wins"
            }
        )
    }

    fn other_zeros_words(&self) -> String {
        let least = if self.other_zeros_at_least {
            "at least "
        } else {
            ""
        };
        format!("{least}{} {}", counted(self.other_zeros, "id"), Self::OTHER_ZEROS)
    }

    /// The text after the number of such ids.
    pub(crate) const OTHER_ZEROS: &str = "with other leading zeros, too (`12` and `0012`): each is sent as a respondent of \
         its own, and they may be one";

    /// Describes blank fields after the last column, on this many rows.
    pub(crate) fn blank_fields_words(rows: u64) -> String {
        format!(
            "{} with blank fields behind the last column, which are passed over",
            counted(rows, "row")
        )
    }
}
