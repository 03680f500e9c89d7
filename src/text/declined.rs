//! A question that was answered with no: it ends a command, and is no error of anyone.

use std::fmt;

use super::Message;

/// What a command says that was not confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Declined(pub(crate) Message);

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Declined {}
