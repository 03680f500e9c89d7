//! The exit codes, promised to schedulers. The manual's table is tested against this one.

/// The exit codes of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Every row is a success or was skipped.
    Success = 0,
    /// Finished, but some rows failed, are unconfirmed or invalid.
    RowsFailed = 1,
    /// Usage or configuration, or an output that exists already or cannot be created.
    Usage = 2,
    /// The input cannot be used, or changed while it was read or sent.
    Input = 3,
    /// Aborted: credentials, certificate or address refused, too many errors, or a guard.
    Aborted = 4,
    /// The platform was out of reach for longer than `--max-outage`.
    Unreachable = 5,
    /// An output can no longer be written.
    Output = 6,
    /// There are no data rows.
    NoRows = 9,
    /// The time of `--max-duration` or `--until` is over.
    Deadline = 10,
    /// Another run uses the output, the account or the state.
    Locked = 11,
    /// A bug of this tool.
    Bug = 70,
    /// Interrupted (Ctrl-C): 128 + SIGINT.
    Interrupted = 130,
    /// Asked to stop: 128 + SIGTERM.
    Terminated = 143,
}

/// When a scheduler can retry the same command with a chance of a better end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// At once.
    Now,
    /// After some minutes.
    Delayed,
    /// When the next window for calls begins.
    NextWindow,
    /// Never: nothing remains to be done, or a person has to act.
    No,
}

impl Retry {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Delayed => "delayed",
            Self::NextWindow => "next_window",
            Self::No => "no",
        }
    }

    /// Whether a retry can help at all.
    pub(crate) fn is_any(self) -> bool {
        self != Self::No
    }
}

impl ExitCode {
    /// The page of the manual that explains what to do; `None` where the error says all there is.
    pub(crate) fn topic(self) -> Option<&'static str> {
        match self {
            Self::Success | Self::RowsFailed | Self::Bug => None,
            Self::Usage => Some("config"),
            Self::Input | Self::NoRows => Some("input"),
            Self::Unreachable => Some("network"),
            Self::Output => Some("output"),
            Self::Locked => Some("pace"),
            Self::Aborted | Self::Deadline | Self::Interrupted | Self::Terminated => Some("exit-codes"),
        }
    }

    /// All codes and their meanings, as in the manual.
    const TABLE: [(Self, &'static str); 13] = [
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

    /// Returns the code with this number; `None` if no command ends so.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        let mut all = Self::TABLE.into_iter().map(|(known, _)| known);
        all.find(|known| known.code() == code)
    }

    /// Returns the general meaning.
    pub(crate) fn meaning(self) -> &'static str {
        let found = Self::TABLE.iter().find(|(code, _)| *code == self);
        found.map_or("", |(_, meaning)| meaning)
    }

    /// Returns the number that the process exits with.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// Returns when to retry. After Ctrl-C no retry is wanted; after a shutdown or a drained node
    /// it is.
    pub(crate) fn retry(self) -> Retry {
        match self {
            Self::Terminated => Retry::Now,
            Self::Unreachable | Self::Locked => Retry::Delayed,
            Self::Deadline => Retry::NextWindow,
            Self::Success
            | Self::RowsFailed
            | Self::Usage
            | Self::Input
            | Self::Aborted
            | Self::Output
            | Self::NoRows
            | Self::Bug
            | Self::Interrupted => Retry::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_a_page() {
        for (code, _) in ExitCode::TABLE {
            let topic = code.topic();
            assert!(
                topic.is_none_or(|topic| crate::manual::Topic::find(topic).is_some()),
                "{topic:?}"
            );
        }
    }

    #[test]
    fn the_manual_prints_the_same_table() {
        let manual = include_str!("../manual/en/exit-codes.md");
        for (code, meaning) in ExitCode::TABLE {
            let row = format!("| {} | {meaning} | `{}` |", code.code(), code.retry().name());
            assert!(manual.contains(&row), "exit-codes.md lacks this line:\n{row}");
        }
    }
}
