//! What a run does with the survey's mailing list, and the commands about it.

pub(super) mod before;
pub(super) mod pull;
