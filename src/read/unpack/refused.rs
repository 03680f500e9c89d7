//! Files that people mistake for a CSV, recognized by their first bytes. Each is refused with
//! advice. The structure of a CSV is checked elsewhere.

use crate::read::InputError;
use crate::read::encoding::utf8::BOM;

const SAVE: &str = "open it in the spreadsheet and save it as `CSV UTF-8`";

/// Refuses known other formats. `head` is the beginning of the input.
pub(in crate::read) fn refuse(head: &[u8]) -> Result<(), InputError> {
    const UNPACK: &str = "unpack it first";
    const EXPORT: &str = "export a CSV instead";
    let signatures: [(&[u8], &str, &str); 8] = [
        (b"PK\x03\x04", "a workbook or a zip archive", SAVE),
        (b"\xD0\xCF\x11\xE0", "an old or a locked Excel workbook", SAVE),
        (b"\xFF\xFE\0\0", "a UTF-32 text", SAVE),
        (b"\0\0\xFE\xFF", "a UTF-32 text", SAVE),
        (b"\x1F\x8B", "a gzip archive", UNPACK),
        (b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
        (b"%PDF", "a PDF", EXPORT),
        (b"{\\rtf", "a text document", EXPORT),
    ];
    for (signature, what, remedy) in signatures {
        if head.starts_with(signature) {
            return Err(InputError::NotCsv { what, remedy });
        }
    }
    let words = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let starts_with = |word: &[u8]| {
        words
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    // The Excel exports of some CRMs are HTML pages.
    if [b"<!doctype".as_slice(), b"<html", b"<table", b"<?xml"]
        .into_iter()
        .any(starts_with)
    {
        return Err(InputError::NotCsv {
            what: "an HTML or XML page, whatever its name is",
            remedy: SAVE,
        });
    }
    Ok(())
}

/// Refuses binary data. `text` is the beginning of the input, after conversion from UTF-16.
pub(in crate::read) fn refuse_binary(text: &[u8]) -> Result<(), InputError> {
    let beginning = text.get(..text.len().min(1024)).unwrap_or_default();
    // From 0x1C on they are separators, which some exports use as delimiters.
    let is_control = |byte: &u8| *byte < 0x1C && !byte.is_ascii_whitespace();
    // A few control characters may be in a text by accident.
    if beginning.iter().filter(|byte| is_control(byte)).count() * 16 > beginning.len() {
        return Err(InputError::NotCsv {
            what: "a binary file, or UTF-16 that does not say so",
            remedy: "open it in the spreadsheet and save it as `CSV UTF-8`, or give `--encoding utf-16`",
        });
    }
    Ok(())
}
