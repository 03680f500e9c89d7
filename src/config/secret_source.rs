//! Where one secret comes from, and how it is fetched from there. Whether it looks like one is checked in
//! `config/secrets.rs`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::permissions::Access;
use crate::model::clean;

/// A command that takes longer waits for somebody who is not there.
const MOST_TIME: Duration = Duration::from_mins(1);

/// No secret is longer.
const MOST_BYTES: u64 = 64 << 10;

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
    pub(super) fn named(&self) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::File(path) | Self::Credential(path) => format!("file {}", path.display()),
            Self::Command { program, .. } => format!("command {}", program.display()),
        }
    }

    /// The text that is there, whatever it is.
    pub(super) fn fetch(&self, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
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
    let cannot = || format!("cannot read `{}`", path.display());
    let file = File::open(path).with_context(cannot)?;
    let access = Access::of(&file, path).with_context(cannot)?;
    ensure!(
        !(judges && access.others_write),
        "others can write `{}` or its folder, so what is in it may be anybody's: {}",
        path.display(),
        Access::ADVICE
    );
    if judges && access.others_read {
        tracing::warn!(
            target: "respondent_sync::loud", event = "secret_readable",
            "others can read `{}`, which holds a secret: {}",
            path.display(),
            Access::ADVICE
        );
    }
    let mut text = String::new();
    file.take(MOST_BYTES)
        .read_to_string(&mut text)
        .with_context(cannot)?;
    Ok(text)
}

fn run(program: &Path, arguments: &[String], folder: &Path) -> Result<String> {
    let name = program.display();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().with_context(|| format!("cannot run `{name}`"))?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()).ok());
    let Ok(ended) = receiver.recv_timeout(MOST_TIME) else {
        // It ends with whatever it waits for; nothing waits for it any more.
        bail!(
            "`{name}` did not end within {} s: does it wait for somebody?",
            MOST_TIME.as_secs()
        );
    };
    let Output {
        status,
        stdout,
        stderr,
    } = ended.with_context(|| format!("cannot run `{name}`"))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        let said: String = clean(said.trim()).chars().take(300).collect();
        bail!("`{name}` failed ({status}): {said}");
    }
    String::from_utf8(stdout).with_context(|| format!("what `{name}` printed is no text"))
}
