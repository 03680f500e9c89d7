//! What jobs do to each other: files that two of them write, and files of one that another would replace or
//! take for its export.

use std::path::{Path, PathBuf};

use super::job::{Job, JobFiles, tidy};
use crate::model::ShownPath as _;
use crate::record::OutputPaths;
use crate::text::{Clash, Message};

/// Notes what the jobs do to each other, once for each pair and kind.
pub(super) fn note_clashes(jobs: &mut [Job]) {
    let mut found = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        for (before, other) in jobs.iter().enumerate().take(at) {
            let (Some(files), Some(others)) = (&job.files, &other.files) else {
                continue;
            };
            // Of two jobs that write the same, the later one by its path is told: which was there before is
            // not known.
            let both = same_output(files, others)
                .into_iter()
                .chain(same_metrics(files, others));
            found.extend(both.map(|clash| (at, before, clash)));
            found.extend(writes_what_is_read(files, others).map(|clash| (at, before, clash)));
            found.extend(writes_what_is_read(others, files).map(|clash| (before, at, clash)));
            found.extend(is_taken_by(files, others).map(|clash| (at, before, clash)));
            found.extend(is_taken_by(others, files).map(|clash| (before, at, clash)));
        }
    }
    for (told, other, (clash, file)) in found {
        let other = jobs.get(other).map(|job| job.path.shown().to_string());
        let (file, other) = (tidy(&file), other.unwrap_or_default());
        if let Some(job) = jobs.get_mut(told) {
            let message = Message::new(|words| words.clash(clash, &file, &other));
            job.mistakes.push(message.into());
        }
    }
}

impl JobFiles {
    /// The files of the night, but for those that are named after them.
    fn written(&self) -> impl Iterator<Item = &PathBuf> {
        let night = self.outputs.first().into_iter();
        night.flat_map(named).chain(&self.pulled)
    }

    /// The file that remembers what was sent, if it is named.
    fn state(&self) -> Option<&PathBuf> {
        let state = self.reads.iter().find(|(key, _)| *key == "state");
        state.map(|(_, path)| path)
    }

    fn writes(&self, path: &Path) -> bool {
        let others = [self.pulled.as_ref(), self.metrics.as_ref(), self.state()];
        self.outputs.iter().any(|outputs| outputs.writes(path))
            || others.into_iter().flatten().any(|other| other == path)
    }
}

fn named(outputs: &OutputPaths) -> impl Iterator<Item = &PathBuf> {
    let tables = [&outputs.results, &outputs.failed, &outputs.summary];
    tables.into_iter().chain(&outputs.report)
}

fn same_output(one: &JobFiles, other: &JobFiles) -> Option<(Clash, PathBuf)> {
    let of_one = one.written().find(|path| other.writes(path));
    let file = of_one.or_else(|| other.written().find(|path| one.writes(path)));
    file.map(|file| (Clash::Output, file.clone()))
}

fn same_metrics(one: &JobFiles, other: &JobFiles) -> Option<(Clash, PathBuf)> {
    let file = one.metrics.as_ref().filter(|_| one.metrics == other.metrics);
    file.map(|file| (Clash::Metrics, file.clone()))
}

/// Returns a file that `writer` replaces and `reader` reads. A list that one job reads from the platform
/// may serve another.
fn writes_what_is_read(writer: &JobFiles, reader: &JobFiles) -> Option<(Clash, PathBuf)> {
    let replaced = reader.reads.iter().find(|(_, path)| {
        writer.outputs.iter().any(|outputs| outputs.writes(path)) || writer.metrics.as_ref() == Some(path)
    });
    // Both may remember in one state.
    let lists_and_states = reader.reads.iter().find(|(key, path)| {
        *key != "ids" && writer.pulled.as_ref() == Some(path)
            || *key != "state" && writer.state() == Some(path)
    });
    let file = replaced.or(lists_and_states);
    file.map(|(key, path)| (Clash::Read(key), path.clone()))
}

/// Returns a file of `writer` that `taker` takes for an export.
fn is_taken_by(writer: &JobFiles, taker: &JobFiles) -> Option<(Clash, PathBuf)> {
    let exports = taker.exports.as_ref()?;
    let outputs = writer.outputs.iter().flat_map(named);
    let mut written = outputs
        .chain(&writer.pulled)
        .chain(&writer.metrics)
        .chain(writer.state());
    let file = written.find(|path| exports.have(path));
    file.map(|path| (Clash::Taken, path.clone()))
}
