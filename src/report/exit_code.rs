//! The exit codes, promised to schedulers. The README's table is checked against this one.

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Every row is a success or was skipped.
    Success = 0,
    /// Finished, and some rows failed, are unconfirmed or invalid.
    RowsFailed = 1,
    /// Usage or configuration, or an output in the way or in no place to be written.
    Usage = 2,
    /// The input cannot be used, or changed while it was read or sent.
    Input = 3,
    /// Aborted: credentials, certificate or address refused, too many errors, or a guard.
    Aborted = 4,
    /// The platform was out of reach for longer than `--max-outage`.
    Unreachable = 5,
    /// An output cannot be written any more.
    Output = 6,
    /// There are no data rows.
    NoRows = 9,
    /// `--max-duration` or `--until` was over.
    Deadline = 10,
    /// Another run has the output, the account or the state.
    Locked = 11,
    /// A bug of this tool.
    Bug = 70,
    /// Interrupted (Ctrl-C): 128 + SIGINT.
    Interrupted = 130,
    /// Asked to end: 128 + SIGTERM.
    Terminated = 143,
}

impl ExitCode {
    /// All codes with what they mean, as the README has them.
    #[cfg(test)]
    pub(crate) const TABLE: [(Self, &'static str); 13] = [
        (Self::Success, "every row is a success or was skipped"),
        (
            Self::RowsFailed,
            "finished, but some rows failed, are unconfirmed or invalid: see the failed file",
        ),
        (
            Self::Usage,
            "usage or configuration, an output in the way or in no place to be written; nothing was sent",
        ),
        (
            Self::Input,
            "the input cannot be used, or changed while it was read or sent",
        ),
        (
            Self::Aborted,
            "aborted: credentials, certificate or address refused, too many errors, or a guard",
        ),
        (
            Self::Unreachable,
            "the platform was out of reach for longer than `--max-outage`",
        ),
        (Self::Output, "an output cannot be written (disk full)"),
        (Self::NoRows, "no data rows: nothing to send"),
        (
            Self::Deadline,
            "the time that `--max-duration` or `--until` allows is over",
        ),
        (
            Self::Locked,
            "another run has the output, the account or the state; nothing was sent",
        ),
        (Self::Bug, "a bug in this tool: please report it"),
        (Self::Interrupted, "interrupted (Ctrl-C)"),
        (Self::Terminated, "asked to end (`SIGTERM`)"),
    ];

    /// The number that the process returns.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_prints_the_same_table() {
        let readme = include_str!("../../README.md");
        for (code, meaning) in ExitCode::TABLE {
            let row = format!("| {} | {meaning} |", code.code());
            assert!(readme.contains(&row), "README.md lacks this line:\n{row}");
        }
    }
}
