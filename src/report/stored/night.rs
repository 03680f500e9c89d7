//! A night of a job as its kept files tell of it: a run, a retry round of it, an undoing, or a night
//! without a call. Pure.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use super::StoredRun;
use crate::model::{ErrorCode, Label, Message, Status, StoreRun};

/// What a night was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NightKind {
    Run,
    /// A run of some rows (`--limit`, `--only`).
    Trial,
    /// A retry round, by its number.
    Retry(u32),
    /// Labels got their old values back.
    Undo,
    /// No call was made.
    Unsent,
    /// No run started, and one was expected (`--expect`).
    Missed,
}

/// How a night ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NightEnd {
    /// With this exit code.
    Code(u8),
    UnderWay,
    /// The process was killed: no end was recorded.
    Killed,
    /// The summary is missing or cannot be read.
    Unknown,
}

/// The line of a row of a respondent who was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptRow {
    /// Which of the respondents that were asked for it is, from 0.
    pub(crate) asked: usize,
    /// The id as it is in the results.
    pub(crate) respondent: String,
    /// The row's number for people: that of the run, even in a retry round.
    pub(crate) row: u64,
    pub(crate) survey: String,
    pub(crate) status: Status,
    pub(crate) code: Option<ErrorCode>,
    /// As the results have it.
    pub(crate) message: String,
    pub(crate) http_status: Option<u16>,
    pub(crate) attempts: u32,
    /// `None` if a spreadsheet has changed its form.
    pub(crate) finished_at: Option<Timestamp>,
}

impl KeptRow {
    /// Whether the platform acknowledged the labels.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.status == Status::Success
    }
}

/// A night of a job.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Night {
    pub(crate) kind: NightKind,
    /// `None` if it is unknown.
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) end: NightEnd,
    /// What its summary says, or what its results or its journal count; `None` for a night without a
    /// call, and where neither can be read.
    pub(crate) run: Option<StoredRun>,
    /// Why it made no call, or ended early.
    pub(crate) why: Option<Message>,
    /// Files of it that are missing or cannot be read.
    pub(crate) faults: Vec<Message>,
    /// The file that has a line for each row: results, or the journal of an unfinished run.
    pub(crate) results: Option<PathBuf>,
    /// The rows of respondents who were asked for, in the order of the file.
    pub(crate) rows: Vec<KeptRow>,
    /// The start of the run of which it is a retry round.
    pub(crate) retry_of: Option<Timestamp>,
    /// The store that the run used.
    pub(crate) store: Option<StoreRun>,
    /// The files stand where a resume finds them: they were not set aside.
    pub(crate) is_resumable: bool,
    /// Its retry rounds, oldest first.
    pub(crate) rounds: Vec<Self>,
}

/// What the store knows of the labels of a respondent of one survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Which of the respondents that were asked for it is, from 0.
    pub(crate) asked: usize,
    pub(crate) account: String,
    pub(crate) survey: String,
    /// Whether it knows an acknowledgement.
    pub(crate) is_acknowledged: bool,
    /// The next run sends the row again, as another call may have been applied since.
    pub(crate) in_doubt: bool,
    /// Labels of which it knows singly what was acknowledged last.
    pub(crate) labels: Vec<Label>,
    /// The start of the run that wrote it, if that is one of the nights.
    pub(crate) run_started_at: Option<Timestamp>,
}

/// What nights say of the labels of a respondent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Acknowledged<'n> {
    pub(crate) rows: usize,
    /// The newest acknowledgement, with the night that has it.
    pub(crate) last: Option<(&'n Night, &'n KeptRow)>,
    /// A later call may have been applied without an answer.
    pub(crate) may_be_changed: bool,
}

impl Night {
    /// Creates a night of which nothing is known but its kind.
    pub(crate) fn new(kind: NightKind) -> Self {
        Self {
            kind,
            started_at: None,
            end: NightEnd::Unknown,
            run: None,
            why: None,
            faults: Vec::new(),
            results: None,
            rows: Vec::new(),
            retry_of: None,
            store: None,
            is_resumable: false,
            rounds: Vec::new(),
        }
    }

    /// Returns the night and its retry rounds.
    pub(crate) fn with_rounds(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.rounds)
    }

    /// Whether the run is neither finished nor under way.
    pub(crate) fn is_unfinished(&self) -> bool {
        let is_cut = self.run.as_ref().is_some_and(|run| !run.finished);
        self.end == NightEnd::Killed || matches!(self.end, NightEnd::Code(_)) && is_cut
    }

    /// Whether every row of the run has a line, so that a respondent without one was not in the export.
    pub(crate) fn has_all_rows(&self) -> bool {
        self.faults.is_empty() && self.run.as_ref().is_some_and(|run| run.finished)
    }

    /// Whether a file of the night or of its rounds cannot be read.
    pub(crate) fn has_faults(&self) -> bool {
        self.with_rounds().any(|night| !night.faults.is_empty())
    }

    /// Returns the surveys of a respondent in these nights, sorted.
    pub(crate) fn surveys_of(nights: &[Self], asked: usize) -> BTreeSet<&str> {
        Self::rows_of(nights, asked)
            .map(|(_, row)| row.survey.as_str())
            .collect()
    }

    /// Returns what these nights say of a respondent's labels in a survey; in all of them without one.
    pub(crate) fn acknowledged<'n>(
        nights: &'n [Self],
        asked: usize,
        survey: Option<&str>,
    ) -> Acknowledged<'n> {
        let of_survey = |row: &KeptRow| survey.is_none_or(|survey| row.survey == survey);
        let rows: Vec<(&Self, &KeptRow)> = Self::rows_of(nights, asked)
            .filter(|(_, row)| of_survey(row))
            .collect();
        let acknowledged = rows.iter().filter(|(_, row)| row.is_acknowledged());
        let last = acknowledged.max_by_key(|(_, row)| row.finished_at).copied();
        let since = last.and_then(|(_, row)| row.finished_at);
        let may_be_changed = |row: &KeptRow| row.status == Status::Unconfirmed && row.finished_at > since;
        Acknowledged {
            rows: rows.len(),
            last,
            may_be_changed: rows.iter().any(|(_, row)| may_be_changed(row)),
        }
    }

    /// Returns all rows of a respondent.
    pub(crate) fn rows_of(nights: &[Self], asked: usize) -> impl Iterator<Item = (&Self, &KeptRow)> {
        let nights = nights.iter().flat_map(Self::with_rounds);
        let rows = nights.flat_map(|night| night.rows.iter().map(move |row| (night, row)));
        rows.filter(move |(_, row)| row.asked == asked)
    }
}

/// Sorts nights by their start, and puts rounds under their runs. Nights whose start is unknown come
/// first.
pub(crate) fn arranged(found: Vec<Night>) -> Vec<Night> {
    let (mut rounds, mut nights): (Vec<Night>, Vec<Night>) =
        found.into_iter().partition(|night| night.retry_of.is_some());
    rounds.sort_by_key(|night| night.started_at);
    let millis = |time: Option<Timestamp>| time.map(Timestamp::as_millisecond);
    for round in rounds {
        let of = millis(round.retry_of);
        let run = nights
            .iter_mut()
            .find(|night| millis(night.started_at) == of && night.run.is_some());
        match run {
            Some(run) => run.rounds.push(round),
            None => nights.push(round),
        }
    }
    nights.sort_by_key(|night| night.started_at);
    nights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn night(kind: NightKind, second: i64) -> Night {
        Night {
            started_at: at(second),
            run: Some(StoredRun::default()),
            ..Night::new(kind)
        }
    }

    fn row(status: Status, second: i64) -> KeptRow {
        KeptRow {
            asked: 0,
            respondent: "7".to_owned(),
            row: 2,
            survey: "9".to_owned(),
            status,
            code: None,
            message: String::new(),
            http_status: None,
            attempts: 1,
            finished_at: at(second),
        }
    }

    #[test]
    fn rounds_are_under_their_runs() {
        let round = |number, second, of| Night {
            retry_of: at(of),
            ..night(NightKind::Retry(number), second)
        };
        let found = vec![
            night(NightKind::Run, 20),
            round(2, 15, 10),
            night(NightKind::Run, 10),
            round(1, 12, 10),
            round(1, 31, 5),
            Night::new(NightKind::Run),
        ];
        let shape = |nights: &[Night]| -> Vec<(Option<Timestamp>, usize)> {
            let shape = nights.iter().map(|night| (night.started_at, night.rounds.len()));
            shape.collect()
        };
        let all = arranged(found);
        assert_eq!(shape(&all), [(None, 0), (at(10), 2), (at(20), 0), (at(31), 0)]);
        assert_eq!(all[1].rounds[0].kind, NightKind::Retry(1));
    }

    #[test]
    fn the_last_acknowledgement_may_be_that_of_a_round() {
        let round = Night {
            rows: vec![row(Status::Success, 12)],
            ..night(NightKind::Retry(1), 11)
        };
        let nights = [
            Night {
                rows: vec![row(Status::Failed, 10)],
                rounds: vec![round],
                ..night(NightKind::Run, 9)
            },
            Night {
                rows: vec![row(Status::Unconfirmed, 20)],
                ..night(NightKind::Run, 19)
            },
        ];
        let found = Night::acknowledged(&nights, 0, None);
        let (of, row) = found.last.unwrap();
        assert_eq!((of.kind, row.finished_at), (NightKind::Retry(1), at(12)));
        assert!(found.may_be_changed);
        assert!(!Night::acknowledged(&nights[..1], 0, None).may_be_changed);
        assert_eq!(Night::acknowledged(&nights, 1, None).last, None);
    }

    #[test]
    fn each_survey_has_its_own_acknowledgement() {
        let other = KeptRow {
            survey: "8".to_owned(),
            ..row(Status::Unconfirmed, 20)
        };
        let nights = [Night {
            rows: vec![row(Status::Success, 10), other],
            ..night(NightKind::Run, 9)
        }];
        assert_eq!(Night::surveys_of(&nights, 0), BTreeSet::from(["8", "9"]));
        let of = |survey| Night::acknowledged(&nights, 0, Some(survey));
        assert!(of("9").last.is_some() && !of("9").may_be_changed);
        assert!(of("8").last.is_none() && of("8").may_be_changed);
    }
}
