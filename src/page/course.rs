//! The chart of calls over time: paths of an SVG, its words, and the same numbers as a table.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Course, Lang, clean, clock_time, local_date, local_time_in};
use crate::text::{Words, per_second_in, thousands_in};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;

/// Maximum number of waits that are said in words.
const WAITS_SAID: usize = 5;

/// Minimum number of calls that make a picture.
const MIN_CALLS: u64 = 10;

/// A shaded time.
pub(super) struct Shade {
    pub(super) x: String,
    pub(super) width: String,
}

/// The chart and what stands around it.
pub(super) struct CourseView {
    /// The value of the upper edge.
    pub(super) top: String,
    pub(super) described: String,
    pub(super) waits: Vec<Shade>,
    pub(super) calls: String,
    pub(super) failed: String,
    pub(super) rate_y: Option<String>,
    pub(super) rate: Option<String>,
    pub(super) ticks: Vec<String>,
    pub(super) notes: Vec<String>,
    /// Start of a bucket, its calls, and those of them that failed.
    pub(super) table: Vec<(String, String, String)>,
}

/// Draws the course of a run. `begun` is when its first call was made; `None` if no call was.
pub(super) fn view(
    course: &Course,
    rate: Option<f64>,
    (begun, is_resumed): (Timestamp, bool),
    (lang, words): (Lang, &dyn Words),
) -> Option<CourseView> {
    let calls: u64 = course.calls.iter().sum();
    if calls < MIN_CALLS || course.bucket_ms == 0 {
        return None;
    }
    let axis = Axis::new(course, rate, begun);
    let until = axis.clock(axis.length_ms);
    let from = axis.clock(0);
    let failed = course.failed.iter().sum();
    let mut notes = Vec::new();
    if is_resumed {
        notes.push(words.course_since_resume(&local_time_in(lang, begun)));
    }
    let said = course.waits.iter().take(WAITS_SAID).map(|wait| {
        let (from, until) = (axis.clock(wait.from_ms), axis.clock(wait.until_ms));
        words.waited(&from, &until, &clean(&wait.reason))
    });
    notes.extend(said);
    Some(CourseView {
        top: per_second_in(lang, axis.top),
        described: words.course_described(calls, failed, &from, &until),
        waits: course
            .waits
            .iter()
            .map(|wait| axis.shade(wait.from_ms, wait.until_ms))
            .collect(),
        calls: axis.steps(&course.calls),
        failed: axis.steps(&course.failed),
        rate_y: rate.map(|rate| format!("{:.1}", axis.y(rate))),
        rate: rate.map(|rate| per_second_in(lang, rate)),
        ticks: axis.ticks(),
        notes,
        table: axis.table(course, lang),
    })
}

/// Maps time and rate to the picture.
struct Axis {
    begun: Timestamp,
    bucket_ms: u64,
    length_ms: u64,
    /// Calls per second at the upper edge.
    top: f64,
    /// Whether the picture ends on another day than it begins.
    spans_days: bool,
    has_seconds: bool,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture is rounded to a tenth of a pixel"
)]
impl Axis {
    fn new(course: &Course, rate: Option<f64>, begun: Timestamp) -> Self {
        let length_ms = course.bucket_ms.saturating_mul(course.calls.len() as u64);
        let most = course.calls.iter().copied().max().unwrap_or_default();
        let most = most as f64 * 1000.0 / course.bucket_ms as f64;
        let end = begun
            .saturating_add(Duration::from_millis(length_ms))
            .unwrap_or(begun);
        Self {
            begun,
            bucket_ms: course.bucket_ms,
            length_ms,
            top: rate.map_or(most, |rate| rate.max(most)),
            spans_days: local_date(begun) != local_date(end),
            has_seconds: length_ms < 600_000,
        }
    }

    fn clock(&self, ms: u64) -> String {
        let time = self
            .begun
            .saturating_add(Duration::from_millis(ms))
            .unwrap_or(self.begun);
        let clock = clock_time(time, self.has_seconds);
        if self.spans_days {
            let date = local_date(time);
            return format!("{}.{:02} {clock}", date.day(), date.month());
        }
        clock
    }

    /// Returns the labels below the picture: start, middle and end, without repetitions.
    fn ticks(&self) -> Vec<String> {
        let mut ticks = [0, self.length_ms / 2, self.length_ms]
            .map(|ms| self.clock(ms))
            .to_vec();
        ticks.dedup();
        ticks
    }

    fn x(&self, ms: u64) -> f64 {
        (WIDTH * ms as f64 / self.length_ms as f64).min(WIDTH)
    }

    fn y(&self, per_second: f64) -> f64 {
        HEIGHT - HEIGHT * (per_second / self.top).clamp(0.0, 1.0)
    }

    fn shade(&self, from_ms: u64, until_ms: u64) -> Shade {
        let x = self.x(from_ms);
        Shade {
            x: format!("{x:.1}"),
            width: format!("{:.1}", (self.x(until_ms) - x).max(1.0)),
        }
    }

    /// Returns the path of an area with a step per bucket.
    fn steps(&self, counts: &[u64]) -> String {
        let mut path = format!("M0 {HEIGHT:.0}");
        let mut height = HEIGHT;
        for (index, count) in counts.iter().enumerate() {
            let next = self.y(*count as f64 * 1000.0 / self.bucket_ms as f64);
            if (next - height).abs() > 0.05 {
                let x = self.x(self.bucket_ms * index as u64);
                // Writing to a text does not fail.
                write!(path, "H{x:.1}V{next:.1}").ok();
                height = next;
            }
        }
        path + &format!("H{WIDTH:.0}V{HEIGHT:.0}Z")
    }

    fn table(&self, course: &Course, lang: Lang) -> Vec<(String, String, String)> {
        let counts = course
            .calls
            .iter()
            .zip(course.failed.iter().chain(std::iter::repeat(&0)));
        let rows = counts.enumerate().map(|(index, (calls, failed))| {
            (
                self.clock(self.bucket_ms * index as u64),
                thousands_in(lang, *calls),
                thousands_in(lang, *failed),
            )
        });
        rows.collect()
    }
}
