//! The files that a finished run leaves: their names, their lines, how they come into being.

pub(super) mod failed;
pub(super) mod files;
pub(super) mod names;
pub(super) mod push;
pub(super) mod result_line;
pub(super) mod results;
pub(super) mod space;
