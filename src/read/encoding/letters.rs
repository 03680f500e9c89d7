//! Which single-byte encoding it is: by the letters that a text has, and where in its words they stand. Pure.
//!
//! Windows-1250 and ISO-8859-2 have Polish letters, in part in different places; windows-1252 has signs there (`³`, `¹`, `±`),
//! and so have the two for each other's. A sign does not stand inside a word, and a letter does not stand alone. What reads as
//! no text in any of the three (another script, capitals inside words) is in none of them.

use encoding_rs::{ISO_8859_2, WINDOWS_1250, WINDOWS_1252};

use super::evidence::{Certainty, EncodingVerdict};
use crate::read::Encoding;

/// Of two readings that contradict each other, one has to outweigh the other by so much.
const OUTWEIGHS: u64 = 20;

/// Fewer letters do not tell a Western text.
const WESTERN_AT_LEAST: u64 = 3;

/// The encodings between which is decided; all others have to be given.
pub(in crate::read) static CANDIDATES: [Encoding; 3] = [
    Encoding::SingleByte(WINDOWS_1250),
    Encoding::SingleByte(ISO_8859_2),
    Encoding::SingleByte(WINDOWS_1252),
];

/// Letters of windows-1250 and ISO-8859-2 alike: `ł ż Ł Ż`.
const COMMON: &[u8] = b"\xB3\xBF\xA3\xAF";
/// `ą ś ź Ą Ś Ź`, in the order of the alphabet, as each of the two has them.
const OF_WINDOWS: &[u8] = b"\xB9\x9C\x9F\xA5\x8C\x8F";
const OF_ISO: &[u8] = b"\xB1\xB6\xBC\xA1\xA6\xAC";
/// `ć ę ń`, which windows-1252 has as `æ ê ñ`, and `ó`, which all have.
const ALSO_WESTERN: &[u8] = b"\xE6\xC6\xEA\xCA\xF1\xD1";
const O_ACUTE: &[u8] = b"\xF3\xD3";
/// Letters that the three have alike and that Western and Central European names hold: `ä ö ü ß é á ë ç í ú ô â î`.
const ALIKE: &[u8] =
    b"\xE4\xF6\xFC\xDF\xC4\xD6\xDC\xE9\xC9\xE1\xC1\xEB\xCB\xE7\xC7\xED\xCD\xFA\xDA\xF4\xD4\xE2\xC2\xEE\xCE";
/// Signs that windows-1250 and windows-1252 have alike, from the euro to the division sign.
const SIGNS: &[u8] =
    b"\x80\x82\x84\x85\x86\x87\x89\x8B\x91\x92\x93\x94\x95\x96\x97\x99\x9B\xA0\xA4\xA6\xA7\xA8\xA9\xAB\xAC\xAD\xAE\xB0\xB1\xB4\xB5\xB6\xB7\xB8\xBB\xD7\xF7";
/// Signs that stand inside words: `’ – — …`, a soft hyphen, a no-break space, a middle dot.
const INSIDE_WORDS: &[u8] = b"\x85\x91\x92\x96\x97\xA0\xAD\xB7";
/// What windows-1250 does not have: such a row cannot be decoded, whatever else is true.
const UNDEFINED: &[u8] = b"\x81\x83\x88\x90\x98";
/// Letters that are not Polish, and not the same letters in all three: `č ř ě ů ď ň`, `à è å ø`, `š ž`.
const FOREIGN: &[u8] = b"\xE8\xC8\xF8\xD8\xEC\xCC\xF9\xD9\xEF\xCF\xF2\xD2\xE0\xC0\xE5\xC5\xE3\xC3\xF0\xD0\xF5\xD5\xFB\xDB\xFE\xDE\x8A\x9A\x8E\x9E\x8D\x9D\xBE";

/// How often each byte from 0x80 on was seen.
type LetterCounts = [u64; 128];

/// What the bytes that are not UTF-8 are like, taken in piece by piece together with the text between them.
#[derive(Clone, Debug)]
pub(in crate::read) struct Letters {
    total: LetterCounts,
    /// Between two letters; before one, at a word's beginning; behind one, at its end.
    inside: LetterCounts,
    initial: LetterCounts,
    last: LetterCounts,
    /// Bytes behind another one above ASCII: nearly all are in a script of its own.
    chained: u64,
    /// Capitals behind a small letter, small letters among capitals, and signs inside words.
    odd: u64,
    /// `ñ` or `ń` before a vowel, where Polish never has it, and Spanish always.
    enye: u64,
    /// `ą` beside a vowel, `ś ź Ś` before one, where Polish never has them.
    not_polish: u64,
    /// The two bytes before.
    before: [u8; 2],
    waiting: Option<([u8; 2], u8)>,
}

impl Default for Letters {
    fn default() -> Self {
        Self {
            total: [0; 128],
            inside: [0; 128],
            initial: [0; 128],
            last: [0; 128],
            chained: 0,
            odd: 0,
            enye: 0,
            not_polish: 0,
            before: [b' '; 2],
            waiting: None,
        }
    }
}

impl Letters {
    pub(in crate::read) fn take_in_text(&mut self, text: &[u8]) {
        if let (Some(&first), Some(&last)) = (text.first(), text.last()) {
            self.settle(first);
            let last_but_one = text.iter().rev().nth(1).copied();
            self.before = [last_but_one.unwrap_or(self.before[1]), last];
        }
    }

    pub(in crate::read) fn take_in_strays(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.settle(*byte);
            self.waiting = Some((self.before, *byte));
            self.before = [self.before[1], *byte];
        }
    }

    /// The byte that waited for the one behind it is looked at.
    fn settle(&mut self, after: u8) {
        let Some(([two_before, before], byte)) = self.waiting.take() else {
            return;
        };
        count(&mut self.total, byte);
        match (is_letter(before), is_letter(after)) {
            // `m³` is more often a cubic metre than `mł` is the only sign of Polish.
            (true, _) if byte == 0xB3 && before == b'm' => {}
            (true, true) => count(&mut self.inside, byte),
            (false, true) => count(&mut self.initial, byte),
            (true, false) => count(&mut self.last, byte),
            (false, false) => {}
        }
        self.chained += u64::from(is_letter(byte) && !before.is_ascii() && is_letter(before));
        let odd = if is_capital(byte) {
            before.is_ascii_lowercase() || before.is_ascii_uppercase() && after.is_ascii_lowercase()
        } else if is_letter(byte) {
            is_upper(before) && (is_upper(after) || is_upper(two_before) && !is_letter(after))
        } else {
            is_letter(before)
                && is_letter(after)
                && !INSIDE_WORDS.contains(&byte)
                && !UNDEFINED.contains(&byte)
        };
        self.odd += u64::from(odd);
        self.enye += u64::from(matches!(byte, 0xF1 | 0xD1) && is_vowel(after));
        let not_polish = match byte {
            0xB9 | 0xA5 => is_vowel(after) || is_vowel(before) && !before.eq_ignore_ascii_case(&b'i'),
            0x8C | 0x9C | 0x9F => is_vowel(after),
            _ => false,
        };
        self.not_polish += u64::from(not_polish);
    }

    pub(in crate::read) fn verdict(mut self) -> EncodingVerdict {
        self.settle(b' ');
        let unclear = EncodingVerdict::Unclear(&CANDIDATES);
        let letters: u64 = (0x80..=0xFF)
            .filter(|byte| is_letter(*byte))
            .map(|byte| number(&self.total, &[byte]))
            .sum();
        if self.chained > 2 && self.chained * 3 > letters * 2 || self.odd * OUTWEIGHS > letters {
            return unclear;
        }
        let of_windows = (number(&self.inside, OF_WINDOWS)
            + number(&self.last, b"\xB9\x9C\x9F\x8F")
            + number(&self.initial, b"\xA5\x8C\x8F\x9C\x9F"))
        .saturating_sub(self.not_polish);
        let of_iso = number(&self.inside, OF_ISO)
            + number(&self.last, OF_ISO)
            + number(&self.initial, b"\xB6\xBC\xA6\xAC");
        let common = number(&self.inside, COMMON) + number(&self.initial, b"\xA3\xAF");
        let polish = of_windows + of_iso + common;
        if polish == 0 {
            return self.not_polish();
        }
        // `ř č ě` are in one place in both, so a few foreign names do no harm.
        if (self.not_polish + self.enye) * OUTWEIGHS > polish || number(&self.total, FOREIGN) > polish {
            return unclear;
        }
        // `ś` is `œ` elsewhere, `ź` what an old Macintosh has for `ü`, and `Ł` at a word's beginning a pound.
        let seen = |bytes: &[u8]| number(&self.total, bytes) > 0;
        let others = [b"\xB9\xA5".as_slice(), OF_ISO, ALSO_WESTERN, O_ACUTE];
        if number(&self.inside, COMMON) == 0 && !others.iter().any(|others| seen(others)) {
            return unclear;
        }
        self.polish(of_windows, of_iso)
    }

    /// The two encodings of Polish text, told by the letters `Ą Ś Ź ą ś ź`, which they have in different places, and by a
    /// range in which ISO-8859-2 has nothing that a person types.
    fn polish(&self, of_windows: u64, of_iso: u64) -> EncodingVerdict {
        let [windows, iso, _] = CANDIDATES;
        let controls: u64 = self.total.iter().take(0x20).sum();
        let certainty = |told: u64| {
            if told > 1 {
                Certainty::Told(told)
            } else {
                Certainty::Likely
            }
        };
        match (of_windows, of_iso) {
            (0, 0) if !self.has_where_differ(windows, iso) => {
                EncodingVerdict::Guess(windows, Certainty::SameIn(iso.name()))
            }
            (0, 0) if !self.has_words_where_differ(windows, iso) => {
                EncodingVerdict::Guess(windows, Certainty::Likely)
            }
            (0, 0) => EncodingVerdict::Unclear(&CANDIDATES),
            (told, 0) => EncodingVerdict::Guess(windows, certainty(told + controls.saturating_sub(told))),
            (0, told) if controls == 0 => EncodingVerdict::Guess(iso, certainty(told)),
            (told, against) if told >= against * OUTWEIGHS => {
                EncodingVerdict::Guess(windows, Certainty::Likely)
            }
            (against, told) if controls == 0 && told >= against * OUTWEIGHS => {
                EncodingVerdict::Guess(iso, Certainty::Likely)
            }
            _ => EncodingVerdict::Unclear(&CANDIDATES),
        }
    }

    /// No letter that is Polish alone.
    fn not_polish(&self) -> EncodingVerdict {
        let [windows_1250, _, windows_1252] = CANDIDATES;
        let total = |bytes: &[u8]| number(&self.total, bytes);
        let unclear = EncodingVerdict::Unclear(&CANDIDATES);
        let hatted = total(b"\x8A\x9A\x8E\x9E");
        // `à` ends a word; inside one it is another letter of another encoding.
        let inside = number(&self.inside, b"\xE0");
        if inside * 2 > total(b"\xE0") {
            return unclear;
        }
        let western = total(b"\xE0\xC0\xE5\xC5") + self.enye;
        if western > 0 {
            let all = western + total(b"\xE8\xEA\xEC\xF2\xF8\xF9\xFB\xE6\x9C");
            // `ð þ` are `š ž` or `ğ ş` of others, and undefined bytes are somebody's letters.
            let is_other = hatted + total(b"\xF0\xFE\xD0\xDE\x81\x8D\x8F\x90\x9D") > 0;
            return if all >= WESTERN_AT_LEAST && !is_other {
                EncodingVerdict::Guess(windows_1252, Certainty::Likely)
            } else {
                unclear
            };
        }
        if hatted > 0 && total(b"\xEC\xF8\xE8\xF9\xF2\xEF") > 0 && self.not_polish == 0 {
            return EncodingVerdict::Guess(windows_1250, Certainty::Likely);
        }
        let only = |sets: &[&[u8]]| {
            (0x80..=0xFF)
                .all(|byte| number(&self.total, &[byte]) == 0 || sets.iter().any(|set| set.contains(&byte)))
        };
        if only(&[ALIKE, O_ACUTE, SIGNS]) {
            return EncodingVerdict::Guess(windows_1250, Certainty::SameIn(windows_1252.name()));
        }
        // `ć ę ń` and nothing that is not Polish: one of them alone may be Danish, French or Spanish.
        let kinds = [b"\xE6\xC6", b"\xEA\xCA", b"\xF1\xD1", b"\xF3\xD3"];
        let kinds = kinds.iter().filter(|kind| total(kind.as_slice()) > 0).count();
        if kinds > 1 && only(&[ALSO_WESTERN, O_ACUTE, SIGNS]) {
            return EncodingVerdict::Guess(windows_1250, Certainty::Likely);
        }
        unclear
    }

    /// The same for bytes that belong to words.
    fn has_words_where_differ(&self, one: Encoding, other: Encoding) -> bool {
        let in_words = |byte| {
            number(&self.inside, &[byte]) + number(&self.initial, &[byte]) + number(&self.last, &[byte])
        };
        (0x80..=0xFF)
            .any(|byte| in_words(byte) > 0 && is_letter(byte) && one.letter(byte) != other.letter(byte))
    }

    /// Whether bytes were seen that the two read in different ways.
    fn has_where_differ(&self, one: Encoding, other: Encoding) -> bool {
        (0x80..=0xFF).any(|byte| number(&self.total, &[byte]) > 0 && one.letter(byte) != other.letter(byte))
    }
}

/// How well a byte shows which encoding is right: the best is one that the two with Polish letters read in different ways.
pub(in crate::read) fn telling(byte: u8) -> u8 {
    if byte.is_ascii() {
        return 0;
    }
    let [windows, iso, western] = CANDIDATES.map(|encoding| encoding.letter(byte));
    match (windows == iso, windows == western) {
        (false, _) if is_letter(byte) => 3,
        (_, false) => 2,
        _ => 1,
    }
}

fn count(counts: &mut LetterCounts, byte: u8) {
    if let Some(count) = counts.get_mut(usize::from(byte & 0x7F)) {
        *count += 1;
    }
}

fn number(counts: &LetterCounts, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .filter_map(|byte| counts.get(usize::from(byte & 0x7F)))
        .sum()
}

/// Whether a byte is a letter in one of the three, as far as its neighbours are concerned.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || byte >= 0xC0 && !matches!(byte, 0xD7 | 0xF7)
        || COMMON.contains(&byte)
        || OF_WINDOWS.contains(&byte)
        || OF_ISO.contains(&byte)
        || b"\x8A\x8D\x8E\x9A\x9D\x9E\xBE".contains(&byte)
}

fn is_capital(byte: u8) -> bool {
    matches!(byte, 0xC0..=0xD6 | 0xD8..=0xDE)
        || b"\x8A\x8C\x8D\x8E\x8F\xA3\xA5\xAF\xA1\xA6\xAC".contains(&byte)
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || is_capital(byte)
}

fn is_vowel(byte: u8) -> bool {
    b"aeiouyAEIOUY\xE1\xE9\xED\xF3\xFA\xFD".contains(&byte)
}
