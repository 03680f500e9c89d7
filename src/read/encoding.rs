//! In which encoding the input is, decided over the whole of it, and how its bytes become text. Undecodable bytes are
//! reported, never replaced by U+FFFD.

use std::str::FromStr;

use encoding_rs::WINDOWS_1250;

/// The encodings that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// What a Polish Excel writes for "CSV".
    Windows1250,
}

impl Encoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Windows1250 => "windows-1250",
        }
    }

    /// Appends the bytes as text; `false` if some of them are not allowed, which then show as `?`.
    pub(crate) fn decode_into(self, bytes: &[u8], text: &mut String) -> bool {
        match self {
            Self::Utf8 => decode_utf8(bytes, text),
            Self::Windows1250 => decode_windows_1250(bytes, text),
        }
    }

    /// The text in this encoding, with `?` for what it lacks.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Windows1250 => text
                .chars()
                .flat_map(|character| {
                    let mut utf8 = [0; 4];
                    let (bytes, _, lacking) = WINDOWS_1250.encode(character.encode_utf8(&mut utf8));
                    if lacking { vec![b'?'] } else { bytes.into_owned() }
                })
                .collect(),
        }
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match encoding_rs::Encoding::for_label(text.as_bytes()) {
            Some(encoding) if encoding == encoding_rs::UTF_8 => Ok(Self::Utf8),
            Some(encoding) if encoding == WINDOWS_1250 => Ok(Self::Windows1250),
            _ => Err(format!("`{text}` is none of `auto`, `utf-8`, `windows-1250`")),
        }
    }
}

fn decode_utf8(bytes: &[u8], text: &mut String) -> bool {
    let mut clean = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
            clean = false;
        }
    }
    clean
}

/// Bytes that windows-1250 leaves undefined decode to C1 controls by the WHATWG standard. No person typed them.
fn decode_windows_1250(bytes: &[u8], text: &mut String) -> bool {
    let (decoded, _) = WINDOWS_1250.decode_without_bom_handling(bytes);
    let mut clean = true;
    text.extend(decoded.chars().map(|character| {
        if ('\u{80}'..='\u{9F}').contains(&character) {
            clean = false;
            '?'
        } else {
            character
        }
    }));
    clean
}

/// What is known of an input's bytes as UTF-8, taken in piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Utf8Evidence {
    /// A multi-byte character that is valid was seen: hardly ever an accident in another encoding.
    multi_byte: bool,
    /// Bytes that are not UTF-8 were seen.
    invalid: bool,
    /// The beginning of a character whose end was not yet seen.
    pending: Vec<u8>,
}

impl Utf8Evidence {
    pub(crate) fn take_in(&mut self, bytes: &[u8]) {
        if self.multi_byte && self.invalid {
            return;
        }
        let mut bytes = bytes;
        // At most three bytes are pending: complete them one by one.
        while !self.pending.is_empty() {
            let Some((&first, rest)) = bytes.split_first() else {
                return;
            };
            let mut candidate = std::mem::take(&mut self.pending);
            candidate.push(first);
            match str::from_utf8(&candidate) {
                Ok(_) => {
                    self.multi_byte = true;
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => {
                    self.pending = candidate;
                    bytes = rest;
                }
                // The byte at hand does not belong to the character: it starts something of its own.
                Err(_) => self.invalid = true,
            }
        }
        while let Err(error) = str::from_utf8(bytes) {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.multi_byte |= !valid.is_ascii();
            let Some(length) = error.error_len() else {
                self.pending = rest.to_vec();
                return;
            };
            self.invalid = true;
            if self.multi_byte {
                return;
            }
            bytes = rest.get(length..).unwrap_or_default();
        }
        self.multi_byte |= !bytes.is_ascii();
    }

    /// The verdict once everything was taken in: whole UTF-8, or mostly UTF-8 with stray bytes (those rows are
    /// `encoding`), is UTF-8; bytes above ASCII of which none makes a UTF-8 character are windows-1250.
    pub(crate) fn verdict(&self) -> Encoding {
        self.verdict_if(self.invalid || !self.pending.is_empty())
    }

    /// The verdict on a beginning, which may end in the middle of a character.
    pub(crate) fn verdict_so_far(&self) -> Encoding {
        self.verdict_if(self.invalid)
    }

    fn verdict_if(&self, invalid: bool) -> Encoding {
        if invalid && !self.multi_byte {
            Encoding::Windows1250
        } else {
            Encoding::Utf8
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(bytes: &[u8]) -> Encoding {
        let mut evidence = Utf8Evidence::default();
        evidence.take_in(bytes);
        evidence.verdict()
    }

    fn decode(encoding: Encoding, bytes: &[u8]) -> (String, bool) {
        let mut text = String::new();
        let clean = encoding.decode_into(bytes, &mut text);
        (text, clean)
    }

    #[test]
    fn the_encoding_is_told_by_the_bytes_above_ascii() {
        let polish = "Złoty klient";
        assert_eq!(verdict(b"plain"), Encoding::Utf8);
        assert_eq!(verdict(polish.as_bytes()), Encoding::Utf8);
        assert_eq!(
            verdict(&Encoding::Windows1250.encode(polish)),
            Encoding::Windows1250
        );
        let mostly_utf8 = [polish.as_bytes(), b" \xB3 stray"].concat();
        assert_eq!(verdict(&mostly_utf8), Encoding::Utf8);
        assert_eq!(verdict(b"cut in a character \xC5"), Encoding::Windows1250);
    }

    #[test]
    fn undecodable_bytes_are_seen() {
        assert_eq!(decode(Encoding::Utf8, b"Z\xB3oty"), ("Z?oty".to_owned(), false));
        assert_eq!(
            decode(Encoding::Windows1250, b"Z\xB3oty"),
            ("Złoty".to_owned(), true)
        );
        assert_eq!(
            decode(Encoding::Windows1250, b"a\x81b"),
            ("a?b".to_owned(), false)
        );
    }

    #[test]
    fn what_an_encoding_lacks_becomes_a_question_mark() {
        assert_eq!(Encoding::Windows1250.encode("ł→😀"), b"\xB3??");
    }

    #[test]
    fn only_the_two_encodings_are_taken() {
        assert_eq!("UTF-8".parse(), Ok(Encoding::Utf8));
        assert_eq!("cp1250".parse(), Ok(Encoding::Windows1250));
        assert!("latin2".parse::<Encoding>().is_err());
        assert!("utf8x".parse::<Encoding>().is_err());
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_where_the_pieces_were_cut(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b"a".to_vec()), Just("ł".as_bytes().to_vec()), Just("😀".as_bytes().to_vec()),
                Just(vec![0xB3]), Just(vec![0xC5]), Just(vec![0xF0, 0x9F]),
            ], 0..12),
            step in 1_usize..5,
        ) {
            let bytes = bytes.concat();
            let mut pieces = Utf8Evidence::default();
            for piece in bytes.chunks(step) {
                pieces.take_in(piece);
            }
            prop_assert_eq!(pieces.verdict(), verdict(&bytes));
        }
    }
}
