//! The first line of the journal: the identity of the run, how its export was checked, and the
//! store that it used. Pure.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::entry::{seal, unseal};
use crate::model::{DeltaMode, Fingerprint, RecordedSettings, StoreRun};
use crate::record::outputs::files::OutputPaths;

/// Version of the journal's format. A program reads only its own version.
const VERSION: u32 = 2;

/// Maximum length of the settings in bytes.
const MAX_SETTINGS: usize = 8 << 10;

/// The identity of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The version of the journal's format.
    journal: u32,
    /// When the run was started for the first time.
    pub(crate) started_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// Started with `--overwrite`: finished files of an older run may be replaced once the new ones
    /// are complete.
    pub(crate) replaces: bool,
    /// A rehearsal, which a later rehearsal replaces.
    pub(in crate::record) rehearsal: bool,
    /// Digest of the paths of the failed file and the summary: `.partial` files there belong to
    /// this run.
    outputs: String,
    /// Start of the first of the consecutive runs that had this content.
    pub(crate) content_since: Timestamp,
    pub(crate) looked_over: LookedOver,
    /// The store that the run used last; `None` if it used none.
    pub(crate) store: Option<StoreRun>,
    /// The number of the first run in the store that wrote this journal; `None` if it used none, or
    /// an earlier version wrote it.
    #[serde(default)]
    first_store_run: Option<i64>,
    /// The start of the run whose failed rows this round of a retry sends; `None` for any other run.
    #[serde(default)]
    pub(crate) retry_of: Option<Timestamp>,
    /// The settings of a round of a retry, with which it is resumed.
    #[serde(default)]
    pub(in crate::record) settings: Option<RecordedSettings>,
}

/// How an export was checked before the first call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LookedOver {
    /// The guards, as a canonical text.
    pub(crate) guards: String,
    pub(crate) mode: DeltaMode,
    /// `--ignore-guards` was given, which applies until this content is finished.
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
            first_store_run: None,
            retry_of: None,
            settings: None,
        }
    }

    /// Makes it a round of a retry. `run` is the start of the run whose failed rows it sends.
    /// Settings that would make the first line too long are left out.
    pub(crate) fn of_round(self, run: Timestamp, settings: Option<RecordedSettings>) -> Self {
        let is_short = |settings: &RecordedSettings| {
            serde_json::to_string(settings).is_ok_and(|text| text.len() <= MAX_SETTINGS)
        };
        let settings = settings.filter(is_short);
        Self {
            retry_of: Some(run),
            settings,
            ..self
        }
    }

    /// Sets how the export was checked and the store of the run.
    pub(crate) fn looked_over(self, looked_over: LookedOver, store: Option<StoreRun>) -> Self {
        Self {
            looked_over,
            first_store_run: store.as_ref().map(|store| store.run),
            store,
            ..self
        }
    }

    /// Sets since when this content is being sent; `None` keeps the start of this run.
    pub(crate) fn with_content_since(self, since: Option<Timestamp>) -> Self {
        Self {
            content_since: since.unwrap_or(self.content_since),
            ..self
        }
    }

    /// Sets the outputs of the run.
    pub(in crate::record) fn writing_to(self, paths: &OutputPaths) -> Self {
        Self {
            rehearsal: paths.rehearsal,
            outputs: digest_of(paths),
            ..self
        }
    }

    /// Returns the header of this run after another process resumed it with the header `other`.
    pub(in crate::record) fn resumed_by(&self, other: &Self) -> Self {
        Self {
            looked_over: other.looked_over.clone(),
            store: other.store.clone(),
            settings: other.settings.clone(),
            ..self.clone()
        }
    }

    /// Returns the first and the last run in the store that wrote this journal.
    pub(crate) fn store_runs(&self) -> Option<(i64, i64)> {
        self.first_store_run
            .zip(self.store.as_ref().map(|store| store.run))
    }

    /// Whether the run writes to these outputs.
    pub(in crate::record) fn writes_to(&self, paths: &OutputPaths) -> bool {
        self.outputs == digest_of(paths)
    }

    /// Whether a summary with this start and fingerprint belongs to this run.
    pub(in crate::record) fn is_of(&self, started_at: Timestamp, fingerprint: &Fingerprint) -> bool {
        // Summaries store times in milliseconds.
        self.started_at.as_millisecond() == started_at.as_millisecond() && self.fingerprint == *fingerprint
    }

    /// Appends the first line.
    pub(in crate::record) fn write(&self, lines: &mut Vec<u8>) {
        let start = lines.len();
        // Texts and numbers can always be serialized, and writing to a vector cannot fail.
        serde_json::to_writer(&mut *lines, self).ok();
        seal(lines, start);
    }

    /// Reads a first line; `None` if it is torn, damaged or of another version.
    pub(in crate::record) fn read(line: &[u8]) -> Option<Self> {
        let header: Self = serde_json::from_str(unseal(line)?).ok()?;
        (header.journal == VERSION).then_some(header)
    }
}

/// The part of the first line that is common to all versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct OtherVersion {
    journal: u32,
    /// Whether the run is a rehearsal.
    #[serde(default)]
    pub(in crate::record) rehearsal: bool,
}

impl OtherVersion {
    /// Reads the first line of a journal of another version; `None` if it is torn, damaged or of
    /// this version.
    pub(in crate::record) fn read(line: &[u8]) -> Option<Self> {
        let header: Self = serde_json::from_str(unseal(line)?).ok()?;
        (header.journal != VERSION).then_some(header)
    }

    /// Whether the version is earlier than this program's.
    pub(crate) fn is_earlier(self) -> bool {
        self.journal < VERSION
    }

    /// The version relative to this program's, for an error.
    pub(in crate::record) fn name(self) -> &'static str {
        if self.is_earlier() {
            "an earlier"
        } else {
            "a later"
        }
    }
}

fn digest_of(paths: &OutputPaths) -> String {
    // A path that cannot be made absolute is used as it is.
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
