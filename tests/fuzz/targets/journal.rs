//! Fuzzes `respondent_sync::fuzzing::journal`, in one folder whose files are overwritten each time.
#![no_main]

use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a folder for the journal")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| respondent_sync::fuzzing::journal(bytes, FOLDER.path()));
