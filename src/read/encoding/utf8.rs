//! Finds the valid UTF-8 at the beginning of some bytes. The standard library's check is fast for
//! ASCII only if it is aligned in memory, so with a letter in every row it takes a third of the
//! first read. This check jumps from letter to letter. Pure.

/// The UTF-8 byte order mark. The mark of UTF-16 becomes the same bytes once it is recoded to
/// UTF-8.
pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The high bit of each byte of a word.
const ABOVE_ASCII: u64 = 0x8080_8080_8080_8080;

/// Returns the length of the longest beginning that is valid UTF-8.
pub(in crate::read) fn valid_up_to(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += ascii_length(bytes.get(at..).unwrap_or_default());
        match character_length(bytes.get(at..).unwrap_or_default()) {
            0 => return at,
            length => at += length,
        }
    }
}

/// Returns the number of ASCII bytes at the beginning.
fn ascii_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let above = u64::from_le_bytes(*word) & ABOVE_ASCII;
        if above != 0 {
            return index * 8 + above.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8 + rest.iter().take_while(|byte| byte.is_ascii()).count()
}

/// Returns the length of the non-ASCII character at the beginning (Unicode, table 3-7); 0 if it is
/// invalid.
fn character_length(bytes: &[u8]) -> usize {
    let is_behind = |byte: &u8| matches!(byte, 0x80..=0xBF);
    match bytes {
        [0xC2..=0xDF, 0x80..=0xBF, ..] => 2,
        [0xE0, 0xA0..=0xBF, last, ..]
        | [0xE1..=0xEC | 0xEE..=0xEF, 0x80..=0xBF, last, ..]
        | [0xED, 0x80..=0x9F, last, ..]
            if is_behind(last) =>
        {
            3
        }
        [0xF0, 0x90..=0xBF, third, last, ..]
        | [0xF1..=0xF3, 0x80..=0xBF, third, last, ..]
        | [0xF4, 0x80..=0x8F, third, last, ..]
            if is_behind(third) && is_behind(last) =>
        {
            4
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_std(bytes: &[u8]) -> usize {
        str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len)
    }

    #[test]
    fn every_two_bytes_and_every_character_are_judged_as_the_standard_library_does() {
        for bytes in 0..=u16::MAX {
            let [first, second] = bytes.to_be_bytes();
            for bytes in [
                &[first, second][..],
                &[first, second, 0x80],
                &[first, second, 0xBF, 0x80],
            ] {
                assert_eq!(valid_up_to(bytes), as_std(bytes), "{bytes:?}");
            }
        }
        let all: String = (0..=char::MAX as u32).filter_map(char::from_u32).collect();
        assert_eq!(valid_up_to(all.as_bytes()), all.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_as_the_standard_library_does(
            pieces in proptest::collection::vec(prop_oneof![
                "[a-z]{0,20}".prop_map(String::into_bytes), "[ąż€😀]{1,3}".prop_map(String::into_bytes),
                proptest::collection::vec(0x80..=0xFF_u8, 0..3),
            ], 0..12),
            skipped in 0..9_usize,
        ) {
            let bytes = pieces.concat();
            let bytes = &bytes[skipped.min(bytes.len())..];
            prop_assert_eq!(valid_up_to(bytes), as_std(bytes));
        }
    }
}
