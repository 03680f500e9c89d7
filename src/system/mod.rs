//! Everything that depends on the operating system: files, folders and their permissions, signals,
//! time windows, the setup of HTTP clients, causes of errors. The only module with variants per
//! system.

pub(crate) mod causes;
pub(crate) mod folders;
pub(crate) mod http;
pub(crate) mod locale;
pub(crate) mod no_core;
pub(crate) mod probe;
pub(crate) mod regular;
pub(crate) mod rename;
pub(crate) mod stop;
pub(crate) mod terminal;
pub(crate) mod trust;
pub(crate) mod window;
