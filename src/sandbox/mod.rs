//! A small copy of the platform for trying out the tool: a real HTTP server on loopback that
//! answers as the platform does, stores labels, and produces faults on request. Tests use a
//! platform of their own.

mod platform;
mod server;

pub(crate) use platform::{Faults, Platform, Taken};
pub(crate) use server::Server;
