//! What was read back of the labels that a run has sent. `run/list/verify.rs` reads, `summary_json.rs`
//! prints it.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::ExitCode;
use crate::model::ShownPath as _;

/// The labels that were sent, by what the platform's mailing list has of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verified {
    /// The same value, character for character.
    pub(crate) seen: u64,
    /// The same value, with other white space or entities of HTML.
    pub(crate) normalised: u64,
    /// Still the value of before.
    pub(crate) waiting: u64,
    /// Another value than the one sent and the one of before.
    pub(crate) different: u64,
    /// The respondent is not on the list any more.
    pub(crate) not_listed: u64,
    /// Whether a signal or a deadline ended the reading.
    pub(crate) cut_short: bool,
    /// The file with the labels that were not seen as they were sent, if there are any.
    #[serde(serialize_with = "shown")]
    pub(crate) file: Option<PathBuf>,
    /// The exit code of a list that could not be read at all, or of what ended the reading early.
    #[serde(skip)]
    pub(crate) unread: Option<ExitCode>,
}

impl Verified {
    /// Number of labels that were looked at.
    pub(crate) fn labels(&self) -> u64 {
        self.seen + self.normalised + self.waiting + self.different + self.not_listed
    }

    /// Whether each label was seen.
    pub(crate) fn is_complete(&self) -> bool {
        self.seen + self.normalised == self.labels()
    }

    /// Whether the list shows labels at all as they were sent. If some are different and none is seen,
    /// it is the reading that is at fault, and no row.
    pub(crate) fn fits(&self) -> bool {
        self.different == 0 || self.seen + self.normalised > 0
    }

    /// Number of labels that have another value, by a reading that fits.
    pub(crate) fn accused(&self) -> u64 {
        if self.fits() { self.different } else { 0 }
    }
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn shown<S: Serializer>(file: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = file.as_ref().map(|file| file.shown().to_string());
    shown.serialize(serializer)
}
