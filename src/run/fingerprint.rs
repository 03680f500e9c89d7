//! What a run sends where, as one number: two runs with the same one are the same run.

use xxhash_rust::xxh3::xxh3_128;

use super::opened::Opened;
use crate::config::{CallSettings, ReadingSettings};
use crate::model::Credentials;

/// A digest of what is sent where: content, dialect, mapping, blank policy, survey, account and base URL; not
/// secrets, and nothing of pace or method.
pub(super) fn fingerprint(
    opened: &Opened,
    reading: &ReadingSettings,
    calls: &CallSettings,
    credentials: &Credentials,
) -> String {
    let what = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {}",
        opened.first.totals.map(|totals| totals.digest),
        opened.first.encoding,
        opened.first.delimiter,
        opened.layout,
        (reading.plan.empty, reading.plan.blank_id),
        reading.plan.survey,
        credentials.account,
        calls.base
    );
    format!("{:032x}", xxh3_128(what.as_bytes()))
}
