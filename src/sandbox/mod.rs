//! The platform in small: a real HTTP server on loopback that answers as the platform does, remembers labels, and
//! produces faults on request. What a newcomer plays with; the tests have a platform of their own.

mod platform;
mod server;

pub(crate) use platform::{Faults, Platform};
pub(crate) use server::Server;
