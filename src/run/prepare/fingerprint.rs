//! Computes the fingerprint of a run: a digest for each part of what is sent and where. It
//! distinguishes runs, and names the parts that changed.

use xxhash_rust::xxh3::xxh3_128;

use super::input::opened::OpenedInput;
use crate::model::{ACCOUNT, CONTENT, Fingerprint, LIST};
use crate::state::Account;

/// Digests the account alone, to compare it with that of a run.
pub(in crate::run) fn of_account(account: &Account) -> Fingerprint {
    Fingerprint::default().with(ACCOUNT, xxh3_128(account.account.as_bytes()))
}

/// Digests content, dialect, mapping, blank policy, survey, account, base URL and selection.
/// Secrets, rate, retries and method are left out. The content of a stream is not known before it
/// was sent.
pub(in crate::run) fn fingerprint(opened: &OpenedInput, account: &Account) -> Fingerprint {
    let (first, layout, plan) = (&opened.first, &opened.layout, &opened.plan);
    let part = |what: String| xxh3_128(what.as_bytes());
    let mut all = Fingerprint::default();
    // These parts are present only if the flags are used.
    if plan.members.is_some() {
        let digest = opened.table.as_ref().map_or(0, |found| found.digest);
        all = all.with(LIST, digest);
    } else if let Some(found) = &opened.table {
        let columns = part(format!("{:?} {:?}", found.address_column, found.id_column));
        all = all.with("table of ids", found.digest ^ columns);
    }
    if let Some(digest) = opened.excluded {
        all = all.with("list of `--exclude`", digest);
    }
    if plan.policy.skips_unknown {
        all = all.with("unknown addresses", part("skip".to_owned()));
    }
    if plan.last_rows.is_some() {
        all = all.with("duplicates", part("last".to_owned()));
    }
    if plan.differing.is_some() {
        all = all.with("duplicates", part("differing".to_owned()));
    }
    all.with(CONTENT, first.totals.map_or(0, |totals| totals.digest))
        .with(
            "dialect",
            part(format!(
                "{:?} {:?} {:?} {}",
                first.dialect.encoding,
                first.delimiter,
                first.preamble.len(),
                first.has_header
            )),
        )
        .with(
            "mapping",
            part(format!(
                "{:?} {:?} {:?}",
                layout.respondent, layout.survey, layout.labels
            )),
        )
        .with(
            "blank policy",
            part(format!("{:?} {:?}", plan.policy.empty, plan.policy.blank_id)),
        )
        .with("survey", part(format!("{:?}", plan.survey)))
        .with(ACCOUNT, part(account.account.clone()))
        .with("base URL", part(account.base_url.clone()))
        .with("selection", part(plan.policy.selection.to_string()))
}
