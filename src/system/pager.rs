//! Shows a long text a screen at a time, by the user's own pager.

use std::io::Write as _;
use std::process::{Command, Stdio};

use textwrap::termwidth;

/// The columns of the terminal, 80 where they are unknown.
pub(crate) fn width() -> usize {
    termwidth()
}

/// Shows the text by `$PAGER`, or by `less` where that is installed. Returns whether it was shown. The caller has made sure
/// that standard output is a terminal.
pub(crate) fn show(text: &str) -> bool {
    let asked = std::env::var("PAGER").unwrap_or_default();
    let mut words = asked.split_whitespace();
    let name = words.next().unwrap_or("less");
    let Ok(program) = which::which(name) else {
        return false;
    };
    let child = Command::new(program)
        .args(words)
        // A short text is printed and left; colours are shown.
        .env("LESS", std::env::var_os("LESS").unwrap_or_else(|| "FRX".into()))
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A user who quits has read enough.
        stdin.write_all(text.as_bytes()).ok();
    }
    child.wait().is_ok_and(|status| status.success())
}
