//! Notices that the export was renewed since the run whose failed rows are sent again. If the new one
//! was sent with outputs elsewhere, nothing beside the old ones tells of it.

use std::fs;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use crate::config::RoundSettings;
use crate::model::{ShownPath, local_time};
use crate::read::{Input, Source};
use crate::text::Message;

/// Warns if another export stands under the name of the run's input, unless the run was set aside: then
/// the files of the later run are beside it.
pub(super) fn warn(round: &RoundSettings) {
    let run = &round.run;
    let Some(export) = round.export.as_deref().filter(|_| !run.is_set_aside()) else {
        return;
    };
    // Most often it was not written since, and a large file is not read for nothing.
    let is_renewed = modified(export).is_some_and(|time| time > run.started_at);
    if !is_renewed || digest(export).is_some_and(|digest| run.is_of_content(digest)) {
        return;
    }
    let (export, when) = (export.shown().to_string(), local_time(run.started_at));
    let words = Message::new(|words| words.another_export(&export, &when));
    tracing::warn!(event = "retry_of_old_export", polish = words.polish(), "{words}");
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}

/// Returns the digest of a file's content, as a run's first read makes it; `None` if it cannot be
/// read.
fn digest(path: &Path) -> Option<u128> {
    let mut source = Source::open(&Input::File(path.to_owned())).ok()?;
    let mut bytes = source.contents(None, 0).ok()?.bytes;
    let mut digest = Xxh3::new();
    let mut block = vec![0; 64 << 10];
    loop {
        let count = bytes.read(&mut block).ok()?;
        if count == 0 {
            return Some(digest.digest128());
        }
        digest.update(block.get(..count)?);
    }
}
