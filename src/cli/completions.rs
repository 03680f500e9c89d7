//! `completions`: a script with which a shell completes commands and flags, made of the same
//! definitions as the help.

use clap::Args;
use clap_complete::{Shell, generate};

use super::shape;

/// Which shell.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell: `bash`, `elvish`, `fish`, `powershell` or `zsh`
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Returns the script of a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> String {
    let mut script = Vec::new();
    let mut command = shape::command();
    generate(args.shell, &mut command, "respondent-sync", &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete 4.6.12 takes the hyphen in the program's name for a space in half of the script.
    script.replace("respondent__subcmd__sync", "respondent__sync")
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_completes_commands_and_flags() {
        for shell in Shell::value_variants() {
            let script = completions(&CompletionsArgs { shell: *shell });
            for word in ["respondent-sync", "forget", "max-age", "changed-only"] {
                assert!(script.contains(word), "{shell} has no `{word}`");
            }
        }
    }
}
