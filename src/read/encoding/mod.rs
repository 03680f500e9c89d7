//! Text encodings: detects the encoding of an input, and converts bytes to characters and back.

pub(super) mod decode;
pub(super) mod evidence;
pub(super) mod letters;
pub(super) mod note;
pub(super) mod recoding;
pub(super) mod seen;
pub(super) mod utf16;
pub(super) mod utf8;
pub(super) mod verdict;
