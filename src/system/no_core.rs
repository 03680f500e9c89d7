//! Protects the process's memory, which holds secrets and rows, from being dumped to a file in a
//! crash and from being read by other processes of the same user.

/// Requests the protection. If the system refuses, the program runs without it.
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

/// Also applies to crash handlers that ignore the limit (`core_pattern` with a pipe), and to
/// debuggers. Development builds stay open to these.
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
