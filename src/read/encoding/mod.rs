//! Bytes to text: which encoding an input has, and how its bytes become characters and characters bytes again.

pub(super) mod decode;
pub(super) mod evidence;
pub(super) mod letters;
pub(super) mod note;
pub(super) mod recoding;
pub(super) mod seen;
pub(super) mod utf16;
pub(super) mod utf8;
