//! The door of the platform that lists: tokens, surveys and respondents, as the vendor's pages show
//! them. Independent of the sandbox.

use super::{Answer, Call};

/// The key that the platform accepts.
pub(crate) const CLIENT_ID: &str = "CANARYclient";
pub(crate) const CLIENT_SECRET: &str = "CANARYsecret";

const TOKEN: &str = "CANARYtoken";

/// Answers as the API of an account with these surveys, each with so many respondents; `None` for a
/// call that is none of the API's.
pub(crate) fn answer(call: &Call, surveys: &[(u32, &str, u32)]) -> Option<Answer> {
    if call.target == "/token" {
        let is_known = call.get("grant_type") == Some("client_credentials")
            && call.get("client_id") == Some(CLIENT_ID)
            && call.get("client_secret") == Some(CLIENT_SECRET);
        return Some(if is_known {
            Answer::of(200, &format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#))
        } else {
            Answer::of(401, r#"{"error":"invalid_client"}"#)
        });
    }
    let path = call.target.split('?').next().unwrap().strip_prefix("/api/v2/")?;
    let bearer = format!("authorization: bearer {}", TOKEN.to_lowercase());
    if !call.headers.to_lowercase().contains(&bearer) {
        return Some(Answer::of(401, ""));
    }
    if path == "surveys" {
        let list: Vec<_> = surveys
            .iter()
            .map(|(id, title, _)| serde_json::json!({"id": id, "title": title}))
            .collect();
        let body = serde_json::json!({"total": list.len().to_string(), "list": list});
        return Some(Answer::of(200, &body.to_string()));
    }
    let survey = path.strip_prefix("respondents/")?;
    let found = surveys.iter().find(|(id, _, _)| id.to_string() == survey);
    let Some((_, _, total)) = found else {
        return Some(Answer::of(404, "{}"));
    };
    let number = |name: &str, default: u32| call.get(name).map_or(default, |text| text.parse().unwrap());
    let (limit, offset) = (number("limit", 50), number("offset", 0));
    let list: Vec<_> = (offset..*total)
        .take(limit as usize)
        .map(|index| serde_json::json!({"id": index + 1, "email": format!("r{index}@example.com")}))
        .collect();
    let body = serde_json::json!({"total": total.to_string(), "list": list});
    Some(Answer::of(200, &body.to_string()))
}
