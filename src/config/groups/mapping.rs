//! The value of each label: `--map`, `--set` and `--keep`. Handles names only; whether the input
//! has the columns is checked when it is read.

use anyhow::{Context, Result, bail, ensure};

use crate::cli::Origin;
use crate::model::{Label, Template, ValueFrom};
use crate::read::Kept;

/// Labels and the sources of their values, by column name.
type Mapped = Vec<(Label, ValueFrom<String>)>;

/// Parses `l4=Segment`, `l4`, or `l3={Imię} {Nazwisko}`. A variable may hold several, separated by
/// commas.
pub(in crate::config) fn mapping(args: &[String], origin: Origin) -> Result<Option<Mapped>> {
    let mut mapped = Mapped::new();
    for text in several(args, origin) {
        let (name, column) = text.split_once('=').unwrap_or((&text, &text));
        let label = label(name).with_context(|| {
            format!("`--map {text}`: write `--map l4=COLUMN`, and repeat it for each label")
        })?;
        ensure!(
            !column.trim().is_empty(),
            "`--map {text}` names no column: write `--map {label}=COLUMN`"
        );
        if mapped.iter().any(|(other, _)| *other == label) {
            bail!("`--map {text}`: label `{label}` is mapped twice, and it can have one value only");
        }
        let from = if Template::<String>::is_one(column) {
            let template = column.parse().map_err(anyhow::Error::msg);
            ValueFrom::Template(template.with_context(|| format!("`--map {text}`"))?)
        } else {
            ValueFrom::Column(column.to_owned())
        };
        mapped.push((label, from));
    }
    Ok((!mapped.is_empty()).then_some(mapped))
}

/// Parses `l9=2026-11`. `mapped` are the labels that get their value from the input.
pub(in crate::config) fn constants(
    args: &[String],
    origin: Origin,
    mapped: Option<&[(Label, ValueFrom<String>)]>,
) -> Result<Vec<(Label, String)>> {
    let mut constants: Vec<(Label, String)> = Vec::new();
    for text in several(args, origin) {
        let Some((name, value)) = text.split_once('=').filter(|(_, value)| !value.trim().is_empty()) else {
            bail!("`--set {text}` has no value: write `--set l9=VALUE`");
        };
        let label = label(name).with_context(|| format!("`--set {text}`: write `--set l9=VALUE`"))?;
        ensure!(
            value.parse::<Template<String>>().is_err(),
            "`--set {text}` is the same for every row and names no column: use `--map {label}={value}`"
        );
        let twice = constants.iter().any(|(other, _)| *other == label)
            || mapped.is_some_and(|mapped| mapped.iter().any(|(other, _)| *other == label));
        ensure!(
            !twice,
            "`--set {text}`: label `{label}` has a value already, and it can have one only"
        );
        constants.push((label, value.to_owned()));
    }
    Ok(constants)
}

/// Returns the columns that the results repeat.
pub(in crate::config) fn kept(args: &[String], origin: Origin) -> Kept {
    let names = several(args, origin);
    if names.iter().any(|name| name == "all") {
        Kept::All
    } else {
        Kept::Named(names)
    }
}

/// Parses the name of a label.
pub(in crate::config) fn label(text: &str) -> Result<Label> {
    text.trim().parse().map_err(anyhow::Error::msg)
}

/// Splits a variable at its commas. Values from elsewhere stay whole.
pub(in crate::config) fn several(args: &[String], origin: Origin) -> Vec<String> {
    let split = |text: &String| {
        text.split(',')
            .map(|part| part.trim().to_owned())
            .collect::<Vec<_>>()
    };
    match origin {
        Origin::Environment => args
            .iter()
            .flat_map(split)
            .filter(|text| !text.is_empty())
            .collect(),
        Origin::Flag | Origin::File | Origin::Recorded | Origin::Default => args.to_vec(),
    }
}
