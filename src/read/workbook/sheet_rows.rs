//! Writes the cells of a sheet as CSV: UTF-8, commas, one record per row of the sheet, so that rows
//! keep their numbers. Pure.

use crate::model::push_csv_record;

/// Maximum number of rows of a sheet (Excel's limit). A cell beyond it means a damaged or hostile
/// file.
const MAX_ROWS: u32 = 1 << 20;
/// Maximum number of columns of a sheet (Excel's limit).
const MAX_COLUMNS: u32 = 1 << 14;

/// Rows whose widest sets the width of the sheet. The dimension that a sheet declares is often
/// wrong.
const ROWS_COMPARED: usize = 100;

/// Builds records from cells.
pub(super) struct SheetRows {
    /// Rows above the header, which are written as blank rows.
    skipped: u64,
    bytes: Vec<u8>,
    /// Rows written so far, including those already taken from `bytes`.
    written: u64,
    /// The current row, from 0.
    row: u64,
    fields: Vec<String>,
    /// Minimum number of fields per record, since a sheet omits blank cells. `None` until the width
    /// is known.
    width: Option<usize>,
    /// The first rows with cells, until the width is known.
    first: Vec<(u64, Vec<String>)>,
}

impl SheetRows {
    pub(super) fn new(skipped: u64) -> Self {
        Self {
            skipped,
            bytes: Vec::new(),
            written: 0,
            row: 0,
            fields: Vec::new(),
            width: None,
            first: Vec::new(),
        }
    }

    /// Returns the buffer for the text of a cell. Fails if a cell is out of order, because its
    /// meaning would be unclear, or beyond the limits.
    pub(super) fn cell(&mut self, (row, column): (u32, u32)) -> Result<&mut String, String> {
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(format!(
                "the sheet has a cell beyond what a sheet can have (row {}, column {})",
                u64::from(row) + 1,
                u64::from(column) + 1
            ));
        }
        let column = column as usize;
        if u64::from(row) < self.row || u64::from(row) == self.row && column < self.fields.len() {
            return Err(format!("row {} of the sheet has cells out of order", row + 1));
        }
        if u64::from(row) > self.row {
            self.end_row();
            self.row = u64::from(row);
        }
        self.fields.resize(column, String::new());
        self.fields.push(String::new());
        self.fields.last_mut().ok_or_else(String::new)
    }

    /// The number of the current row, from 1.
    pub(super) fn number(&self) -> u64 {
        self.row + 1
    }

    /// The finished records, for the caller to take.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends the sheet and returns the records that were not taken yet.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.end_row();
        self.settle_width();
        self.bytes
    }

    fn end_row(&mut self) {
        let fields = std::mem::take(&mut self.fields);
        if fields.is_empty() || self.row < self.skipped {
            return;
        }
        if let Some(width) = self.width {
            self.write(self.row, &fields, width);
            return;
        }
        self.first.push((self.row, fields));
        if self.first.len() == ROWS_COMPARED {
            self.settle_width();
        }
    }

    fn settle_width(&mut self) {
        let width = self.first.iter().map(|(_, fields)| fields.len()).max();
        let width = *self.width.get_or_insert(width.unwrap_or_default());
        for (row, fields) in std::mem::take(&mut self.first) {
            self.write(row, &fields, width);
        }
    }

    fn write(&mut self, row: u64, fields: &[String], width: usize) {
        while self.written < row {
            self.bytes.push(b'\n');
            self.written += 1;
        }
        let all = (0..fields.len().max(width)).map(|at| fields.get(at).map_or("", String::as_str));
        push_csv_record(all, b',', &mut self.bytes);
        self.bytes.push(b'\n');
        self.written += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(skipped: u64, cells: &[((u32, u32), &str)]) -> Result<String, String> {
        let mut rows = SheetRows::new(skipped);
        for (place, text) in cells {
            rows.cell(*place)?.push_str(text);
        }
        Ok(String::from_utf8(rows.finish()).unwrap())
    }

    #[test]
    fn rows_keep_their_numbers_and_are_as_wide_as_the_widest() {
        let cells = [
            ((0, 0), "Raport"),
            ((2, 0), "id"),
            ((2, 2), "l1"),
            ((3, 0), "1"),
            ((5, 0), "2"),
            ((5, 1), "a,b"),
        ];
        assert_eq!(csv(0, &cells).unwrap(), "Raport,,\n\nid,,l1\n1,,\n\n2,\"a,b\",\n");
        assert_eq!(csv(2, &cells).unwrap(), "\n\nid,,l1\n1,,\n\n2,\"a,b\",\n");
        assert_eq!(csv(0, &[]).unwrap(), "");
        let many: Vec<_> = (0..150)
            .map(|row| ((row, 0), "x"))
            .chain([((150, 1), "y")])
            .collect();
        assert!(
            csv(0, &many).unwrap().ends_with("x\nx\n,y\n"),
            "a width that shows later is a row's own"
        );
    }

    #[test]
    fn what_no_sheet_can_have_is_refused() {
        for cells in [
            [((4_000_000_000, 0), "x"), ((0, 0), "x")],
            [((0, 16_384), "x"), ((0, 0), "x")],
            [((1, 0), "x"), ((0, 0), "x")],
            [((0, 1), "x"), ((0, 1), "x")],
        ] {
            assert!(csv(0, &cells).is_err(), "{cells:?}");
        }
    }
}
