//! What asks the operating system: files, folders and who can write them, signals, time windows, the set-up of HTTP
//! clients, causes of errors. The one room with a counterpart per system.

pub(crate) mod causes;
pub(crate) mod folders;
pub(crate) mod http;
pub(crate) mod no_core;
pub(crate) mod pager;
pub(crate) mod regular;
pub(crate) mod rename;
pub(crate) mod stop;
pub(crate) mod trust;
pub(crate) mod window;
