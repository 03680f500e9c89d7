//! Shows a long text in the user's pager.

use std::io::Write as _;
use std::process::{Command, Stdio};

use textwrap::termwidth;

/// Returns the width of the terminal in columns, 80 if it is unknown.
pub(crate) fn width() -> usize {
    termwidth()
}

/// Shows the text in `$PAGER`, or in `less` if `PAGER` is unset. Returns false if that cannot be run
/// or fails. The caller has checked that standard output is a terminal.
pub(crate) fn show(text: &str) -> bool {
    let asked = std::env::var("PAGER").unwrap_or_default();
    let mut words = asked.split_whitespace();
    let name = words.next().unwrap_or("less");
    let Ok(program) = which::which(name) else {
        return false;
    };
    let mut command = Command::new(program);
    if name == "less" {
        // A newcomer cannot guess how to get out of it.
        command.args(["-P", "q - quit / koniec"]);
    }
    let child = command
        .args(words)
        // Quit if the text fits one screen, keep colours, do not clear the screen.
        .env("LESS", std::env::var_os("LESS").unwrap_or_else(|| "FRX".into()))
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // The pipe breaks if the user quits early; that is no error.
        stdin.write_all(text.as_bytes()).ok();
    }
    child.wait().is_ok_and(|status| status.success())
}
