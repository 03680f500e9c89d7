//! The conditions that an export must meet before any of it is sent.

use anyhow::{Context, Result, anyhow, bail};

use super::mapping::{label, several};
use crate::cli::{GuardArgs, Origins, PastGuardArgs};
use crate::config::mistakes::Mistakes;
use crate::model::{CountOrPercent, Label};
use crate::plan::{Freshness, Guards};
use crate::read::Input;

/// The guards, and whether they are ignored for this export.
#[derive(Clone, Debug, Default)]
pub(crate) struct GuardSettings {
    pub(crate) guards: Guards,
    /// Checked unless the run is resumed.
    pub(crate) freshness: Freshness,
    /// Whether objections are ignored (`--ignore-guards`).
    pub(crate) lets_through: bool,
    /// Whether an id column with the name of a CRM's own number is used (`--accept-crm-ids`).
    /// Nothing else allows it: labels would be put on strangers.
    pub(crate) accepts_crm_ids: bool,
}

/// Checks the flags of the guards. `past` holds the guards that compare with earlier runs; `check`
/// has none.
pub(in crate::config) fn guards(
    args: &GuardArgs,
    past: Option<&PastGuardArgs>,
    input: &Input,
    origins: &Origins,
    mistakes: &mut Mistakes,
) -> GuardSettings {
    let freshness = Freshness {
        max_age: args.max_age,
        max_same: past.and_then(|past| past.max_same),
    };
    if freshness.is_asked() && *input == Input::Stdin && !args.ignore_guards {
        mistakes.note::<()>(Err(anyhow!(
            "`--max-age` and `--max-same` look at a file's time and at earlier runs, and standard input has neither: give a \
             file, or `--ignore-guards`"
        )));
    }
    GuardSettings {
        guards: Guards {
            min_rows: args.min_rows,
            min_filled: mistakes.note(min_filled(args, origins)),
            max_unknown: args.max_unknown,
            max_damaged: Some(args.max_damaged),
            max_changes: past.and_then(|past| past.max_changes),
        },
        freshness,
        lets_through: args.ignore_guards,
        accepts_crm_ids: args.accept_crm_ids,
    }
}

fn min_filled(args: &GuardArgs, origins: &Origins) -> Result<Vec<(Label, f64)>> {
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
    Ok(min_filled)
}
