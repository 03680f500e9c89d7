//! The HTML pages, in English.

use crate::model::Lang;
use crate::report::ExitCode;
use crate::text::en::English;
use crate::text::number::{en, thousands};
use crate::text::subjects::{Headline, Need, PageLabel, PageWords, Trend};

impl PageWords for English {
    fn label(&self, label: PageLabel) -> &'static str {
        match label {
            PageLabel::Report => "Report",
            PageLabel::Done => "Done",
            PageLabel::NeedsYou => "Rows need you",
            PageLabel::LabelsNeedYou => "Labels need a look",
            PageLabel::StoppedEarly => "Stopped early",
            PageLabel::NothingSent => "Nothing was sent",
            PageLabel::Next => "What to do now",
            PageLabel::Resume => "To go on with the interrupted run:",
            PageLabel::ExcelHint => {
                "Excel shortens long ids and removes zeros in front when it opens the file by double click. Open it by Data, \
                 From Text/CSV, with the id's column as text."
            }
            PageLabel::Copy => "Copy",
            PageLabel::Copied => "Copied",
            PageLabel::Split => "All rows",
            PageLabel::Reasons => "Why rows failed",
            PageLabel::Rows => "Rows that need you",
            PageLabel::RowsSoFar => "Rows that failed so far",
            PageLabel::Row => "Row",
            PageLabel::Count => "Rows",
            PageLabel::Reason => "Reason",
            PageLabel::Remedy => "What to do",
            PageLabel::Message => "Message",
            PageLabel::Code => "Code",
            PageLabel::Respondent => "Respondent",
            PageLabel::Search => "Search",
            PageLabel::SortHint => "Sort by this column",
            PageLabel::Course => "Calls over time",
            PageLabel::Time => "Time",
            PageLabel::Calls => "Calls",
            PageLabel::FailedCalls => "Failed calls",
            PageLabel::PerSecond => "Calls per second",
            PageLabel::AgreedRate => "Agreed rate",
            PageLabel::Waiting => "Waiting for the platform",
            PageLabel::Numbers => "The same numbers as a table",
            PageLabel::Warnings => "What to look at",
            PageLabel::ResponseTimes => "Response times",
            PageLabel::Answers => "Answers",
            PageLabel::Settings => "Settings",
            PageLabel::About => "About this run",
            PageLabel::Input => "Input",
            PageLabel::Started => "Started",
            PageLabel::Finished => "Finished",
            PageLabel::Duration => "Duration",
            PageLabel::Result => "Exit code",
            PageLabel::RunId => "Run",
            PageLabel::Version => "Version",
            PageLabel::Results => "Results",
            PageLabel::FailedFile => "Failed rows",
            PageLabel::Overview => "All jobs",
            PageLabel::Internal => "Internal: this page names all clients. Do not pass it on.",
            PageLabel::Job => "Job",
            PageLabel::Nights => "Last 30 nights",
            PageLabel::LastSuccess => "Last success",
            PageLabel::Trend => "Trend",
            PageLabel::Needs => "What it needs",
            PageLabel::FailedRows => "failed",
            PageLabel::Details => "Numbers",
            PageLabel::Refused => "stopped before the first call",
            PageLabel::Missed => "missed",
            PageLabel::Unreadable => "Files that are no summary of this program",
            PageLabel::Nothing => "nothing",
            PageLabel::Never => "never",
        }
    }

    fn headline(&self, counts: Headline) -> String {
        let Headline { rows, updated, .. } = counts;
        if rows == 0 {
            return "There are no rows.".to_owned();
        }
        let number = |count| thousands(Lang::En, count);
        let failed = counts.to_fix + counts.to_resend + counts.not_reached;
        if updated == 0 && failed == 0 && counts.unchanged > 0 {
            let skipped = match counts.skipped {
                0 => String::new(),
                some => format!(", {} were skipped", number(some)),
            };
            return format!(
                "Nothing to update: {} of {} had not changed{skipped}.",
                number(counts.unchanged),
                en(rows, "contact")
            );
        }
        let mut parts = vec![format!("{} of {} updated", number(updated), en(rows, "contact"))];
        let need = if counts.to_fix == 1 { "needs" } else { "need" };
        for (count, what) in [
            (counts.to_fix, format!("{need} a fix")),
            (counts.to_resend, "to send again (nothing to edit)".to_owned()),
            (counts.unchanged, "had not changed".to_owned()),
            (counts.skipped, "skipped".to_owned()),
            (counts.not_reached, "not reached".to_owned()),
        ] {
            if count > 0 {
                parts.push(format!("{} {what}", number(count)));
            }
        }
        parts.join(", ") + "."
    }

    fn exit_meaning(&self, code: u8) -> &'static str {
        ExitCode::from_code(code).map_or("unknown", ExitCode::meaning)
    }

    fn of_trial(&self) -> String {
        "Only some rows were updated (`--limit`, `--only`). Look at these contacts on the platform."
            .to_owned()
    }

    fn of_sandbox(&self) -> String {
        "This was a rehearsal in the sandbox: nothing was sent to the platform.".to_owned()
    }

    fn mended_since(&self, fixed: u64, remaining: u64) -> String {
        let were = if fixed == 1 { "was" } else { "were" };
        let first = format!("Since then {} that failed {were} updated", en(fixed, "row"));
        match remaining {
            0 => format!("{first}; none is left."),
            left => format!("{first}; {} left.", thousands(Lang::En, left)),
        }
    }

    fn why_on_screen(&self, code: u8) -> String {
        format!(
            "{} (exit {code}); the reason was on the screen",
            self.exit_meaning(code)
        )
    }

    fn checked_again(&self, when: &str) -> String {
        format!("Last checked at {when}: the same export, nothing new to send.")
    }

    fn nothing_new(&self) -> String {
        "nothing new: the same export was sent before".to_owned()
    }

    fn unsent_night(&self, code: u8, why: &str) -> String {
        match code {
            0 => why.to_owned(),
            code => format!("exit {code}: {why}"),
        }
    }

    fn run_before(&self, when: Option<&str>) -> String {
        match when {
            Some(when) => format!("Below is the run before, which ended at {when}."),
            None => "Below is the run before.".to_owned(),
        }
    }

    fn rows_beyond(&self, more: u64, file: &str) -> String {
        format!("{} more are in {file}.", en(more, "row"))
    }

    fn message_in(&self, file: &str) -> String {
        format!("what the platform said may be about a person: it is only in {file}")
    }

    fn split_described(&self, headline: &str) -> String {
        format!("One bar, divided by what became of the rows: {headline}")
    }

    fn course_described(&self, calls: u64, failed: u64, from: &str, until: &str) -> String {
        format!(
            "{} from {from} to {until}, {} of them failed.",
            en(calls, "call"),
            thousands(Lang::En, failed)
        )
    }

    fn course_since_resume(&self, when: &str) -> String {
        format!("The run was resumed at {when}; calls before that are not in this picture.")
    }

    fn waited(&self, from: &str, until: &str, reason: &str) -> String {
        format!("{from} to {until}: waiting for the platform ({reason})")
    }

    fn within(&self, per_cent: u64, time: &str) -> String {
        format!("{per_cent} % of the answers came within {time}")
    }

    fn longest(&self, time: &str) -> String {
        format!("the slowest took {time}")
    }

    fn times_described(&self, answers: u64, median: &str) -> String {
        format!(
            "{} by the time they took; half of them within {median}.",
            en(answers, "answer")
        )
    }

    fn below(&self, time: &str) -> String {
        format!("under {time}")
    }

    fn page_holds(&self, ids: bool) -> String {
        if ids {
            "This page has the ids of respondents whose rows failed, and no other value of the file. Treat it as the file \
             itself."
        } else {
            "This page has row numbers and error codes, and no id and no value of the file."
        }
        .to_owned()
    }

    fn page_readers(&self, group: Option<&str>) -> String {
        match group {
            Some(group) => format!("Its owner and the group {group} can read it."),
            None => "Only its owner can read it.".to_owned(),
        }
    }

    fn summary_missing(&self, path: &str) -> String {
        format!("{path} is missing, so times, settings and the next step are not known here.")
    }

    fn page_written(&self, path: &str) -> String {
        format!("report: {path}")
    }

    fn page_not_written(&self, why: &str) -> String {
        format!("the page about the run is not written: {why}")
    }

    fn no_group(&self, name: &str, why: &str) -> String {
        format!("`--share-group {name}`: there is no such group on this machine ({why})")
    }

    fn no_results(&self, path: &str, why: &str) -> String {
        format!("`{path}` is no results file of this program: {why}")
    }

    fn not_of_this_tool(&self, path: &str, why: &str) -> String {
        format!("`{path}` is no summary of this program: {why}")
    }

    fn one_file_each(&self) -> String {
        "`report` makes the page about one run: name one results file, or give `--overview`".to_owned()
    }

    fn only_text_of_stream(&self) -> String {
        "a page is made of files: name a results file, or give `--format text`".to_owned()
    }

    fn nothing_here(&self, path: &str) -> String {
        format!("there is no file and no folder `{path}`")
    }

    fn no_summaries(&self) -> String {
        "there is no summary (`….summary.json`) of a run here".to_owned()
    }

    fn overview_needs_output(&self) -> String {
        "an overview of several files or folders has no place of its own: give `--output FILE`".to_owned()
    }

    fn overview_headline(&self, jobs: u64, needing: u64) -> String {
        match (jobs, needing) {
            (1, 0) => "The job needs nothing.".to_owned(),
            (_, 0) => format!("None of {} needs you.", en(jobs, "job")),
            (_, 1) => format!("1 of {} needs you.", en(jobs, "job")),
            _ => format!(
                "{} of {} need you.",
                thousands(Lang::En, needing),
                en(jobs, "job")
            ),
        }
    }

    fn need(&self, need: &Need) -> String {
        match need {
            Need::Fix(rows, cause) => {
                let need = if *rows == 1 { "needs" } else { "need" };
                let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                format!("{} {need} a fix{cause}", en(*rows, "row"))
            }
            Need::Resend(rows) => format!("{} to send again", en(*rows, "row")),
            Need::Stopped(code) => format!("stopped early (exit {code}): {}", self.exit_meaning(*code)),
            Need::Refused(date, why) => format!("stopped on {date}: {why}"),
            Need::Interrupted => "interrupted: `--resume` goes on".to_owned(),
            Need::NoRunSince(date) => format!("no run since {date}"),
        }
    }

    fn trend(&self, trend: Trend) -> &'static str {
        match trend {
            Trend::More => "↑ more failures",
            Trend::Fewer => "↓ fewer failures",
            Trend::Steady => "→ steady",
        }
    }

    fn nights_described(&self, job: &str, runs: u64, missed: u64) -> String {
        let missed = match missed {
            0 => String::new(),
            some => format!(", {} missed", en(some, "night")),
        };
        format!("{job}: {} in 30 nights{missed}", en(runs, "run"))
    }

    fn night(&self, counts: Headline, code: u8) -> String {
        let number = |count| thousands(Lang::En, count);
        format!(
            "{} updated, {} failed, {} unchanged{}, exit {code}",
            number(counts.updated),
            number(counts.to_fix + counts.to_resend),
            number(counts.unchanged),
            match counts.not_reached {
                0 => String::new(),
                left => format!(", {} not reached", number(left)),
            }
        )
    }

    fn mail_subject(&self, input: &str, code: u8) -> String {
        format!("{input}: exit {code}, {}", self.exit_meaning(code))
    }

    fn page_is(&self, path: &str) -> String {
        format!("The page about it: {path}")
    }

    fn rows_with_code(&self, rows: u64, title: &str, code: &str) -> String {
        format!("{}: {title} ({code})", thousands(Lang::En, rows))
    }
}
