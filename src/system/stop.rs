//! What asks the process to stop: signals and a deadline. The only file that names the system's
//! signals.
//!
//! Until [`Stops::listen`] is called, a signal ends the process in the system's way. From then on
//! signals are handled here only, until the process ends.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::window::Window;
use crate::model::{EarlyEnd, Signal};

/// How long a run may take to close its files after the second signal. If that takes longer, a disk
/// hangs.
const SECOND_GRACE: Duration = Duration::from_secs(2);

/// Receives every request to stop from its creation on.
#[derive(Debug)]
pub(crate) struct Stops {
    signals: Signals,
    /// `None` once its end has been reported.
    window: Option<Window>,
}

impl Stops {
    /// Starts to listen. Fails if the system does not allow that.
    pub(crate) fn listen(window: Option<Window>) -> io::Result<Self> {
        Ok(Self {
            signals: Signals::listen()?,
            window,
        })
    }

    /// Waits for the next request. The end of the window is one request, once. Cancel safe.
    pub(crate) async fn next(&mut self) -> EarlyEnd {
        let Some(window) = &mut self.window else {
            return EarlyEnd::Interrupted(self.signals.next().await);
        };
        tokio::select! {
            signal = self.signals.next() => EarlyEnd::Interrupted(signal),
            () = window.over() => {
                self.window = None;
                EarlyEnd::Deadline
            }
        }
    }
}

/// Listens from now on, in a thread of its own that nothing else keeps busy, and passes on each
/// request as long as there is a receiver. A signal after the last outcome changes nothing. A
/// second signal ends the process, after `last_words`, unless it soon ends by itself. Fails if the
/// system does not allow listening.
pub(crate) fn in_thread(
    window: Window,
    last_words: impl Fn(&EarlyEnd) + Send + Sync + 'static,
) -> io::Result<mpsc::Receiver<EarlyEnd>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stops = {
        let _entered = runtime.enter();
        Stops::listen(Some(window))?
    };
    let (sender, receiver) = mpsc::channel(1);
    std::thread::Builder::new()
        .name("stop".to_owned())
        .spawn(move || runtime.block_on(pass_on(stops, &sender, Arc::new(last_words))))?;
    Ok(receiver)
}

/// The exit code of a run that is over, even if its end is still being reported.
static OVER: OnceLock<u8> = OnceLock::new();

/// Makes a signal end the process at once from now on, with the run's exit code: nothing can be
/// lost any more.
pub(crate) fn run_is_over(code: u8) {
    OVER.get_or_init(|| code);
}

async fn pass_on(
    mut stops: Stops,
    sender: &mpsc::Sender<EarlyEnd>,
    last_words: Arc<impl Fn(&EarlyEnd) + Send + Sync + 'static>,
) -> ! {
    let mut first = None;
    loop {
        let request = stops.next().await;
        if let (Some(code), EarlyEnd::Interrupted(_)) = (OVER.get(), &request) {
            end_process(i32::from(*code));
        }
        if let Some(first) = &first {
            // After the end of the window and a signal, the signal is the reason to exit.
            let is_signal = matches!(first, EarlyEnd::Interrupted(_));
            let reason = if is_signal { first } else { &request }.clone();
            let last_words = Arc::clone(&last_words);
            tokio::spawn(async move {
                sleep(SECOND_GRACE).await;
                last_words(&reason);
                end_process(exit_code(&reason));
            });
        }
        first.get_or_insert(request.clone());
        // Dropped if there is no receiver any more.
        sender.try_send(request).ok();
    }
}

/// Returns 128 plus the signal's number, as shells do.
fn exit_code(request: &EarlyEnd) -> i32 {
    match request {
        EarlyEnd::Interrupted(Signal::Terminate) => 143,
        _ => 130,
    }
}

#[expect(
    clippy::exit,
    reason = "a disk that hangs must not keep somebody who asks twice; what is in the journal is safe"
)]
fn end_process(code: i32) {
    std::process::exit(code);
}

#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// Received and ignored, so that a file that reaches the process's size limit is a write error,
    /// as on a full disk, and does not end the process.
    _file_too_large: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        /// `SIGXFSZ` on Linux, macOS and the BSDs.
        const FILE_SIZE: i32 = 25;
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _file_too_large: signal(SignalKind::from_raw(FILE_SIZE))?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}

#[cfg(windows)]
#[derive(Debug)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    /// The console window was closed. Windows ends the process five seconds later; calls in flight
    /// have that long.
    close: tokio::signal::windows::CtrlClose,
    /// The user logs off, or the system shuts down. Only services receive these in every version of
    /// Windows.
    log_off: tokio::signal::windows::CtrlLogoff,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            close: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.ctrl_c.recv() => Signal::Interrupt,
            Some(()) = self.ctrl_break.recv() => Signal::Interrupt,
            Some(()) = self.close.recv() => Signal::Interrupt,
            Some(()) = self.log_off.recv() => Signal::Terminate,
            Some(()) = self.shutdown.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
