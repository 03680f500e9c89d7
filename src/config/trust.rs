//! Who could have written a file: asked of everything that decides where secrets and labels go, or what is taken for sent.
//! A file that others can write, or reach through a folder that they can write, is refused.
//!
//! Trusted are the user of this process, the system's administrator, on Unix the group that is named like the user, and
//! the group that `RESPONDENT_SYNC_TRUST_GROUP` names.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use super::variable;

/// Names another trusted group, by name or number: where several users keep a job, or a pod's volumes have a group.
pub(super) const GROUP: &str = "RESPONDENT_SYNC_TRUST_GROUP";

/// The group that is trusted besides the user's own, as its variable names it.
pub(super) fn group() -> Option<String> {
    let group = variable(GROUP)?.trim().to_owned();
    (!group.is_empty()).then_some(group)
}

/// Refuses a file, or the folders of one that is not there yet, if others could have written it.
///
/// # Errors
///
/// With the path that is at fault, and the command that mends it.
pub(crate) fn check(path: &Path) -> Result<()> {
    let Some(found) = nearest(path)? else {
        return Ok(());
    };
    judge(&found).map_err(|why| anyhow!("`{}` cannot be trusted: {why}", shown(path)))
}

/// The program that a command names, refused likewise. One without a folder is looked for as the system does.
pub(super) fn check_program(program: &Path, folder: &Path) -> Result<()> {
    if program.components().count() > 1 {
        return check(&folder.join(program));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file());
    // What is not found is said when it cannot be run.
    found.map_or(Ok(()), |found| check(&found))
}

/// The path, or the nearest folder above it that is there.
fn nearest(path: &Path) -> Result<Option<PathBuf>> {
    let path = std::path::absolute(path)?;
    let found = path.ancestors().find(|ancestor| ancestor.exists());
    Ok(found.map(Path::to_owned))
}

fn shown(path: &Path) -> impl std::fmt::Display + '_ {
    use crate::model::ShownPath as _;
    path.shown()
}

#[cfg(unix)]
fn judge(path: &Path) -> Result<(), String> {
    use fs_mistrust::{Error, Mistrust};

    let mut builder = Mistrust::builder();
    builder.ignore_environment();
    if let Some(group) = group() {
        match group.parse::<u32>() {
            Ok(number) => builder.trust_group(number),
            Err(_) => builder.trust_group(group),
        };
    }
    let mistrust = builder
        .build()
        .map_err(|error| format!("{GROUP} names no group: {error}"))?;
    let verified = mistrust
        .verifier()
        .permit_readable()
        .permit_all_object_types()
        .check(path);
    verified.map_err(|error| match error {
        Error::BadPermission(at, mode, _) => format!(
            "others can write `{0}` (mode {1:o}), so it may say anything: `chmod go-w {0}`, or trust its group with {GROUP}",
            shown(&at),
            mode & 0o7777
        ),
        Error::BadOwner(at, owner) => format!(
            "`{0}` belongs to another user (number {owner}), who may change it at any time: `chown` it, or keep it elsewhere",
            shown(&at)
        ),
        other => format!("who can write it cannot be told: {other}"),
    })
}

/// The file and its folder must not be writable for others, and no folder above may let others put another in its place:
/// adding files there harms nobody, and Windows lets every user add folders to `C:\`.
#[cfg(windows)]
fn judge(path: &Path) -> Result<(), String> {
    use super::permissions::{ADVICE, rights_at};
    use super::sddl::Change;

    let unclear = |error| format!("who can write it cannot be found out: {error}");
    let real = path.canonicalize().map_err(unclear)?;
    for (above, at) in real.ancestors().enumerate() {
        let rights = rights_at(at).map_err(unclear)?;
        let allowed = if above < 2 {
            Change::Nothing
        } else {
            Change::Content
        };
        if rights.others_change > allowed {
            return Err(format!(
                "others can write `{}`, so it may say anything: {ADVICE}",
                shown(at)
            ));
        }
        if !rights.is_own {
            return Err(format!(
                "`{}` belongs to another user, who may change it at any time: keep it elsewhere",
                shown(at)
            ));
        }
    }
    Ok(())
}
