//! Which encoding the bytes of an input speak for, taken in over the whole of it. Pure; how bytes become text is in
//! `read/encoding.rs`.
//!
//! Valid UTF-8 is hardly ever an accident, so it comes first. What is none is in an encoding of one byte per character,
//! and which of those is told by the letters that Polish text has and by where each of them puts these letters. Where
//! the bytes do not tell, nobody guesses: a wrong guess puts wrong letters on real people's contacts.

use encoding_rs::{ISO_8859_2, WINDOWS_1250, WINDOWS_1252};

use super::Encoding;

/// So many more bytes that are not UTF-8 than characters that are: those are accidents (mostly an old fault in a cell),
/// and the input is in a single-byte encoding. With fewer, the bytes are the strays.
const STRAYS_AT_MOST: u64 = 10;

/// Of two readings that contradict each other, one has to outweigh the other by so much.
const OUTWEIGHS: u64 = 20;

/// Fewer letters do not tell a Western text.
const WESTERN_AT_LEAST: u64 = 3;

/// What is known of an input's bytes, piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// UTF-8 characters of several bytes.
    characters: u64,
    /// One of them is no accident.
    telling: bool,
    /// Bytes that are not UTF-8, and how often each was seen, from 0x80 on.
    strays: u64,
    counts: [u64; 128],
    /// `ñ` of windows-1252, and `ń` of the others, before a vowel: where Polish never has it, and Spanish always.
    before_vowels: u64,
    last_stray: Option<u8>,
    /// The beginning of a character whose end was not yet seen: three bytes at most.
    pending: Vec<u8>,
}

/// What the bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Bytes that are not UTF-8 may be among them: those rows cannot be decoded.
    Utf8,
    Guess(Encoding, Certainty),
    /// Each of these is possible, and they do not read the same.
    Unclear(&'static [Encoding]),
}

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// So many letters are where only this encoding has them.
    Told(u64),
    /// The other encoding reads this input in the same way.
    SameIn(&'static str),
    /// What speaks against it is a small part.
    Likely,
}

static CANDIDATES: [Encoding; 3] = [
    Encoding::SingleByte(WINDOWS_1250),
    Encoding::SingleByte(ISO_8859_2),
    Encoding::SingleByte(WINDOWS_1252),
];

static OR_UTF_8: [Encoding; 3] = [
    Encoding::SingleByte(WINDOWS_1250),
    Encoding::SingleByte(ISO_8859_2),
    Encoding::Utf8,
];

impl Default for Evidence {
    fn default() -> Self {
        Self {
            characters: 0,
            telling: false,
            strays: 0,
            counts: [0; 128],
            before_vowels: 0,
            last_stray: None,
            pending: Vec::new(),
        }
    }
}

impl Evidence {
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while !self.pending.is_empty() {
            let Some((&first, rest)) = bytes.split_first() else {
                return;
            };
            let mut candidate = std::mem::take(&mut self.pending);
            candidate.push(first);
            match str::from_utf8(&candidate) {
                Ok(text) => {
                    self.take_in_text(text);
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => {
                    self.pending = candidate;
                    bytes = rest;
                }
                // The byte at hand does not belong to the character: it starts something of its own.
                Err(_) => {
                    candidate.pop();
                    self.take_in_strays(&candidate);
                }
            }
        }
        while let Err(error) = str::from_utf8(bytes) {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.take_in_text(str::from_utf8(valid).unwrap_or_default());
            let Some(length) = error.error_len() else {
                self.pending = rest.to_vec();
                return;
            };
            let (strays, rest) = rest.split_at(length);
            self.take_in_strays(strays);
            bytes = rest;
        }
        self.take_in_text(str::from_utf8(bytes).unwrap_or_default());
    }

    /// Whether everything up to here is valid UTF-8, and above ASCII not by accident.
    pub(super) fn is_utf8_for_sure(&self) -> bool {
        self.telling && self.strays == 0
    }

    /// The verdict once everything was taken in.
    pub(super) fn verdict(mut self) -> Verdict {
        let pending = std::mem::take(&mut self.pending);
        self.take_in_strays(&pending);
        self.verdict_so_far()
    }

    /// The verdict on a beginning, which may end in the middle of a character.
    pub(super) fn verdict_so_far(&self) -> Verdict {
        let few_strays = self.strays <= self.characters.saturating_mul(STRAYS_AT_MOST);
        if self.telling && few_strays || self.strays == 0 && self.characters == 0 {
            return Verdict::Utf8;
        }
        if self.strays == 0 {
            // `SPÓŁKA` in windows-1250 is valid UTF-8, and so far there is nothing else to go by.
            return Verdict::Unclear(&OR_UTF_8);
        }
        judge(&self.counts, self.before_vowels)
    }

    fn take_in_text(&mut self, text: &str) {
        let Some(first) = text.bytes().next() else { return };
        if matches!(self.last_stray.take(), Some(0xF1 | 0xD1)) && b"aeiouAEIOU".contains(&first) {
            self.before_vowels += 1;
        }
        if text.is_ascii() {
            return;
        }
        self.characters += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
        self.telling = self.telling || is_telling(text);
    }

    fn take_in_strays(&mut self, bytes: &[u8]) {
        self.strays += bytes.len() as u64;
        self.last_stray = bytes.last().copied().or(self.last_stray);
        for byte in bytes {
            if let Some(count) = self.counts.get_mut(usize::from(byte & 0x7F)) {
                *count += 1;
            }
        }
    }
}

/// Whether a text above ASCII is UTF-8 for sure. Some characters are what letters of Polish in a single-byte encoding look
/// like when others follow (`ÓŁ`, `Ń”`, `ęśż`): those whose first byte is `Ć`, `Ę`, `Ń`, `Ó`, `ć` or `ę` there.
pub(super) fn is_telling(text: &str) -> bool {
    text.chars().any(|character| {
        let may_be_letters = matches!(character,
            '\u{180}'..='\u{1BF}' | '\u{280}'..='\u{2BF}' | '\u{440}'..='\u{47F}' | '\u{4C0}'..='\u{4FF}'
            | '\u{6000}'..='\u{6FFF}' | '\u{A000}'..='\u{AFFF}');
        !character.is_ascii() && !may_be_letters
    })
}

/// Which single-byte encoding has letters where these bytes are; how often each occurred, from 0x80 on, and how often `ñ`
/// or `ń` before a vowel.
fn judge(counts: &[u64; 128], before_vowels: u64) -> Verdict {
    let number = |bytes: &[u8]| -> u64 {
        bytes
            .iter()
            .filter_map(|byte| counts.get(usize::from(byte & 0x7F)))
            .sum()
    };
    let controls: u64 = counts.iter().take(0x20).sum();
    // `ą ź Ź` and `ą ś ź Ś`, each where the other two have signs that no contact's name holds; `ł` is in one place in both.
    let polish = number(b"\xB9\x9F\x8F\xB3") + number(b"\xB1\xB6\xBC\xA6");
    let czech = number(b"\xEC\xF8\xF9\xF2\xEF");
    let western = number(b"\xE0\xC0\xE5\xC5") + before_vowels;
    if polish > 0 {
        if western * OUTWEIGHS > polish || controls == 0 && czech * OUTWEIGHS > polish {
            return Verdict::Unclear(&CANDIDATES);
        }
        return judge_polish(
            controls,
            number(b"\xA5\xB9\x8C\x9C\x8F\x9F"),
            number(b"\xA1\xB1\xA6\xB6\xAC\xBC"),
        );
    }
    let [windows_1250, _, windows_1252] = CANDIDATES;
    let hatted = number(b"\x8A\x9A\x8E\x9E");
    let other_western = number(b"\xE8\xEA\xEC\xF2\xF8\xF9\xFB\xE6\x9C");
    if western > 0 {
        let is_told = western + other_western >= WESTERN_AT_LEAST
            && hatted == 0
            && number(b"\x81\x8D\x8F\x90\x9D") == 0;
        return if is_told {
            Verdict::Guess(windows_1252, Certainty::Likely)
        } else {
            Verdict::Unclear(&CANDIDATES)
        };
    }
    if hatted > 0 && czech > 0 {
        return Verdict::Guess(windows_1250, Certainty::Likely);
    }
    // `ć ę ń`, where windows-1252 has `æ ê ñ`.
    let may_be_polish = b"\xC6\xE6\xCA\xEA\xD1\xF1";
    let differs = |byte: u8| windows_1250.letter(byte) != windows_1252.letter(byte);
    let differing: Vec<u8> = (0x80..=0xFF)
        .filter(|byte| number(&[*byte]) > 0 && differs(*byte))
        .collect();
    if differing.is_empty() {
        Verdict::Guess(windows_1250, Certainty::SameIn(windows_1252.name()))
    } else if differing.iter().all(|byte| may_be_polish.contains(byte)) {
        Verdict::Guess(windows_1250, Certainty::Likely)
    } else {
        Verdict::Unclear(&CANDIDATES)
    }
}

/// The two encodings of Polish text, told by the letters `Ą Ś Ź ą ś ź`, which they have in different places, and by the
/// `controls`, a range in which ISO-8859-2 has nothing that a person types.
fn judge_polish(controls: u64, of_windows: u64, of_iso: u64) -> Verdict {
    let [windows, iso, _] = CANDIDATES;
    match (of_windows, of_iso) {
        (0, 0) if controls == 0 => Verdict::Guess(windows, Certainty::SameIn(iso.name())),
        (0, 0) => Verdict::Guess(windows, Certainty::Told(controls)),
        (told, 0) => Verdict::Guess(windows, Certainty::Told(told)),
        (0, told) if controls == 0 => Verdict::Guess(iso, Certainty::Told(told)),
        (told, against) if told >= against * OUTWEIGHS => Verdict::Guess(windows, Certainty::Likely),
        (against, told) if controls == 0 && told >= against * OUTWEIGHS => {
            Verdict::Guess(iso, Certainty::Likely)
        }
        _ => Verdict::Unclear(&CANDIDATES),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(bytes: &[u8]) -> Verdict {
        let mut evidence = Evidence::default();
        evidence.take_in(bytes);
        evidence.verdict()
    }

    fn in_encoding(label: &str, text: &str) -> Vec<u8> {
        label.parse::<Encoding>().unwrap().encode(text)
    }

    /// The verdict on a text in an encoding, in short.
    fn told(label: &str, text: &str) -> String {
        match verdict(&in_encoding(label, text)) {
            Verdict::Utf8 => "UTF-8".to_owned(),
            Verdict::Guess(encoding, Certainty::Told(count)) => format!("{} told {count}", encoding.name()),
            Verdict::Guess(encoding, Certainty::SameIn(other)) => format!("{} as {other}", encoding.name()),
            Verdict::Guess(encoding, Certainty::Likely) => format!("{} likely", encoding.name()),
            Verdict::Unclear(_) => "unclear".to_owned(),
        }
    }

    #[test]
    fn the_encoding_is_told_by_the_letters_and_where_they_are() {
        let polish = "Zażółć gęślą jaźń; Świętosława Żak, Ząbki";
        let shouted = "ZESPÓŁ SZKÓŁ, SPÓŁKA Z O.O., GÓRNOŚLĄSKA, ŁÓDŹ";
        let french = "Voilà, la crème brûlée à la française: œuf, où ça?";
        let czech = "Plzeň, Příbram, České Budějovice, Žďár, šťastný";
        let cases = [
            ("utf-8", polish, "UTF-8"),
            ("utf-8", shouted, "UTF-8"),
            ("utf-8", "plain", "UTF-8"),
            ("windows-1250", polish, "windows-1250 told 5"),
            ("iso-8859-2", polish, "ISO-8859-2 told 5"),
            ("windows-1250", shouted, "windows-1250 told 3"),
            ("iso-8859-2", "Ślązak, Łódź", "ISO-8859-2 told 3"),
            (
                "windows-1250",
                "Złoty klient, Kraków",
                "windows-1250 as ISO-8859-2",
            ),
            ("windows-1250", "Złoty „klient”", "windows-1250 told 2"),
            ("windows-1252", french, "windows-1252 likely"),
            (
                "windows-1252",
                "Århus, Ærø, Gråsten, Ålborg",
                "windows-1252 likely",
            ),
            (
                "windows-1252",
                "Müller, Böhm, Weiß",
                "windows-1250 as windows-1252",
            ),
            ("windows-1250", czech, "windows-1250 likely"),
            // What chardetng takes for windows-1252.
            ("windows-1250", "Plzeň", "unclear"),
            ("iso-8859-2", czech, "unclear"),
            ("windows-1252", "¿Qué? ¡Mañana! Muñoz", "unclear"),
            ("windows-1252", "Muñoz", "unclear"),
            ("windows-1252", "Muñoz, Peña, Begoña", "windows-1252 likely"),
            (
                "windows-1250",
                "Gdańsk, Poznań, Kraków, Zięba",
                "windows-1250 likely",
            ),
            // Valid UTF-8 by accident, and nothing else to go by.
            ("windows-1250", "SPÓŁKA", "unclear"),
        ];
        for (label, text, expected) in cases {
            assert_eq!(told(label, text), expected, "{label}: {text}");
        }
    }

    #[test]
    fn a_few_bytes_of_another_encoding_do_not_turn_the_verdict() {
        let polish = "Zażółć gęślą jaźń";
        let stray = [polish.as_bytes(), b" \xB3 stray"].concat();
        assert_eq!(verdict(&stray), Verdict::Utf8, "that row cannot be decoded");
        let old_fault = [
            in_encoding("windows-1250", &polish.repeat(5)),
            "ó".as_bytes().to_vec(),
        ]
        .concat();
        assert!(
            matches!(verdict(&old_fault), Verdict::Guess(encoding, _) if encoding.name() == "windows-1250")
        );
        let half = [in_encoding("windows-1250", polish), polish.as_bytes().to_vec()].concat();
        assert_eq!(
            verdict(&half),
            Verdict::Utf8,
            "half of the rows cannot be decoded: none is sent wrongly"
        );
        let mixed = [
            in_encoding("windows-1250", polish),
            in_encoding("iso-8859-2", polish),
        ]
        .concat();
        assert_eq!(verdict(&mixed), Verdict::Unclear(&CANDIDATES));
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_where_the_pieces_were_cut(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b"a".to_vec()), Just("ł".as_bytes().to_vec()), Just("😀".as_bytes().to_vec()),
                Just(vec![0xB3]), Just(vec![0xC5]), Just(vec![0xF0, 0x9F]), Just(vec![0xB9]), Just(vec![0xD3, 0xA3]),
                Just(vec![0xF1]),
            ], 0..12),
            step in 1_usize..5,
        ) {
            let bytes = bytes.concat();
            let mut pieces = Evidence::default();
            for piece in bytes.chunks(step) {
                pieces.take_in(piece);
            }
            prop_assert_eq!(pieces.verdict(), verdict(&bytes));
        }
    }
}
