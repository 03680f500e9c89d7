//! The terminal that the program is used on: its pager, hidden input, and windows that close when the
//! program ends.

pub(crate) mod explorer;
pub(crate) mod foreground;
pub(crate) mod pager;
pub(crate) mod secret_line;
