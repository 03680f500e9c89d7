//! Sending failed rows again, in English.

use super::English;
use crate::text::number::en;
use crate::text::subjects::RetryWords;

impl RetryWords for English {
    fn retry_of_stream(&self) -> String {
        "a run from standard input is found by its results: name them instead of `-`".to_owned()
    }

    fn retry_without_run(&self, summary: &str) -> String {
        format!(
            "no run to retry: there is no `{summary}`; name the input of the run, and with `--output-dir` or `--output` where \
             it wrote"
        )
    }

    fn retry_of_unfinished(&self, results: &str) -> String {
        format!("the run of `{results}` is not finished: start it again with `--resume` first, then `retry`")
    }

    fn retry_of_rehearsal(&self, summary: &str) -> String {
        format!("`{summary}` is of a rehearsal, which has nothing to retry: send the whole file with `run`")
    }

    fn retry_without_settings(&self, summary: &str) -> String {
        format!(
            "`{summary}` does not hold the settings of its run, as those of older versions: send the failed file with \
             `run` and the same flags"
        )
    }

    fn retry_without_results(&self, results: &str) -> String {
        format!(
            "there is no `{results}`, so it is unknown who was updated since; put it back, or send the failed file with \
             `run` and the same flags"
        )
    }

    fn retry_without_failed_file(&self, failed: &str) -> String {
        format!("there is no `{failed}`, which holds the rows to send again: put it back")
    }

    fn retry_of_untrusted(&self, summary: &str) -> String {
        format!(
            "others could have written `{summary}`, which says what is sent and where: nothing was sent; let only yourself \
             write it and its folder, and read it before you start `retry` again, or send the failed file with `run` and \
             the same flags"
        )
    }

    fn retry_of_other_account(&self) -> String {
        "the run was for another account than that of the secrets now: nothing was sent; give the `--config` or the \
         variables of the run"
            .to_owned()
    }

    fn retry_of_moved(&self) -> String {
        "another run took the files of this one in the meantime: nothing was sent; start `retry` again"
            .to_owned()
    }

    fn retry_unreadable(&self, path: &str) -> String {
        format!("`{path}`: who was updated since cannot be read, so nothing was sent")
    }

    fn nothing_failed(&self) -> String {
        "nothing to retry: no row of the run failed".to_owned()
    }

    fn nothing_left_to_retry(&self, round: u32) -> String {
        format!("nothing left to retry: round {round} has fixed the last rows")
    }

    fn round_starts(&self, round: u32, failed: &str, is_edited: bool) -> String {
        let edited = if is_edited {
            "as edited"
        } else {
            "as it was written"
        };
        format!("retry round {round}: `{failed}`, {edited}, with the settings of its run")
    }

    fn nothing_was_fixed(&self, failed: &str) -> String {
        format!("every row of `{failed}` needs a fix, and none was edited: they will probably fail again")
    }

    fn older_form_unused(&self, failed: &str, older: &str) -> String {
        format!("`{failed}` is sent; `{older}` is older and not used")
    }

    fn workbook_of_other_run(&self, workbook: &str, row: Option<u64>, failed: &str) -> String {
        let which = match row {
            Some(row) => format!("row {row} (`sync_row`), which did not fail in this run"),
            None => "a row without its `sync_row`".to_owned(),
        };
        format!(
            "`{workbook}` holds {which}: it may be of another export, so nothing was sent; delete it, or save as \
             `{failed}` what is to be sent"
        )
    }

    fn edited_another(&self, failed: &str, edited: &str) -> String {
        format!(
            "`{edited}` was edited, but its rows were sent before; what failed then is in `{failed}`. Nothing was sent: \
             edit `{failed}` and retry again, or delete `{edited}` to send `{failed}` as it is"
        )
    }

    fn edited_too_late(&self, failed: &str, edited: &str) -> String {
        format!("`{edited}` was edited after its rows were sent; those edits are not sent: `{failed}` is")
    }

    fn another_export(&self, export: &str, when: &str) -> String {
        format!(
            "`{export}` is not the export of this run any more, which began on {when}: if a newer one was sent with other \
             outputs (`--output-dir`, `--output`), `retry` does not know of it and may set respondents back"
        )
    }

    fn overtaken_rows(&self, rows: u64) -> String {
        let are = if rows == 1 { "is" } else { "are" };
        format!(
            "{} {are} not sent (`superseded`): the respondent has received the same since, or something newer",
            en(rows, "row")
        )
    }

    fn rows_missing(&self, rows: u64, failed: &str) -> String {
        let are = if rows == 1 { "is" } else { "are" };
        format!(
            "{} that failed {are} not in `{failed}` any more: not sent, and no failure after this round",
            en(rows, "row")
        )
    }

    fn fixed_since(&self, fixed: u64, left_out: u64) -> String {
        match (fixed, left_out) {
            (fixed, 0) => format!("{} that failed then went through since", en(fixed, "row")),
            (0, left_out) => format!(
                "{} that failed then: deleted or left out since",
                en(left_out, "row")
            ),
            (fixed, left_out) => format!(
                "of {} that failed then, {fixed} went through since, {left_out} deleted or left out",
                en(fixed + left_out, "row")
            ),
        }
    }
}
