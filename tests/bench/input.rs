//! Writes inputs of any length.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes rows that are sent, about 30 bytes each.
pub(crate) fn sent(file: &mut impl Write, rows: u32) -> io::Result<()> {
    writeln!(file, "id_respondent,l1,l4,l7")?;
    for row in 1..=rows {
        writeln!(file, "{row},Kraków {row},SuperVIP,{}", row % 11)?;
    }
    Ok(())
}

/// Writes rows that need no call, because their labels are blank.
pub(crate) fn skipped(file: &mut impl Write, rows: u32) -> io::Result<()> {
    writeln!(file, "id_respondent,l1,l4,l7")?;
    for row in 1..=rows {
        writeln!(file, "{row},,,")?;
    }
    Ok(())
}

/// Writes this number of rows into a file.
pub(crate) type Content = fn(&mut BufWriter<File>, u32) -> io::Result<()>;

/// Writes `in.csv`.
pub(crate) fn write(folder: &Path, rows: u32, content: Content) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(folder.join("in.csv"))?);
    content(&mut file, rows)?;
    file.flush()
}
