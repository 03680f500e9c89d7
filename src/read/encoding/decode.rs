//! Converts bytes to text, and text to bytes again. Undecodable bytes are reported, never replaced
//! by U+FFFD. `read/encoding/evidence.rs` decides which encoding an input has.
//!
//! UTF-16 does not reach this module: `read/encoding/utf16.rs` has converted it to UTF-8 before,
//! and what was invalid stays invalid.

use std::borrow::Cow;
use std::str::FromStr;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::utf16;

/// The encodings that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Excel's "Unicode text".
    Utf16Le,
    Utf16Be,
    /// A single-byte encoding of the WHATWG standard. A Polish Excel writes windows-1250 for "CSV".
    SingleByte(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The name in the WHATWG standard, such as `windows-1250`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => UTF_8.name(),
            Self::Utf16Le => UTF_16LE.name(),
            Self::Utf16Be => UTF_16BE.name(),
            Self::SingleByte(encoding) => encoding.name(),
        }
    }

    pub(crate) fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    pub(crate) fn is_single_byte(self) -> bool {
        matches!(self, Self::SingleByte(_))
    }

    /// Whether the reader sees this encoding as UTF-8.
    pub(in crate::read) fn is_read_as_utf8(self) -> bool {
        self == Self::Utf8 || self.is_utf16()
    }

    /// Appends the decoded bytes to `text`. Returns `false` if some bytes are invalid; each appears
    /// as `lost`.
    pub(in crate::read) fn decode_into(self, bytes: &[u8], lost: char, text: &mut String) -> bool {
        match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => decode_utf8(bytes, lost, text),
            Self::SingleByte(encoding) => decode_single_bytes(encoding, bytes, lost, text),
        }
    }

    /// Encodes a text in the reader's form. `?` replaces characters that the encoding lacks.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => text.as_bytes().to_vec(),
            Self::SingleByte(encoding) => text
                .chars()
                .flat_map(|character| {
                    let mut utf8 = [0; 4];
                    let (bytes, _, lacking) = encoding.encode(character.encode_utf8(&mut utf8));
                    if lacking { vec![b'?'] } else { bytes.into_owned() }
                })
                .collect(),
        }
    }

    /// Converts bytes from the reader's form to the bytes of a file in this encoding.
    pub(crate) fn to_file(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 | Self::SingleByte(_) => Cow::Borrowed(bytes),
            Self::Utf16Le | Self::Utf16Be => Cow::Owned(utf16::encode(bytes, self == Self::Utf16Be)),
        }
    }

    /// Returns the character of a non-ASCII byte in a single-byte encoding; `None` if the byte is
    /// undefined.
    pub(in crate::read) fn letter(self, byte: u8) -> Option<String> {
        let mut text = String::new();
        self.decode_into(&[byte], '?', &mut text).then_some(text)
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match encoding_rs::Encoding::for_label(text.as_bytes()) {
            Some(encoding) if encoding == UTF_8 => Ok(Self::Utf8),
            Some(encoding) if encoding == UTF_16LE => Ok(Self::Utf16Le),
            Some(encoding) if encoding == UTF_16BE => Ok(Self::Utf16Be),
            Some(encoding) if encoding == encoding_rs::X_USER_DEFINED => {
                Err(format!("`{text}` has no letters"))
            }
            Some(encoding) if encoding.is_single_byte() => Ok(Self::SingleByte(encoding)),
            Some(encoding) => Err(format!(
                "`{}` has characters of several bytes and cannot be read: save the file as UTF-8",
                encoding.name()
            )),
            None => Err(format!(
                "`{text}` is no encoding: `auto`, `utf-8`, `utf-16`, `windows-1250`, `iso-8859-2` and all other \
                 single-byte ones of the WHATWG standard are"
            )),
        }
    }
}

fn decode_utf8(bytes: &[u8], lost: char, text: &mut String) -> bool {
    let mut clean = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(lost);
            clean = false;
        }
    }
    clean
}

/// Decodes single bytes. By the WHATWG standard, bytes that an encoding leaves undefined decode to
/// C1 controls or not at all. No one typed either, so both count as invalid.
fn decode_single_bytes(
    encoding: &'static encoding_rs::Encoding,
    bytes: &[u8],
    lost: char,
    text: &mut String,
) -> bool {
    let (decoded, has_undefined) = encoding.decode_without_bom_handling(bytes);
    let is_wrong = |character: char| {
        ('\u{80}'..='\u{9F}').contains(&character) || has_undefined && character == '\u{FFFD}'
    };
    if !decoded.contains(is_wrong) {
        text.push_str(&decoded);
        return true;
    }
    text.extend(
        decoded
            .chars()
            .map(|character| if is_wrong(character) { lost } else { character }),
    );
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(label: &str, bytes: &[u8]) -> (String, bool) {
        let mut text = String::new();
        let clean = label
            .parse::<Encoding>()
            .unwrap()
            .decode_into(bytes, '?', &mut text);
        (text, clean)
    }

    #[test]
    fn undecodable_bytes_are_seen() {
        let cases: [(&str, &[u8], &str, bool); 6] = [
            ("utf-8", b"Z\xB3oty", "Z?oty", false),
            ("windows-1250", b"Z\xB3oty", "Złoty", true),
            ("windows-1250", b"a\x81b", "a?b", false),
            ("iso-8859-2", b"\x9Cl\xB1sk", "?ląsk", false),
            ("windows-1252", b"\x8Fo", "?o", false),
            // Undefined in the WHATWG standard itself.
            ("windows-1253", b"\xC1\xD2", "Α?", false),
        ];
        for (label, bytes, text, clean) in cases {
            assert_eq!(decode(label, bytes), (text.to_owned(), clean), "{label}");
        }
    }

    #[test]
    fn what_an_encoding_lacks_becomes_a_question_mark() {
        let windows_1250: Encoding = "windows-1250".parse().unwrap();
        assert_eq!(windows_1250.encode("ł→😀"), b"\xB3??");
    }

    #[test]
    fn every_single_byte_encoding_of_the_standard_is_taken_and_no_other() {
        for (label, name) in [
            ("UTF-8", "UTF-8"),
            ("utf-16", "UTF-16LE"),
            ("utf-16be", "UTF-16BE"),
            ("cp1250", "windows-1250"),
            ("latin2", "ISO-8859-2"),
            ("iso-8859-1", "windows-1252"),
            ("koi8-r", "KOI8-R"),
            ("macintosh", "macintosh"),
        ] {
            assert_eq!(label.parse::<Encoding>().map(Encoding::name), Ok(name));
        }
        for label in [
            "utf8x",
            "shift_jis",
            "gb18030",
            "x-user-defined",
            "replacement",
            "",
        ] {
            assert!(label.parse::<Encoding>().is_err(), "{label}");
        }
    }
}
