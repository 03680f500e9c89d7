//! `forget`, in English.

use crate::text::en::English;
use crate::text::number::en;
use crate::text::subjects::{ForgetWords, Left, Traces};

impl ForgetWords for English {
    fn forget_in_what(&self) -> String {
        "which runs? name their input, or give a `--config FILE` that names it".to_owned()
    }

    fn forget_found_no_run(&self, results: &str) -> String {
        format!(
            "no run has written `{results}`, and there is no state: is the input's name right, and where do its runs \
             write (`--output`, `--output-dir`)?"
        )
    }

    fn forget_unfinished(&self, path: &str, command: &str) -> String {
        format!(
            "`{path}`: a run is not finished, and its journal must stay whole; nothing was changed; resume it first with \
             `{command}` and the flags that it had, or replace it with `--overwrite`"
        )
    }

    fn forget_unfinished_undo(&self, path: &str, command: &str) -> String {
        format!(
            "`{path}`: an undo is not finished, and its journal must stay whole; nothing was changed; finish it first \
             with `{command}` and the flags that it had"
        )
    }

    fn forget_no_unicode(&self, path: &str) -> String {
        format!(
            "the name of `{path}` is no Unicode: rename the files, or remove the person by hand; nothing was changed"
        )
    }

    fn forget_no_state(&self, path: Option<&str>) -> String {
        match path {
            Some(path) => {
                format!("There is no state at {path}: if the runs have another (`--state`), name it.")
            }
            None => "No state was looked at: if the runs have one (`--state`), name it.".to_owned(),
        }
    }

    fn forget_question(&self, files: u64) -> String {
        format!("Remove this from {}? It cannot be restored.", en(files, "file"))
    }

    fn forget_not_confirmed(&self) -> String {
        "not confirmed: nothing was changed".to_owned()
    }

    fn forget_removed(&self, is_dry_run: bool) -> String {
        if is_dry_run {
            "Would be removed (nothing was changed):"
        } else {
            "Removed:"
        }
        .to_owned()
    }

    fn traces(&self, traces: Traces) -> String {
        match traces {
            Traces::Lines(count) => format!("id, message and kept cells of {}", en(count, "line")),
            Traces::Records(count) => en(count, "record"),
            Traces::Page => "the page with ids; `respondent-sync report` makes it again".to_owned(),
            Traces::LeftOver => "a version that was never finished".to_owned(),
            Traces::Entries(1) => "1 entry".to_owned(),
            Traces::Entries(count) => format!("{count} entries"),
        }
    }

    fn forget_found_nothing(&self, files: u64) -> String {
        format!("Nothing was found in {}.", en(files, "file"))
    }

    fn forget_not_done(&self) -> String {
        "Not done yet; the same command finishes it:".to_owned()
    }

    fn forget_left(&self) -> String {
        "Left as they are; look at them yourself:".to_owned()
    }

    fn left(&self, left: Left) -> String {
        match left {
            Left::Workbook => "a workbook: delete the person's row in it",
            Left::OtherForm => "compressed, or in UTF-16: delete the person's row in it",
            Left::NoRows => {
                "whose rows it has is unknown (no `sync_row`, or no results): delete the person's row in it"
            }
            Left::OtherId => {
                "a row of another respondent has the number of a row of the person: delete the person's row in it"
            }
            Left::NeedsFailed => {
                "by it the person's rows in the failed file are known: put that file right, then run this again"
            }
            Left::Unreadable => "it cannot be read, or not as this program wrote it: delete the person's row in it",
            Left::Unfinished => "of a run that was not finished: resume that run, or delete the file if nobody needs it",
            Left::NoFile => "no file, but a link or the like: look at where it leads",
            Left::DamagedState => "a damaged state: delete it",
            Left::Missing => "no run has written it: is the input's name right?",
        }
        .to_owned()
    }

    fn forget_elsewhere(&self) -> String {
        "Not part of these files, and yours to look at: the export itself, the CRM, the platform's mailing list, \
         backups, and logs that were kept with `-vv`."
            .to_owned()
    }
}
