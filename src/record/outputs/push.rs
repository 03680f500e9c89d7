//! Appends numbers and fields to a line. The standard library's formatting would take a third of
//! the time of recording.

/// Appends a number in decimal.
pub(in crate::record) fn push_number(number: impl itoa::Integer, line: &mut Vec<u8>) {
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a digest as sixteen hexadecimal digits.
pub(in crate::record) fn push_hex(digest: u64, line: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |byte: u8| DIGITS.get(usize::from(byte & 15)).copied().unwrap_or_default();
    line.extend(
        digest
            .to_be_bytes()
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(*byte)]),
    );
}

/// Appends a text and a tab.
pub(in crate::record) fn push_tabbed(text: &str, line: &mut Vec<u8>) {
    line.extend_from_slice(text.as_bytes());
    line.push(b'\t');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_does(number: u64) {
            let mut line = Vec::new();
            push_number(number, &mut line);
            push_tabbed("", &mut line);
            push_hex(number, &mut line);
            prop_assert_eq!(String::from_utf8(line).unwrap(), format!("{number}\t{number:016x}"));
        }
    }
}
