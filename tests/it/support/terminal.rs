//! The program on a pseudo-terminal, with the test as the person in front of it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// How long a text is waited for.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// A program on a terminal.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// Everything that was printed, as bytes.
    raw: Vec<u8>,
    /// How much of the printed text was waited for already, in characters.
    read: usize,
}

impl Terminal {
    pub(super) fn start(command: &Command, columns: u16) -> Self {
        let mut command = in_session(command);
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize {
            ws_row: 40,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let end = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let child = command
            .env("TERM", "xterm")
            .stdin(end.try_clone().unwrap())
            .stdout(end.try_clone().unwrap())
            .stderr(end)
            .spawn()
            .unwrap();
        // It keeps the program's end open, and the screen would never end.
        drop(command);
        let keyboard = File::from(master);
        let mut printed = keyboard.try_clone().unwrap();
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            // An error is the end on Linux.
            while let Ok(count @ 1..) = printed.read(&mut chunk) {
                if sender.send(chunk.iter().take(count).copied().collect()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keyboard,
            screen,
            raw: Vec::new(),
            read: 0,
        }
    }

    /// Waits until this text is printed, behind what was waited for before. Line ends and other
    /// white space count as one space, because a screen wraps lines.
    pub(crate) fn sees(&mut self, expected: &str) -> &mut Self {
        loop {
            let text = self.text();
            let unread: String = text.chars().skip(self.read).collect();
            if let Some((before, _)) = unread.split_once(expected) {
                self.read += before.chars().count() + expected.chars().count();
                return self;
            }
            if let Ok(bytes) = self.screen.recv_timeout(TIME_LIMIT) {
                self.raw.extend(bytes);
            } else {
                self.child.kill().ok();
                panic!("`{expected}` was not printed; the screen is\n{text}");
            }
        }
    }

    /// Presses keys.
    pub(crate) fn types(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        self
    }

    /// Waits for the end, asserts the exit code and returns all that was printed, on one line and
    /// without control sequences.
    pub(crate) fn ends(&mut self, code: i32) -> String {
        loop {
            match self.screen.recv_timeout(TIME_LIMIT) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().ok();
                    break;
                }
            }
        }
        let ended = self.child.wait().unwrap();
        assert_eq!(ended.code(), Some(code), "the screen is\n{}", self.text());
        self.text()
    }

    /// Returns the lines that were printed, also those that were cleared again, without control
    /// sequences.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.raw);
        plain(&text).split(['\n', '\r']).map(str::to_owned).collect()
    }

    /// Whether the cursor is shown.
    pub(crate) fn has_cursor(&self) -> bool {
        let raw = String::from_utf8_lossy(&self.raw);
        let last = |code: &str| raw.rfind(code).map_or(0, |at| at + 1);
        last("\u{1b}[?25h") >= last("\u{1b}[?25l")
    }

    /// Whether the terminal edits lines, echoes keys and makes signals of them, as it does for a
    /// shell.
    pub(crate) fn is_usual(&self) -> bool {
        let modes = tcgetattr(&self.keyboard).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Returns what was printed, without control sequences and with single spaces.
    fn text(&self) -> String {
        // The last character may still be incomplete.
        let text = String::from_utf8_lossy(&self.raw);
        let text = text.trim_end_matches('\u{FFFD}');
        let mut words = String::new();
        for c in plain(text).chars() {
            let c = if c.is_whitespace() { ' ' } else { c };
            if c != ' ' || !words.ends_with(' ') {
                words.push(c);
            }
        }
        words
    }
}

/// Removes control sequences.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A sequence ends with its first letter.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

/// Puts the program into a session of its own, whose terminal this is: then Ctrl-C sends a signal
/// while no key is waited for. Other systems than Linux have no such program.
fn in_session(command: &Command) -> Command {
    let mut session = Command::new("setsid");
    session.arg("--ctty").arg(command.get_program());
    if !cfg!(target_os = "linux") {
        session = Command::new(command.get_program());
    }
    session.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        session.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    session
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
