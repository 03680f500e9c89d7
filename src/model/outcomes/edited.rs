//! What people changed on the platform since a run had sent it.

/// What a run made of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edited {
    /// Rows that were sent once more because people had changed labels of theirs.
    pub(crate) overwritten: u64,
    /// Labels that were left as they are (`--on-conflict keep`).
    pub(crate) kept: u64,
}
