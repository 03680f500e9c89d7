//! Converts UTF-16 to UTF-8 and back without loss. Invalid UTF-16 becomes invalid UTF-8, so such a
//! row is found together with all other undecodable rows, and its original bytes can be written
//! again.
//!
//! A lone half of a surrogate pair becomes the three bytes that UTF-8 would have for it (WTF-8). A
//! lone last byte becomes 0xFF and two bytes with its halves. Neither is valid UTF-8.

use std::io;

use super::recoding::Recode;

/// Minimum share of NUL bytes, in percent, at one end of the units. Excel's exports are mostly
/// ASCII, so nearly all bytes at one end are NUL and none at the other.
const NULS_AT_LEAST: usize = 40;

/// Factor by which the NUL bytes at one end of the units must outweigh those at the other.
const OUTWEIGHS: usize = 20;

/// The marker of a lone last byte.
const LONE_BYTE: u8 = 0xFF;

/// Detects UTF-16 by the byte order mark or the positions of NUL bytes in the beginning of an
/// input. Returns whether it is big-endian; `None` if the input is not UTF-16.
pub(in crate::read) fn detect(head: &[u8]) -> Option<bool> {
    if head.starts_with(b"\xFF\xFE") {
        return Some(false);
    }
    if head.starts_with(b"\xFE\xFF") {
        return Some(true);
    }
    let beginning = head.get(..head.len().min(4096)).unwrap_or_default();
    let units = beginning.len() / 2;
    let nuls = |offset: usize| {
        beginning
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (first, second) = (nuls(0), nuls(1));
    let most = |nuls: usize| units > 1 && nuls * 100 >= units * NULS_AT_LEAST;
    // A letter such as `Ā` has its NUL byte at the other end.
    let outweighs = |one: usize, other: usize| other * OUTWEIGHS <= one;
    if most(second) && outweighs(second, first) {
        Some(false)
    } else if most(first) && outweighs(first, second) {
        Some(true)
    } else {
        None
    }
}

/// The conversion from UTF-16 to UTF-8.
pub(in crate::read) struct FromUtf16 {
    pub(in crate::read) big_endian: bool,
}

impl Recode for FromUtf16 {
    fn recode(&self, bytes: &[u8], at_end: bool, ready: &mut Vec<u8>) -> io::Result<usize> {
        Ok(decode(bytes, self.big_endian, at_end, ready))
    }
}

/// Converts the whole of a text or its beginning.
pub(in crate::read) fn decode_head(bytes: &[u8], big_endian: bool, whole: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    decode(bytes, big_endian, whole, &mut text);
    text
}

/// Appends the bytes as UTF-8 and returns the number of bytes used. Unless `at_end`, an incomplete
/// unit or pair is left unused.
fn decode(bytes: &[u8], big_endian: bool, at_end: bool, text: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8; 2]| {
        if big_endian {
            u16::from_be_bytes(*pair)
        } else {
            u16::from_le_bytes(*pair)
        }
    };
    let (pairs, lone) = bytes.as_chunks::<2>();
    let mut units = pairs.iter().map(unit).peekable();
    let mut used = 0;
    while let Some(first) = units.next() {
        let second = units.peek().copied();
        match (first, second) {
            (0..0x80, _) => text.push(first.to_le_bytes()[0]),
            (0xD800..0xDC00, None) if !at_end => break,
            (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) => {
                units.next();
                used += 2;
                let code = 0x1_0000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00);
                push_code(code, text);
            }
            _ => push_code(u32::from(first), text),
        }
        used += 2;
    }
    if at_end && let [byte] = lone {
        text.extend([LONE_BYTE, 0x80 | byte >> 4, 0x80 | byte & 0x0F]);
        used += 1;
    }
    used
}

/// Appends a code point in the form of UTF-8, even a surrogate.
fn push_code(code: u32, text: &mut Vec<u8>) {
    if let Some(character) = char::from_u32(code) {
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        return;
    }
    let [_, _, high, low] = code.to_be_bytes();
    text.extend([
        0xE0 | high >> 4,
        0x80 | (high & 0x0F) << 2 | low >> 6,
        0x80 | low & 0x3F,
    ]);
}

/// Restores the bytes that [`FromUtf16`] converted.
pub(in crate::read) fn encode(text: &[u8], big_endian: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 2);
    let mut push = |unit: u16| {
        bytes.extend(if big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        });
    };
    let mut lone = None;
    let mut rest = text;
    while !rest.is_empty() {
        let (valid, behind) = match str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, behind) = rest.split_at(error.valid_up_to());
                (str::from_utf8(valid).unwrap_or_default(), behind)
            }
        };
        valid.encode_utf16().for_each(&mut push);
        rest = match behind {
            [0xED, second, third, rest @ ..] => {
                push(0xD000 | u16::from(second & 0x3F) << 6 | u16::from(third & 0x3F));
                rest
            }
            [LONE_BYTE, high, low, rest @ ..] => {
                lone = Some(high << 4 | low & 0x0F);
                rest
            }
            // The conversion produces no other invalid bytes.
            _ => &[],
        };
    }
    bytes.extend(lone);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::io::Read;

    use super::*;
    use crate::read::encoding::recoding::Recoding;
    use crate::read::source::drip::Drip;

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        encode(text.as_bytes(), big_endian)
    }

    fn read(bytes: &[u8], big_endian: bool, step: usize) -> Vec<u8> {
        let mut text = Vec::new();
        Recoding::new(Drip { rest: bytes, step }, FromUtf16 { big_endian })
            .read_to_end(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn it_is_told_by_its_mark_or_by_its_nuls() {
        let text = "id\tl1\r\n1\tZłoty\r\n";
        for big_endian in [false, true] {
            assert_eq!(detect(&utf16(text, big_endian)), Some(big_endian));
            assert_eq!(detect(&utf16("\u{FEFF}żółć", big_endian)), Some(big_endian));
        }
        assert_eq!(detect(text.as_bytes()), None);
        assert_eq!(detect(b"\0\0\0\0"), None);
        assert_eq!(detect(b"a\0\0b"), None);
        let rare = format!("{text}{}Ā", "abcdefghij".repeat(3));
        assert_eq!(detect(&utf16(&rare, false)), Some(false));
        assert_eq!(detect(b""), None);
    }

    #[test]
    fn what_is_no_character_is_none_in_utf_8_either() {
        let lone_half = [b'a', 0, 0x3D, 0xD8, b'b', 0];
        let text = read(&lone_half, false, 1);
        assert_eq!(text, b"a\xED\xA0\xBDb");
        assert!(str::from_utf8(&text).is_err());
        assert_eq!(encode(&text, false), lone_half);
        assert!(str::from_utf8(&read(b"a\0b", false, 9)).is_err(), "a lone byte");
    }

    proptest! {
        #[test]
        fn text_is_read_as_it_is(text in "(?s).{0,20}", big_endian: bool, step in 1_usize..7) {
            prop_assert_eq!(read(&utf16(&text, big_endian), big_endian, step), text.as_bytes());
        }

        #[test]
        fn any_bytes_come_back_as_they_were(
            units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xD7F0_u16..0xE010], 0..12),
            lone: Option<u8>, big_endian: bool, step in 1_usize..7,
        ) {
            let mut bytes: Vec<u8> = units
                .iter()
                .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            bytes.extend(lone);
            let text = read(&bytes, big_endian, step);
            prop_assert_eq!(&decode_head(&bytes, big_endian, true), &text);
            prop_assert_eq!(encode(&text, big_endian), bytes);
        }
    }
}
