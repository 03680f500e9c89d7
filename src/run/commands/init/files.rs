//! The files of a config: where they are, that nothing is in their way, and how they are written.
//! Everything is written under other names first and renamed last, so that a failure leaves nothing
//! behind that would be in the way of a second try; what a kill leaves behind is replaced by that one.
//! Readable for the owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::Secret;
use crate::model::ShownPath as _;
use crate::run::Failure;
use crate::system::folders::for_the_owner_alone;
use crate::system::rename::rename_new;
use crate::system::trust::{self, permissions};
use crate::system::{folders, regular};
use crate::text::Message;

/// How the names of folders begin in which files are written first.
const STAGING: &str = ".respondent-sync-";

/// The config in such a folder. It is locked while its process lives.
const STAGED_CONFIG: &str = "config";

/// The secrets in such a folder: the new ones, and those that they replaced.
const STAGED_SECRETS: [&str; 2] = ["secrets", "replaced"];

/// Age from which such a folder without a config is not one that another process has just made.
const OLD: Duration = Duration::from_secs(10);

/// The places of the files.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// Blank for the current folder.
    folder: PathBuf,
    pub(super) config: PathBuf,
    /// The folder of the secrets.
    pub(super) secrets: PathBuf,
}

fn refused(message: Message) -> Failure {
    Failure::usage(message)
}

impl Files {
    /// Places the files in `folder`, or else beside the export, and checks that they can be made
    /// there: nothing has their names, and nobody else can change what is there.
    pub(super) fn new(export: &Path, name: Option<&str>, folder: Option<&Path>) -> Result<Self, Failure> {
        let folder = folder.or(export.parent()).unwrap_or(Path::new("")).to_owned();
        let stem = export.file_stem().unwrap_or_default().to_string_lossy();
        // A packed file has two extensions.
        let stem = stem.strip_suffix(".csv").unwrap_or(&stem);
        let name = name.unwrap_or(stem).trim();
        if name.is_empty() || Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(refused(Message::new(|words| words.not_a_name())));
        }
        for path in [&folder, export] as [&Path; 2] {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            if absolute.to_str().is_none() {
                let shown = absolute.shown().to_string();
                return Err(refused(Message::new(|words| words.not_unicode(&shown))));
            }
        }
        let files = Self {
            config: folder.join(format!("{name}.toml")),
            secrets: folder.join(format!("{name}.secrets")),
            folder,
        };
        files.check()?;
        Ok(files)
    }

    /// Returns the folder of the config.
    pub(super) fn folder(&self) -> &Path {
        if self.folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.folder
        }
    }

    /// The name of the folder of the secrets, beside the config.
    pub(super) fn secrets_name(&self) -> String {
        let name = self.secrets.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn check(&self) -> Result<(), Failure> {
        let shown = self.folder().shown().to_string();
        if !self.folder().is_dir() {
            return Err(refused(Message::new(|words| words.no_folder(&shown))));
        }
        for path in [&self.config, &self.secrets] {
            let is_reused = path == &self.secrets && !self.left().is_empty();
            if path.symlink_metadata().is_ok() && !is_reused {
                let shown = path.shown().to_string();
                return Err(refused(Message::new(|words| words.in_the_way(&shown))));
            }
        }
        // A file shows what would become of the config; it is gone at once.
        let probe = tempfile::NamedTempFile::new_in(self.folder()).map_err(|error| self.unwritable(error))?;
        trust::check(probe.path()).map_err(|error| {
            let (probe, config) = (probe.path().shown().to_string(), self.config.shown().to_string());
            let why = format!("{error:#}").replace(&probe, &config);
            Failure::usage(anyhow::anyhow!(why).context(Message::new(|words| words.config_untrusted())))
        })?;
        self.clean_up();
        Ok(())
    }

    /// Returns the secrets that are there without their config: a process that was killed has left them.
    /// They are as this command writes them, and nothing else is with them.
    fn left(&self) -> Vec<Secret> {
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        let is_folder = self.secrets.symlink_metadata().is_ok_and(|found| found.is_dir());
        if is_there(&self.config) || !is_folder {
            return Vec::new();
        }
        let is_file = |secret: &Secret| {
            let found = self.secrets.join(secret.name()).symlink_metadata();
            found.is_ok_and(|found| found.is_file())
        };
        let left: Vec<Secret> = of_config().filter(is_file).collect();
        let of_webhook = Secret::OF_WEBHOOK.iter().filter(|secret| left.contains(secret));
        let is_whole = [0, Secret::OF_WEBHOOK.len()].contains(&of_webhook.count());
        let count = fs::read_dir(&self.secrets).map(Iterator::count);
        if is_whole && count.is_ok_and(|count| count == left.len()) {
            left
        } else {
            Vec::new()
        }
    }

    /// Whether the webhook's secrets are there without their config.
    pub(super) fn has_left_secrets(&self) -> bool {
        self.left().contains(&Secret::Account)
    }

    /// Deletes what processes that were killed have left under other names: it may hold secrets.
    fn clean_up(&self) {
        let entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        for entry in entries {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && entry.file_name().to_string_lossy().starts_with(STAGING) {
                // Another process may still be at work, or the folder may be another user's.
                remove_staging(&entry.path()).ok();
            }
        }
    }

    fn unwritable(&self, error: impl Into<anyhow::Error>) -> Failure {
        let shown = self.folder().shown().to_string();
        Failure::usage(
            error
                .into()
                .context(Message::new(|words| words.cannot_write_in(&shown))),
        )
    }

    /// Writes the secrets, then the config. Returns whether others can read the secrets, as they may
    /// on Windows, where files get the rights of their folder.
    pub(super) fn write(&self, config: &str, secrets: &[(Secret, SecretString)]) -> Result<bool, Failure> {
        let done = self.written(config, secrets);
        done.map_err(|error| self.unwritable(error))
    }

    fn written(&self, config: &str, secrets: &[(Secret, SecretString)]) -> anyhow::Result<bool> {
        // Deleted at the end, with all that is still in it.
        let staging = tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(self.folder())?;
        let staged_config = staging.path().join(STAGED_CONFIG);
        let held = create(&staged_config, config)?;
        // Where locks do not work, nothing is deleted by others either.
        held.try_lock().ok();
        let mut others_read = false;
        let [new, old] = STAGED_SECRETS.map(|name| staging.path().join(name));
        if !secrets.is_empty() {
            folders::make(&new)?;
            others_read = secrets_in(&new, secrets)?;
            let left = self.left();
            if !left.is_empty() {
                self.carry_over(&left, &new)
                    .with_context(|| self.secrets.shown().to_string())?;
                rename_new(&self.secrets, &old).with_context(|| self.secrets.shown().to_string())?;
            }
            if let Err(error) = rename_new(&new, &self.secrets) {
                rename_new(&old, &self.secrets).ok();
                return Err(error).with_context(|| self.secrets.shown().to_string());
            }
        }
        if let Err(error) = rename_new(&staged_config, &self.config) {
            if !secrets.is_empty() {
                // They are this command's own, and would be in the way of a second try.
                fs::remove_dir_all(&self.secrets).ok();
                rename_new(&old, &self.secrets).ok();
            }
            return Err(error).with_context(|| self.config.shown().to_string());
        }
        Ok(others_read)
    }

    /// Copies the webhook's secrets that were left before and are not replaced into a new folder.
    fn carry_over(&self, left: &[Secret], new: &Path) -> io::Result<()> {
        for secret in Secret::OF_WEBHOOK {
            let path = new.join(secret.name());
            if left.contains(&secret) && !path.exists() {
                let text = fs::read_to_string(self.secrets.join(secret.name()))?;
                create(&path, &text)?;
            }
        }
        Ok(())
    }
}

/// The secrets that can be in the folder of a config.
fn of_config() -> impl Iterator<Item = Secret> {
    Secret::OF_WEBHOOK.into_iter().chain(Secret::OF_API)
}

/// Removes a folder in which a process that was killed has written first. Files that are not this
/// program's stay, and so does everything of a process that lives.
fn remove_staging(folder: &Path) -> io::Result<()> {
    let config = folder.join(STAGED_CONFIG);
    let held = match regular::open(&config) {
        Ok(file) => {
            file.try_lock()?;
            Some(file)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let modified = folder.symlink_metadata()?.modified()?;
            if modified.elapsed().is_ok_and(|age| age < OLD) {
                return Ok(());
            }
            None
        }
        Err(error) => return Err(error),
    };
    for secrets in STAGED_SECRETS.map(|name| folder.join(name)) {
        if secrets.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            for secret in of_config() {
                fs::remove_file(secrets.join(secret.name())).ok();
            }
            fs::remove_dir(&secrets)?;
        }
    }
    if let Some(held) = held {
        // On Windows the name of a file that is open may stay until it is closed.
        drop(held);
        fs::remove_file(&config)?;
    }
    fs::remove_dir(folder)
}

/// Creates a file with this text for the owner alone.
fn create(path: &Path, text: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    for_the_owner_alone(&mut options);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(file)
}

/// Writes each secret into a file of its own. Returns whether others can read one.
fn secrets_in(folder: &Path, secrets: &[(Secret, SecretString)]) -> io::Result<bool> {
    let mut others_read = false;
    for (secret, value) in secrets {
        let path = folder.join(secret.name());
        create(&path, &format!("{}\n", value.expose_secret()))?;
        others_read |= permissions::others_read(&regular::open(&path)?)?;
    }
    Ok(others_read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Vec<(Secret, SecretString)> {
        let secrets = Secret::OF_WEBHOOK.into_iter().zip(["387487", "KEY", "AUTH"]);
        secrets.map(|(secret, value)| (secret, value.into())).collect()
    }

    fn key() -> Vec<(Secret, SecretString)> {
        Secret::OF_API.map(|secret| (secret, "CLIENT".into())).into()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn both_are_written_or_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("contacts.csv.gz");
        let files = Files::new(&export, None, None).unwrap();
        // What appears after the check is not overwritten, and the secrets do not stay alone.
        fs::write(&files.config, "mine").unwrap();
        files.write("new", &credentials()).unwrap_err();
        assert_eq!(names(folder.path()), ["contacts.toml"]);
        assert_eq!(fs::read_to_string(&files.config).unwrap(), "mine");
        fs::remove_file(&files.config).unwrap();
        fs::create_dir(&files.secrets).unwrap();
        files.write("new", &credentials()).unwrap_err();
        assert_eq!(names(folder.path()), ["contacts.secrets"]);
        fs::remove_dir(&files.secrets).unwrap();
        let others_read = files.write("new", &credentials()).unwrap();
        assert!(cfg!(windows) || !others_read);
        assert_eq!(names(folder.path()), ["contacts.secrets", "contacts.toml"]);
        assert_eq!(names(&files.secrets), ["account", "webhook_auth", "webhook_key"]);
        assert_eq!(
            fs::read_to_string(files.secrets.join("webhook_key")).unwrap(),
            "KEY\n"
        );
    }

    #[test]
    fn what_a_killed_process_left_is_replaced_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("contacts.csv");
        let left = |name: &str| {
            let secrets = folder.path().join(name);
            fs::create_dir_all(&secrets).unwrap();
            for secret in Secret::OF_WEBHOOK {
                fs::write(secrets.join(secret.name()), "old").unwrap();
            }
            secrets
        };
        let secrets = left("contacts.secrets");
        for staging in ["a", "b", "c"] {
            left(&format!("{STAGING}{staging}/secrets"));
            fs::write(folder.path().join(format!("{STAGING}{staging}/config")), "").unwrap();
        }
        // One lives, and one has a file that is not this program's.
        let living = File::open(folder.path().join(format!("{STAGING}b/config"))).unwrap();
        living.lock().unwrap();
        fs::write(folder.path().join(format!("{STAGING}c/mine")), "").unwrap();
        let files = Files::new(&export, None, None).unwrap();
        assert!(files.has_left_secrets());
        let staging = [format!("{STAGING}b"), format!("{STAGING}c")];
        assert_eq!(
            names(folder.path()),
            [&staging[0], &staging[1], "contacts.secrets"]
        );
        assert!(folder.path().join(&staging[1]).join("mine").exists());
        // A failure puts them back.
        fs::write(&files.config, "mine").unwrap();
        files.write("new", &credentials()).unwrap_err();
        assert_eq!(fs::read_to_string(secrets.join("account")).unwrap(), "old");
        fs::remove_file(&files.config).unwrap();
        files.write("new", &credentials()).unwrap();
        assert_eq!(fs::read_to_string(secrets.join("account")).unwrap(), "387487\n");
        assert_eq!(names(&files.secrets).len(), 3);
        // Beside a config, or with other files, they are in the way.
        assert!(!files.has_left_secrets());
        fs::remove_file(&files.config).unwrap();
        fs::write(secrets.join("notes"), "").unwrap();
        assert!(!files.has_left_secrets());
        Files::new(&export, None, None).unwrap_err();
    }

    /// A key of the API without the webhook's secrets replaces none that were left.
    #[test]
    fn the_webhook_s_secrets_that_were_left_stay_beside_a_new_key() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("contacts.csv");
        let files = Files::new(&export, None, None).unwrap();
        files.write("new", &credentials()).unwrap();
        fs::remove_file(&files.config).unwrap();
        for _ in 0..2 {
            let files = Files::new(&export, None, None).unwrap();
            assert!(files.has_left_secrets());
            files.write("new", &key()).unwrap();
            assert_eq!(names(&files.secrets).len(), 5);
            let text = |secret: Secret| fs::read_to_string(files.secrets.join(secret.name())).unwrap();
            assert_eq!(text(Secret::WebhookKey), "KEY\n");
            assert_eq!(text(Secret::ClientSecret), "CLIENT\n");
            fs::remove_file(&files.config).unwrap();
        }
        // A key alone is replaced, too, but half of the webhook's secrets is in the way.
        fs::remove_dir_all(&files.secrets).unwrap();
        files.write("new", &key()).unwrap();
        fs::remove_file(&files.config).unwrap();
        let files = Files::new(&export, None, None).unwrap();
        assert!(!files.has_left_secrets());
        files.write("new", &credentials()).unwrap();
        assert_eq!(names(&files.secrets).len(), 3);
        fs::remove_file(&files.config).unwrap();
        fs::remove_file(files.secrets.join("account")).unwrap();
        Files::new(&export, None, None).unwrap_err();
    }

    #[test]
    fn a_name_is_a_name_and_nothing_is_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("contacts.xlsx");
        let place = |name: &str, dir: Option<&str>| {
            let dir = dir.map(|dir| folder.path().join(dir));
            let files = Files::new(&export, Some(name), dir.as_deref());
            files
                .map(|files| names_of(&files))
                .map_err(|failure| format!("{:#}", failure.error))
        };
        assert_eq!(place("nps", None), Ok("nps.toml nps.secrets".to_owned()));
        for name in ["", " ", "a/b", "../a", "..", "."] {
            let error = place(name, None).unwrap_err();
            assert!(error.contains("a name without a folder"), "{name}: {error}");
        }
        assert!(
            place("nps", Some("gone"))
                .unwrap_err()
                .contains("there is no folder")
        );
        fs::create_dir(folder.path().join("nps.secrets")).unwrap();
        let error = place("nps", None).unwrap_err();
        assert!(
            error.contains("nps.secrets` exists") && error.contains("--name"),
            "{error}"
        );
    }

    fn names_of(files: &Files) -> String {
        let config = files.config.file_name().unwrap().to_string_lossy();
        format!("{config} {}", files.secrets_name())
    }
}
