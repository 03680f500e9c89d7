//! The process entry point. Everything else is in the library.

fn main() -> std::process::ExitCode {
    respondent_sync::main()
}
