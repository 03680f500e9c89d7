//! Errors of output files: where, what, why, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::journal::header::OtherVersion;
use crate::model::ShownPath as _;

/// Why an output cannot be used or written.
#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error(
        "`{}` exists, and nothing is overwritten unasked: move it away, write elsewhere with `--output`, set it aside \
         with `--resume --rotate`, or replace it with `--overwrite`",
        .0.shown()
    )]
    InTheWay(PathBuf),
    #[error(
        "`{}` exists: this input was sent there before, to its end; to send the rows that failed, use `retry`; to send all \
         again, `--overwrite`",
        .0.shown()
    )]
    SameFinished(PathBuf),
    #[error(
        "`{}` exists: a run was cut short, and rows of it have been sent; go on with it by `--resume`, or start anew \
         with `--overwrite`",
        .0.shown()
    )]
    Unfinished(PathBuf),
    #[error(
        "`{}` is of a run of another kind: {changed} changed since; go on with what it was started with, set it aside \
         with `--resume --rotate`, or start anew with `--overwrite`",
        path.shown()
    )]
    OtherRun { path: PathBuf, changed: String },
    #[error(
        "`{}` is of a finished run of another kind{}: set it aside with `--resume --rotate`, or replace it with \
         `--overwrite`",
        path.shown(),
        if changed.is_empty() { String::new() } else { format!(", {changed} changed since") }
    )]
    OtherFinished { path: PathBuf, changed: String },
    #[error(
        "`{}` cannot be resumed: {why}; set it aside with `--resume --rotate`, or replace it with `--overwrite`",
        path.shown()
    )]
    NotResumable { path: PathBuf, why: &'static str },
    #[error(
        "`{}` is of {} version of this program: finish that run with the version that began it, or start anew with \
         `--overwrite`, which sends every row again",
        path.shown(), version.name()
    )]
    OtherVersion { path: PathBuf, version: OtherVersion },
    #[error(
        "`{}` is of an unfinished run that is no `--full-refresh`: finish it without that flag, set it aside with \
         `--resume --rotate`, or start anew with `--overwrite`",
        .0.shown()
    )]
    NoRefresh(PathBuf),
    #[error("`{}` is damaged at byte {byte}: whole lines follow there, so it was not only torn by a kill", path.shown())]
    DamagedJournal { path: PathBuf, byte: u64 },
    #[error(
        "`{}` cannot be resumed: {why}; rows that it knows of have been sent, so look into it before you move it \
         away, or start anew with `--overwrite`",
        path.shown()
    )]
    UnreadableJournal { path: PathBuf, why: String },
    #[error(
        "`--resume` from standard input is not possible, since what was read cannot be read again: save it as a file"
    )]
    ResumedStream,
    #[error("`{}` is a folder: name a file in it", .0.shown())]
    Folder(PathBuf),
    #[error("`{}` is a device or a pipe, which cannot be renamed or read again: name a file", .0.shown())]
    NoFile(PathBuf),
    #[error("the folder `{}` does not exist, and folders are never made: make it, or write elsewhere with `--output`", .0.shown())]
    NoFolder(PathBuf),
    #[error("the input and the output `{}` are one file: write elsewhere with `--output`", .0.shown())]
    IsInput(PathBuf),
    #[error("two outputs are one file, `{}`: give them different names", .0.shown())]
    Same(PathBuf),
    #[error(
        "`{}` exists and is no page about this job, and nothing is overwritten unasked: move it away, or give another \
         name",
        .0.shown()
    )]
    NoPage(PathBuf),
    #[error(
        "`{}` exists and is no table of respondents, and nothing is overwritten unasked: move it away, or give another \
         name",
        .0.shown()
    )]
    NoTable(PathBuf),
    #[error("cannot create `{}`", path.shown())]
    Create { path: PathBuf, source: io::Error },
    #[error("cannot write to `{}`", path.shown())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read `{}`", path.shown())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot rename a file to `{}`; another program may have it open", path.shown())]
    Rename { path: PathBuf, source: io::Error },
    #[error(
        "`{}` has room for {} KiB, and {rows} rows need at least {} KiB: make room, or write elsewhere with `--output`; \
         nothing was sent",
        folder.shown(), free.div_euclid(1024), needed.div_ceil(1024)
    )]
    NoRoom {
        folder: PathBuf,
        rows: u64,
        needed: u64,
        free: u64,
    },
    #[error("cannot read the journal")]
    Journal(#[source] io::Error),
    #[error("row {row} is not the row that the journal knows: the input changed")]
    OtherRow { row: u64 },
}

impl OutputError {
    pub(super) fn create(path: &Path, source: io::Error) -> Self {
        Self::Create {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn rename(path: &Path, source: io::Error) -> Self {
        Self::Rename {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the run was not asked what to do with outputs that exist, so that nobody has to be told.
    pub(crate) fn is_a_question(&self) -> bool {
        matches!(
            self,
            Self::InTheWay(_) | Self::SameFinished(_) | Self::Unfinished(_)
        )
    }

    /// Whether a file could no longer be written, read or renamed (exit code 6). Otherwise an
    /// output is in the way or in an unsuitable place (exit code 2).
    pub(crate) fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::NoRoom { .. }
                | Self::Write { .. }
                | Self::Read { .. }
                | Self::Rename { .. }
                | Self::Journal(_)
        )
    }
}
