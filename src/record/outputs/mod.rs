//! The files of a finished run: their names, their lines, and how they are made.

pub(super) mod erase;
pub(super) mod failed;
pub(super) mod files;
pub(super) mod names;
pub(super) mod nights;
pub(super) mod own;
pub(super) mod page;
pub(super) mod push;
pub(super) mod result_line;
pub(super) mod results;
pub(super) mod rewrite;
pub(super) mod space;
