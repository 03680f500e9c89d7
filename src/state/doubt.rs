//! The contents that the platform may still apply late to a respondent. Pure.

/// The contents of calls that ended without a clear answer, and of calls in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Doubt {
    #[default]
    None,
    /// The digest of the only content.
    One(u128),
    /// Several different contents.
    Several,
}

impl Doubt {
    /// Adds this content.
    pub(super) fn with(self, digest: u128) -> Self {
        self.and(Self::One(digest))
    }

    /// Combines both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, doubt) | (doubt, Self::None) => doubt,
            (Self::One(one), Self::One(other)) if one == other => self,
            _ => Self::Several,
        }
    }

    /// Whether a late call could not change this content, because it would only repeat it.
    pub(super) fn repeats_only(self, digest: u128) -> bool {
        match self {
            Self::None => true,
            Self::One(other) => other == digest,
            Self::Several => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_content_is_harmless_to_itself_alone() {
        let none = Doubt::None;
        assert!(none.repeats_only(1));
        let one = none.with(1).with(1);
        assert_eq!(one, Doubt::One(1));
        assert!(one.repeats_only(1) && !one.repeats_only(2));
        let two = one.with(2);
        assert_eq!(two, Doubt::Several);
        assert!(!two.repeats_only(1) && !two.repeats_only(2));
        assert_eq!(two.and(none), Doubt::Several);
        assert_eq!(none.and(one), one);
    }
}
