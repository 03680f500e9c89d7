//! Checks the settings of `sandbox`. `config/commands/sandbox/list.rs` reads its mailing lists.

use anyhow::Result;

use crate::cli::SandboxArgs;
use crate::sandbox::Faults;

mod list;

pub(crate) use list::Contact;

/// Where the sandbox listens, its faults, and its mailing lists.
#[derive(Clone, Debug)]
pub(crate) struct SandboxSettings {
    pub(crate) port: u16,
    pub(crate) faults: Faults,
    pub(crate) list: Vec<Contact>,
}

/// Converts the flags of `sandbox`.
///
/// # Errors
///
/// The first mistake in the file of `--list`.
pub(in crate::config) fn sandbox(args: SandboxArgs) -> Result<SandboxSettings> {
    let trimmed = |ids: Vec<String>| ids.iter().map(|id| id.trim().to_owned()).collect();
    let list = args.list.as_deref().map(list::read).transpose()?;
    Ok(SandboxSettings {
        port: args.port,
        faults: Faults {
            latency: args.latency,
            error_rate: args.error_rate,
            outage: args.outage,
            answer_429_above: args.answer_429_above,
            know_only: args.know_only.map(trimmed),
            know_seeded_only: list.is_some(),
            visible_after: args.visible_after,
            token_lifetime: args.token_lifetime,
            has_api: !args.no_api,
            seed: args.seed,
        },
        list: list.unwrap_or_default(),
    })
}
