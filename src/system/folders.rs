//! Where the system keeps a program's files, who may read them, and how files beside another are
//! named. The only place that asks the system for these folders.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Returns the folder for settings; `None` if the user has no home.
pub(crate) fn config() -> Option<PathBuf> {
    named("APPDATA", "config").or_else(|| folders().map(|folders| folders.config_dir().to_owned()))
}

/// Returns the folder for data that outlasts a run; `None` if the user has no home.
pub(crate) fn state() -> Option<PathBuf> {
    let usual =
        || folders().map(|folders| folders.state_dir().unwrap_or(folders.data_local_dir()).to_owned());
    named("LOCALAPPDATA", "data").or_else(usual)
}

/// Returns the folder that a variable of Windows leads to, which an administrator may have set for
/// a job; the system's own functions do not look at it.
#[cfg(windows)]
fn named(variable: &str, kind: &str) -> Option<PathBuf> {
    let base = PathBuf::from(std::env::var_os(variable)?);
    base.is_absolute()
        .then(|| base.join("respondent-sync").join(kind))
}

/// Elsewhere the variables of XDG are looked at by the library.
#[cfg(not(windows))]
fn named(_: &str, _: &str) -> Option<PathBuf> {
    None
}

fn folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "respondent-sync")
}

/// Returns the file beside a missing one whose name is most similar to it; `None` if none is similar.
pub(crate) fn nearest_file(missing: &Path) -> Option<PathBuf> {
    const ALIKE: f64 = 0.85;
    let wanted = missing.file_name()?.to_string_lossy().to_lowercase();
    let folder = missing.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let alike = files.map(|entry| {
        let name = entry.file_name();
        let likeness = strsim::jaro_winkler(&name.to_string_lossy().to_lowercase(), &wanted);
        (likeness, missing.with_file_name(name))
    });
    // A file of this program is no export.
    let is_export = |path: &Path| {
        let name = path.to_string_lossy().to_lowercase();
        let kinds = [".csv", ".xlsx", ".txt", ".gz", ".zst"];
        let own = [".results.csv", ".failed.csv"];
        kinds.iter().any(|kind| name.ends_with(kind)) && !own.iter().any(|kind| name.ends_with(kind))
    };
    let near = alike.filter(|(likeness, path)| *likeness >= ALIKE && is_export(path));
    near.max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, path)| path)
}

/// Gives a new version of a file the owner, the group and the rights of the old one: it may have been made
/// by the user of a job.
#[cfg(unix)]
pub(crate) fn keep_rights(old: &File, new: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let (of_old, of_new) = (old.metadata()?, new.metadata()?);
    if (of_old.uid(), of_old.gid()) != (of_new.uid(), of_new.gid()) {
        std::os::unix::fs::fchown(new, Some(of_old.uid()), Some(of_old.gid()))?;
    }
    new.set_permissions(of_old.permissions())
}

/// Windows: the access list is that of the folder.
#[cfg(not(unix))]
pub(crate) fn keep_rights(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Gives a new version of a file the owner and the group of the old one, and not its rights.
#[cfg(unix)]
pub(crate) fn keep_owner(old: &File, new: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let (of_old, of_new) = (old.metadata()?, new.metadata()?);
    if of_old.uid() == of_new.uid() {
        return Ok(());
    }
    std::os::unix::fs::fchown(new, Some(of_old.uid()), Some(of_old.gid()))
}

/// Windows: the access list is that of the folder.
#[cfg(not(unix))]
pub(crate) fn keep_owner(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Names of folders that a program copies to its servers and to other machines, in lower case. A name may
/// go on behind a space or a hyphen, as in `OneDrive - Firma`.
const SYNCHRONISED: [(&str, &str); 18] = [
    ("onedrive", "OneDrive"),
    ("sharepoint", "SharePoint"),
    ("dropbox", "Dropbox"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("mój dysk", "Google Drive"),
    ("icloud", "iCloud"),
    ("iclouddrive", "iCloud"),
    ("mobile documents", "iCloud"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("pclouddrive", "pCloud"),
    ("pcloud drive", "pCloud"),
    ("proton drive", "Proton Drive"),
    ("mega", "MEGA"),
    ("box sync", "Box"),
    ("box", "Box"),
];

/// Returns the name of the service that copies the folder of this path, links resolved; `None` if none is
/// known to. Judged by the names of the folders, and by the variables in which `OneDrive` names its own.
pub(crate) fn synchronised(path: &Path) -> Option<&'static str> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute.parent().unwrap_or(&absolute);
    // The file itself may be a link, and need not exist yet.
    let real = path.canonicalize().ok();
    let real = real.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    let folder = real
        .or_else(|| folder.canonicalize().ok())
        .unwrap_or_else(|| folder.to_owned());
    let own = ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"];
    let own = own.into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let mut own = own.filter(|own| own.parent().is_some());
    if own.any(|own| folder.starts_with(own.canonicalize().unwrap_or(own))) {
        return Some("OneDrive");
    }
    folder
        .iter()
        .find_map(|name| service_of(&name.to_string_lossy().to_lowercase()))
}

/// Returns the service whose folder has this name, in lower case.
fn service_of(name: &str) -> Option<&'static str> {
    let is_name = |begin: &str| {
        let rest = name.strip_prefix(begin);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-']))
    };
    let mut known = SYNCHRONISED.into_iter();
    known
        .find(|(begin, _)| is_name(begin))
        .map(|(_, service)| service)
}

/// Appends a suffix to a path.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Creates the folder of a file if it is missing, accessible only to the user.
pub(crate) fn make_parent(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    make(folder)
}

/// Creates a folder and its missing parents, accessible only to the user.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a new file accessible only to its owner.
#[cfg(unix)]
pub(crate) fn for_the_owner_alone(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// Windows: a file inherits its folder's access list, and the folders of a profile are accessible
/// only to their owner.
#[cfg(not(unix))]
pub(crate) fn for_the_owner_alone(_: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_services_are_known_by_their_whole_names() {
        for (name, service) in [
            ("onedrive", Some("OneDrive")),
            ("onedrive - firma", Some("OneDrive")),
            ("onedrive-firma", Some("OneDrive")),
            ("mój dysk", Some("Google Drive")),
            ("box", Some("Box")),
            ("onedrivers", None),
            ("boxes", None),
            ("megaphone", None),
            ("icloudy", None),
            ("export", None),
        ] {
            assert_eq!(service_of(name), service, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_hide_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("Dropbox/real")).unwrap();
        fs::create_dir(at("plain")).unwrap();
        std::os::unix::fs::symlink(at("Dropbox/real"), at("link")).unwrap();
        assert_eq!(synchronised(&at("link/a.csv")), Some("Dropbox"));
        assert_eq!(synchronised(&at("Dropbox/../plain/a.csv")), None);
    }
}
