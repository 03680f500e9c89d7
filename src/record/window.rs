//! Puts outcomes back into the order of the input. Pure. The slots that each row holds until its
//! line is written limit how much can wait here.

use std::collections::VecDeque;

/// Items that arrived before those of earlier rows.
#[derive(Debug)]
pub(crate) struct ReorderWindow<T> {
    /// The sequence number of the next row in order.
    next: u64,
    /// The items from `next` on; `None` is a row still in progress.
    waiting: VecDeque<Option<T>>,
}

impl<T> Default for ReorderWindow<T> {
    fn default() -> Self {
        Self {
            next: 0,
            waiting: VecDeque::new(),
        }
    }
}

impl<T> ReorderWindow<T> {
    /// Adds the item of a row that is not next. A second item for the same row would be a bug, and
    /// is ignored.
    pub(crate) fn insert(&mut self, sequence: u64, line: T) {
        let Some(ahead) = sequence.checked_sub(self.next) else {
            return;
        };
        let Ok(ahead) = usize::try_from(ahead) else { return };
        if self.waiting.len() <= ahead {
            self.waiting.resize_with(ahead + 1, || None);
        }
        if let Some(place) = self.waiting.get_mut(ahead) {
            place.get_or_insert(line);
        }
    }

    /// Whether this row is next and has no waiting item.
    pub(crate) fn is_next(&self, sequence: u64) -> bool {
        sequence == self.next && self.waiting.front().is_none_or(Option::is_none)
    }

    /// Moves past the next row, whose line was written without waiting.
    pub(crate) fn pass(&mut self) {
        self.waiting.pop_front();
        self.next += 1;
    }

    /// Takes the item of the next row, if it has arrived.
    pub(crate) fn next_in_order(&mut self) -> Option<T> {
        let line = self.waiting.front_mut()?.take()?;
        self.pass();
        Some(line)
    }

    /// Takes all waiting items in ascending order, without the rows that will never arrive.
    pub(crate) fn take_rest(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.waiting).into_iter().flatten()
    }
}

#[cfg(test)]
impl<T> ReorderWindow<T> {
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &T> + Clone {
        self.waiting.iter().flatten()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.waiting.capacity()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_order_comes_out_in_the_inputs_and_gaps_are_passed_at_the_end(
            order in Just((0_u64..40).collect::<Vec<_>>()).prop_shuffle(),
            lost in proptest::collection::hash_set(0_u64..40, 0..5),
        ) {
            let mut window = ReorderWindow::default();
            let mut written = Vec::new();
            for sequence in order.into_iter().filter(|sequence| !lost.contains(sequence)) {
                if window.is_next(sequence) {
                    written.push(sequence);
                    window.pass();
                } else {
                    window.insert(sequence, sequence);
                }
                written.extend(std::iter::from_fn(|| window.next_in_order()));
            }
            let first_lost = lost.iter().min().copied().unwrap_or(40);
            prop_assert_eq!(written.len() as u64, first_lost);
            written.extend(window.take_rest());
            let expected: Vec<u64> = (0..40).filter(|sequence| !lost.contains(sequence)).collect();
            prop_assert_eq!(written, expected);
        }
    }
}
