//! What a run does with the survey's mailing list, and the commands about it.

pub(super) mod after;
pub(super) mod before;
pub(super) mod changes;
pub(super) mod compare;
pub(super) mod passing;
pub(super) mod pull;
pub(super) mod restore;
pub(super) mod texts;
pub(super) mod undo_file;
pub(super) mod verify;
