//! Files that people take for a CSV and that are none, told by their first bytes: each is refused with what to do
//! instead. What is inside a CSV is looked at elsewhere.

use super::InputError;

/// Refuses what is known to be something else. `head` is the input's beginning.
pub(super) fn refuse(head: &[u8]) -> Result<(), InputError> {
    const SAVE: &str = "open it in the spreadsheet and save it as `CSV UTF-8`";
    const UNPACK: &str = "unpack it first";
    let signatures: [(&[u8], &str, &str); 7] = [
        (b"PK\x03\x04", "an Excel workbook or a zip archive", SAVE),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook", SAVE),
        (b"\xFF\xFE", "a UTF-16 text (Excel's `Unicode text`)", SAVE),
        (b"\xFE\xFF", "a UTF-16 text (Excel's `Unicode text`)", SAVE),
        (b"\x1F\x8B", "a gzip archive", UNPACK),
        (b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
        (b"%PDF", "a PDF", "export a CSV instead"),
    ];
    for (signature, what, remedy) in signatures {
        if head.starts_with(signature) {
            return Err(InputError::NotCsv { what, remedy });
        }
    }
    let beginning = head.get(..head.len().min(1024)).unwrap_or_default();
    let nuls = memchr::memchr_iter(0, beginning).count();
    if nuls * 4 > beginning.len() {
        return Err(InputError::NotCsv {
            what: "a UTF-16 or binary file",
            remedy: SAVE,
        });
    }
    Ok(())
}
