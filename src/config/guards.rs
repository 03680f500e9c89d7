//! What must hold of an export before any of it is sent.

use anyhow::{Context, Result, anyhow, bail};

use super::mapping::{label, several};
use crate::cli::{GuardArgs, Origins};
use crate::model::CountOrPercent;
use crate::plan::Guards;

/// The guards, and whether this export is let through whatever they say.
#[derive(Clone, Debug, Default)]
pub(crate) struct GuardSettings {
    pub(crate) guards: Guards,
    pub(crate) lets_through: bool,
}

pub(super) fn guards(
    args: &GuardArgs,
    max_changes: Option<CountOrPercent>,
    origins: &Origins,
) -> Result<GuardSettings> {
    let mut min_filled = Vec::new();
    for text in several(&args.min_filled, origins.min_filled) {
        let parsed = text
            .split_once('=')
            .context("it has no `=`")
            .and_then(
                |(name, least)| match least.parse().map_err(|error: String| anyhow!(error))? {
                    CountOrPercent::Percent(percent) => Ok((label(name)?, percent)),
                    CountOrPercent::Count(_) => bail!("`{least}` is no percentage"),
                },
            );
        let (label, least) =
            parsed.with_context(|| format!("`--min-filled {text}`: write `--min-filled l4=80%`"))?;
        if min_filled.iter().any(|(other, _)| *other == label) {
            bail!("`--min-filled {text}`: `{label}` has a least already");
        }
        min_filled.push((label, least));
    }
    Ok(GuardSettings {
        guards: Guards {
            min_rows: args.min_rows,
            min_filled,
            max_changes,
        },
        lets_through: args.ignore_guards,
    })
}
