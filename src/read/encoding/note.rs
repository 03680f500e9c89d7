//! The note on its encoding that a failed file has after each `sync_error`, after a space. The few
//! rows of a failed file may lack the letters by which the whole input's encoding was detected.
//! `[windows-1250]` names the encoding. A file for Excel, which may save it in any encoding, has
//! `[ąśź]` instead: the bytes of these letters identify the encoding after it was saved. Pure.

use encoding_rs::{ISO_8859_2, ISO_8859_13, ISO_8859_16, WINDOWS_1250, WINDOWS_1257};

use crate::read::Encoding;

/// Letters whose bytes differ in any two of the encodings.
const LETTERS: &str = "[ąśź]";

/// A note that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Note {
    pub(in crate::read) encoding: Encoding,
    /// Whether the file was written for Excel.
    pub(in crate::read) is_for_excel: bool,
}

/// Returns the note after each `sync_error` in a file of this encoding.
pub(crate) fn of_encoding(encoding: Encoding) -> String {
    format!(" [{}]", encoding.name())
}

/// Returns the note after each `sync_error` in a file for Excel.
pub(crate) fn for_excel() -> String {
    format!(" {LETTERS}")
}

/// Reads the note in the `sync_error` of a record; `None` if there is none. Fails if letters of the
/// note are lost: a file saved in an encoding without Polish letters has also lost those of its
/// values.
pub(in crate::read) fn read(error: &[u8]) -> Result<Option<Note>, LettersLost> {
    let error = error.trim_ascii_end();
    let single_bytes =
        [WINDOWS_1250, ISO_8859_2, WINDOWS_1257, ISO_8859_13, ISO_8859_16].map(Encoding::SingleByte);
    let has_letters = |encoding: &Encoding| error.ends_with(&encoding.encode(LETTERS));
    if let Some(encoding) = std::iter::once(Encoding::Utf8)
        .chain(single_bytes)
        .find(has_letters)
    {
        return Ok(Some(Note {
            encoding,
            is_for_excel: true,
        }));
    }
    let Some(inner) = error
        .strip_suffix(b"]")
        .and_then(|error| error.rsplit(|byte| *byte == b'[').next())
    else {
        return Ok(None);
    };
    let named: Option<Encoding> = str::from_utf8(inner).ok().and_then(|label| label.parse().ok());
    match named.filter(|encoding| encoding.name().as_bytes() == inner) {
        Some(encoding) => Ok(Some(Note {
            encoding,
            is_for_excel: false,
        })),
        None if inner.len() == 3 && (inner == b"asz" || inner.contains(&b'?') || !inner.is_ascii()) => {
            Err(LettersLost)
        }
        None => Ok(None),
    }
}

/// The error for a note for Excel whose letters were replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct LettersLost;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_back_in_whichever_encoding_it_was_saved() {
        for label in ["windows-1250", "iso-8859-2", "windows-1257", "utf-8"] {
            let encoding: Encoding = label.parse().unwrap();
            let told = |is_for_excel| {
                Ok(Some(Note {
                    encoding,
                    is_for_excel,
                }))
            };
            assert_eq!(
                read(&encoding.encode(&format!("bad_id: [x]{}", of_encoding(encoding)))),
                told(false)
            );
            assert_eq!(
                read(&encoding.encode(&format!("bad_id: x;{}", for_excel()))),
                told(true)
            );
        }
        for no_note in [
            "bad_id: x",
            "rejected: [404]",
            "rejected: [VIP] x",
            "",
            "rejected: [utf8]",
        ] {
            assert_eq!(read(no_note.as_bytes()), Ok(None), "{no_note}");
        }
    }

    #[test]
    fn a_note_whose_letters_are_lost_is_told() {
        for lost in [
            b"bad_id: x [???]".as_slice(),
            b"bad_id: x [asz]",
            b"bad_id: x [a\x8E?]",
            b"bad_id: x [\x88\xE6\x90]",
        ] {
            assert_eq!(read(lost), Err(LettersLost));
        }
    }
}
