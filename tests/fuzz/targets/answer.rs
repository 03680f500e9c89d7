//! Fuzzes `respondent_sync::fuzzing::answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| respondent_sync::fuzzing::answer(bytes));
