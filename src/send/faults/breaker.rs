//! Decides when a run is hopeless ([rule 8](crate::rules#rule-8)): faults that no single row causes. Pure; the dispatcher
//! acts on it.
//!
//! "In a row" is by completion. Failures that are retried neither lengthen nor end a streak of
//! refusals: they say nothing about credentials or addresses.

use std::collections::{HashMap, HashSet};

use crate::model::{CountOrPercent, EarlyEnd, ErrorCode, Lane, Status};
use crate::send::answers::classify::{Decision, Fault};
use crate::send::attempt::{Reply, TransportError};

/// Answers 401, 403 or 3xx in a row that end the run: a wrong key does not become right by the
/// sixth row.
const MAX_REFUSED: usize = 5;

/// Respondents rejected with the same message, and none updated, that end the run: the survey is
/// wrong rather than that many rows.
const MAX_REJECTED_ALIKE: usize = 500;

/// Maximum number of different messages counted. With more than a few, there is no single fault.
const MAX_MESSAGES: usize = 16;

/// Minimum number of rows before `--max-errors` is judged in per cent.
const PERCENT_FROM: u64 = 200;

/// The operator's limits for errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BreakerSettings {
    /// Maximum number of other 4xx without a readable reason in a row; `None` for no limit.
    pub(crate) max_same_error: Option<u32>,
    /// Maximum number of failed or unconfirmed rows; `None` for no limit.
    pub(crate) max_errors: Option<CountOrPercent>,
}

/// Maximum number of a streak's rows that are remembered for a resume to send again.
const MAX_STREAK_ROWS: usize = 100_000;

/// Counts faults over all attempts and rows.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    refused: Streak,
    same_error: Streak,
    /// Rejected rows by message; `None` once a call has succeeded.
    rejected: Option<HashMap<String, Rejected>>,
    rows: u64,
    errors: u64,
    /// The streak that ended the run, and its kind.
    ending: Option<(Kind, Streak)>,
}

/// Attempts in a row that failed alike, and the rows that a resume may send again.
#[derive(Debug, Default)]
struct Streak {
    length: usize,
    rows: Vec<(Lane, u64)>,
}

impl Streak {
    fn push(&mut self, lane: Lane, row: u64) {
        self.length += 1;
        if self.rows.len() < MAX_STREAK_ROWS {
            self.rows.push((lane, row));
        }
    }

    fn clear(&mut self) {
        self.length = 0;
        self.rows.clear();
    }

    /// Removes a respondent's rows. A later row of theirs was, or may have been, applied: sending
    /// the earlier ones again would undo that.
    fn forget(&mut self, lane: Lane) {
        self.rows.retain(|(other, _)| *other != lane);
    }
}

#[derive(Debug, Default)]
struct Rejected {
    respondents: HashSet<Lane>,
    rows: Streak,
}

/// The fault that the attempts of a streak share.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Refused,
    SameError,
    Rejected(String),
}

impl Kind {
    fn has(&self, fault: &Fault) -> bool {
        match self {
            Self::Refused => matches!(fault.code, ErrorCode::Auth | ErrorCode::Redirected),
            Self::SameError => fault.code == ErrorCode::Http4xx,
            Self::Rejected(message) => fault.code == ErrorCode::Rejected && fault.message == *message,
        }
    }
}

impl Breaker {
    /// Creates a breaker. `knows_success` says that the journal of the resumed run holds a success.
    pub(crate) fn new(settings: BreakerSettings, knows_success: bool) -> Self {
        Self {
            settings,
            refused: Streak::default(),
            same_error: Streak::default(),
            rejected: (!knows_success).then(HashMap::new),
            rows: 0,
            errors: 0,
            ending: None,
        }
    }

    /// Records an attempt's end; returns why the run must end, if it must. `row` is the row's
    /// number.
    pub(crate) fn attempt_ended(
        &mut self,
        lane: Lane,
        row: u64,
        result: &Result<Reply, TransportError>,
        decision: &Decision,
    ) -> Option<EarlyEnd> {
        match result {
            Err(TransportError::Untrusted(reason)) => {
                return Some(EarlyEnd::Untrusted {
                    reason: reason.clone(),
                });
            }
            Err(TransportError::ProxyRefused { proxy, status }) => {
                return Some(EarlyEnd::ProxyRefused {
                    proxy: proxy.clone(),
                    status: *status,
                });
            }
            _ => {}
        }
        let fault = match decision {
            Decision::Retry { .. } => return None,
            Decision::Success { .. } => {
                self.rejected = None;
                self.refused.clear();
                self.same_error.clear();
                return None;
            }
            Decision::Fail(fault) => fault,
        };
        if let Some((kind, streak)) = &mut self.ending {
            // The run is draining: further attempts that fail alike belong to the same streak.
            if kind.has(fault) {
                streak.push(lane, row);
            }
            return None;
        }
        for (kind, streak) in [
            (Kind::Refused, &mut self.refused),
            (Kind::SameError, &mut self.same_error),
        ] {
            if kind.has(fault) {
                streak.push(lane, row);
            } else {
                streak.clear();
            }
        }
        let example = || fault.cause.clone();
        if self.refused.length >= MAX_REFUSED {
            let streak = std::mem::take(&mut self.refused);
            let in_a_row = streak.length;
            self.ending = Some((Kind::Refused, streak));
            return Some(EarlyEnd::Refused {
                in_a_row,
                example: example(),
            });
        }
        let most = self.settings.max_same_error.unwrap_or(u32::MAX) as usize;
        if self.same_error.length >= most {
            let streak = std::mem::take(&mut self.same_error);
            let in_a_row = streak.length;
            self.ending = Some((Kind::SameError, streak));
            return Some(EarlyEnd::SameError {
                in_a_row,
                example: example(),
            });
        }
        if self.settings.max_same_error.is_none() {
            self.same_error.clear();
        }
        if fault.code == ErrorCode::Rejected {
            self.rejected_alike(lane, row, &fault.message)
        } else {
            None
        }
    }

    /// Whether a fault is the one of the full streak.
    pub(crate) fn is_same_fault(&self, fault: &Fault) -> bool {
        self.ending.as_ref().is_some_and(|(kind, _)| kind.has(fault))
    }

    /// Clears all streaks, because the rows themselves are at fault: their verdicts are final.
    pub(crate) fn absolve(&mut self) {
        self.ending = None;
        self.rejected = None;
        self.refused.clear();
        self.same_error.clear();
    }

    /// Records a sent row's verdict; returns why the run must end, if it must.
    pub(crate) fn row_ended(&mut self, lane: Lane, status: Status) -> Option<EarlyEnd> {
        if matches!(status, Status::Success | Status::Unconfirmed) {
            self.forget(lane);
        }
        self.rows += 1;
        self.errors += u64::from(matches!(status, Status::Failed | Status::Unconfirmed));
        let limit = self.settings.max_errors?;
        let judged = matches!(limit, CountOrPercent::Count(_)) || self.rows >= PERCENT_FROM;
        (judged && limit.is_exceeded_by(self.errors, self.rows)).then(|| EarlyEnd::TooManyErrors {
            rows: self.errors,
            limit: limit.to_string(),
        })
    }

    fn forget(&mut self, lane: Lane) {
        let rejected = self.rejected.iter_mut().flat_map(HashMap::values_mut);
        rejected
            .map(|alike| &mut alike.rows)
            .chain([&mut self.refused, &mut self.same_error])
            .chain(self.ending.as_mut().map(|(_, streak)| streak))
            .for_each(|streak| streak.forget(lane));
    }

    /// Returns the rows of the streak that has just ended the run, without those of `busy`
    /// respondents, whose outcome is not known yet.
    pub(crate) fn streak_without(&self, busy: &HashSet<Lane>) -> Vec<u64> {
        let rows = self.ending.iter().flat_map(|(_, streak)| &streak.rows);
        rows.filter(|(lane, _)| !busy.contains(lane))
            .map(|(_, row)| *row)
            .collect()
    }

    /// Returns the rows of the streak that ended the run. Their verdicts are not final: a resume
    /// sends them again.
    pub(crate) fn into_streak(self) -> Vec<u64> {
        let rows = self.ending.map(|(_, streak)| streak.rows).unwrap_or_default();
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn rejected_alike(&mut self, lane: Lane, row: u64, message: &str) -> Option<EarlyEnd> {
        let rejected = self.rejected.as_mut()?;
        if rejected.len() >= MAX_MESSAGES && !rejected.contains_key(message) {
            return None;
        }
        let alike = rejected.entry(message.to_owned()).or_default();
        alike.respondents.insert(lane);
        alike.rows.push(lane, row);
        let respondents = alike.respondents.len();
        if respondents < MAX_REJECTED_ALIKE {
            return None;
        }
        let rows = std::mem::take(&mut alike.rows);
        self.ending = Some((Kind::Rejected(message.to_owned()), rows));
        Some(EarlyEnd::AllRejected {
            respondents,
            message: message.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::Digits;
    use crate::send::answers::classify::classify;
    use crate::send::attempt::Body;
    use Status::{Failed, Success, Unconfirmed};

    const SUCCESS: (u16, &str) = (200, r#"{"type":"success"}"#);
    const REJECTED: (u16, &str) = (200, r#"{"type":"error","msg":"unknown respondent"}"#);

    fn breaker() -> Breaker {
        Breaker::new(
            BreakerSettings {
                max_same_error: Some(50),
                max_errors: None,
            },
            false,
        )
    }

    fn lane(respondent: &str) -> Lane {
        Lane::new(Digits::new("1").unwrap(), Digits::new(respondent).unwrap())
    }

    /// Ends the attempts one after the other, each of another respondent, and returns after how
    /// many the run ends.
    fn ends_after(
        breaker: &mut Breaker,
        answers: impl IntoIterator<Item = (u16, &'static str)>,
    ) -> Option<(usize, EarlyEnd)> {
        for (index, (status, body)) in answers.into_iter().enumerate() {
            let reply = Reply {
                status,
                retry_after: None,
                date: None,
                body: Body::Whole(Bytes::from_static(body.as_bytes())),
            };
            let result = Ok(reply);
            let decision = classify(&result, std::time::SystemTime::UNIX_EPOCH);
            let lane = lane(&index.to_string());
            if let Some(end) = breaker.attempt_ended(lane, index as u64 + 2, &result, &decision) {
                return Some((index + 1, end));
            }
        }
        None
    }

    fn count(answers: impl IntoIterator<Item = (u16, &'static str)>) -> Option<usize> {
        ends_after(&mut breaker(), answers).map(|(after, _)| after)
    }

    #[test]
    fn five_refusals_in_a_row_end_the_run() {
        assert_eq!(
            count([(401, ""), (403, ""), (302, ""), (401, ""), (307, ""), SUCCESS]),
            Some(5)
        );
        assert_eq!(
            count([(401, ""); 4].into_iter().chain([SUCCESS]).chain([(403, ""); 4])),
            None
        );
        assert_eq!(
            count([(401, ""); 4].into_iter().chain([REJECTED]).chain([(401, ""); 4])),
            None
        );
        let retried_between = [
            (401, ""),
            (503, ""),
            (401, ""),
            (429, ""),
            (401, ""),
            (401, ""),
            (401, ""),
        ];
        assert_eq!(count(retried_between), Some(7));
    }

    #[test]
    fn fifty_unexplained_4xx_in_a_row_end_the_run_whenever_they_come() {
        assert_eq!(count([(404, "<html>"); 60]), Some(50));
        assert_eq!(count([SUCCESS].into_iter().chain([(404, ""); 60])), Some(51));
        assert_eq!(
            count(
                [(404, ""); 49]
                    .into_iter()
                    .chain([SUCCESS])
                    .chain([(404, ""); 49])
            ),
            None
        );
        assert_eq!(
            count([(404, r#"{"type":"error","msg":"no such respondent"}"#); 60]),
            None
        );
        let mut endless = Breaker::new(
            BreakerSettings {
                max_same_error: None,
                max_errors: None,
            },
            false,
        );
        assert_eq!(ends_after(&mut endless, [(404, ""); 600]), None);
    }

    #[test]
    fn five_hundred_rejected_alike_end_a_run_without_a_success() {
        assert_eq!(count([REJECTED; 600]), Some(500));
        assert_eq!(count([SUCCESS].into_iter().chain([REJECTED; 600])), None);
        let mut one_respondent = breaker();
        for _ in 0..600 {
            assert_eq!(
                ends_after(&mut one_respondent, [REJECTED]),
                None,
                "one respondent rejected often is one"
            );
        }
    }

    #[test]
    fn five_hundred_rejected_alike_are_their_own_fault_where_the_journal_knows_a_success() {
        let mut breaker = Breaker::new(
            BreakerSettings {
                max_same_error: Some(50),
                max_errors: None,
            },
            true,
        );
        assert_eq!(ends_after(&mut breaker, [REJECTED; 600]), None);
    }

    #[test]
    fn the_streak_is_named_with_what_fails_alike_while_the_run_drains() {
        let mut refused = breaker();
        let answers = [SUCCESS, (401, ""), SUCCESS].into_iter().chain([(401, ""); 5]);
        assert!(ends_after(&mut refused, answers).is_some());
        assert_eq!(ends_after(&mut refused, [(401, ""), SUCCESS, (404, "")]), None);
        // Row 6 is of respondent 4; a later row of theirs succeeded while the run drained.
        refused.row_ended(lane("4"), Success);
        assert_eq!(refused.into_streak(), [5, 7, 8, 9, 2]);

        // A later row of respondent 2 may have been applied before the streak was long enough.
        let mut doubted = breaker();
        assert_eq!(ends_after(&mut doubted, [(401, ""); 4]), None);
        doubted.row_ended(lane("2"), Unconfirmed);
        assert!(ends_after(&mut doubted, [(401, "")]).is_some());
        assert_eq!(doubted.into_streak(), [2, 3, 5, 2]);

        let mut rejected = breaker();
        assert!(ends_after(&mut rejected, [REJECTED; 500]).is_some());
        assert_eq!(rejected.into_streak().len(), 500);
        assert_eq!(breaker().into_streak(), [0; 0]);
    }

    #[test]
    fn a_certificate_that_is_not_trusted_ends_the_run_at_once() {
        let result = Err(TransportError::Untrusted("unknown issuer".to_owned()));
        let decision = classify(&result, std::time::SystemTime::UNIX_EPOCH);
        let lane = lane("1");
        let end = breaker().attempt_ended(lane, 2, &result, &decision);
        assert_eq!(
            end,
            Some(EarlyEnd::Untrusted {
                reason: "unknown issuer".to_owned()
            })
        );
    }

    #[test]
    fn max_errors_counts_failed_and_unconfirmed_rows() {
        let ends = |limit: &str, statuses: &[Status]| {
            let max_errors = Some(limit.parse().unwrap());
            let mut breaker = Breaker::new(
                BreakerSettings {
                    max_same_error: None,
                    max_errors,
                },
                false,
            );
            statuses
                .iter()
                .position(|&status| breaker.row_ended(lane("1"), status).is_some())
                .map(|index| index + 1)
        };
        assert_eq!(ends("2", &[Failed, Success, Unconfirmed, Failed]), Some(4));
        assert_eq!(ends("0", &[Success, Failed]), Some(2));
        assert_eq!(ends("10%", &[Failed; 199]), None);
        assert_eq!(ends("10%", &[Failed; 300]), Some(200));
        let one_in_ten: Vec<Status> = (0..1000)
            .map(|row| if row % 10 == 0 { Failed } else { Success })
            .collect();
        assert_eq!(ends("10%", &one_in_ten), Some(201));
    }
}
