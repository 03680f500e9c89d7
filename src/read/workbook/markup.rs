//! Tags of XML, as far as a scan has to know them (`workbook/scan.rs`). Pure.

use memchr::{memchr, memchr3, memmem};

/// Where the `>` of a tag stands: not inside a quoted value.
pub(super) fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = tag.get(at..).unwrap_or_default();
        let found = memchr3(b'>', b'"', b'\'', rest)?;
        let quote = *rest.get(found)?;
        at += found;
        if quote == b'>' {
            return Some(at);
        }
        let value = tag.get(at + 1..).unwrap_or_default();
        at += memchr(quote, value)? + 2;
    }
}

/// The prefix and the local name of a tag, whatever attributes it has.
pub(super) fn name_of(tag: &[u8]) -> (&[u8], &[u8]) {
    let end = tag
        .iter()
        .position(|byte| b" \t\r\n/".contains(byte))
        .unwrap_or(tag.len());
    let name = tag.get(..end).unwrap_or_default();
    match memchr(b':', name) {
        Some(colon) => (
            name.get(..colon).unwrap_or_default(),
            name.get(colon + 1..).unwrap_or_default(),
        ),
        None => (&[], name),
    }
}

/// How many texts a table of texts claims to have, as the library may understand it: the most that the tag says.
pub(super) fn texts_claimed(tag: &[u8]) -> u64 {
    const CLAIM: &[u8] = b"uniqueCount";
    let claims = memmem::find_iter(tag, CLAIM).map(|at| {
        let value = tag.get(at + CLAIM.len()..).unwrap_or_default();
        let digits = value
            .iter()
            .copied()
            .skip_while(|byte| b" \t\r\n=\"'+".contains(byte))
            .take_while(u8::is_ascii_digit);
        digits.fold(0_u64, |number, digit| {
            number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
        })
    });
    claims.max().unwrap_or_default()
}

/// Whether the value of a cell is a text of its own, in which references stand for signs (`t="str"`, `t="e"`, `t="inlineStr"`).
pub(super) fn has_text(tag: &[u8]) -> bool {
    let mut rest = tag;
    while let Some(at) = memmem::find(rest, b"t=") {
        let is_name = at
            .checked_sub(1)
            .and_then(|before| rest.get(before))
            .is_none_or(u8::is_ascii_whitespace);
        let value = rest.get(at + 2..).unwrap_or_default();
        if is_name {
            let value = value.get(1..).unwrap_or_default();
            return [&b"str"[..], b"e", b"inlineStr", b"d"]
                .iter()
                .any(|kind| value.starts_with(kind) && matches!(value.get(kind.len()), Some(b'"' | b'\'')));
        }
        rest = value;
    }
    false
}
