//! For tests: an input that comes a few bytes at a time, so that whatever reads it has to put together what was cut.

use std::io::{self, Read};

pub(super) struct Drip<'a> {
    pub(super) rest: &'a [u8],
    pub(super) step: usize,
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
