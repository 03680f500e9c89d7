//! The picture of what became of all rows: one bar, divided.

use crate::model::Lang;
use crate::text::Counted;
use crate::text::{Headline, Words, thousands_in};

/// Width of the whole bar.
const WIDTH: f64 = 1000.0;

/// Minimum width of a part that has rows, so that it can be seen.
const MIN_WIDTH: f64 = 8.0;

/// A part of the bar.
pub(super) struct Segment {
    pub(super) class: &'static str,
    /// A sign in the legend, as no meaning is in a colour alone.
    pub(super) sign: &'static str,
    pub(super) label: String,
    pub(super) count: String,
    pub(super) x: String,
    pub(super) width: String,
}

/// Divides the bar. Empty if there are no rows.
pub(super) fn segments(counts: Headline, lang: Lang, words: &dyn Words) -> Vec<Segment> {
    let parts = [
        ("updated", "✓", Counted::Updated, counts.updated),
        ("tofix", "!", Counted::ToFix, counts.to_fix),
        ("toresend", "↻", Counted::ToResend, counts.to_resend),
        ("same", "=", Counted::Unchanged, counts.unchanged),
        ("skipped", "–", Counted::Skipped, counts.skipped),
        ("left", "…", Counted::NotReached, counts.not_reached),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(.., count)| *count > 0).collect();
    let widths = widths(&parts.iter().map(|(.., count)| *count).collect::<Vec<_>>());
    let mut x = 0.0;
    let mut segments = Vec::new();
    for ((class, sign, counted, count), width) in parts.into_iter().zip(widths) {
        segments.push(Segment {
            class,
            sign,
            label: words.counted(counted, count),
            count: thousands_in(lang, count),
            x: format!("{x:.1}"),
            width: format!("{width:.1}"),
        });
        x += width;
    }
    segments
}

/// Returns the widths of parts with these counts, which are not zero. Small ones are widened at the
/// cost of the others.
#[expect(
    clippy::cast_precision_loss,
    reason = "a width is rounded to a tenth of a pixel"
)]
fn widths(counts: &[u64]) -> Vec<f64> {
    let total: u64 = counts.iter().sum();
    let share = |count: u64| WIDTH * count as f64 / total as f64;
    let is_small = |count: u64| share(count) < MIN_WIDTH;
    let small = counts.iter().filter(|count| is_small(**count)).count() as f64;
    let large: u64 = counts.iter().copied().filter(|count| !is_small(*count)).sum();
    let room = WIDTH - small * MIN_WIDTH;
    let width = |count: u64| {
        if is_small(count) {
            MIN_WIDTH
        } else {
            room * count as f64 / large as f64
        }
    };
    counts.iter().map(|count| width(*count)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_bar_is_filled_and_every_part_is_seen(counts in proptest::collection::vec(1_u64..10_000_000, 1..6)) {
            let widths = widths(&counts);
            prop_assert!((widths.iter().sum::<f64>() - WIDTH).abs() < 0.01);
            prop_assert!(widths.iter().all(|width| *width >= MIN_WIDTH * 0.9));
        }
    }
}
