//! A program that was double-clicked, or got a file dropped on it, in the Explorer of Windows. Its
//! window closes with it, so it has to wait until its text was read.

use std::ffi::OsString;
use std::io;

/// Whether the program was started from the Explorer. Always false on other systems.
pub(crate) fn is_our_parent() -> bool {
    #[cfg(windows)]
    return crabtrap::started_by_explorer();
    #[cfg(not(windows))]
    false
}

/// Returns the arguments of the process. A single file, as one that is dropped on the program, is
/// checked.
pub(crate) fn arguments() -> Vec<OsString> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if is_our_parent() {
        with_command(arguments)
    } else {
        arguments
    }
}

fn with_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let [_, file] = arguments.as_slice()
        && std::path::Path::new(file).is_file()
    {
        arguments.insert(1, "check".into());
    }
    arguments
}

/// Returns the name of the script beside the program that opens a console, as a release has it.
pub(crate) fn console_script() -> Option<&'static str> {
    const NAME: &str = "konsola.cmd";
    let program = std::env::current_exe().ok()?;
    program.with_file_name(NAME).is_file().then_some(NAME)
}

/// Waits until Enter is pressed.
pub(crate) fn wait_for_enter() {
    let mut line = String::new();
    // A closed standard input is not waited for.
    io::stdin().read_line(&mut line).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_dropped_is_checked() {
        let file = std::env::current_exe().unwrap();
        let of = |words: &[&std::ffi::OsStr]| {
            let words: Vec<OsString> = words.iter().map(|word| (*word).to_owned()).collect();
            with_command(words)
        };
        let dropped = of(&["x".as_ref(), file.as_os_str()]);
        assert_eq!(
            dropped,
            ["x".into(), "check".into(), file.clone().into_os_string()]
        );
        assert_eq!(of(&["x".as_ref()]), ["x"]);
        assert_eq!(of(&["x".as_ref(), "run".as_ref()]), ["x", "run"]);
        assert_eq!(of(&["x".as_ref(), "run".as_ref(), file.as_os_str()]).len(), 3);
    }
}
