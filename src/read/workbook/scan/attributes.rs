//! Checks attributes whose invalid values the library reads as 0, and so as the first text, the
//! first format or the first row. Pure.

use thiserror::Error;

use super::markup::attributes;

/// Maximum number of digits of a number that counts formats, texts or rows. Excel needs seven.
pub(in crate::read::workbook) const MAX_DIGITS: usize = 9;

/// The error for an attribute with an invalid value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a tag `{tag}` in it has a `{attribute}` that means nothing")]
pub(in crate::read::workbook) struct BadAttribute {
    tag: &'static str,
    attribute: &'static str,
}

/// Checks the attributes of a tag; `local` is its local name.
pub(in crate::read::workbook) fn check(tag: &[u8], local: &[u8]) -> Result<(), BadAttribute> {
    match local {
        b"c" => all(tag, "c", [("r", &is_place), ("s", &is_number), ("t", &|_| true)]),
        b"row" => all(tag, "row", [("r", &is_number)]),
        b"xf" => all(tag, "xf", [("numFmtId", &is_number)]),
        b"numFmt" => all(tag, "numFmt", [("numFmtId", &is_number)]),
        // The library finds these two parts by their usual names and ignores the relationship's
        // target.
        b"Relationship" => {
            let kind = attributes(tag).find(|(name, _)| *name == b"Type");
            let usual = match kind.and_then(|(_, kind)| kind.rsplit(|byte| *byte == b'/').next()) {
                Some(b"sharedStrings") => [&b"sharedStrings.xml"[..], b"/xl/sharedStrings.xml"],
                Some(b"styles") => [&b"styles.xml"[..], b"/xl/styles.xml"],
                _ => return Ok(()),
            };
            all(
                tag,
                "Relationship",
                [("Target", &|target| usual.contains(&target))],
            )
        }
        _ => Ok(()),
    }
}

/// An attribute's name, and what its value must be like.
type Rule<'r> = (&'static str, &'r dyn Fn(&[u8]) -> bool);

/// Checks attributes, each of which must occur at most once, in one pass over the tag.
fn all<const N: usize>(tag: &[u8], name: &'static str, rules: [Rule<'_>; N]) -> Result<(), BadAttribute> {
    let mut seen = [false; N];
    for (key, value) in attributes(tag) {
        let rule = rules.iter().zip(&mut seen);
        let rule = rule
            .into_iter()
            .find(|((attribute, _), _)| attribute.as_bytes() == key);
        if let Some(((attribute, is_good), seen)) = rule
            && (std::mem::replace(seen, true) || !is_good(value))
        {
            return Err(BadAttribute { tag: name, attribute });
        }
    }
    Ok(())
}

fn is_number(value: &[u8]) -> bool {
    (1..=MAX_DIGITS).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

/// Whether a value is a cell reference such as `A1` or `XFD1048576`; slightly larger ones pass,
/// too.
fn is_place(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (1..=3).contains(&letters) && value.get(letters..).is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_would_take_for_zero_is_refused() {
        for (tag, is_good) in [
            ("c r=\"A2\" s=\"12\" t=\"s\"", true),
            ("c r='A2' s = '12'/", true),
            ("c", true),
            ("c s=\" 1 \"", false),
            ("c s=\"x\"", false),
            ("c s=\"-1\"", false),
            ("c s=\"\"", false),
            ("c s=\"1\" s=\"2\"", false),
            ("c t=\"s\" t=\"n\"", false),
            ("c x:s=\"x\"", true),
            ("c r=\"A4294967298\"", false),
            ("c r=\"AAAAAAAAAAAA2\"", false),
            ("c r=\"$A$2\"", false),
            ("row r=\"99999999999\"", false),
            ("row r=\"7\" spans=\"1:2\"", true),
            ("xf numFmtId=\" 170 \"", false),
            ("xf numFmtId=\"170\" applyFont=\"x\"", true),
            ("numFmt numFmtId=\"x\" formatCode=\"0\"", false),
            (
                "Relationship Id=\"a\" Type=\"u/sharedStrings\" Target=\"sharedStrings.xml\"",
                true,
            ),
            (
                "Relationship Id=\"a\" Type=\"u/sharedStrings\" Target=\"/xl/sharedStrings.xml\"",
                true,
            ),
            (
                "Relationship Id=\"a\" Type=\"u/sharedStrings\" Target=\"sst2.xml\"",
                false,
            ),
            (
                "Relationship Id=\"a\" Type=\"u/styles\" Target=\"sub/styles.xml\"",
                false,
            ),
            (
                "Relationship Id=\"a\" Type=\"u/worksheet\" Target=\"sst2.xml\"",
                true,
            ),
        ] {
            let local = tag.split([' ', '/']).next().unwrap_or_default();
            assert_eq!(check(tag.as_bytes(), local.as_bytes()).is_ok(), is_good, "{tag}");
        }
    }
}
