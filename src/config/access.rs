//! What can be told of a file's rights, whatever the system calls them. How it is told is in `config/permissions.rs`.

/// What others than the owner may do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) others_read: bool,
    /// The file itself, or its folder, where they could put another in its place.
    pub(super) others_write: bool,
    /// It belongs to the user of this process, or to the system's administrator.
    pub(super) is_own: bool,
}
