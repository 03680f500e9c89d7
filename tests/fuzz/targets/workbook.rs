//! Fuzzes `respondent_sync::fuzzing::workbook` with a memory limit: run it with
//! `-rss_limit_mb=256 -malloc_limit_mb=128`.
#![no_main]

use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| respondent_sync::fuzzing::workbook(bytes, FOLDER.path()));
