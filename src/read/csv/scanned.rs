//! An input in the scanner's form: UTF-16 becomes UTF-8, and a delimiter of several bytes becomes
//! one byte. Both can be reversed without loss ([`Dialect::to_file`]).

use std::borrow::Cow;
use std::io::{self, Read};

use memchr::memmem;

use super::dialect::STAND_IN;
use crate::read::encoding::recoding::{Recode, Recoding};
use crate::read::encoding::utf16::{self, FromUtf16};
use crate::read::{Dialect, Encoding};

/// The bytes of an input in the scanner's form.
pub(in crate::read) enum Scanned<R> {
    AsItIs(Unicode<R>),
    Swapped(Recoding<Unicode<R>, Swap>),
}

/// An input in UTF-8 or a single-byte encoding.
pub(in crate::read) enum Unicode<R> {
    AsItIs(R),
    FromUtf16(Recoding<R, FromUtf16>),
}

/// Replaces a delimiter of several bytes by one byte.
pub(in crate::read) struct Swap {
    delimiter: Vec<u8>,
}

impl<R: Read> Scanned<R> {
    pub(in crate::read) fn new(input: R, dialect: Dialect) -> Self {
        let utf16 = |input, big_endian| Unicode::FromUtf16(Recoding::new(input, FromUtf16 { big_endian }));
        let input = match dialect.encoding {
            Encoding::Utf16Le => utf16(input, false),
            Encoding::Utf16Be => utf16(input, true),
            Encoding::Utf8 | Encoding::SingleByte(_) => Unicode::AsItIs(input),
        };
        match dialect.stands_for {
            None => Self::AsItIs(input),
            Some(character) => Self::Swapped(Recoding::new(input, Swap::new(character))),
        }
    }

    /// The original input, below all conversions.
    pub(in crate::read) fn input(&self) -> &R {
        let unicode = match self {
            Self::AsItIs(unicode) => unicode,
            Self::Swapped(swapped) => &swapped.input,
        };
        match unicode {
            Unicode::AsItIs(input) => input,
            Unicode::FromUtf16(reader) => &reader.input,
        }
    }
}

impl<R: Read> Read for Scanned<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::AsItIs(input) => input.read(space),
            Self::Swapped(swapped) => swapped.read(space),
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
    fn new(character: char) -> Self {
        Self {
            delimiter: character.to_string().into_bytes(),
        }
    }
}

impl Recode for Swap {
    fn recode(&self, bytes: &[u8], at_end: bool, ready: &mut Vec<u8>) -> io::Result<usize> {
        if bytes.contains(&STAND_IN) {
            return Err(holds_stand_in());
        }
        let mut used = 0;
        for at in memmem::find_iter(bytes, &self.delimiter) {
            ready.extend_from_slice(bytes.get(used..at).unwrap_or_default());
            ready.push(STAND_IN);
            used = at + self.delimiter.len();
        }
        // Bytes that may begin a delimiter wait for the bytes after them.
        let left = if at_end { 0 } else { self.delimiter.len() - 1 };
        let end = bytes.len().saturating_sub(left).max(used);
        ready.extend_from_slice(bytes.get(used..end).unwrap_or_default());
        Ok(end)
    }
}

/// Returns the beginning of an input in the scanner's form; `whole` means that it is all of the
/// input.
pub(in crate::read) fn head(bytes: &[u8], dialect: Dialect, whole: bool) -> io::Result<Cow<'_, [u8]>> {
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
    let mut ready = Vec::with_capacity(text.len());
    Swap::new(character).recode(&text, true, &mut ready)?;
    Ok(Cow::Owned(ready))
}

/// The error for an input that contains [`STAND_IN`].
fn holds_stand_in() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it holds the control character U+001F, which goes with no delimiter above ASCII: export with another delimiter",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::source::drip::Drip;

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
