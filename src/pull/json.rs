//! Reads the answers of the API: tolerant in form, strict in meaning. Pure; no error contains a
//! value.

use serde_json::{Map, Value};

use super::error::Unreadable;
use crate::model::{LISTED_LABELS, ListedSurvey, Member, clean};

/// Keys named in an error.
const MAX_KEYS: usize = 12;

/// Characters of a key in an error.
const MAX_KEY_CHARS: usize = 40;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    /// Number of entries of the whole list, if the answer says it.
    pub(super) total: Option<u64>,
    pub(super) entries: Vec<T>,
}

/// A token, and how long it is valid, if the answer says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) seconds: Option<u64>,
}

/// Reads a page of respondents. `before` entries were listed by earlier pages, for the errors.
pub(super) fn members(body: &[u8], before: u64) -> Result<Page<Member>, Unreadable> {
    page(body, before, member)
}

/// Reads a page of surveys.
pub(super) fn surveys(body: &[u8], before: u64) -> Result<Page<ListedSurvey>, Unreadable> {
    page(body, before, |entry, number| {
        let id = id(entry, number)?;
        let title = match text(entry, "title", number)?.unwrap_or_default() {
            title if title.trim().is_empty() => text(entry, "internal_title", number)?.unwrap_or_default(),
            title => title,
        };
        Ok(ListedSurvey { id, title })
    })
}

/// Reads the answer to the question for a token.
pub(super) fn token(body: &[u8]) -> Result<Token, Unreadable> {
    let value = value(body)?;
    let Value::Object(object) = &value else {
        return Err(Unreadable::NoToken(keys_of(&value)));
    };
    let token = ["access_token", "token"]
        .into_iter()
        .find_map(|key| object.get(key)?.as_str())
        .filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    let token = token.ok_or_else(|| Unreadable::NoToken(keys(object)))?;
    Ok(Token {
        token: token.to_owned(),
        seconds: object.get("expires_in").and_then(number),
    })
}

fn page<T>(
    body: &[u8],
    before: u64,
    entry: impl Fn(&Map<String, Value>, u64) -> Result<T, Unreadable>,
) -> Result<Page<T>, Unreadable> {
    let mut value = value(body)?;
    let (total, list) = match &mut value {
        Value::Array(list) => (None, std::mem::take(list)),
        Value::Object(object) => {
            let total = match object.get("total") {
                None | Some(Value::Null) => None,
                Some(total) => Some(number(total).ok_or(Unreadable::BadTotal)?),
            };
            match object.get_mut("list") {
                Some(Value::Array(list)) => (total, std::mem::take(list)),
                _ => return Err(Unreadable::NoList(keys(object))),
            }
        }
        other => return Err(Unreadable::NoList(keys_of(other))),
    };
    let read = list.iter().zip(before + 1..).map(|(value, number)| match value {
        Value::Object(object) => entry(object, number),
        _ => Err(Unreadable::NoObject(number)),
    });
    Ok(Page {
        total,
        entries: read.collect::<Result<_, _>>()?,
    })
}

fn value(body: &[u8]) -> Result<Value, Unreadable> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    serde_json::from_slice(body).map_err(|_| {
        if body.trim_ascii_start().starts_with(b"<") {
            Unreadable::Html
        } else {
            Unreadable::NotJson
        }
    })
}

fn member(entry: &Map<String, Value>, number: u64) -> Result<Member, Unreadable> {
    let mut member = Member {
        id: id(entry, number)?,
        email: text(entry, "email", number)?.unwrap_or_default(),
        ..Member::default()
    };
    for (index, place) in member.labels.iter_mut().enumerate().take(LISTED_LABELS) {
        let label = index + 1;
        let long = text(entry, &format!("label{label}"), number)?;
        let short = text(entry, &format!("l{label}"), number)?;
        *place = match (long, short) {
            (Some(long), Some(short)) if long != short => {
                return Err(Unreadable::TwoValues { entry: number, label });
            }
            (long, short) => long.or(short).unwrap_or_default(),
        };
    }
    Ok(member)
}

/// Returns the id, a number or a text of digits.
fn id(entry: &Map<String, Value>, number: u64) -> Result<String, Unreadable> {
    let text = match entry.get("id") {
        Some(Value::Number(id)) => id.as_u64().map(|id| id.to_string()),
        Some(Value::String(id)) => Some(id.trim().to_owned()),
        _ => None,
    };
    let is_id =
        |id: &String| !id.is_empty() && id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_digit());
    text.filter(is_id).ok_or_else(|| Unreadable::BadId {
        entry: number,
        keys: keys(entry),
    })
}

/// Returns a value as text; `None` if the key is missing or null.
fn text(entry: &Map<String, Value>, key: &str, number: u64) -> Result<Option<String>, Unreadable> {
    match entry.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(value)) => Ok(Some(value.to_string())),
        Some(_) => Err(Unreadable::BadValue {
            entry: number,
            key: key.to_owned(),
        }),
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn keys_of(value: &Value) -> String {
    match value {
        Value::Object(object) => keys(object),
        _ => String::new(),
    }
}

/// Returns the names of an object's first keys; empty if it has none.
fn keys(object: &Map<String, Value>) -> String {
    let mut named: Vec<String> = object
        .keys()
        .take(MAX_KEYS)
        .map(|key| clean(key).chars().take(MAX_KEY_CHARS).collect())
        .collect();
    if object.len() > MAX_KEYS {
        named.push("…".to_owned());
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(texts: &[(usize, &str)]) -> [String; LISTED_LABELS] {
        let mut labels: [String; LISTED_LABELS] = std::array::from_fn(|_| String::new());
        for (label, text) in texts {
            labels[label - 1] = (*text).to_owned();
        }
        labels
    }

    #[test]
    fn the_vendors_own_example_and_its_relatives() {
        let anna = Member {
            id: "100824".to_owned(),
            email: "jan@kowalski.pl".to_owned(),
            labels: labels(&[(1, "Jan"), (7, "9")]),
        };
        for (body, total) in [
            (
                r#"{"total":"20","list":[{"id":100824,"email":"jan@kowalski.pl","label1":"Jan","label7":9,"label2":""}]}"#,
                Some(20),
            ),
            (
                r#"{"list":[{"id":"100824","email":"jan@kowalski.pl","l1":"Jan","label1":"Jan","l7":"9","token":"x"}],"total":20}"#,
                Some(20),
            ),
            (
                r#"[{"id":" 100824","email":"jan@kowalski.pl","label1":"Jan","label7":"9","label3":null,"date_generate":{}}]"#,
                None,
            ),
            (
                "\u{FEFF}[{\"id\":100824,\"email\":\"jan@kowalski.pl\",\"l1\":\"Jan\",\"l7\":9}]",
                None,
            ),
        ] {
            let page = members(body.as_bytes(), 0).unwrap();
            assert_eq!(
                page,
                Page {
                    total,
                    entries: vec![anna.clone()]
                },
                "{body}"
            );
        }
    }

    #[test]
    fn everything_else_is_refused_without_a_value() {
        for (body, expected) in [
            ("<html>CANARY", "it is a web page (HTML); is `--base-url` right?"),
            ("CANARY", "it is not JSON"),
            (r#"{"list":[{"id":"1""#, "it is not JSON"),
            (
                r#"{"data":["CANARY"],"page":1}"#,
                "it is neither a list nor an object with `list`; its keys: data, page",
            ),
            (
                r#""CANARY""#,
                "it is neither a list nor an object with `list`; its keys: none",
            ),
            (r#"{"total":"CANARY","list":[]}"#, "`total` is not a number"),
            (r#"["CANARY"]"#, "entry 11 is not an object"),
            (
                r#"[{"id":"CANARY","e":1}]"#,
                "entry 11 has no `id` of digits; its keys: e, id",
            ),
            (r#"[{"id":1.5}]"#, "entry 11 has no `id` of digits; its keys: id"),
            (r#"[{"id":-1}]"#, "entry 11 has no `id` of digits; its keys: id"),
            (
                r#"[{"id":1},{"id":2,"label4":["CANARY"]}]"#,
                "`label4` of entry 12 is neither a text nor a number",
            ),
            (
                r#"[{"id":1,"label4":"CANARY","l4":""}]"#,
                "`label4` and `l4` of entry 11 differ",
            ),
        ] {
            let error = members(body.as_bytes(), 10).unwrap_err().to_string();
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn a_token_by_either_name() {
        let read = |body: &str| token(body.as_bytes());
        let expected = |seconds| {
            Ok(Token {
                token: "abc.d".to_owned(),
                seconds,
            })
        };
        assert_eq!(
            read(r#"{"access_token":"abc.d","expires_in":3600}"#),
            expected(Some(3600))
        );
        assert_eq!(read(r#"{"token":"abc.d","expires_in":"60"}"#), expected(Some(60)));
        assert_eq!(read(r#"{"token":"abc.d"}"#), expected(None));
        for bad in [
            r#"{"access_token":"a\nb"}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":1}"#,
        ] {
            assert_eq!(read(bad), Err(Unreadable::NoToken("access_token".to_owned())));
        }
    }

    #[test]
    fn surveys_by_title() {
        let page = surveys(
            br#"{"total":2,"list":[{"id":1,"title":"NPS"},{"id":"2","title":" ","internal_title":"In"}]}"#,
            0,
        );
        let survey = |id: &str, title: &str| ListedSurvey {
            id: id.to_owned(),
            title: title.to_owned(),
        };
        assert_eq!(page.unwrap().entries, [survey("1", "NPS"), survey("2", "In")]);
    }
}
