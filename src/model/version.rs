//! Which build of the program this is: its version, and of a release the commit and its date, which
//! `.ci/release` passes to the compiler.

/// The version, as in `Cargo.toml`.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Date of the commit of a release, as `2026-11-30`. `None` in other builds.
const DATE: Option<&str> = option_env!("RESPONDENT_SYNC_BUILD_DATE");

/// The commit of a release, abbreviated. `None` in other builds.
const COMMIT: Option<&str> = option_env!("RESPONDENT_SYNC_BUILD_COMMIT");

/// Returns the version with what is known of the build: `0.2.0 (f29b112 2026-11-30)`.
pub(crate) fn full() -> String {
    match (COMMIT, DATE) {
        (Some(commit), Some(date)) => format!("{VERSION} ({commit} {date})"),
        _ => format!("{VERSION} (not a release: built from source)"),
    }
}

/// Returns the date of the release.
pub(crate) fn date() -> &'static str {
    DATE.unwrap_or("undated")
}
