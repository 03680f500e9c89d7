//! Empties the personal cells of a results line, and splits a record into its fields without changing
//! their bytes. Pure.

/// Columns of the results that say something about the person: `id_respondent` and `message`.
const PERSONAL: [usize; 2] = [1, 5];

/// The number of documented columns, which come before the kept ones.
const DOCUMENTED: usize = 10;

/// The first kept column, in which the results of a retry round have the row of the run.
pub(crate) const ROW_OF_RUN: usize = DOCUMENTED;

/// Returns a results line without the respondent's id, the message and all kept cells. `has_row_of_run`
/// keeps the column [`ROW_OF_RUN`] if it holds a number. All other bytes stay.
pub(crate) fn emptied_line(record: &[u8], delimiter: u8, has_row_of_run: bool) -> Vec<u8> {
    let end = line_end(record).unwrap_or_default();
    let body = record.strip_suffix(end).unwrap_or(record);
    let is_row = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    let fields = raw_fields(body, delimiter).into_iter().enumerate();
    let fields: Vec<&[u8]> = fields
        .map(|(column, field)| match column {
            ROW_OF_RUN if has_row_of_run && is_row(field) => field,
            DOCUMENTED.. => &[],
            _ if PERSONAL.contains(&column) => &[],
            _ => field,
        })
        .collect();
    let mut line = fields.join(&delimiter);
    line.extend_from_slice(end);
    line
}

/// Splits a record without its line end into fields, each with its quotes. A quote opens a field only
/// as its first byte, and a doubled quote closes and reopens it.
pub(super) fn raw_fields(body: &[u8], delimiter: u8) -> Vec<&[u8]> {
    let (mut at_start, mut quoted_field, mut inside) = (true, false, false);
    let fields = body.split(|&byte| {
        if byte == b'"' && (at_start || quoted_field) {
            inside = !inside;
            quoted_field = true;
        }
        at_start = byte == delimiter && !inside;
        quoted_field &= !at_start;
        at_start
    });
    fields.collect()
}

pub(super) fn line_end(record: &[u8]) -> Option<&'static [u8]> {
    [b"\r\n".as_slice(), b"\n", b"\r"]
        .into_iter()
        .find(|end| record.ends_with(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::push_csv_record;

    #[test]
    fn the_person_goes_and_the_verdict_stays() {
        let empty = |line: &str, delimiter: char, has_row_of_run: bool| {
            let delimiter = u8::try_from(delimiter).unwrap();
            String::from_utf8(emptied_line(line.as_bytes(), delimiter, has_row_of_run)).unwrap()
        };
        assert_eq!(
            empty(
                "2,7,9,failed,rejected,\"a, \"\"b\"\"\",200,1,42,T,\"Jan\nK\",x\n",
                ',',
                false
            ),
            "2,,9,failed,rejected,,200,1,42,T,,\n"
        );
        assert_eq!(
            empty("2;7;9;success;;m;200;1;42;T\r\n", ';', false),
            "2;;9;success;;;200;1;42;T\r\n"
        );
        assert_eq!(
            empty("2,7,9,success,,m,200,1,42,T,5,Jan", ',', true),
            "2,,9,success,,,200,1,42,T,5,"
        );
        assert_eq!(
            empty("2,7,9,success,,m,200,1,42,T,Jan,5", ',', true),
            "2,,9,success,,,200,1,42,T,,"
        );
    }

    proptest! {
        #[test]
        fn all_other_cells_keep_their_bytes(
            cells in proptest::collection::vec("(?s)[a-z0-9,;\"\r\n ]{0,8}", 10..14),
            excel: bool,
            has_row_of_run: bool,
        ) {
            let (delimiter, end) = if excel { (b';', "\r\n") } else { (b',', "\n") };
            let line = |cells: &[String]| {
                let mut line = Vec::new();
                push_csv_record(cells, delimiter, &mut line);
                line.extend_from_slice(end.as_bytes());
                line
            };
            let is_row = |cell: &String| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
            let expected = cells.iter().enumerate().map(|(column, cell)| {
                let stays = match column {
                    1 | 5 => false,
                    10 => has_row_of_run && is_row(cell),
                    _ => column < 10,
                };
                if stays { cell.clone() } else { String::new() }
            });
            let expected: Vec<String> = expected.collect();
            prop_assert_eq!(emptied_line(&line(&cells), delimiter, has_row_of_run), line(&expected));
        }
    }
}
