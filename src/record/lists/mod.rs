//! Files about a survey's mailing list: the table of its respondents, what a run changes of it, and
//! what was not read back.

pub(crate) mod kept;
mod private_csv;
pub(crate) mod restore;
pub(crate) mod table;
pub(crate) mod undo;
pub(crate) mod verified;
