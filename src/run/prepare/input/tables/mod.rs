//! The tables beside the input: ids by address, the survey's mailing list, who is excluded.

pub(in crate::run) mod exclude_list;
pub(in crate::run) mod id_table;
pub(in crate::run) mod members;
pub(in crate::run) mod side_file;
