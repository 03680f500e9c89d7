//! One run of the program in a folder of its own. Prints everything if it did not end as expected.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::Fake;
#[cfg(unix)]
use super::Terminal;

/// Time limit of a run. A run that takes longer is killed and fails.
const TIME_LIMIT: Duration = Duration::from_mins(1);

pub(crate) struct Job {
    folder: tempfile::TempDir,
    /// Holds the program's locks, instead of the developer's own state folder.
    state: tempfile::TempDir,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    stdin: Vec<u8>,
    stdin_stays_open: bool,
    shell: Option<String>,
}

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Job {
    /// Creates `respondent-sync COMMAND`, with secrets for a fake platform.
    pub(crate) fn new(command: &str) -> Self {
        let job = Self {
            folder: tempfile::tempdir().unwrap(),
            state: tempfile::tempdir().unwrap(),
            arguments: Vec::new(),
            variables: Vec::new(),
            stdin: Vec::new(),
            stdin_stays_open: false,
            shell: None,
        };
        let state = job.state.path().to_str().unwrap().to_owned();
        job.args(command)
            .var("HOME", &state)
            .var("XDG_STATE_HOME", &state)
            .var("XDG_CONFIG_HOME", &state)
            .var("APPDATA", &state)
            .var("LOCALAPPDATA", &state)
            .var("RESPONDENT_SYNC_LANG", "en")
            .var("RESPONDENT_SYNC_ACCOUNT", "387487")
            .var("RESPONDENT_SYNC_WEBHOOK_KEY", "kkkkkkkk")
            .var("RESPONDENT_SYNC_WEBHOOK_AUTH", "aaaaaaaa")
    }

    /// Creates `run in.csv` against a fake platform, fast, with retries after milliseconds.
    pub(crate) fn run(input: impl AsRef<[u8]>, fake: &Fake) -> Self {
        Self::new("run in.csv --rate unlimited --backoff 5ms --max-backoff 20ms --survey 7")
            .args(&format!("--base-url {}", fake.base))
            .file("in.csv", input)
    }

    pub(crate) fn args(mut self, words: &str) -> Self {
        self.arguments.extend(words.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds flags whose values contain spaces.
    pub(crate) fn pairs(mut self, pairs: &[(&str, &str)]) -> Self {
        let words = pairs.iter().flat_map(|(flag, value)| [*flag, *value]);
        self.arguments.extend(words.map(str::to_owned));
        self
    }

    /// Replaces the command and all of its arguments.
    pub(crate) fn set_command(&mut self, command: &str) -> &mut Self {
        self.arguments = command.split_whitespace().map(str::to_owned).collect();
        self
    }

    /// Replaces a word of the command line.
    pub(crate) fn instead_of(mut self, word: &str, other: &str) -> Self {
        for found in self.arguments.iter_mut().filter(|found| *found == word) {
            other.clone_into(found);
        }
        self
    }

    /// Runs as the same user as another job, so that both see each other's locks.
    pub(crate) fn sharing_state_of(self, other: &Self) -> Self {
        let state = other.state.path().to_str().unwrap().to_owned();
        self.var("HOME", &state)
            .var("XDG_STATE_HOME", &state)
            .var("LOCALAPPDATA", &state)
    }

    /// Removes a flag and its value from the command line.
    pub(crate) fn without(mut self, flag: &str) -> Self {
        if let Some(at) = self.arguments.iter().position(|word| word == flag) {
            self.arguments.drain(at..at + 2);
        }
        self
    }

    /// Removes a flag without a value from the command line.
    pub(crate) fn without_switch(mut self, flag: &str) -> Self {
        self.arguments.retain(|word| word != flag);
        self
    }

    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Unsets a variable.
    pub(crate) fn without_var(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    /// Writes a config file into the folder where the system keeps this user's settings.
    pub(crate) fn usual_config(self, text: &str) -> Self {
        let of_system = if cfg!(windows) {
            "respondent-sync/config"
        } else {
            "respondent-sync"
        };
        let folder = self.state.path().join(of_system);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("respondent-sync.toml"), text).unwrap();
        self
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    pub(crate) fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        self.stdin = content.as_ref().to_vec();
        self
    }

    /// Keeps standard input open while the program runs.
    pub(crate) fn keeps_stdin_open(mut self) -> Self {
        self.stdin_stays_open = true;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name))
            .unwrap_or_else(|error| panic!("{name}: {error}; there are {:?}", self.names()))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Returns the results without the columns that differ between runs: row, id, survey, status,
    /// code, message, HTTP status and attempts.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let text = self.text(name);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader
            .records()
            .map(|record| record.unwrap().iter().take(8).collect::<Vec<_>>().join(","))
            .collect()
    }

    /// Runs it with additional arguments, and asserts the exit code.
    pub(crate) fn again(&mut self, words: &str, code: i32) -> Ran {
        let before = self.arguments.len();
        self.arguments.extend(words.split_whitespace().map(str::to_owned));
        let ran = self.ends(code);
        self.arguments.truncate(before);
        ran
    }

    /// Runs another command line in its place, and asserts the exit code.
    pub(crate) fn other(&mut self, words: &str, code: i32) -> Ran {
        let before = self.set_arguments(words);
        let ran = self.ends(code);
        self.arguments = before;
        ran
    }

    /// Runs another command line in its place, however it ends.
    pub(crate) fn other_somehow(&mut self, words: &str) -> Ran {
        let before = self.set_arguments(words);
        let ran = self.ends_somehow();
        self.arguments = before;
        ran
    }

    /// Starts another command line in its place.
    pub(crate) fn start_other(&mut self, words: &str) -> Running {
        let before = self.set_arguments(words);
        let running = self.start();
        self.arguments = before;
        running
    }

    fn set_arguments(&mut self, words: &str) -> Vec<String> {
        let words = words.split_whitespace().map(str::to_owned).collect();
        std::mem::replace(&mut self.arguments, words)
    }

    /// Runs it and asserts the exit code.
    pub(crate) fn ends(&self, code: i32) -> Ran {
        let ran = self.ends_somehow();
        if ran.code != code {
            let mut all = format!("exit {} instead of {code}\n{:?}\n", ran.code, self.arguments);
            write!(all, "--- stdout\n{}\n--- stderr\n{}", ran.stdout, ran.stderr).unwrap();
            let is_file = |name: &String| self.path(name).is_file();
            for name in self.names().into_iter().filter(is_file) {
                write!(
                    all,
                    "--- {name}\n{}\n",
                    String::from_utf8_lossy(&self.bytes(&name))
                )
                .unwrap();
            }
            panic!("{all}");
        }
        ran
    }

    /// Runs it with any exit code.
    pub(crate) fn ends_somehow(&self) -> Ran {
        self.start().wait()
    }

    /// Returns the command that starts it.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_respondent-sync"));
        if let Some(shell) = &self.shell {
            // A shell that sets limits or closes streams and then executes the program.
            command = Command::new("sh");
            command.args(["-c", shell, env!("CARGO_BIN_EXE_respondent-sync")]);
        }
        command.current_dir(self.folder.path()).args(&self.arguments);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RESPONDENT_SYNC_")) {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it on a terminal of 80 columns.
    #[cfg(unix)]
    pub(crate) fn on_terminal(&self) -> Terminal {
        self.on_terminal_of(80)
    }

    /// Starts it on a terminal of this many columns.
    #[cfg(unix)]
    pub(crate) fn on_terminal_of(&self, columns: u16) -> Terminal {
        Terminal::start(&self.command(), columns)
    }

    /// Starts it. The caller may send signals, and waits for its end.
    pub(crate) fn start(&self) -> Running {
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.stdin.clone();
        // A run that does not read its standard input closes it.
        let stays_open = self.stdin_stays_open;
        thread::spawn(move || {
            stdin.write_all(&input).ok();
            if stays_open {
                thread::park_timeout(TIME_LIMIT);
            }
        });
        let read = |mut stream: Box<dyn Read + Send>| {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || {
                let mut text = Vec::new();
                stream.read_to_end(&mut text).unwrap();
                // After a kill the receiver is gone.
                sender.send(String::from_utf8_lossy(&text).into_owned()).ok();
            });
            receiver
        };
        Running {
            stdout: read(Box::new(child.stdout.take().unwrap())),
            stderr: read(Box::new(child.stderr.take().unwrap())),
            child,
            arguments: self.arguments.clone(),
        }
    }

    /// Runs it in a console of its own, where Ctrl-C is pressed as soon as a file of the folder exists.
    /// `console` is the program of `tests/wine/console.c`.
    #[cfg(windows)]
    pub(crate) fn through_console(&self, console: &str, file: &str) -> Ran {
        let own = self.command();
        let mut command = Command::new(console);
        command.arg(file).arg(own.get_program()).args(own.get_args());
        command.current_dir(self.folder.path());
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let ran = command.stdin(Stdio::null()).output().unwrap();
        Ran {
            code: ran.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&ran.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&ran.stderr).into_owned(),
        }
    }

    /// Starts the program through this shell command, which refers to it as `"$0" "$@"`.
    #[cfg(unix)]
    pub(crate) fn through_shell(mut self, command: &str) -> Self {
        self.shell = Some(command.to_owned());
        self
    }
}

/// A running program.
pub(crate) struct Running {
    child: Child,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
    arguments: Vec<String>,
}

impl Running {
    /// Kills it. The effect is that of a power cut, except for the files.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Returns its peak memory so far, in KiB. `None` once it has ended.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Returns one of its limits, by the name in `/proc`.
    #[cfg(target_os = "linux")]
    pub(crate) fn limit(&self, name: &str) -> Option<String> {
        let limits = fs::read_to_string(format!("/proc/{}/limits", self.child.id())).ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next().map(str::to_owned)
    }

    /// Returns the number of bytes that it has read so far, from files and other sources. `None`
    /// once it has ended.
    #[cfg(target_os = "linux")]
    pub(crate) fn bytes_read(&self) -> Option<u64> {
        let counts = fs::read_to_string(format!("/proc/{}/io", self.child.id())).ok()?;
        let line = counts.lines().find_map(|line| line.strip_prefix("rchar: "))?;
        line.parse().ok()
    }

    /// Whether it is still running.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn wait(mut self) -> Ran {
        let Ok(stdout) = self.stdout.recv_timeout(TIME_LIMIT) else {
            self.child.kill().unwrap();
            panic!(
                "{:?} took longer than {TIME_LIMIT:?}: {:?}",
                self.arguments,
                self.stderr.recv()
            );
        };
        Ran {
            // A process that was ended by a signal has no exit code.
            code: self.child.wait().unwrap().code().unwrap_or(-1),
            stdout,
            stderr: self.stderr.recv().unwrap(),
        }
    }
}
