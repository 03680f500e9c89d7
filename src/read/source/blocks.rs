//! The table of a file's blocks: a digest for each block, made by the first read. Every later read
//! is checked against it. Pure; `read/source/file.rs` and `read/source/verified.rs` read the file.
//!
//! The digests are of the bytes on the disk, before any decoding. At 16 bytes per 128 KiB, a file
//! of 10 GB needs 1.2 MB.

use std::io;
use std::sync::OnceLock;

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::Change;

/// The size of a block in bytes. Smaller blocks need more memory; larger ones delay the data more.
pub(super) const BLOCK_BYTES: usize = 128 << 10;

/// Maximum number of digests for which memory is reserved at once, whatever size a file claims: 1
/// MiB, enough for 8 GiB.
const MAX_RESERVED: u64 = 1 << 16;

/// The complete table that the first read made.
#[derive(Debug)]
pub(super) struct Blocks {
    block_bytes: usize,
    /// The xxh3-128 of each block.
    digests: Box<[u128]>,
    /// The file's length in bytes.
    pub(super) bytes: u64,
    /// The first fault of any later read. Kept because libraries may ignore an error and continue
    /// without the bytes.
    fault: OnceLock<Fault>,
}

/// A failed read, in a form that can be returned more than once.
#[derive(Clone, Debug)]
enum Fault {
    Changed(Change),
    Unreadable(io::ErrorKind, String),
}

impl Blocks {
    /// Returns the index of the block that contains this byte of the file, and the offset in that
    /// block.
    pub(super) fn place_of(&self, byte: u64) -> (u64, usize) {
        let size = self.block_bytes as u64;
        (byte / size, usize::try_from(byte % size).unwrap_or_default())
    }

    /// Returns the start of a block and its length in bytes. All blocks but the last have the same
    /// length.
    pub(super) fn extent(&self, index: u64) -> (u64, usize) {
        let start = index.saturating_mul(self.block_bytes as u64);
        let rest = usize::try_from(self.bytes.saturating_sub(start)).unwrap_or(usize::MAX);
        (start, rest.min(self.block_bytes))
    }

    /// Checks a block of a later read against the first read.
    pub(super) fn check(&self, index: u64, block: &[u8]) -> Result<(), Change> {
        let (byte, length) = self.extent(index);
        if block.len() < length {
            return Err(Change::Cut { before: self.bytes });
        }
        let known = usize::try_from(index)
            .ok()
            .and_then(|index| self.digests.get(index));
        if known == Some(&xxh3_128(block)) {
            Ok(())
        } else {
            Err(Change::Rewritten { byte })
        }
    }

    /// Passes a result on and records the first fault.
    pub(super) fn keep<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            let fault = match Change::in_io(error) {
                Some(change) => Fault::Changed(change.clone()),
                None => Fault::Unreadable(error.kind(), error.to_string()),
            };
            self.fault.get_or_init(|| fault);
        })
    }

    /// Fails if any read of the file has failed since the table was made.
    pub(super) fn intact(&self) -> io::Result<()> {
        match self.fault.get() {
            None => Ok(()),
            Some(Fault::Changed(change)) => Err(change.clone().into()),
            Some(Fault::Unreadable(kind, text)) => Err(io::Error::new(*kind, text.clone())),
        }
    }
}

/// The table while the first read builds it.
pub(super) struct Learning {
    block_bytes: usize,
    digests: Vec<u128>,
    block: Xxh3,
    /// Bytes in the current block so far.
    in_block: usize,
    /// Bytes of the file read so far.
    pub(super) bytes: u64,
    /// Whether the end of the file was reached.
    pub(super) at_end: bool,
}

impl Learning {
    /// `expected` is the size in bytes that the file claims.
    pub(super) fn new(block_bytes: usize, expected: u64) -> Self {
        let blocks = expected.div_ceil(block_bytes as u64).min(MAX_RESERVED);
        Self {
            block_bytes,
            digests: Vec::with_capacity(usize::try_from(blocks).unwrap_or_default()),
            block: Xxh3::new(),
            in_block: 0,
            bytes: 0,
            at_end: false,
        }
    }

    /// Adds the next bytes of the file; an empty slice means the end of the file.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        self.at_end = bytes.is_empty();
        self.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.block_bytes - self.in_block));
            self.block.update(now);
            self.in_block += now.len();
            if self.in_block == self.block_bytes {
                self.end_block();
            }
            rest = later;
        }
    }

    /// Completes the table.
    pub(super) fn finish(mut self) -> Blocks {
        if self.in_block > 0 {
            self.end_block();
        }
        Blocks {
            block_bytes: self.block_bytes,
            digests: self.digests.into_boxed_slice(),
            bytes: self.bytes,
            fault: OnceLock::new(),
        }
    }

    fn end_block(&mut self) {
        self.digests.push(self.block.digest128());
        self.block.reset();
        self.in_block = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_the_same_however_the_bytes_came_and_each_byte_counts() {
        let bytes: Vec<u8> = (0..100_u8).collect();
        for step in [1, 7, 32, 99, 200] {
            let mut learning = Learning::new(32, 3);
            for piece in bytes.chunks(step) {
                learning.take_in(piece);
            }
            let blocks = learning.finish();
            assert_eq!((blocks.bytes, blocks.digests.len()), (100, 4));
            assert_eq!((blocks.extent(3), blocks.extent(4)), ((96, 4), (128, 0)));
            assert_eq!(blocks.place_of(70), (2, 6));
            for (index, block) in (0..).zip(bytes.chunks(32)) {
                blocks.check(index, block).unwrap();
                for at in 0..block.len() {
                    let mut other = block.to_vec();
                    other[at] ^= 1;
                    let byte = index * 32;
                    assert_eq!(blocks.check(index, &other), Err(Change::Rewritten { byte }));
                    let cut = Err(Change::Cut { before: 100 });
                    assert_eq!(blocks.check(index, &block[..at]), cut);
                }
            }
        }
    }

    #[test]
    fn the_first_fault_stays() {
        let blocks = Learning::new(32, 0).finish();
        blocks.intact().unwrap();
        blocks
            .keep::<()>(Err(Change::Cut { before: 9 }.into()))
            .unwrap_err();
        blocks.keep::<()>(Err(io::Error::other("later"))).unwrap_err();
        let fault = Change::from_io(blocks.intact().unwrap_err()).unwrap();
        assert_eq!(fault, Change::Cut { before: 9 });
    }
}
