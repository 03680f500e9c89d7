//! What a failed file says of its encoding, behind each `sync_error`: the few rows in it need not tell by their letters what
//! the whole input told by its own. ` [windows-1250]` names it. A file for Excel, which may save it in whatever encoding it
//! likes, has ` [ąśź]` there: where these letters are afterwards, tells it. Pure.

use encoding_rs::{ISO_8859_2, ISO_8859_13, ISO_8859_16, WINDOWS_1250, WINDOWS_1257};
use memchr::memmem;

use super::Encoding;

/// Letters that no two encodings have in the same places.
const LETTERS: &str = "[ąśź]";

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) encoding: Encoding,
    pub(super) is_for_excel: bool,
}

/// What stands behind each `sync_error` of a file in this encoding.
pub(crate) fn of_encoding(encoding: Encoding) -> String {
    format!(" [{}]", encoding.name())
}

/// The same of a file for Excel.
pub(crate) fn for_excel() -> String {
    format!(" {LETTERS}")
}

/// What a record of a failed file says.
pub(super) fn read(record: &[u8]) -> Option<Note> {
    let single_bytes =
        [WINDOWS_1250, ISO_8859_2, WINDOWS_1257, ISO_8859_13, ISO_8859_16].map(Encoding::SingleByte);
    let has_letters = |encoding: &Encoding| memmem::find(record, &encoding.encode(LETTERS)).is_some();
    if let Some(encoding) = std::iter::once(Encoding::Utf8)
        .chain(single_bytes)
        .find(has_letters)
    {
        return Some(Note {
            encoding,
            is_for_excel: true,
        });
    }
    // The first that stands where a note stands: a value may hold brackets, too.
    let named = record.split(|byte| *byte == b'[').skip(1).find_map(|rest| {
        let label = rest.split(|byte| *byte == b']').next()?;
        let encoding: Encoding = str::from_utf8(label).ok()?.parse().ok()?;
        (encoding.name().as_bytes() == label).then_some(encoding)
    });
    named.map(|encoding| Note {
        encoding,
        is_for_excel: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_back_in_whichever_encoding_it_was_saved() {
        for label in ["windows-1250", "iso-8859-2", "windows-1257", "utf-8"] {
            let encoding: Encoding = label.parse().unwrap();
            let named = format!("2;fix;bad_id: x{};1;a[b]\n", of_encoding(encoding));
            assert_eq!(
                read(&encoding.encode(&named)),
                Some(Note {
                    encoding,
                    is_for_excel: false
                })
            );
            let letters = format!("2;fix;\"bad_id: x;{}\";1;a\n", for_excel());
            assert_eq!(
                read(&encoding.encode(&letters)),
                Some(Note {
                    encoding,
                    is_for_excel: true
                })
            );
        }
        assert_eq!(read(b"2;fix;bad_id: x;[a];[utf8];[VIP]\n"), None);
    }
}
