//! Counts and digests the bytes that pass. Both reads use it, so that the second can be compared
//! with the first. It does not interpret the bytes.

use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

/// A reader that keeps the number of bytes read and their xxh3-128.
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

    /// Bytes read so far.
    pub(in crate::read) fn length(&self) -> u64 {
        self.bytes
    }

    /// The xxh3-128 of the bytes read so far.
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
