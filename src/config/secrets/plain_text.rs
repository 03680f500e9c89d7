//! Decodes the bytes of a small file or of a command's output, in any form that editors and shells
//! write. PowerShell's `>` and `Out-File` write UTF-16 with a byte order mark, Notepad writes UTF-8
//! with one. Pure. An error never quotes the content, which may be a secret.

use thiserror::Error;

/// Why bytes are not text. The words follow the name of what holds the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(in crate::config) enum NotPlainText {
    #[error("is UTF-16 without a byte order mark: save it as UTF-8")]
    UnmarkedUtf16,
    #[error("begins as UTF-16, but is damaged on line {line}: save it as UTF-8")]
    DamagedUtf16 { line: usize },
    #[error("is no text (line {line} holds a NUL byte): it has to be a plain text file, in UTF-8")]
    Binary { line: usize },
    #[error("is not UTF-8 (line {line}): save it as UTF-8")]
    OtherEncoding { line: usize },
}

/// The encoding that a byte order mark indicates.
enum Mark {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

fn mark(bytes: &[u8]) -> Option<(Mark, &[u8])> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Some((Mark::Utf8, rest)),
        [0xFF, 0xFE, rest @ ..] => Some((Mark::Utf16(u16::from_le_bytes), rest)),
        [0xFE, 0xFF, rest @ ..] => Some((Mark::Utf16(u16::from_be_bytes), rest)),
        _ => None,
    }
}

/// Decodes UTF-8, or UTF-16 with a byte order mark. The mark is removed.
pub(in crate::config) fn plain_text(bytes: &[u8]) -> Result<String, NotPlainText> {
    let text = match mark(bytes) {
        Some((Mark::Utf16(unit), rest)) => utf16(rest, unit)?,
        Some((Mark::Utf8, rest)) => utf8(rest)?,
        None if is_unmarked_utf16(bytes) => return Err(NotPlainText::UnmarkedUtf16),
        None => utf8(bytes)?,
    };
    match text.split_once('\0') {
        Some((before, _)) => Err(NotPlainText::Binary {
            line: line_behind(before),
        }),
        None => Ok(text),
    }
}

/// Removes the byte order mark and converts UTF-16 with a mark to UTF-8. Other bytes stay as they
/// are, because their reader knows the encoding.
pub(in crate::config) fn unmarked(bytes: Vec<u8>) -> Vec<u8> {
    match mark(&bytes) {
        Some((Mark::Utf8, rest)) => rest.to_vec(),
        Some((Mark::Utf16(unit), rest)) => utf16(rest, unit).map_or(bytes, String::into_bytes),
        None => bytes,
    }
}

fn utf8(bytes: &[u8]) -> Result<String, NotPlainText> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (before, behind) = bytes.split_at(error.valid_up_to());
        let line = before.split(|byte| *byte == b'\n').count();
        // Letters of another encoding are common; NUL bytes are not part of any such text.
        if before.contains(&0) || behind.contains(&0) {
            NotPlainText::Binary { line }
        } else {
            NotPlainText::OtherEncoding { line }
        }
    })?;
    Ok(text.to_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotPlainText> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for decoded in char::decode_utf16(pairs.iter().copied().map(unit)) {
        let damaged = |_| NotPlainText::DamagedUtf16 {
            line: line_behind(&text),
        };
        let decoded = decoded.map_err(damaged)?;
        text.push(decoded);
    }
    if odd.is_empty() {
        Ok(text)
    } else {
        Err(NotPlainText::DamagedUtf16 {
            line: line_behind(&text),
        })
    }
}

/// Whether every second byte is NUL and no other is, as in English text in UTF-16.
fn is_unmarked_utf16(bytes: &[u8]) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    let is_nul = |at: usize| pairs.iter().all(|pair| pair.get(at) == Some(&0));
    !pairs.is_empty() && is_nul(0) != is_nul(1)
}

/// Returns the line number, from 1, of what follows the text.
fn line_behind(text: &str) -> usize {
    text.split('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_form_that_editors_and_shells_give_a_text() {
        let text = "klucz = \"Zażółć 😀\"\r\n";
        let marked = format!("\u{FEFF}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            utf16_of(&marked, u16::to_le_bytes),
            utf16_of(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(plain_text(&bytes).as_deref(), Ok(text), "{bytes:02X?}");
            assert_eq!(unmarked(bytes), text.as_bytes());
        }
        assert_eq!(plain_text(b"").as_deref(), Ok(""));
    }

    #[test]
    fn anything_else_is_named_for_what_it_is() {
        let binary = |line| NotPlainText::Binary { line };
        for (bytes, expected) in [
            (b"a\0b\0".to_vec(), NotPlainText::UnmarkedUtf16),
            (b"\0a\0\r\0\n".to_vec(), NotPlainText::UnmarkedUtf16),
            (b"abc\nd\0ef".to_vec(), binary(2)),
            (b"\x1F\x8B\x08\0\0".to_vec(), binary(1)),
            // UTF-32 begins like UTF-16.
            (b"\xFF\xFE\0\0a\0\0\0".to_vec(), binary(1)),
            (b"a\nb\xBF".to_vec(), NotPlainText::OtherEncoding { line: 2 }),
            (
                b"\xFF\xFEa\0\n\0b".to_vec(),
                NotPlainText::DamagedUtf16 { line: 2 },
            ),
            (
                b"\xFF\xFE\0\xD8a\0".to_vec(),
                NotPlainText::DamagedUtf16 { line: 1 },
            ),
        ] {
            assert_eq!(plain_text(&bytes), Err(expected), "{bytes:02X?}");
        }
    }
}
