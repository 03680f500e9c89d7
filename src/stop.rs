//! Signals, and the only file that names them.

/// Ready when somebody asks the process to stop: Ctrl-C, or `SIGTERM` where there is one.
pub(crate) async fn requested() {
    tokio::select! {
        // Where signals cannot be heard, the system's own handling ends the process.
        asked = tokio::signal::ctrl_c() => if asked.is_err() { std::future::pending().await },
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
