//! Runs what comes before the first call so that a signal or the end of the run's window can
//! interrupt it. Reading blocks, so it gets a thread of its own. An abandoned thread ends with the
//! process, which ends soon.

use std::thread;

use jiff::civil::Time;
use tokio::sync::{mpsc, oneshot};

use crate::model::{EarlyEnd, Message, Signal, time_of_day};
use crate::report::{Console, ExitCode};
use crate::run::{Failure, print_end};
use crate::system::stop;
use crate::system::window::Window;

/// Listens for signals and for the end of the window. If the process has to be ended by force, the
/// promised JSON object is printed first.
pub(in crate::run) fn stops(window: Window, console: &Console) -> Result<mpsc::Receiver<EarlyEnd>, Failure> {
    let console = console.clone();
    let last_words = move |reason: &EarlyEnd| {
        let failure = Failure {
            code: code_of(reason),
            error: anyhow::anyhow!("{reason} twice: the run did not end in an orderly way"),
        };
        print_end(&console, &Err(failure), None);
    };
    stop::in_thread(window, last_words).map_err(Failure::usage)
}

/// Waits for the future, or for a reason to stop.
pub(in crate::run) async fn unless_stopped<T>(
    stops: &mut mpsc::Receiver<EarlyEnd>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        Some(reason) = stops.recv() => Err(stopped(&reason)),
        done = work => done,
    }
}

/// Does blocking work in a thread of its own. Fails if the work panics.
pub(in crate::run) async fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || sender.send(work()).ok());
    let done = receiver.await;
    done.unwrap_or_else(|_| Err(Failure::bug("what comes before the first call panicked")))
}

/// Returns the exit code of a command that was stopped.
pub(in crate::run) fn code_of(reason: &EarlyEnd) -> ExitCode {
    match reason {
        EarlyEnd::Interrupted(Signal::Interrupt) => ExitCode::Interrupted,
        EarlyEnd::Interrupted(Signal::Terminate) => ExitCode::Terminated,
        _ => ExitCode::Deadline,
    }
}

/// Returns the end of a run that started when its window was over.
pub(in crate::run) fn too_late(until: Time) -> Failure {
    let until = time_of_day(until);
    Failure {
        code: ExitCode::Deadline,
        error: Message::new(|words| words.window_is_over(&until)).into(),
    }
}

fn stopped(reason: &EarlyEnd) -> Failure {
    Failure {
        code: code_of(reason),
        error: Message::new(|words| words.stopped_before_sending(&words.early_end(reason))).into(),
    }
}
