//! Which row waits for which ([rule 3](crate::rules#rule-3)): rows of one respondent are sent one after the other, in the
//! file's order; all others are independent. Pure and generic over the row.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use crate::model::Lane;

/// The taken lanes, each with the rows waiting behind the one that holds it.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    taken: HashMap<Lane, VecDeque<T>>,
    /// Number of rows waiting behind others.
    waiting: usize,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self {
            taken: HashMap::new(),
            waiting: 0,
        }
    }
}

impl<T> Lanes<T> {
    /// Takes the lane for a row and returns the row, or queues the row behind the one that holds
    /// the lane.
    pub(crate) fn enter(&mut self, lane: Lane, row: T) -> Option<T> {
        match self.taken.entry(lane) {
            Entry::Vacant(free) => {
                // Allocates nothing until a row waits.
                free.insert(VecDeque::new());
                Some(row)
            }
            Entry::Occupied(mut taken) => {
                taken.get_mut().push_back(row);
                self.waiting += 1;
                None
            }
        }
    }

    /// Releases the lane of a row that has its outcome. Returns the next row, which holds the lane
    /// now; `None` if the lane is free.
    pub(crate) fn leave(&mut self, lane: Lane) -> Option<T> {
        let next = self.taken.get_mut(&lane).and_then(VecDeque::pop_front);
        match next {
            Some(_) => self.waiting -= 1,
            None => drop(self.taken.remove(&lane)),
        }
        next
    }

    pub(crate) fn is_taken(&self, lane: Lane) -> bool {
        self.taken.contains_key(&lane)
    }

    /// Takes all rows that wait behind others, and frees all lanes.
    pub(crate) fn take_waiting(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.waiting = 0;
        std::mem::take(&mut self.taken).into_values().flatten()
    }

    /// Whether any row waits behind another.
    pub(crate) fn has_waiting(&self) -> bool {
        self.waiting > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digits;

    #[test]
    fn one_row_a_lane_in_the_order_of_arrival() {
        let lane = |id| Lane::new(Digits::new("1").unwrap(), Digits::new(id).unwrap());
        let mut lanes = Lanes::default();
        assert_eq!(lanes.enter(lane("7"), 'a'), Some('a'));
        assert_eq!(lanes.enter(lane("7"), 'b'), None);
        assert_eq!(lanes.enter(lane("8"), 'c'), Some('c'));
        assert_eq!(lanes.enter(lane("7"), 'd'), None);
        assert_eq!(lanes.leave(lane("8")), None);
        assert!(lanes.has_waiting());
        assert_eq!(lanes.leave(lane("7")), Some('b'));
        assert_eq!(lanes.leave(lane("7")), Some('d'));
        assert!(!lanes.has_waiting());
        assert_eq!(lanes.leave(lane("7")), None);
        assert_eq!(lanes.enter(lane("7"), 'e'), Some('e'), "free again");
    }
}
