//! Who could have written a file. Checked for everything that decides where secrets and labels go,
//! or which rows count as sent. A file that others can write, or can replace through a folder, is
//! rejected.
//!
//! Trusted are the user of this process, the system's administrator, on Unix the group named like
//! the user, and the group in `RESPONDENT_SYNC_TRUST_GROUP`.

pub(crate) mod permissions;
#[cfg(any(windows, test))]
mod sddl;
pub(crate) mod share;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::model::ShownPath as _;

/// Names another trusted group, by name or number, for jobs maintained by several users or a pod
/// whose volumes have a group.
pub(crate) const GROUP: &str = "RESPONDENT_SYNC_TRUST_GROUP";

/// Returns the group trusted besides the user's own; `None` if unset.
pub(crate) fn group() -> Option<String> {
    let group = std::env::var_os(GROUP)?.to_string_lossy().trim().to_owned();
    (!group.is_empty()).then_some(group)
}

/// Rejects a file that others could have written, or the folders of a file that does not exist yet.
///
/// # Errors
///
/// Names the path at fault, and what to do.
pub(crate) fn check(path: &Path) -> Result<()> {
    check_at(path, path)
}

/// Rejects a file whose library creates and trusts files beside it, such as a database. Its folder
/// is checked, too, and one where everyone may add files (`/tmp`) is rejected.
///
/// # Errors
///
/// As [`check`].
pub(crate) fn check_with_folder(path: &Path) -> Result<()> {
    check(path)?;
    match std::path::absolute(path)?.parent() {
        Some(folder) => check_at(folder, path),
        None => Ok(()),
    }
}

/// Judges what stands at a path, or its nearest parent folder, as a reason not to trust `path`.
fn check_at(at: &Path, path: &Path) -> Result<()> {
    let Some(found) = nearest(at)? else {
        return Ok(());
    };
    judge(&found).map_err(|why| anyhow!("`{}` cannot be trusted: {why}", path.shown()))
}

/// Finds a command's program as the system does, and checks it like a file. Only the path that was
/// checked is run.
pub(crate) fn program(name: &Path, folder: &Path) -> Result<PathBuf> {
    let found = which::which_in(name, std::env::var_os("PATH"), folder)
        .map_err(|_| anyhow!("cannot find the program `{}`", name.shown()))?;
    check(&found)?;
    Ok(found)
}

/// Returns the path, or its nearest existing parent folder.
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
            "`{}` belongs to another user (number {owner}), who may change it at any time: {}",
            at.shown(),
            if rustix::process::geteuid().is_root() {
                "run this command as that user"
            } else {
                "keep it in a folder of your own"
            }
        ),
        other => format!("who can write it cannot be found out: {other}"),
    })
}

/// Describes who can write there, and what to do about it.
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

/// Checks that others can write neither the file nor its folder, and that no folder above lets
/// others replace them. Higher folders may let others add files: that harms nothing, and Windows
/// allows it in `C:\`.
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
