//! The journal's first line: what run this is, how its export was looked over, and which store it used. Pure.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::entry::{seal, unseal};
use crate::model::{DeltaMode, Fingerprint, StoreRun};
use crate::record::outputs::files::OutputPaths;

/// The form of journals. A program reads that of its own alone.
const VERSION: u32 = 2;

/// What run this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    journal: u32,
    /// When the run was started for the first time.
    pub(crate) started_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// Started with `--overwrite`: finished files of an older run may be replaced once the new ones are whole.
    pub(crate) replaces: bool,
    /// A rehearsal's: a later one replaces it.
    pub(in crate::record) rehearsal: bool,
    /// The digest of where the failed file and the summary lie: what is `.partial` there is this run's.
    outputs: String,
    /// When the first of those runs started that had this content, one behind the other.
    pub(crate) content_since: Timestamp,
    pub(crate) looked_over: LookedOver,
    /// The store that the run used last, if it used one.
    pub(crate) store: Option<StoreRun>,
}

/// How an export was looked over before the first call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LookedOver {
    /// The guards, as a text that is the same for the same guards.
    pub(crate) guards: String,
    pub(crate) mode: DeltaMode,
    /// `--ignore-guards` let it through, which holds until this content is finished.
    pub(crate) let_through: bool,
}

impl Header {
    pub(crate) fn new(started_at: Timestamp, fingerprint: Fingerprint, replaces: bool) -> Self {
        Self {
            journal: VERSION,
            started_at,
            fingerprint,
            replaces,
            rehearsal: false,
            outputs: String::new(),
            content_since: started_at,
            looked_over: LookedOver::default(),
            store: None,
        }
    }

    /// The same for an export that was looked over so, by a run with this store.
    pub(crate) fn looked_over(self, looked_over: LookedOver, store: Option<StoreRun>) -> Self {
        Self {
            looked_over,
            store,
            ..self
        }
    }

    /// The same for a content that an earlier run had already, if it was sent since then.
    pub(crate) fn with_content_since(self, since: Option<Timestamp>) -> Self {
        Self {
            content_since: since.unwrap_or(self.content_since),
            ..self
        }
    }

    /// The same for a run with these outputs.
    pub(in crate::record) fn writing_to(self, paths: &OutputPaths) -> Self {
        Self {
            rehearsal: paths.rehearsal,
            outputs: digest_of(paths),
            ..self
        }
    }

    /// The header of this run once another resumes it.
    pub(in crate::record) fn resumed_by(&self, other: &Self) -> Self {
        Self {
            looked_over: other.looked_over.clone(),
            store: other.store.clone(),
            ..self.clone()
        }
    }

    /// Whether the run writes to these outputs.
    pub(in crate::record) fn writes_to(&self, paths: &OutputPaths) -> bool {
        self.outputs == digest_of(paths)
    }

    /// Whether a summary that tells of this start and fingerprint is of this run.
    pub(in crate::record) fn is_of(&self, started_at: Timestamp, fingerprint: &Fingerprint) -> bool {
        // A summary has no more than milliseconds.
        self.started_at.as_millisecond() == started_at.as_millisecond() && self.fingerprint == *fingerprint
    }

    /// Writes the first line.
    pub(in crate::record) fn write(&self, lines: &mut Vec<u8>) {
        let start = lines.len();
        // Texts and numbers always serialise, and a vector takes them.
        serde_json::to_writer(&mut *lines, self).ok();
        seal(lines, start);
    }

    /// Reads a first line; nothing if it is torn, damaged or of another version.
    pub(in crate::record) fn read(line: &[u8]) -> Option<Self> {
        let header: Self = serde_json::from_str(unseal(line)?).ok()?;
        (header.journal == VERSION).then_some(header)
    }
}

/// What every version has said in its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct OtherVersion {
    journal: u32,
    /// A rehearsal's.
    #[serde(default)]
    pub(in crate::record) rehearsal: bool,
}

impl OtherVersion {
    /// Reads the first line of a journal of another version; nothing if it is torn or damaged.
    pub(in crate::record) fn read(line: &[u8]) -> Option<Self> {
        let header: Self = serde_json::from_str(unseal(line)?).ok()?;
        (header.journal != VERSION).then_some(header)
    }

    /// Beside this program.
    pub(in crate::record) fn name(self) -> &'static str {
        if self.journal < VERSION {
            "an earlier"
        } else {
            "a later"
        }
    }
}

fn digest_of(paths: &OutputPaths) -> String {
    // One that cannot be made absolute stands for itself.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let both = format!("{:?}", (absolute(&paths.failed), absolute(&paths.summary)));
    format!("{:016x}", xxh3_64(both.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_back_and_one_of_another_version_is_told() {
        let store = StoreRun {
            store: "s".to_owned(),
            run: 7,
            journal: "j".to_owned(),
        };
        let looked_over = LookedOver {
            guards: "--min-rows 5".to_owned(),
            mode: DeltaMode::Refresh,
            let_through: true,
        };
        let header = Header::new(
            Timestamp::UNIX_EPOCH,
            Fingerprint::default().with("content", 5),
            true,
        )
        .looked_over(looked_over, Some(store));
        let mut line = Vec::new();
        header.write(&mut line);
        assert_eq!(Header::read(&line), Some(header.clone()));
        assert_eq!(OtherVersion::read(&line), None);
        let later = Header { journal: 3, ..header };
        line.clear();
        later.write(&mut line);
        assert_eq!(Header::read(&line), None);
        assert_eq!(OtherVersion::read(&line).unwrap().name(), "a later");
        let earlier = include_bytes!("../../../tests/earlier/journal-1");
        let line = earlier.split_inclusive(|byte| *byte == b'\n').next().unwrap();
        assert_eq!(Header::read(line), None);
        assert_eq!(OtherVersion::read(line).unwrap().name(), "an earlier");
        assert_eq!(OtherVersion::read(&line[1..]), None, "damaged");
    }
}
