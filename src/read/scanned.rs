//! An input as the scanner meets it: UTF-16 made UTF-8, and a delimiter of several bytes made one byte. Both ways back are
//! without loss ([`Dialect::to_file`]).

use std::borrow::Cow;
use std::io::{self, Read};

use memchr::memmem;

use super::dialect::STAND_IN;
use super::utf16::{self, Utf16Reader};
use super::{Dialect, Encoding};

const READ_SIZE: usize = 64 << 10;

/// The bytes of an input for the scanner.
pub(super) struct Scanned<R> {
    input: Unicode<R>,
    swap: Option<Swap>,
}

enum Unicode<R> {
    AsItIs(R),
    FromUtf16(Utf16Reader<R>),
}

/// Puts one byte in the place of a delimiter of several.
struct Swap {
    delimiter: Vec<u8>,
    /// Read and not looked at, since it may be the beginning of a delimiter.
    rest: Vec<u8>,
    ready: Vec<u8>,
    taken: usize,
    at_end: bool,
}

impl<R: Read> Scanned<R> {
    pub(super) fn new(input: R, dialect: Dialect) -> Self {
        let input = match dialect.encoding {
            Encoding::Utf16Le => Unicode::FromUtf16(Utf16Reader::new(input, false)),
            Encoding::Utf16Be => Unicode::FromUtf16(Utf16Reader::new(input, true)),
            Encoding::Utf8 | Encoding::SingleByte(_) => Unicode::AsItIs(input),
        };
        let swap = dialect.stands_for.map(|character| Swap {
            delimiter: character.to_string().into_bytes(),
            rest: Vec::new(),
            ready: Vec::new(),
            taken: 0,
            at_end: false,
        });
        Self { input, swap }
    }

    pub(super) fn input(&self) -> &R {
        match &self.input {
            Unicode::AsItIs(input) => input,
            Unicode::FromUtf16(reader) => &reader.input,
        }
    }

    pub(super) fn input_mut(&mut self) -> &mut R {
        match &mut self.input {
            Unicode::AsItIs(input) => input,
            Unicode::FromUtf16(reader) => &mut reader.input,
        }
    }
}

impl<R: Read> Read for Scanned<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match &mut self.swap {
            None => self.input.read(space),
            Some(swap) => swap.read(&mut self.input, space),
        }
    }
}

impl<R: Read> Read for Unicode<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::AsItIs(input) => input.read(space),
            Self::FromUtf16(reader) => reader.read(space),
        }
    }
}

impl Swap {
    fn read(&mut self, input: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.at_end {
            self.fill(input)?;
        }
        let mut left = self.ready.get(self.taken..).unwrap_or_default();
        let count = left.read(space)?;
        self.taken += count;
        Ok(count)
    }

    fn fill(&mut self, input: &mut impl Read) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let kept = bytes.len();
        bytes.resize(kept + READ_SIZE, 0);
        let count = input.read(bytes.get_mut(kept..).unwrap_or_default())?;
        bytes.truncate(kept + count);
        self.at_end = count == 0;
        let fresh = bytes.get(kept..).unwrap_or_default();
        if fresh.contains(&STAND_IN) {
            return Err(holds_stand_in());
        }
        self.ready.clear();
        self.taken = 0;
        let used = swap(&bytes, &self.delimiter, self.at_end, &mut self.ready);
        self.rest = bytes.split_off(used);
        Ok(())
    }
}

/// The beginning of an input as the scanner meets it; `whole` says that it is all there is.
pub(super) fn head(bytes: &[u8], dialect: Dialect, whole: bool) -> io::Result<Cow<'_, [u8]>> {
    let text = match dialect.encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => Cow::Owned(utf16::decode_head(
            bytes,
            dialect.encoding == Encoding::Utf16Be,
            whole,
        )),
        Encoding::Utf8 | Encoding::SingleByte(_) => Cow::Borrowed(bytes),
    };
    let Some(character) = dialect.stands_for else {
        return Ok(text);
    };
    if text.contains(&STAND_IN) {
        return Err(holds_stand_in());
    }
    let mut ready = Vec::with_capacity(text.len());
    swap(&text, character.to_string().as_bytes(), true, &mut ready);
    Ok(Cow::Owned(ready))
}

/// Appends the bytes with each delimiter swapped; how many were used. Unless `at_end`, what may begin a delimiter is left.
fn swap(bytes: &[u8], delimiter: &[u8], at_end: bool, ready: &mut Vec<u8>) -> usize {
    let mut used = 0;
    for at in memmem::find_iter(bytes, delimiter) {
        ready.extend_from_slice(bytes.get(used..at).unwrap_or_default());
        ready.push(STAND_IN);
        used = at + delimiter.len();
    }
    let left = if at_end { 0 } else { delimiter.len() - 1 };
    let end = bytes.len().saturating_sub(left).max(used);
    ready.extend_from_slice(bytes.get(used..end).unwrap_or_default());
    end
}

fn holds_stand_in() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it holds the control character U+001F, which goes with no delimiter above ASCII: export with another delimiter",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::drip::Drip;
    use super::*;

    proptest! {
        #[test]
        fn a_delimiter_of_several_bytes_is_one_and_comes_back(
            text in "[a§¦\"\n€]{0,30}", delimiter in "[§€]", utf16: bool, step in 1_usize..5,
        ) {
            let encoding = if utf16 { Encoding::Utf16Le } else { Encoding::Utf8 };
            let dialect = Dialect::new(delimiter.parse().unwrap(), encoding).unwrap();
            let bytes = encoding.to_file(text.as_bytes()).into_owned();
            let mut seen = Vec::new();
            Scanned::new(Drip { rest: &bytes, step }, dialect).read_to_end(&mut seen).unwrap();
            prop_assert_eq!(String::from_utf8(seen.clone()).unwrap(), text.replace(&delimiter, "\u{1F}"));
            prop_assert_eq!(&*head(&bytes, dialect, true).unwrap(), &seen);
            prop_assert_eq!(dialect.to_file(&seen), bytes);
        }
    }

    #[test]
    fn an_input_that_holds_the_stand_in_is_refused() {
        let dialect = Dialect::new("§".parse().unwrap(), Encoding::Utf8).unwrap();
        let mut seen = Vec::new();
        let error = Scanned::new("a§\u{1F}".as_bytes(), dialect)
            .read_to_end(&mut seen)
            .unwrap_err();
        assert!(error.to_string().contains("U+001F"), "{error}");
    }
}
