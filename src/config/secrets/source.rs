//! Where one secret comes from, and how it is fetched from there. Whether it looks like one is checked in
//! `config/secrets/kinds.rs`.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::plain_text::plain_text;
use crate::model::ShownPath as _;
use crate::system::regular;
use crate::system::trust;
use crate::system::trust::permissions;

/// A command that takes longer waits for somebody who is not there.
const MAX_TIME: Duration = Duration::from_mins(1);

/// How often it is looked whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// How long what it printed may be on its way once it has ended.
const GRACE: Duration = Duration::from_secs(1);

/// No secret is longer.
const MAX_BYTES: u64 = 64 << 10;

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// The environment variable of this name.
    Variable(String),
    File(PathBuf),
    /// A file that the service manager keeps for this service alone. Its rights are the manager's business: they can look as
    /// if others could read it where access lists say otherwise.
    Credential(PathBuf),
    /// Run without a shell; what it prints is the secret.
    Command {
        program: PathBuf,
        arguments: Vec<String>,
        /// The config file's folder, in which it is run.
        folder: PathBuf,
    },
}

impl SecretSource {
    /// In words, without the secret and without a command's arguments.
    pub(in crate::config) fn named(&self) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::File(path) | Self::Credential(path) => format!("file {}", path.shown()),
            Self::Command { program, .. } => format!("command {}", program.shown()),
        }
    }

    /// The value that it gives, in words, as the subject of an error.
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

    /// What to do about an empty value.
    pub(in crate::config) fn remedy(&self) -> &'static str {
        match self {
            Self::Variable(_) => "set it to the value",
            Self::File(_) | Self::Credential(_) => "put the value there",
            Self::Command { .. } => "run it by hand to see why",
        }
    }

    /// The text that is there, whatever it is.
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
    let bytes = regular::read_at_most(&file, MAX_BYTES).with_context(cannot)?;
    let bytes = bytes.with_context(|| format!("`{}` has more than 64 KiB: it is no secret", path.shown()))?;
    plain_text(&bytes).map_err(|error| anyhow!("`{}` {error}", path.shown()))
}

/// What a command prints until it ends. What it says on standard error is shown to nobody: it may be the secret.
fn run(program: &Path, arguments: &[String], folder: &Path) -> Result<String> {
    let name = program.shown();
    let program = trust::program(program, folder)?;
    let mut command = Command::new(program);
    // The command does not get what this tool was given.
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
        // Whatever it left running may hold its output open for ever.
        ended.recv_timeout(GRACE).ok();
    }
    let printed = std::mem::take(&mut *printed.lock().unwrap_or_else(PoisonError::into_inner));
    plain_text(&printed).map_err(|error| anyhow!("what `{name}` printed {error}"))
}

/// Collects what is printed, up to what a secret can be, in a thread of its own; the receiver hears of its end.
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

/// How a child ended; nothing if it took too long and was ended here.
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
