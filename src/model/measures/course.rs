//! The course of a run, as its summary records it: calls over time, waits, response times.

use serde::{Deserialize, Serialize};

use super::timeline::MAX_BUCKETS;

/// Maximum number of waits that are recorded. Further ones extend the last.
pub(crate) const MAX_WAITS: usize = 50;

/// The calls of one process. Times count from the first call or wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Course {
    /// Width of a bucket, in milliseconds.
    pub(crate) bucket_ms: u64,
    /// Calls that began in each bucket, at most 400 buckets.
    pub(crate) calls: Vec<u64>,
    /// Those of them that failed: retried or not.
    pub(crate) failed: Vec<u64>,
    /// When no call was made because of the platform.
    pub(crate) waits: Vec<Wait>,
    /// Times from the start of a call to its whole answer.
    pub(crate) response_times: ResponseTimes,
}

impl Course {
    /// Limits lists and counts to what a run measures.
    pub(crate) fn bounded(mut self, most: u64) -> Self {
        const MAX_DOUBLINGS: usize = 64;
        self.bucket_ms = self.bucket_ms.min(most);
        self.waits.truncate(MAX_WAITS);
        self.response_times.below_us.truncate(MAX_DOUBLINGS);
        for list in [&mut self.calls, &mut self.failed] {
            list.truncate(MAX_BUCKETS);
            for count in list {
                *count = (*count).min(most);
            }
        }
        for (below, count) in &mut self.response_times.below_us {
            (*below, *count) = ((*below).min(most), (*count).min(most));
        }
        for wait in &mut self.waits {
            (wait.from_ms, wait.until_ms) = (wait.from_ms.min(most), wait.until_ms.min(most));
        }
        self
    }
}

/// A time in which no call was made, except to try whether the platform answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    pub(crate) from_ms: u64,
    pub(crate) until_ms: u64,
    /// What the platform or the network said.
    pub(crate) reason: String,
}

/// A distribution, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ResponseTimes {
    /// Number of answers.
    pub(crate) answers: u64,
    pub(crate) p50_us: u64,
    pub(crate) p95_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) max_us: u64,
    /// Counts per doubling, each with the microseconds that it does not reach.
    pub(crate) below_us: Vec<(u64, u64)>,
}
