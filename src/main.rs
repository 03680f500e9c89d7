//! The process shell; see the library.

fn main() -> std::process::ExitCode {
    respondent_sync::main()
}
