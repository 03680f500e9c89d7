//! What is behind an error of the network: the chain of its causes. Which of them mean what is in `send/wire/transport.rs`.

use std::error::Error as StdError;

/// The causes of an error, itself first.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// What is behind an error. An I/O error hides the one that it wraps from its own chain.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// The first cause that is such an error.
pub(crate) fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// Whether this process, or the system, has too many files open.
pub(crate) fn is_out_of_sockets(error: &(dyn StdError + 'static)) -> bool {
    /// `EMFILE` and `ENFILE` on Linux, macOS and the BSDs; `WSAEMFILE` on Windows.
    const TOO_MANY: &[i32] = if cfg!(windows) { &[10024] } else { &[24, 23] };
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .filter_map(std::io::Error::raw_os_error)
        .any(|code| TOO_MANY.contains(&code))
}

/// The text of the last cause, which is the one that holds no address.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
