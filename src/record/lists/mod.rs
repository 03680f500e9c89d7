//! Files about a survey's mailing list: the table of its respondents.

pub(crate) mod table;
