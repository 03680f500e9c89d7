//! A small copy of the platform for trying out the tool: a real HTTP server on loopback that
//! answers as the platform does, stores labels, lists them, and produces faults on request. Tests
//! use a platform of their own.

mod door;
mod lists;
mod platform;
mod server;

pub(crate) use platform::{Faults, Platform, Taken};
pub(crate) use server::Server;

#[cfg(test)]
mod tests;
