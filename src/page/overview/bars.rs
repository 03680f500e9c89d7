//! The picture of a job's nights, and how its failures develop.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::{JobRun, Night};
use crate::page::nights::NIGHTS;
use crate::text::Trend;

/// Size of a job's picture.
const SLOT: f64 = 10.0;
const HEIGHT: f64 = 40.0;

/// Width of a bar in its slot.
const BAR: f64 = 8.0;

/// Minimum height of failed rows, so that they can be seen.
const MIN_FAILED: f64 = 5.0;

/// Returns how failures develop: the last run against the mean of those before; `None` without any.
pub(super) fn trend(runs: &[JobRun]) -> Option<Trend> {
    let (last, before) = runs.split_last()?;
    let before: Vec<u64> = before
        .iter()
        .rev()
        .take(NIGHTS - 1)
        .map(JobRun::failures)
        .collect();
    let count = u64::try_from(before.len()).ok().filter(|count| *count > 0)?;
    let (last, sum) = (last.failures(), before.iter().sum::<u64>());
    // Twice as many or half as many, and more than a few.
    Some(if last * count > 2 * sum && last > 2 {
        Trend::More
    } else if 2 * last * count < sum && sum > 2 * count {
        Trend::Fewer
    } else {
        Trend::Steady
    })
}

/// Returns a path per class: bars stacked from below, their height by the number of rows.
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture is rounded to a tenth of a pixel"
)]
pub(super) fn bars(shown: &[(Date, Night<'_>)]) -> Vec<(&'static str, String)> {
    let rows = |night: &Night<'_>| match night {
        Night::Run(run) => run.run.rows,
        _ => 0,
    };
    let most = shown
        .iter()
        .map(|(_, night)| rows(night))
        .max()
        .unwrap_or_default()
        .max(1) as f64;
    let classes = ["updated", "same", "left", "failed", "stopped", "missed"];
    let mut paths = classes.map(|class| (class, String::new()));
    for (slot, (_, night)) in shown.iter().enumerate() {
        let x = SLOT * slot as f64 + (SLOT - BAR) / 2.0;
        let mut put = |class: &str, y: f64, height: f64| {
            if let Some((_, path)) = paths.iter_mut().find(|(of, _)| *of == class) {
                push(path, x, y, height);
            }
        };
        let run = match night {
            Night::Run(run) => run,
            Night::Unsent(unsent) if unsent.exit_code > 0 => {
                put("stopped", HEIGHT, HEIGHT);
                continue;
            }
            Night::Unsent(_) => {
                put("same", HEIGHT, MIN_FAILED);
                continue;
            }
            Night::Missed => {
                put("missed", HEIGHT - 1.0, HEIGHT - 2.0);
                continue;
            }
            Night::Nothing => continue,
        };
        let counts = run.counts();
        let failed = (counts.to_fix + counts.to_resend) as f64;
        let parts = [
            counts.updated as f64,
            (counts.unchanged + counts.skipped) as f64,
            counts.not_reached as f64,
        ];
        let total = ((parts.iter().sum::<f64>() + failed) / most).min(1.0) * HEIGHT;
        let of_failed = if failed > 0.0 {
            (failed / most * HEIGHT).clamp(MIN_FAILED, HEIGHT)
        } else {
            0.0
        };
        let room = (total - of_failed).max(0.0);
        let sum = parts.iter().sum::<f64>().max(1.0);
        let mut y = HEIGHT;
        let heights = parts.map(|part| room * part / sum).into_iter().chain([of_failed]);
        for (class, height) in classes.into_iter().zip(heights) {
            if height > 0.05 {
                put(class, y, height);
                y -= height;
            }
        }
    }
    paths.into_iter().filter(|(_, path)| !path.is_empty()).collect()
}

/// Appends a bar that stands on `y`.
fn push(path: &mut String, x: f64, y: f64, height: f64) {
    // Writing to a text does not fail.
    write!(path, "M{x:.0} {y:.1}h{BAR:.0}v-{height:.1}h-{BAR:.0}z").ok();
}
