//! `manual`: writes the manual's files into a folder. Nothing that is there is overwritten.

use std::fs::{self, File};
use std::io::Write as _;

use anyhow::{Context as _, anyhow};

use crate::config::ManualSettings;
use crate::model::ShownPath as _;
use crate::report::{Console, ExitCode, counted};
use crate::run::Failure;

/// Writes all files, or none where one of them exists.
pub(in crate::run) fn write(settings: ManualSettings, console: &Console) -> Result<ExitCode, Failure> {
    let ManualSettings { folder, files } = settings;
    if !folder.is_dir() {
        return Err(Failure::usage(anyhow!(
            "there is no folder `{}`: create it first",
            folder.shown()
        )));
    }
    for (name, _) in &files {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Failure::usage(anyhow!(
                "`{}` exists: choose an empty folder",
                path.shown()
            )));
        }
    }
    for (name, text) in &files {
        let path = folder.join(name);
        let written = File::create_new(&path).and_then(|mut file| {
            let written = file.write_all(text.as_bytes());
            if written.is_err() {
                // A part of a page would be in the way of a second try.
                fs::remove_file(&path).ok();
            }
            written
        });
        written
            .with_context(|| format!("cannot write `{}`", path.shown()))
            .map_err(|error| Failure {
                code: ExitCode::Output,
                error,
            })?;
    }
    let count = u64::try_from(files.len()).unwrap_or(u64::MAX);
    console.print(&format!("{}: {}\n", folder.shown(), counted(count, "file")));
    Ok(ExitCode::Success)
}
