//! Who could have written a file: asked of everything that decides where secrets and labels go, or what is taken for sent.
//! A file that others can write, or reach through a folder that they can write, is refused.
//!
//! Trusted are the user of this process, the system's administrator, on Unix the group that is named like the user, and
//! the group that `RESPONDENT_SYNC_TRUST_GROUP` names.

pub(crate) mod permissions;
#[cfg(any(windows, test))]
mod sddl;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::model::ShownPath as _;

/// Names another trusted group, by name or number: where several users keep a job, or a pod's volumes have a group.
pub(crate) const GROUP: &str = "RESPONDENT_SYNC_TRUST_GROUP";

/// The group that is trusted besides the user's own, as its variable names it.
pub(crate) fn group() -> Option<String> {
    let group = std::env::var_os(GROUP)?.to_string_lossy().trim().to_owned();
    (!group.is_empty()).then_some(group)
}

/// Refuses a file, or the folders of one that is not there yet, if others could have written it.
///
/// # Errors
///
/// With the path that is at fault, and what to do.
pub(crate) fn check(path: &Path) -> Result<()> {
    let Some(found) = nearest(path)? else {
        return Ok(());
    };
    judge(&found).map_err(|why| anyhow!("`{}` cannot be trusted: {why}", path.shown()))
}

/// Refuses a file beside which its library makes and believes others, such as a database: its folder counts, too, and a
/// folder where everybody may add files (`/tmp`) is none for it.
///
/// # Errors
///
/// As [`check`].
pub(crate) fn check_with_folder(path: &Path) -> Result<()> {
    check(path)?;
    let absolute = std::path::absolute(path)?;
    let Some(folder) = absolute.parent().and_then(|folder| nearest(folder).transpose()) else {
        return Ok(());
    };
    judge(&folder?).map_err(|why| anyhow!("`{}` cannot be trusted: {why}", path.shown()))
}

/// The program that a command names, found as the system finds it and refused likewise. Only what was judged is run.
pub(crate) fn program(name: &Path, folder: &Path) -> Result<PathBuf> {
    let found = which::which_in(name, std::env::var_os("PATH"), folder)
        .map_err(|_| anyhow!("cannot find the program `{}`", name.shown()))?;
    check(&found)?;
    Ok(found)
}

/// The path, or the nearest folder above it that is there.
fn nearest(path: &Path) -> Result<Option<PathBuf>> {
    let path = std::path::absolute(path)?;
    let found = path.ancestors().find(|ancestor| ancestor.exists());
    Ok(found.map(Path::to_owned))
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
        .map_err(|_| format!("{GROUP} names no group of this system: give its name or number"))?;
    let verified = mistrust
        .verifier()
        .permit_readable()
        .permit_all_object_types()
        .check(path);
    verified.map_err(|error| match error {
        Error::BadPermission(at, mode, _) => open_to(&at, mode),
        Error::BadOwner(at, owner) => format!(
            "`{}` belongs to another user (number {owner}), who may change it at any time: keep it in a folder of your own",
            at.shown()
        ),
        other => format!("who can write it cannot be found out: {other}"),
    })
}

/// Who can write there, and what to do about it.
#[cfg(unix)]
fn open_to(at: &Path, mode: u32) -> String {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    const OTHERS: u32 = 0o002;
    let metadata = at.metadata().ok();
    let mode = metadata.as_ref().map_or(mode, MetadataExt::mode) & 0o7777;
    let at = at.shown();
    if mode & STICKY != 0 {
        return format!("every user can add files to `{at}`: keep it in a folder of your own");
    }
    if mode & OTHERS != 0 {
        return format!(
            "every user can write `{at}` (mode {mode:o}), so it may say anything: `chmod go-w {at}`"
        );
    }
    let owner = metadata
        .map(|metadata| metadata.gid().to_string())
        .unwrap_or_default();
    let trusted = match group() {
        Some(group) => format!("; the group that {GROUP} trusts is {group}"),
        None => String::new(),
    };
    format!(
        "group {owner} can write `{at}` (mode {mode:o}){trusted}: `chmod g-w {at}`, or set {GROUP}={owner} if all its members \
         may decide what this job sends"
    )
}

/// The file and its folder must not be writable for others, and no folder above may let others put another in its place:
/// adding files there harms nobody, and Windows lets every user add folders to `C:\`.
#[cfg(windows)]
fn judge(path: &Path) -> Result<(), String> {
    use permissions::{ADVICE, rights_at};
    use sddl::Change;

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
                at.shown()
            ));
        }
        if !rights.is_own {
            return Err(format!(
                "`{}` belongs to another user, who may change it at any time: keep it elsewhere",
                at.shown()
            ));
        }
    }
    Ok(())
}
