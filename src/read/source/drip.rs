//! For tests: an input that arrives a few bytes at a time, so that its reader has to reassemble
//! what was cut.

use std::io::{self, Read};

pub(in crate::read) struct Drip<'a> {
    pub(in crate::read) rest: &'a [u8],
    pub(in crate::read) step: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.step.min(self.rest.len()).min(space.len());
        let (now, later) = self.rest.split_at(count);
        space[..count].copy_from_slice(now);
        self.rest = later;
        Ok(count)
    }
}
