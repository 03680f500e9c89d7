//! Distinguishes the single-byte encodings by the letters of a text and their positions in words.
//! Pure.
//!
//! Windows-1250 and ISO-8859-2 contain the Polish letters, partly at different bytes. Where one of
//! them has a letter, the other and windows-1252 may have a sign (`³`, `¹`, `±`). Signs do not
//! stand inside words, and letters do not stand alone. A text that makes no sense in any of the
//! three (another script, capitals inside words) is in another encoding.

use encoding_rs::{ISO_8859_2, WINDOWS_1250, WINDOWS_1252};

use super::verdict::{Certainty, EncodingVerdict};
use crate::read::Encoding;

/// Factor by which one of two contradicting readings must outweigh the other.
const OUTWEIGHS: u64 = 20;

/// Minimum number of letters that identify a Western text.
const WESTERN_AT_LEAST: u64 = 3;

/// The encodings that are distinguished; the user has to specify any other.
pub(in crate::read) static CANDIDATES: [Encoding; 3] = [
    Encoding::SingleByte(WINDOWS_1250),
    Encoding::SingleByte(ISO_8859_2),
    Encoding::SingleByte(WINDOWS_1252),
];

/// Letters at the same bytes in windows-1250 and ISO-8859-2: `ł ż Ł Ż`.
const COMMON: &[u8] = b"\xB3\xBF\xA3\xAF";
/// `ą ś ź Ą Ś Ź`, in this order, in windows-1250.
const OF_WINDOWS: &[u8] = b"\xB9\x9C\x9F\xA5\x8C\x8F";
/// The same letters in ISO-8859-2.
const OF_ISO: &[u8] = b"\xB1\xB6\xBC\xA1\xA6\xAC";
/// `ć ę ń` and their capitals; windows-1252 has `æ ê ñ` there.
const ALSO_WESTERN: &[u8] = b"\xE6\xC6\xEA\xCA\xF1\xD1";
/// `ó` and `Ó`, at the same bytes in all three.
const O_ACUTE: &[u8] = b"\xF3\xD3";
/// Letters at the same bytes in all three, used in Western and Central European names:
/// `ä ö ü ß é á ë ç í ú ô â î`.
const ALIKE: &[u8] =
    b"\xE4\xF6\xFC\xDF\xC4\xD6\xDC\xE9\xC9\xE1\xC1\xEB\xCB\xE7\xC7\xED\xCD\xFA\xDA\xF4\xD4\xE2\xC2\xEE\xCE";
/// Signs at the same bytes in windows-1250 and windows-1252, from the euro to the division sign.
const SIGNS: &[u8] =
    b"\x80\x82\x84\x85\x86\x87\x89\x8B\x91\x92\x93\x94\x95\x96\x97\x99\x9B\xA0\xA4\xA6\xA7\xA8\xA9\xAB\xAC\xAD\xAE\xB0\xB1\xB4\xB5\xB6\xB7\xB8\xBB\xD7\xF7";
/// Signs that may stand inside words: `’ – — …`, a soft hyphen, a no-break space, a middle dot.
const INSIDE_WORDS: &[u8] = b"\x85\x91\x92\x96\x97\xA0\xAD\xB7";
/// Bytes that windows-1250 leaves undefined: a row with one cannot be decoded in any case.
const UNDEFINED: &[u8] = b"\x81\x83\x88\x90\x98";
/// Letters that are not Polish and differ between the three: `č ř ě ů ď ň`, `à è å ø`, `š ž`.
const FOREIGN: &[u8] = b"\xE8\xC8\xF8\xD8\xEC\xCC\xF9\xD9\xEF\xCF\xF2\xD2\xE0\xC0\xE5\xC5\xE3\xC3\xF0\xD0\xF5\xD5\xFB\xDB\xFE\xDE\x8A\x9A\x8E\x9E\x8D\x9D\xBE";

/// Occurrences of each byte from 0x80 on.
type LetterCounts = [u64; 128];

/// Statistics of the bytes that are not UTF-8, collected piece by piece together with the text
/// between them.
#[derive(Clone, Debug)]
pub(in crate::read) struct Letters {
    /// All occurrences.
    total: LetterCounts,
    /// Occurrences between two letters, at the beginning of a word (`initial`), and at its end
    /// (`last`).
    inside: LetterCounts,
    initial: LetterCounts,
    last: LetterCounts,
    /// Letters that follow another non-ASCII letter: nearly all do in a text of a non-Latin script.
    chained: u64,
    /// Capitals after a small letter, small letters among capitals, and signs inside words.
    odd: u64,
    /// `ñ` or `ń` before a vowel, which occurs in Spanish but not in Polish.
    enye: u64,
    /// `ą` beside a vowel, or `ś ź Ś` before one, which do not occur in Polish.
    not_polish: u64,
    /// The last two bytes.
    before: [u8; 2],
    /// A byte that cannot be counted before the next one is known, with the two bytes before it.
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
    /// Adds a piece of valid UTF-8, of which only the bytes at its ends matter.
    pub(in crate::read) fn take_in_text(&mut self, text: &[u8]) {
        if let (Some(&first), Some(&last)) = (text.first(), text.last()) {
            self.settle(first);
            let last_but_one = text.iter().rev().nth(1).copied();
            self.before = [last_but_one.unwrap_or(self.before[1]), last];
        }
    }

    /// Adds bytes that are not UTF-8.
    pub(in crate::read) fn take_in_strays(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.settle(*byte);
            self.waiting = Some((self.before, *byte));
            self.before = [self.before[1], *byte];
        }
    }

    /// Counts the waiting byte, now that the byte after it is known.
    fn settle(&mut self, after: u8) {
        let Some(([two_before, before], byte)) = self.waiting.take() else {
            return;
        };
        count(&mut self.total, byte);
        match (is_letter(before), is_letter(after)) {
            // `m³` (cubic metre) is more frequent than `mł` as the only evidence of Polish.
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

    /// Decides for one of [`CANDIDATES`], or that the encoding is unclear.
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
        // `ř č ě` are at the same bytes in both, so a few foreign names do no harm.
        if (self.not_polish + self.enye) * OUTWEIGHS > polish || number(&self.total, FOREIGN) > polish {
            return unclear;
        }
        // The bytes of `ś`, `ź` and an initial `Ł` may be something else: `œ`, `ü` of an old
        // Macintosh, a pound sign.
        let seen = |bytes: &[u8]| number(&self.total, bytes) > 0;
        let others = [b"\xB9\xA5".as_slice(), OF_ISO, ALSO_WESTERN, O_ACUTE];
        if number(&self.inside, COMMON) == 0 && !others.iter().any(|others| seen(others)) {
            return unclear;
        }
        self.polish(of_windows, of_iso)
    }

    /// Distinguishes the two encodings of Polish text by the letters `Ą Ś Ź ą ś ź`, whose bytes
    /// differ, and by the range in which ISO-8859-2 has only control characters, which no one
    /// types.
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

    /// Judges a text without letters that are only Polish.
    fn not_polish(&self) -> EncodingVerdict {
        let [windows_1250, _, windows_1252] = CANDIDATES;
        let total = |bytes: &[u8]| number(&self.total, bytes);
        let unclear = EncodingVerdict::Unclear(&CANDIDATES);
        let hatted = total(b"\x8A\x9A\x8E\x9E");
        // `à` ends words; inside one, the byte is a letter of another encoding.
        let inside = number(&self.inside, b"\xE0");
        if inside * 2 > total(b"\xE0") {
            return unclear;
        }
        let western = total(b"\xE0\xC0\xE5\xC5") + self.enye;
        if western > 0 {
            let all = western + total(b"\xE8\xEA\xEC\xF2\xF8\xF9\xFB\xE6\x9C");
            // `ð þ` are `š ž` or `ğ ş` in other encodings, and undefined bytes are letters in
            // others.
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
        // `ć ę ń` and only Polish letters. A single kind may also be Danish, French or Spanish.
        let kinds = [b"\xE6\xC6", b"\xEA\xCA", b"\xF1\xD1", b"\xF3\xD3"];
        let kinds = kinds.iter().filter(|kind| total(kind.as_slice()) > 0).count();
        if kinds > 1 && only(&[ALSO_WESTERN, O_ACUTE, SIGNS]) {
            return EncodingVerdict::Guess(windows_1250, Certainty::Likely);
        }
        unclear
    }

    /// Whether bytes inside words were seen that the two encodings read differently.
    fn has_words_where_differ(&self, one: Encoding, other: Encoding) -> bool {
        let in_words = |byte| {
            number(&self.inside, &[byte]) + number(&self.initial, &[byte]) + number(&self.last, &[byte])
        };
        (0x80..=0xFF)
            .any(|byte| in_words(byte) > 0 && is_letter(byte) && one.letter(byte) != other.letter(byte))
    }

    /// Whether bytes were seen that the two encodings read differently.
    fn has_where_differ(&self, one: Encoding, other: Encoding) -> bool {
        (0x80..=0xFF).any(|byte| number(&self.total, &[byte]) > 0 && one.letter(byte) != other.letter(byte))
    }
}

/// Rates how well a byte shows which encoding is right, from 0 to 3. Best is a letter that the two
/// encodings of Polish read differently.
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

/// Sums the occurrences of these bytes.
fn number(counts: &LetterCounts, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .filter_map(|byte| counts.get(usize::from(byte & 0x7F)))
        .sum()
}

/// Whether a byte may be a letter in one of the three, for judging its neighbours.
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
