//! The encoding that an input probably has, and how sure that is. `evidence.rs` and `letters.rs` decide it.

use crate::read::Encoding;

/// The encoding that the evidence indicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::read) enum EncodingVerdict {
    /// UTF-8. Some bytes may still be invalid; the rows with them cannot be decoded.
    Utf8,
    Guess(Encoding, Certainty),
    /// All of these encodings are possible, and they give different texts.
    Unclear(&'static [Encoding]),
}

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// This many letters stand where only this encoding has them.
    Told(u64),
    /// The named other encoding decodes this input to the same text.
    SameIn(&'static str),
    /// There is little evidence against the guess, or little for it.
    Likely,
}
