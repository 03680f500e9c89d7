//! Where a setting comes from, in words.

use crate::cli::Origin;
use crate::text::{From, Message};

/// Describes the origin of a flag's value. `flag` is the flag's name with its dashes.
pub(in crate::config) fn named(origin: Origin, flag: &str) -> Message {
    let (quoted, variable) = (format!("`{flag}`"), Origin::variable(flag));
    let from = match origin {
        Origin::Flag => From::Named(&quoted),
        Origin::Environment => From::Named(&variable),
        Origin::File => From::ConfigFile,
        Origin::Recorded => From::Recorded,
        Origin::Default => From::Default,
    };
    Message::new(|words| words.from(from))
}
