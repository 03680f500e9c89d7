//! The distribution of response times: bars per doubling, quantiles in words.

use std::time::Duration;

use crate::model::{Lang, ResponseTimes};
use crate::text::{Words, response_time_in, thousands_in};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;

/// A bar with the number that it shows.
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    pub(super) label: String,
    pub(super) count: String,
}

/// The distribution and what stands around it.
pub(super) struct TimesView {
    pub(super) lines: Vec<String>,
    pub(super) described: String,
    pub(super) top: String,
    pub(super) bars: Vec<Bar>,
    pub(super) first: String,
    pub(super) last: String,
}

/// Draws the distribution; `None` if nothing was answered.
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture is rounded to a tenth of a pixel"
)]
pub(super) fn view(times: &ResponseTimes, lang: Lang, words: &dyn Words) -> Option<TimesView> {
    let most = times
        .below_us
        .iter()
        .map(|(_, count)| *count)
        .max()
        .filter(|most| *most > 0)?;
    let said = |micros| response_time_in(lang, Duration::from_micros(micros));
    let width = WIDTH / times.below_us.len() as f64;
    let bars: Vec<Bar> = times
        .below_us
        .iter()
        .enumerate()
        .map(|(index, (below, count))| {
            let height = HEIGHT * *count as f64 / most as f64;
            Bar {
                x: format!("{:.1}", width * index as f64),
                y: format!("{:.1}", HEIGHT - height),
                width: format!("{:.1}", width * 0.92),
                height: format!("{height:.1}"),
                label: words.below(&said(*below)),
                count: thousands_in(lang, *count),
            }
        })
        .collect();
    let quantiles = [(50, times.p50_us), (95, times.p95_us), (99, times.p99_us)];
    let mut lines: Vec<String> = quantiles
        .into_iter()
        .map(|(per_cent, micros)| format!("p{per_cent}: {}", words.within(per_cent, &said(micros))))
        .collect();
    lines.push(words.longest(&said(times.max_us)));
    Some(TimesView {
        lines,
        described: words.times_described(times.answers, &said(times.p50_us)),
        top: thousands_in(lang, most),
        first: bars.first().map(|bar| bar.label.clone()).unwrap_or_default(),
        last: bars.last().map(|bar| bar.label.clone()).unwrap_or_default(),
        bars,
    })
}
