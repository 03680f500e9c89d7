//! Keeps the process's memory, which holds secrets and rows, from being written to a file when it crashes, and from being
//! read by other processes of the same user.

/// Asks the system for it. Where it cannot, the program runs all the same.
#[cfg(unix)]
pub(crate) fn ask() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).ok();
    not_dumpable();
}

/// Also says so to handlers that take no notice of the limit (`core_pattern` with a pipe), and to debuggers. A build for
/// development stays open to these.
#[cfg(target_os = "linux")]
fn not_dumpable() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if !cfg!(debug_assertions) {
        set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn not_dumpable() {}

/// Windows Error Reporting writes no full dumps unless an administrator asks for them.
#[cfg(not(unix))]
pub(crate) fn ask() {}
