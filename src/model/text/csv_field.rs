//! Writes CSV fields (RFC 4180), quoted where needed. All CSV output of this tool is written here.

/// Appends a field, without a delimiter.
pub(crate) fn push_csv_field(field: &[u8], delimiter: u8, line: &mut Vec<u8>) {
    if !field
        .iter()
        .any(|byte| *byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'))
    {
        line.extend_from_slice(field);
        return;
    }
    line.push(b'"');
    for (at, part) in field.split(|byte| *byte == b'"').enumerate() {
        if at > 0 {
            line.extend_from_slice(b"\"\"");
        }
        line.extend_from_slice(part);
    }
    line.push(b'"');
}

/// Appends fields separated by the delimiter, without a line end.
pub(crate) fn push_csv_record<F: AsRef<[u8]>>(
    fields: impl IntoIterator<Item = F>,
    delimiter: u8,
    line: &mut Vec<u8>,
) {
    for (at, field) in fields.into_iter().enumerate() {
        if at > 0 {
            line.push(delimiter);
        }
        push_csv_field(field.as_ref(), delimiter, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_it_has_to_be() {
        for (field, expected) in [
            ("", ""),
            ("a, b", "a, b"),
            ("a;b", "\"a;b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\rb", "\"a\rb\""),
        ] {
            let mut line = Vec::new();
            push_csv_field(field.as_bytes(), b';', &mut line);
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
