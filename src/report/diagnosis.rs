//! The one cause that all rows of a run have in common. Pure.

use serde::{Deserialize, Serialize};

use super::{RunEnd, RunKind, RunReport};
use crate::model::{EarlyEnd, ErrorCode, Status};

/// Minimum number of rows with one cause, before the cause is that of the whole run.
const SEVERAL: u64 = 3;

/// Why no row of a run succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Diagnosis {
    /// The platform rejected every row with the same message.
    NobodyFound { rows: u64, message: String },
    /// Every row has the same fault.
    AllInvalid { rows: u64, message: String },
    /// The table of `--ids` has none of the addresses.
    NoAddressKnown { rows: u64 },
}

impl RunReport {
    /// Returns the cause that all rows have in common; `None` if a row succeeded, if there are fewer
    /// than three rows, or if they have several causes.
    pub(crate) fn diagnosis(&self) -> Option<Diagnosis> {
        let is_judged = matches!(
            self.end,
            RunEnd::Complete | RunEnd::Early(EarlyEnd::AllRejected { .. })
        );
        let summary = &self.summary;
        let failures = summary.failures();
        // Rows that failed before are the ones that fail for reasons of their own.
        let unknown = summary.rows_of(ErrorCode::NoMatch);
        if failures == 0 && unknown >= SEVERAL && unknown == self.rows {
            return Some(Diagnosis::NoAddressKnown { rows: unknown });
        }
        if self.kind == RunKind::Round
            || !is_judged
            || summary.count(Status::Success) > 0
            || failures < SEVERAL
        {
            return None;
        }
        // Skipped rows say nothing about the others.
        let mut failed = summary.codes().filter(|(_, count)| count.failures > 0);
        let (Some((code, count)), None) = (failed.next(), failed.next()) else {
            return None;
        };
        let message = count.only_message()?.to_owned();
        match code {
            ErrorCode::Rejected if count.is_about_several() => Some(Diagnosis::NobodyFound {
                rows: failures,
                message,
            }),
            ErrorCode::NoMatch => Some(Diagnosis::NoAddressKnown { rows: failures }),
            _ if summary.count(Status::Invalid) == failures => Some(Diagnosis::AllInvalid {
                rows: failures,
                message,
            }),
            _ => None,
        }
    }
}
