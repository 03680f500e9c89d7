//! Checks the settings of `sandbox`.

use crate::cli::SandboxArgs;
use crate::sandbox::Faults;

/// Where the sandbox listens, and its faults.
#[derive(Clone, Debug)]
pub(crate) struct SandboxSettings {
    pub(crate) port: u16,
    pub(crate) faults: Faults,
}

/// Converts the flags of `sandbox`.
pub(in crate::config) fn sandbox(args: SandboxArgs) -> SandboxSettings {
    let trimmed = |ids: Vec<String>| ids.iter().map(|id| id.trim().to_owned()).collect();
    SandboxSettings {
        port: args.port,
        faults: Faults {
            latency: args.latency,
            error_rate: args.error_rate,
            outage: args.outage,
            answer_429_above: args.answer_429_above,
            know_only: args.know_only.map(trimmed),
            seed: args.seed,
        },
    }
}
