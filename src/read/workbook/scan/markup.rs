//! XML tags, as far as the scan needs them (`read/workbook/scan.rs`). Pure.

use memchr::{memchr, memchr3, memmem};

/// Returns the offset of the `>` that ends a tag, which is not inside a quoted value.
pub(in crate::read::workbook) fn end_of_tag(tag: &[u8]) -> Option<usize> {
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

/// Returns the name of a tag with its prefix, without its attributes.
pub(in crate::read::workbook) fn whole_name_of(tag: &[u8]) -> &[u8] {
    let end = tag
        .iter()
        .position(|byte| b" \t\r\n/".contains(byte))
        .unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default()
}

/// Splits the name of a tag into its prefix and its local name.
pub(in crate::read::workbook) fn name_of(tag: &[u8]) -> (&[u8], &[u8]) {
    let name = whole_name_of(tag);
    match memchr(b':', name) {
        Some(colon) => (
            name.get(..colon).unwrap_or_default(),
            name.get(colon + 1..).unwrap_or_default(),
        ),
        None => (&[], name),
    }
}

/// Returns the number of texts that a table of shared texts claims to have. The library may parse
/// the tag in different ways, so the largest number counts.
pub(in crate::read::workbook) fn texts_claimed(tag: &[u8]) -> u64 {
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

/// Returns the attributes of a tag: names with their prefixes, and values as written.
pub(in crate::read::workbook) fn attributes(tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let name = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    let mut rest = tag.get(name..).unwrap_or_default();
    std::iter::from_fn(move || {
        let equals = memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii();
        let value = rest.get(equals + 1..)?.trim_ascii_start();
        let (quote, value) = value.split_first()?;
        let end = memchr(*quote, value)?;
        rest = value.get(end + 1..)?;
        Some((name, value.get(..end)?))
    })
}
