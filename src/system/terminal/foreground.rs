//! Whether a person can answer at this terminal now, and what was typed before there was a question.

/// Whether the process may read from its terminal. A job in the background of a shell is stopped if
/// it tries.
#[cfg(unix)]
pub(crate) fn may_read() -> bool {
    let owner = rustix::termios::tcgetpgrp(std::io::stdin());
    owner.is_ok_and(|owner| owner == rustix::process::getpgrp())
}

/// Whether the process may read from its terminal: always on systems without jobs.
#[cfg(not(unix))]
pub(crate) fn may_read() -> bool {
    true
}

/// Drops what was typed before a question: it cannot be its answer.
#[cfg(unix)]
pub(crate) fn forget_typed() {
    // If it fails, standard input is no terminal.
    rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush).ok();
}

/// Does nothing: the libraries at hand cannot empty a console's input.
#[cfg(not(unix))]
pub(crate) fn forget_typed() {}
