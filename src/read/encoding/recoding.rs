//! A reader that converts its bytes piece by piece. The conversions are in `read/encoding/utf16.rs`
//! and `read/csv/scanned.rs`.

use std::io::{self, Read};

/// Bytes that are requested from the input at once.
const READ_SIZE: usize = 64 << 10;

/// A conversion of bytes.
pub(in crate::read) trait Recode {
    /// Appends the converted bytes to `ready` and returns the number of input bytes used. Unless
    /// `at_end`, incomplete bytes at the end are left unused.
    fn recode(&self, bytes: &[u8], at_end: bool, ready: &mut Vec<u8>) -> io::Result<usize>;
}

/// A reader of the converted bytes of `input`.
pub(in crate::read) struct Recoding<R, C> {
    pub(in crate::read) input: R,
    code: C,
    /// A few bytes that were read but need the bytes after them.
    rest: Vec<u8>,
    ready: Vec<u8>,
    /// Bytes of `ready` that were handed out.
    taken: usize,
    at_end: bool,
}

impl<R: Read, C: Recode> Recoding<R, C> {
    pub(in crate::read) fn new(input: R, code: C) -> Self {
        Self {
            input,
            code,
            rest: Vec::new(),
            ready: Vec::new(),
            taken: 0,
            at_end: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let kept = bytes.len();
        bytes.resize(kept + READ_SIZE, 0);
        let count = self.input.read(bytes.get_mut(kept..).unwrap_or_default())?;
        bytes.truncate(kept + count);
        self.at_end = count == 0;
        self.ready.clear();
        self.taken = 0;
        let used = self.code.recode(&bytes, self.at_end, &mut self.ready)?;
        self.rest = bytes.split_off(used);
        Ok(())
    }
}

impl<R: Read, C: Recode> Read for Recoding<R, C> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.at_end {
            self.fill()?;
        }
        let mut left = self.ready.get(self.taken..).unwrap_or_default();
        let count = left.read(space)?;
        self.taken += count;
        Ok(count)
    }
}
