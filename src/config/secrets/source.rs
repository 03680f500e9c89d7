//! Fetches one secret from its source. `config/secrets/kinds.rs` checks its form.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::plain_text::plain_text;
use crate::model::ShownPath as _;
use crate::system::folders;
use crate::system::regular;
use crate::system::trust;
use crate::system::trust::permissions;
use crate::text::Message;

/// Time limit of a command. One that takes longer waits for input that will not come.
const MAX_TIME: Duration = Duration::from_mins(1);

/// Interval at which the command's end is checked.
const POLL: Duration = Duration::from_millis(20);

/// Time to collect the rest of the output after the command has ended.
const GRACE: Duration = Duration::from_secs(1);

/// Maximum size of a secret in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// The environment variable of this name.
    Variable(String),
    File(PathBuf),
    /// A file that the service manager keeps for this service alone. Its permissions are not
    /// checked: with access lists they can look as if others could read the file.
    Credential(PathBuf),
    /// A command, run without a shell. Its output is the secret.
    Command {
        program: PathBuf,
        arguments: Vec<String>,
        /// The config file's folder, which is its working directory.
        folder: PathBuf,
    },
}

impl SecretSource {
    /// Describes the source without the secret and without a command's arguments.
    pub(in crate::config) fn named(&self) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::File(path) | Self::Credential(path) => format!("file {}", path.shown()),
            Self::Command { program, .. } => format!("command {}", program.shown()),
        }
    }

    /// Describes the value from this source, as the subject of an error.
    pub(in crate::config) fn value_of(&self, secret: &str) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::File(path) | Self::Credential(path) => {
                format!("the file of `{secret}` (`{}`)", path.shown())
            }
            Self::Command { program, .. } => {
                format!("what the command of `{secret}` prints (`{}`)", program.shown())
            }
        }
    }

    /// Returns what to do about an empty value.
    pub(in crate::config) fn remedy(&self) -> &'static str {
        match self {
            Self::Variable(_) => "set it to the value",
            Self::File(_) | Self::Credential(_) => "put the value there",
            Self::Command { .. } => "run it by hand to see why",
        }
    }

    /// Fetches the text without checking its form.
    pub(in crate::config) fn fetch(&self, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
        match self {
            Self::Variable(name) => Ok(variable(name).unwrap_or_default()),
            Self::File(path) => read(path, true),
            Self::Credential(path) => read(path, false),
            Self::Command {
                program,
                arguments,
                folder,
            } => run(program, arguments, folder),
        }
    }
}

fn read(path: &Path, judges: bool) -> Result<String> {
    let cannot = || format!("cannot read `{}`", path.shown());
    let file = regular::open_through_links(path).with_context(cannot)?;
    if judges {
        trust::check(path)?;
    }
    if judges && permissions::others_read(&file).with_context(cannot)? {
        tracing::warn!(
            target: "respondent_sync::loud",
            event = "secret_readable",
            "others can read `{}`, which holds a secret: {}",
            path.shown(),
            permissions::ADVICE
        );
    }
    if let Some(service) = folders::synchronised(path) {
        let shown = path.shown().to_string();
        let line = Message::new(|words| words.synchronised(&shown, service));
        tracing::warn!(
            event = "folder_synchronised",
            service,
            polish = line.polish(),
            "{line}"
        );
    }
    let bytes = regular::read_at_most(&file, MAX_BYTES).with_context(cannot)?;
    let bytes = bytes.with_context(|| format!("`{}` has more than 64 KiB: it is no secret", path.shown()))?;
    plain_text(&bytes).map_err(|error| anyhow!("`{}` {error}", path.shown()))
}

/// Runs a command and returns its output. Its standard error is discarded, because it may contain
/// the secret.
fn run(program: &Path, arguments: &[String], folder: &Path) -> Result<String> {
    let name = program.shown();
    let program = trust::program(program, folder)?;
    let mut command = Command::new(program);
    // The command does not inherit this tool's own variables.
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("RESPONDENT_SYNC_") {
            command.env_remove(variable);
        }
    }
    let mut child = command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run `{name}`"))?;
    let printed = Arc::new(Mutex::new(Vec::new()));
    let ended = child
        .stdout
        .take()
        .map(|stdout| collect(stdout, Arc::clone(&printed)));
    let status = wait_for(&mut child).with_context(|| format!("cannot run `{name}`"))?;
    let Some(status) = status else {
        bail!(
            "`{name}` did not end within {} s: does it wait for input?",
            MAX_TIME.as_secs()
        );
    };
    ensure!(
        status.success(),
        "`{name}` failed ({status}): run it by hand to see why"
    );
    if let Some(ended) = ended {
        // A process that the command left running may keep its output open forever.
        ended.recv_timeout(GRACE).ok();
    }
    let printed = std::mem::take(&mut *printed.lock().unwrap_or_else(PoisonError::into_inner));
    plain_text(&printed).map_err(|error| anyhow!("what `{name}` printed {error}"))
}

/// Collects the output in a thread of its own, up to the maximum size of a secret. The receiver is
/// notified when the output ends.
fn collect(stdout: ChildStdout, printed: Arc<Mutex<Vec<u8>>>) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = stdout.take(MAX_BYTES);
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut buffer) {
            let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
            printed.extend(buffer.iter().take(count));
        }
        sender.send(()).ok();
    });
    receiver
}

/// Waits for a child. `None` if it took too long and was killed.
fn wait_for(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let (_never, clock) = mpsc::channel::<()>();
    for _ in 0..MAX_TIME.as_millis() / POLL.as_millis() {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        clock.recv_timeout(POLL).ok();
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}
