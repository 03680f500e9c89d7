//! A table of a page as text: cells stand below each other where they do not fit side by side. Pure.

use textwrap::core::display_width;

use super::render::wrap;

/// The widest first column that the second one stands beside.
const MAX_BESIDE: usize = 24;

/// A table that is being read; the first row is the header.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
}

impl Table {
    pub(super) fn cell(&mut self, text: String) {
        self.row.push(text);
    }

    pub(super) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The lines of the table: of each row its name, what it means beside or below it, and its other cells below, each with
    /// the name of its column.
    pub(super) fn lines(&self, width: usize) -> String {
        let Some((header, rows)) = self.rows.split_first() else {
            return String::new();
        };
        let names = rows.iter().filter_map(|row| row.first());
        let widest = names.map(|name| display_width(name)).max().unwrap_or_default();
        let meaning = header
            .iter()
            .position(|column| ["meaning", "znaczenie"].contains(&column.as_str()));
        let meaning = meaning.or((header.len() == 2).then_some(1));
        let is_beside = widest <= MAX_BESIDE && meaning.is_some();
        let indent = if is_beside { widest + 4 } else { 6 };
        let lines = rows.iter().flat_map(|row| {
            let name = row.first().map_or("", String::as_str);
            let text = meaning.and_then(|meaning| row.get(meaning));
            let mut lines = match text {
                Some(text) if is_beside => {
                    let first = format!("  {name:<widest$}  ");
                    vec![wrap(text, width, &first, &" ".repeat(indent))]
                }
                Some(text) => vec![wrap(name, width, "  ", "    "), hanging(text, indent, width)],
                None => vec![wrap(name, width, "  ", "    ")],
            };
            let others = header.iter().zip(row).enumerate().skip(1);
            lines.extend(
                others
                    .filter(|(index, (_, cell))| Some(*index) != meaning && !cell.is_empty())
                    .map(|(_, (column, cell))| hanging(&format!("{column}: {cell}"), indent, width)),
            );
            lines
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn hanging(text: &str, indent: usize, width: usize) -> String {
    let indent = " ".repeat(indent);
    wrap(text, width, &indent, &indent)
}
