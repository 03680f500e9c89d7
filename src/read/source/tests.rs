//! Files that change between two reads or in the middle of one.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::read::{FirstRead, ReadOptions, Rows};

/// A file and its source.
struct Desk {
    _folder: tempfile::TempDir,
    path: PathBuf,
    source: Source,
}

/// A first read during which the file changes, after `left` reads.
struct Meddling<R> {
    input: R,
    left: usize,
    change: Option<Box<dyn FnOnce()>>,
    /// What the first read saw.
    seen: Arc<Mutex<Vec<u8>>>,
}

impl<R: Read> Read for Meddling<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.left == 0
            && let Some(change) = self.change.take()
        {
            change();
        }
        self.left = self.left.saturating_sub(1);
        // Pieces small enough that a change can occur at any position.
        let most = space.len().min(50);
        let count = self.input.read(&mut space[..most])?;
        self.seen.lock().unwrap().extend_from_slice(&space[..count]);
        Ok(count)
    }
}

type FirstOf = Result<FirstRead, InputError>;

impl Desk {
    fn new(content: &[u8], block_bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.csv");
        fs::write(&path, content).unwrap();
        let source = Source::open_in_blocks(&Input::File(path.clone()), block_bytes).unwrap();
        Self {
            _folder: folder,
            path,
            source,
        }
    }

    fn first_read(&mut self) -> FirstOf {
        let Contents { container, bytes } = self.source.contents(None, 0)?;
        let options = container.options(ReadOptions::default())?;
        self.source.settle(FirstRead::of_file(bytes, options))
    }

    /// Returns the rows of a later read and how it ended. `meanwhile` is called after the first
    /// `moment` rows.
    fn rows(
        &mut self,
        first: &FirstRead,
        moment: usize,
        meanwhile: impl FnOnce(&PathBuf),
    ) -> (Vec<String>, Result<(), InputError>) {
        let mut meanwhile = Some(meanwhile);
        let mut act = |seen: usize| {
            if seen == moment
                && let Some(meanwhile) = meanwhile.take()
            {
                meanwhile(&self.path);
            }
        };
        act(0);
        let mut found = Vec::new();
        let contents = self.source.contents(None, 0);
        let rows = contents.and_then(|contents| Rows::new(contents.bytes, first));
        let mut rows = match rows {
            Ok(rows) => rows,
            Err(error) => return (found, Err(error)),
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => found.push(row.fields.iter().collect::<Vec<_>>().join("|")),
                Ok(None) => return (found, rows.finish().map(drop)),
                Err(error) => return (found, Err(error)),
            }
            act(found.len());
        }
    }

    fn all_rows(&mut self, first: &FirstRead) -> Vec<String> {
        let (rows, end) = self.rows(first, usize::MAX, |_| ());
        end.unwrap();
        rows
    }
}

/// A position in a file of any length, as a share of 65536.
#[derive(Clone, Copy, Debug)]
struct Share(u16);

impl Share {
    fn of(self, length: usize) -> usize {
        (usize::from(self.0) * length) >> 16
    }
}

/// A change that another program makes to a file that is open here.
#[derive(Clone, Debug)]
enum Meddle {
    Append(Vec<u8>),
    Truncate(Share),
    Overwrite(Share, Vec<u8>),
    /// Truncated, then rewritten up to this position.
    Anew(Vec<u8>, Share),
    Replace(Vec<u8>),
}

impl Meddle {
    /// `hides` sets the modification time back to the old one.
    fn on(&self, path: &PathBuf, hides: bool) {
        let old = fs::metadata(path).unwrap();
        let length = usize::try_from(old.len()).unwrap();
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        match self {
            Self::Append(bytes) => {
                file.seek(SeekFrom::End(0)).unwrap();
                file.write_all(bytes).unwrap();
            }
            Self::Truncate(at) => file.set_len(at.of(length) as u64).unwrap(),
            Self::Overwrite(at, bytes) => {
                let at = at.of(length);
                file.seek(SeekFrom::Start(at as u64)).unwrap();
                file.write_all(&bytes[..bytes.len().min(length - at)]).unwrap();
            }
            Self::Anew(bytes, until) => {
                file.set_len(0).unwrap();
                file.write_all(&bytes[..until.of(bytes.len() + 1)]).unwrap();
            }
            Self::Replace(bytes) => {
                let other = path.with_extension("new");
                fs::write(&other, bytes).unwrap();
                return match fs::rename(other, path) {
                    // Not every Windows lets a file be replaced while it is open.
                    Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {}
                    renamed => renamed.unwrap(),
                };
            }
        }
        if hides {
            file.set_modified(old.modified().unwrap()).unwrap();
        }
    }
}

fn table() -> impl Strategy<Value = String> {
    let row = (1_u32..999_999, "[a-zż]{0,30}").prop_map(|(id, value)| format!("{id},{value}\n"));
    (proptest::collection::vec(row, 1..60), any::<bool>()).prop_map(|(rows, ended)| {
        let mut text = "id_respondent,l1\n".to_owned() + &rows.concat();
        text.truncate(text.len() - usize::from(!ended));
        text
    })
}

fn packed(text: &[u8], form: u8) -> Vec<u8> {
    match form {
        0 => text.to_vec(),
        1 => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        _ => zstd::encode_all(text, 0).unwrap(),
    }
}

/// Unpacks by the first bytes; `None` if that fails.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    match bytes {
        [0x1F, 0x8B, ..] => {
            let mut decoder = MultiGzDecoder::new(bytes);
            decoder.read_to_end(&mut text).ok()?;
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => text = zstd::decode_all(bytes).ok()?,
        _ => text = bytes.to_vec(),
    }
    Some(text)
}

/// A table in one of the three forms, and a change to it.
fn meddled() -> impl Strategy<Value = (Vec<u8>, Meddle, bool)> {
    (
        table(),
        table(),
        any::<u16>().prop_map(Share),
        0..3_u8,
        0..5_u8,
        any::<bool>(),
    )
        .prop_map(|(old, new, at, form, how, hides)| {
            let (old, new) = (packed(old.as_bytes(), form), packed(new.as_bytes(), form));
            let meddle = match how {
                0 => Meddle::Append(new),
                1 => Meddle::Truncate(at),
                2 => Meddle::Overwrite(at, new),
                3 => Meddle::Anew(new, at),
                _ => Meddle::Replace(new),
            };
            (old, meddle, hides)
        })
}

fn block_bytes() -> impl Strategy<Value = usize> {
    select(vec![16, 50, 64, 300, blocks::BLOCK_BYTES])
}

proptest! {
    // Each case writes files.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_row_that_comes_out_is_of_the_first_content_and_in_order(
        (content, meddle, hides) in meddled(), size in block_bytes(), moment in any::<Index>(),
    ) {
        let mut desk = Desk::new(&content, size);
        let first = desk.first_read().unwrap();
        let expected = desk.all_rows(&first);
        let moment = moment.index(expected.len() + 1);
        let (rows, end) = desk.rows(&first, moment, |path| meddle.on(path, hides));
        prop_assert!(expected.starts_with(&rows), "{rows:?} of {expected:?}");
        prop_assert!(end.is_err() || rows.len() == expected.len());
        if let Err(error) = end {
            let is_told = matches!(error, InputError::Changed { .. });
            prop_assert!(is_told, "{}", error);
            prop_assert!(!matches!(meddle, Meddle::Replace(_)), "the old file can be read to its end");
        }
        // The next read covers the whole file, with the change in place from its start.
        let (rows, end) = desk.rows(&first, usize::MAX, |_| ());
        prop_assert!(expected.starts_with(&rows));
        if fs::read(&desk.path).unwrap() != content && !matches!(meddle, Meddle::Replace(_)) {
            let is_told = matches!(end, Err(InputError::Changed { .. }));
            prop_assert!(is_told);
        }
    }

    #[test]
    fn a_first_read_that_a_change_has_met_hands_on_no_mixture(
        (content, meddle, hides) in meddled(), size in block_bytes(), reads in 0..60_usize,
    ) {
        let mut desk = Desk::new(&content, size);
        let contents = desk.source.contents(None, 0).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (path, other) = (desk.path.clone(), meddle.clone());
        let bytes = Meddling {
            input: contents.bytes,
            left: reads,
            change: Some(Box::new(move || other.on(&path, hides))),
            seen: Arc::clone(&seen),
        };
        let first = desk.source.settle(FirstRead::of_file(bytes, ReadOptions::default()));
        let seen = seen.lock().unwrap().clone();
        let is_replaced = matches!(meddle, Meddle::Replace(_));
        let now = if is_replaced { content } else { fs::read(&desk.path).unwrap() };
        let Ok(first) = first else { return Ok(()) };
        let (rows, end) = desk.rows(&first, usize::MAX, |_| ());
        // If a letter was cut in two, rows cannot be compared as text.
        if let Ok(text) = str::from_utf8(&seen) {
            // A blank record is not a row; a cut may leave one between two halves.
            let rows_of = text.lines().skip(1).filter(|line| !line.trim_matches(',').is_empty());
            let records: Vec<String> = rows_of.map(|line| line.replace(',', "|")).collect();
            prop_assert!(records.starts_with(&rows), "{rows:?} of {records:?}");
        }
        // A read that reached its end equals the file as it stands. (A packed file that was
        // overwritten in the middle may unpack, but not pack to the same bytes.)
        if end.is_ok() {
            prop_assert_eq!(unpacked(&now), Some(seen));
        }
    }

    #[test]
    fn no_cell_of_a_workbook_is_of_another_content(
        at: Index, flip in 1..=255_u8, moment in 0..4_usize, size in block_bytes(), hides: bool,
    ) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/made/calc.xlsx");
        let content = fs::read(path).unwrap();
        let mut desk = Desk::new(&content, size);
        let first = desk.first_read().unwrap();
        let expected = desk.all_rows(&first);
        let at = at.index(content.len());
        let other = [content[at] ^ flip];
        let meddle = |path: &PathBuf| {
            let old = fs::metadata(path).unwrap().modified().unwrap();
            let mut file = OpenOptions::new().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&other).unwrap();
            if hides {
                file.set_modified(old).unwrap();
            }
        };
        let (rows, end) = desk.rows(&first, moment, meddle);
        prop_assert!(expected.starts_with(&rows), "{rows:?}");
        match end {
            Ok(()) => prop_assert_eq!(rows.len(), expected.len(), "what was changed is of no use, or was read before"),
            Err(error) => {
                let is_told = matches!(error, InputError::Changed { .. });
                prop_assert!(is_told, "{}", error);
            }
        }
    }
}

#[test]
fn a_change_during_the_first_read_is_told_as_that_whatever_else_was_found() {
    // The quote is never closed, because its end is cut off.
    let text = "id_respondent,l1\n1,\"a\n2,b\n\"\n";
    for (hides, told) in [(false, "it had 28 bytes, then 25"), (true, "it had 28 bytes")] {
        let mut desk = Desk::new(text.as_bytes(), 64);
        let contents = desk.source.contents(None, 0).unwrap();
        Meddle::Overwrite(Share(0), b"id_respondent".to_vec()).on(&desk.path, hides);
        let cut = OpenOptions::new().write(true).open(&desk.path).unwrap();
        cut.set_len(25).unwrap();
        let found = FirstRead::of_file(contents.bytes, ReadOptions::default());
        assert!(matches!(found, Err(InputError::UnclosedQuote { .. })));
        let error = desk.source.settle(found).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn another_size_or_time_behind_a_first_read_is_enough_to_refuse_it() {
    let hidden = |path: &PathBuf, change: &dyn Fn(&File)| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        change(&file);
        file.set_modified(modified).unwrap();
    };
    let cases: [(Act, &str); 3] = [
        (
            Box::new(|path| Meddle::Overwrite(Share(0), b"i".to_vec()).on(path, false)),
            "its modification time changed",
        ),
        (
            Box::new(move |path| hidden(path, &|file| file.set_len(20).unwrap())),
            "it had 21 bytes, then 20",
        ),
        (
            Box::new(move |path| hidden(path, &|file| file.set_len(30).unwrap())),
            "it had 21 bytes, then 30",
        ),
    ];
    for (change, told) in cases {
        let mut desk = Desk::new(b"id_respondent,l1\n1,a\n", 64);
        // A time long ago, so that the current time differs from it.
        let file = OpenOptions::new().write(true).open(&desk.path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        desk.source = Source::open_in_blocks(&Input::File(desk.path.clone()), 64).unwrap();
        let contents = desk.source.contents(None, 0).unwrap();
        let found = FirstRead::of_file(contents.bytes, ReadOptions::default());
        change(&desk.path);
        let error = desk.source.settle(found).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

/// Summaries of earlier versions identify a content by this digest. If it changes, their contents
/// are sent again.
#[test]
fn the_digest_of_a_content_is_that_of_the_unpacked_bytes() {
    let text = b"id_respondent,l1\n1,a\n";
    for form in 0..3 {
        let mut desk = Desk::new(&packed(text, form), 64);
        let totals = desk.first_read().unwrap().totals.unwrap();
        assert_eq!(
            (totals.bytes, totals.digest),
            (21, xxhash_rust::xxh3::xxh3_128(text))
        );
    }
}

type Act = Box<dyn FnOnce(&PathBuf)>;

#[test]
fn what_a_later_read_says_names_the_row_and_the_change() {
    let text = "id_respondent,l1\n1,aaaaaaaa\n2,bbbbbbbb\n3,cccccccc\n4,d\n";
    let write = |at: u64, bytes: &'static [u8]| {
        move |path: &PathBuf| {
            let mut file = OpenOptions::new().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(bytes).unwrap();
        }
    };
    let cut = |path: &PathBuf| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(40).unwrap();
    };
    let cases: [(Act, usize, &str); 4] = [
        (
            Box::new(write(40, b"X")),
            1,
            "row 3: the file changed while it was read (its content differs from byte 32 on)",
        ),
        (
            Box::new(cut),
            1,
            "row 3: the file changed while it was read (it had 54 bytes and is shorter now)",
        ),
        (
            Box::new(write(54, b"5,e\n")),
            4,
            "row 6: the file changed while it was read (it had 54 bytes and is longer now)",
        ),
        (
            Box::new(write(0, b"X")),
            0,
            "the file changed while it was read (its content differs from byte 0 on)",
        ),
    ];
    for (act, rows, told) in cases {
        let mut desk = Desk::new(text.as_bytes(), 32);
        let first = desk.first_read().unwrap();
        let (found, end) = desk.rows(&first, 0, act);
        assert_eq!(found.len(), rows);
        let error = end.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
