//! The causes behind a network error. `send/wire/transport/errors.rs` decides what each means.

use std::error::Error as StdError;

/// Iterates over an error and its causes.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// Returns the cause of an error. An I/O error hides the error that it wraps from its own chain.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// Returns the first error of type `E` in the chain.
pub(crate) fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// Whether this process or the system has too many open files.
pub(crate) fn is_out_of_sockets(error: &(dyn StdError + 'static)) -> bool {
    /// `EMFILE` and `ENFILE` on Linux, macOS and the BSDs; `WSAEMFILE` on Windows.
    const TOO_MANY: &[i32] = if cfg!(windows) { &[10024] } else { &[24, 23] };
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .filter_map(std::io::Error::raw_os_error)
        .any(|code| TOO_MANY.contains(&code))
}

/// Whether another program, such as Excel, holds a file open so that it cannot be used. Known on
/// Windows alone: elsewhere no program can do that.
pub(crate) fn is_held_open(error: &anyhow::Error) -> bool {
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    const HELD: [i32; 2] = [32, 33];
    let causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    let mut codes = causes.filter_map(std::io::Error::raw_os_error);
    cfg!(windows) && codes.any(|code| HELD.contains(&code))
}

/// Returns the text of the last cause, which contains no address.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
