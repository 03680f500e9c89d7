//! Collects evidence for the encoding of an input, over all of its bytes. Pure;
//! `read/encoding/decode.rs` converts the bytes to text, and `read/encoding/letters.rs`
//! distinguishes the single-byte encodings.
//!
//! Valid UTF-8 is hardly ever an accident, so it is considered first. Anything else is in an
//! encoding of one byte per character. The letters of a text, and their positions in words, show
//! which one. If they do not, there is no guess: a wrong guess would put wrong letters on real
//! people's contacts.

use encoding_rs::{ISO_8859_2, WINDOWS_1250};

use super::letters::Letters;
use super::utf8::valid_up_to;
use super::verdict::EncodingVerdict;
use crate::read::Encoding;

/// Maximum ratio of bytes that are not UTF-8 to UTF-8 characters of several bytes. Above it, the
/// characters are accidents (mostly an old fault in a cell) and the input is in a single-byte
/// encoding. Up to it, the bytes are the faults.
const STRAYS_AT_MOST: u64 = 10;

/// Maximum length of a UTF-8 character in bytes.
const MAX_CHARACTER_BYTES: usize = 4;

/// The evidence from the bytes of an input, collected piece by piece.
#[derive(Clone, Debug, Default)]
pub(in crate::read) struct Evidence {
    /// UTF-8 characters of several bytes seen so far.
    characters: u64,
    /// At least one of these characters is not an accident.
    telling: bool,
    /// Bytes that are not UTF-8.
    strays: u64,
    letters: Letters,
    /// The beginning of a character whose end was not seen yet: at most three bytes.
    pending: Vec<u8>,
}

/// The candidates if the input may also be UTF-8.
static OR_UTF_8: [Encoding; 3] = [
    Encoding::SingleByte(WINDOWS_1250),
    Encoding::SingleByte(ISO_8859_2),
    Encoding::Utf8,
];

impl Evidence {
    /// Adds the next piece of the input.
    pub(in crate::read) fn take_in(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while !self.pending.is_empty() {
            let Some((&first, rest)) = bytes.split_first() else {
                return;
            };
            let mut candidate = std::mem::take(&mut self.pending);
            candidate.push(first);
            match str::from_utf8(&candidate) {
                Ok(text) => {
                    self.take_in_text(text.as_bytes());
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => {
                    self.pending = candidate;
                    bytes = rest;
                }
                // This byte does not continue the character; it starts something new.
                Err(_) => {
                    candidate.pop();
                    self.take_in_strays(&candidate);
                }
            }
        }
        loop {
            let (text, rest) = bytes.split_at(valid_up_to(bytes));
            self.take_in_text(text);
            // Four bytes are enough to distinguish an invalid character from an incomplete one.
            let character = rest.get(..MAX_CHARACTER_BYTES).unwrap_or(rest);
            let Err(error) = str::from_utf8(character) else {
                return;
            };
            let Some(length) = error.error_len() else {
                self.pending = rest.to_vec();
                return;
            };
            let (strays, rest) = rest.split_at(length);
            self.take_in_strays(strays);
            bytes = rest;
        }
    }

    /// Whether everything so far is valid UTF-8 and its non-ASCII characters are not an accident.
    pub(in crate::read) fn is_utf8_for_sure(&self) -> bool {
        self.telling && self.strays == 0
    }

    /// The verdict after all bytes were added.
    pub(in crate::read) fn verdict(mut self) -> EncodingVerdict {
        let pending = std::mem::take(&mut self.pending);
        self.take_in_strays(&pending);
        self.verdict_so_far()
    }

    /// The verdict on the beginning of an input, which may end within a character.
    pub(in crate::read) fn verdict_so_far(&self) -> EncodingVerdict {
        let few_strays = self.strays <= self.characters.saturating_mul(STRAYS_AT_MOST);
        if self.telling && few_strays || self.strays == 0 && self.characters == 0 {
            return EncodingVerdict::Utf8;
        }
        if self.strays == 0 {
            // `SPÓŁKA` in windows-1250 is valid UTF-8, and there is no other evidence so far.
            return EncodingVerdict::Unclear(&OR_UTF_8);
        }
        self.letters.clone().verdict()
    }

    /// Whether bytes that are not UTF-8 were seen.
    pub(in crate::read) fn has_strays(&self) -> bool {
        self.strays > 0
    }

    /// Adds a piece of valid UTF-8.
    fn take_in_text(&mut self, text: &[u8]) {
        self.letters.take_in_text(text);
        if text.is_ascii() {
            return;
        }
        self.characters += first_bytes(text);
        self.telling = self.telling || str::from_utf8(text).is_ok_and(is_telling);
    }

    fn take_in_strays(&mut self, bytes: &[u8]) {
        self.strays += bytes.len() as u64;
        self.letters.take_in_strays(bytes);
    }
}

/// Counts characters of several bytes, by their first bytes. The pieces are short enough for a `u8`
/// counter, so that many bytes are counted at once.
fn first_bytes(text: &[u8]) -> u64 {
    let of_piece = |piece: &[u8]| {
        let count = piece
            .iter()
            .fold(0_u8, |count, byte| count.wrapping_add(u8::from(*byte >= 0xC0)));
        u64::from(count)
    };
    text.chunks(255).map(of_piece).fold(0, u64::wrapping_add)
}

/// Whether a text with non-ASCII characters is certainly UTF-8. Some characters do not prove it:
/// their bytes are also Polish letters in a single-byte encoding that follow each other (`ÓŁ`,
/// `Ń”`, `ęśż`). These are the characters whose first byte is `Ć`, `Ę`, `Ń`, `Ó`, `ć` or `ę` there.
pub(in crate::read) fn is_telling(text: &str) -> bool {
    text.chars().any(|character| {
        let may_be_letters = matches!(character,
            '\u{180}'..='\u{1BF}' | '\u{280}'..='\u{2BF}' | '\u{440}'..='\u{47F}' | '\u{4C0}'..='\u{4FF}'
            | '\u{6000}'..='\u{6FFF}' | '\u{A000}'..='\u{AFFF}');
        !character.is_ascii() && !may_be_letters
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::encoding::letters::CANDIDATES;
    use crate::read::encoding::verdict::Certainty;

    fn verdict(bytes: &[u8]) -> EncodingVerdict {
        let mut evidence = Evidence::default();
        evidence.take_in(bytes);
        evidence.verdict()
    }

    fn in_encoding(label: &str, text: &str) -> Vec<u8> {
        label.parse::<Encoding>().unwrap().encode(text)
    }

    /// Summarizes the verdict on a text in an encoding.
    fn told(label: &str, text: &str) -> String {
        match verdict(&in_encoding(label, text)) {
            EncodingVerdict::Utf8 => "UTF-8".to_owned(),
            EncodingVerdict::Guess(encoding, Certainty::Told(count)) => {
                format!("{} told {count}", encoding.name())
            }
            EncodingVerdict::Guess(encoding, Certainty::SameIn(other)) => {
                format!("{} as {other}", encoding.name())
            }
            EncodingVerdict::Guess(encoding, Certainty::Likely) => format!("{} likely", encoding.name()),
            EncodingVerdict::Unclear(_) => "unclear".to_owned(),
        }
    }

    const POLISH: &str = "Zażółć gęślą jaźń; Świętosława Żak, Ząbki";
    const FRENCH: &str = "Voilà, la crème brûlée à la française: œuf, où ça?";
    const CZECH: &str = "Plzeň, Příbram, České Budějovice, Žďár, šťastný";

    /// Encoding, text and expected verdict.
    const CASES: &[(&str, &str, &str)] = &[
        ("utf-8", POLISH, "UTF-8"),
        ("utf-8", "ZESPÓŁ SZKÓŁ, SPÓŁKA Z O.O.", "UTF-8"),
        ("utf-8", "plain", "UTF-8"),
        ("windows-1250", POLISH, "windows-1250 told 5"),
        ("iso-8859-2", POLISH, "ISO-8859-2 told 5"),
        (
            "windows-1250",
            "ZESPÓŁ SZKÓŁ, SPÓŁKA Z O.O., GÓRNOŚLĄSKA, ŁÓDŹ",
            "windows-1250 told 3",
        ),
        ("iso-8859-2", "Ślązak, Łódź", "ISO-8859-2 told 3"),
        (
            "windows-1250",
            "Złoty klient, Kraków",
            "windows-1250 as ISO-8859-2",
        ),
        ("windows-1250", "Złoty „klient”", "windows-1250 likely"),
        ("windows-1250", "Duży, Mały", "windows-1250 as ISO-8859-2"),
        // Other encodings have `Œ` for `Ś`.
        ("windows-1250", "Wysoki, Średni, Niski", "unclear"),
        (
            "windows-1250",
            "Wysoki, Średni, Niski, Duży",
            "windows-1250 likely",
        ),
        (
            "windows-1250",
            "Sprzedaż, Księgowość, Zarząd, Dvořák, Müller",
            "windows-1250 told 2",
        ),
        (
            "iso-8859-2",
            "WROCŁAW, ŁÓDŹ, POZNAŃ, GDAŃSK, KRAKÓW",
            "ISO-8859-2 likely",
        ),
        ("iso-8859-2", "ŁOŚ, ZGIERZ, RYŚ, MIŚ", "ISO-8859-2 told 3"),
        ("iso-8859-2", "DĄBROWA, BĄK, ŻUK", "ISO-8859-2 told 2"),
        ("windows-1252", "CŒUR, SŒUR, VŒUX, RENÉ", "unclear"),
        (
            "windows-1252",
            "Société, Œuvres, Œnologie, Noël, Frœlich",
            "unclear",
        ),
        ("windows-1250", "KRÁĽ, ĽUBOMÍR, VRÁBEĽ", "unclear"),
        ("iso-8859-2", "VRÁBEĽ, ĽUBOMÍR", "unclear"),
        ("iso-8859-2", "TOMÁŠ, KOŠICE", "unclear"),
        ("macintosh", "MÜLLER, MÜNCHEN", "unclear"),
        ("windows-1252", "£GBP, £sterling", "unclear"),
        (
            "windows-1257",
            "Złoty, Paweł, Łukasz, Żaneta, Gdańsk, Wąsik",
            "unclear",
        ),
        (
            "windows-1250",
            "PŁOCK, KRAKÓW, ŻÓŁTA, MAŁGORZATA",
            "windows-1250 as ISO-8859-2",
        ),
        (
            "windows-1250",
            "Gdańsk, Poznań, Kraków, Zięba",
            "windows-1250 likely",
        ),
        // Signs are not letters: `±` would be `ą` in ISO-8859-2, and `³` would be `ł`.
        (
            "windows-1250",
            "Złoty klient, Kraków ±5 km",
            "windows-1250 likely",
        ),
        ("windows-1252", "Müller, 120 m³", "unclear"),
        ("windows-1252", "80m³pro, m³h", "unclear"),
        (
            "windows-1252",
            "Müller, Böhm, Weiß",
            "windows-1250 as windows-1252",
        ),
        ("windows-1252", FRENCH, "windows-1252 likely"),
        (
            "windows-1252",
            "Århus, Ærø, Gråsten, Ålborg",
            "windows-1252 likely",
        ),
        ("windows-1252", "Muñoz, Peña, Begoña", "windows-1252 likely"),
        ("windows-1250", CZECH, "windows-1250 likely"),
        // Texts that chardetng takes for windows-1252.
        ("windows-1250", "Plzeň", "unclear"),
        ("iso-8859-2", CZECH, "unclear"),
        ("iso-8859-2", "Tomáš, Janša, Matošić", "unclear"),
        ("windows-1252", "¿Qué? ¡Mañana! Muñoz", "unclear"),
        ("windows-1252", "Forêt, Prévôt", "unclear"),
        ("windows-1252", "Kjær", "unclear"),
        ("windows-1250", "miesięczny", "unclear"),
        // Valid UTF-8 by accident, without other evidence.
        ("windows-1250", "SPÓŁKA", "unclear"),
        // Other scripts, other systems.
        ("windows-1251", "Иванов Иван, Москва", "unclear"),
        ("koi8-u", "Шевченко Тарас", "unclear"),
        ("windows-1253", "Παπαδόπουλος Νίκος", "unclear"),
        ("windows-1255", "שלום עולם", "unclear"),
        (
            "windows-1257",
            "Žukauskas, Ačiū, Šiauliai, Jonaitė, ąžuolas",
            "unclear",
        ),
        ("windows-1254", "Yıldız, Şahin, Dağ", "unclear"),
        ("macintosh", "Müller, Köln, Jäger", "unclear"),
        ("macintosh", "Müller", "unclear"),
        ("macintosh", "Hélène, Élise", "unclear"),
    ];

    #[test]
    fn the_encoding_is_told_by_the_letters_and_where_they_are() {
        let wrong: Vec<String> = CASES
            .iter()
            .filter(|(label, text, expected)| told(label, text) != *expected)
            .map(|(label, text, expected)| {
                format!("{label} {text}: {} instead of {expected}", told(label, text))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        // CP850 and CP852, which the standard does not include: Möller, Köln; Dąb, Bąk; KRAKÓW,
        // GÓRA.
        assert_eq!(
            verdict(b"M\x94ller, K\x94ln"),
            EncodingVerdict::Unclear(&CANDIDATES)
        );
        assert_eq!(verdict(b"D\xA5b, B\xA5k"), EncodingVerdict::Unclear(&CANDIDATES));
        assert_eq!(
            verdict(b"KRAK\xE0W, G\xE0RA, R\xE0\xBDANA"),
            EncodingVerdict::Unclear(&CANDIDATES)
        );
    }

    #[test]
    fn a_few_bytes_of_another_encoding_do_not_turn_the_verdict() {
        let polish = "Zażółć gęślą jaźń";
        let stray = [polish.as_bytes(), b" \xB3 stray"].concat();
        assert_eq!(
            verdict(&stray),
            EncodingVerdict::Utf8,
            "that row cannot be decoded"
        );
        let old_fault = [
            in_encoding("windows-1250", &polish.repeat(5)),
            "ó".as_bytes().to_vec(),
        ]
        .concat();
        assert!(
            matches!(verdict(&old_fault), EncodingVerdict::Guess(encoding, _) if encoding.name() == "windows-1250")
        );
        let half = [in_encoding("windows-1250", polish), polish.as_bytes().to_vec()].concat();
        assert_eq!(
            verdict(&half),
            EncodingVerdict::Utf8,
            "half of the rows cannot be decoded: none is sent wrongly"
        );
        let mixed = [
            in_encoding("windows-1250", polish),
            in_encoding("iso-8859-2", polish),
        ]
        .concat();
        assert_eq!(verdict(&mixed), EncodingVerdict::Unclear(&CANDIDATES));
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
