//! Counts and digests what passes, in both reads alike, so that the second can be held against the first. What the
//! bytes mean is not looked at here.

use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

/// An input that remembers how much was read of it, and the xxh3-128 of that.
pub(in crate::read) struct Digesting<R> {
    input: R,
    bytes: u64,
    digest: Xxh3,
}

impl<R: Read> Digesting<R> {
    pub(in crate::read) fn new(input: R) -> Self {
        Self {
            input,
            bytes: 0,
            digest: Xxh3::new(),
        }
    }

    pub(in crate::read) fn length(&self) -> u64 {
        self.bytes
    }

    pub(in crate::read) fn digest(&self) -> u128 {
        self.digest.digest128()
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(space)?;
        self.digest.update(space.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}
