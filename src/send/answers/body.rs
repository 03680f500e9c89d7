//! Reads the body of an answer: `success`, a refusal in the platform's words, or nothing readable.
//! `send/answers/classify.rs` combines it with the status.
//!
//! Parsing builds no tree: two fields are kept, borrowed where possible, and everything else is
//! skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::send::attempt::Body;

/// The content of a body.
#[derive(Debug)]
pub(in crate::send) enum Answer {
    Success {
        message: String,
    },
    /// A JSON object with exactly one `type`, a string other than `success`.
    Refusal {
        kind: String,
        message: String,
    },
    /// Anything else, in words.
    Unreadable(&'static str),
    /// The connection broke; the reason.
    Cut(String),
    TimedOut,
}

/// Whether a body looks like a web page.
pub(in crate::send) fn is_page(body: &Body) -> bool {
    let Body::Whole(bytes) = body else { return false };
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"<")
}

impl Answer {
    /// Returns the same answer without the platform's words.
    pub(in crate::send) fn without_message(&self) -> Self {
        match self {
            Self::Success { .. } | Self::Refusal { .. } => Self::Success {
                message: String::new(),
            },
            Self::Unreadable(what) => Self::Unreadable(what),
            Self::Cut(reason) => Self::Cut(reason.clone()),
            Self::TimedOut => Self::TimedOut,
        }
    }

    /// Reads a body.
    pub(in crate::send) fn read(body: &Body) -> Self {
        let bytes = match body {
            Body::Whole(bytes) => bytes,
            Body::TooLong => return Self::Unreadable("more than 64 KiB"),
            Body::Cut(reason) => return Self::Cut(reason.clone()),
            Body::TimedOut => return Self::TimedOut,
        };
        let Ok(text) = str::from_utf8(bytes) else {
            return Self::Unreadable("bytes that are not UTF-8");
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let Ok(object) = read_object(text) else {
            return Self::Unreadable(match text.trim_start().bytes().next() {
                None => "an empty body",
                Some(b'<') => "an HTML page",
                Some(b'{') => "JSON that is not whole",
                Some(_) => "something that is not a JSON object",
            });
        };
        let message = object.message.map(Cow::into_owned).unwrap_or_default();
        match (object.kind, object.kinds) {
            (Some(kind), 1) if kind == "success" => Self::Success { message },
            (Some(kind), 1) => Self::Refusal {
                kind: kind.into_owned(),
                message,
            },
            (_, 0) => Self::Unreadable("JSON without a `type`"),
            (None, 1) => Self::Unreadable("JSON whose `type` is no text"),
            _ => Self::Unreadable("JSON with more than one `type`"),
        }
    }
}

/// Whether a body is a complete JSON object, so that no part of it can be missing.
pub(in crate::send) fn is_whole(body: &[u8]) -> bool {
    str::from_utf8(body).is_ok_and(|text| read_object(text.trim_start_matches('\u{FEFF}')).is_ok())
}

/// The fields of an answer that are used, borrowed where possible.
#[derive(Default)]
struct Object<'a> {
    /// The last `type`, if it is a string.
    kind: Option<Cow<'a, str>>,
    /// Number of `type` fields.
    kinds: u32,
    message: Option<Cow<'a, str>>,
}

/// Reads a complete JSON object with nothing after it but white space.
fn read_object(text: &str) -> Result<Object<'_>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let object = deserializer.deserialize_map(ObjectVisitor)?;
    deserializer.end()?;
    Ok(object)
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut object = Object::default();
        while let Some(Text(key)) = map.next_key()? {
            match key.as_deref() {
                Some("type") => {
                    object.kind = map.next_value::<Text<'de>>()?.0;
                    object.kinds += 1;
                }
                Some("msg") => object.message = map.next_value::<Text<'de>>()?.0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(object)
    }
}

/// A JSON string, borrowed if it contains no escapes; `None` for any other JSON value.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}
