//! JSON bodies, read strictly: bounded in size, time, depth and number of values, each key once, no unknown field.
//!
//! [`Body`] is the only way in which a handler takes JSON. It says exactly what is wrong: where the JSON breaks off, which
//! field is not known, which has the wrong type.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::http::error::Problem;

/// A body that may come in. Most are small; the few that carry a document say so.
pub trait Incoming: DeserializeOwned + 'static {
    /// The most bytes it may have.
    fn limit(limits: &Limits) -> usize {
        limits.json_body_bytes
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its bytes, which tells a repeated request from another one.
    pub sha256: [u8; 32],
}

impl<T: Incoming> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = check_form(req.headers(), req.content_type());
        let limits = req.app_data::<web::Data<App>>().map(|app| app.settings.limits.clone());
        let announced = announced_bytes(req.headers());
        let mut payload = payload.take();
        Box::pin(async move {
            form?;
            let limits = limits.ok_or(Refusal::Stopping)?;
            let limit = T::limit(&limits);
            if announced.is_some_and(|size| size > limit as u64) {
                return Err(too_large(limit, announced));
            }
            let bytes = match read(&mut payload, limit, Duration::from_secs(limits.body_seconds)).await {
                Ok(bytes) => bytes,
                Err(problem) => {
                    hold(payload);
                    return Err(problem);
                }
            };
            Ok(Body { value: parse(&bytes, limits.body_values)?, sha256: Sha256::digest(&bytes).into() })
        })
    }
}

/// Only plain JSON: this also keeps out forms, which browsers send across sites without asking.
fn check_form(headers: &HeaderMap, content_type: &str) -> Result<(), Problem> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::new(
            "content_type_unsupported",
            "send the body uncompressed, without Content-Encoding",
        ));
    }
    if content_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Problem::new("content_type_unsupported", "send JSON, with the header Content-Type: application/json"))
}

pub(super) fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn too_large(limit: usize, size: Option<u64>) -> Problem {
    let detail = match size {
        Some(size) => format!("the body has {size} bytes; at most {limit} are taken here"),
        None => format!("the body has more than {limit} bytes, which is the most that is taken here"),
    };
    Problem::new("body_too_large", detail)
        .details(json!({ "limit_bytes": limit, "size_bytes": size }))
        .closing()
}

/// The whole body. Whoever sends it has some time, and a second more for every 16 KiB that arrived.
pub(super) async fn read(
    payload: &mut Payload,
    limit: usize,
    patience: Duration,
) -> Result<Vec<u8>, Problem> {
    const BYTES_PER_SECOND: u32 = 16 * 1024;
    let started = Instant::now();
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let earned =
            Duration::from_secs(1) * u32::try_from(bytes.len()).unwrap_or(u32::MAX) / BYTES_PER_SECOND;
        let chunk = tokio::time::timeout_at(started + patience + earned, payload.next()).await;
        match chunk {
            Err(_) => {
                let detail =
                    format!("the body did not arrive within {} seconds", (patience + earned).as_secs());
                return Err(Problem::new("request_timeout", detail).closing());
            }
            Ok(None) => return Ok(bytes),
            Ok(Some(Err(_))) => {
                return Err(
                    Problem::new("request_invalid", "the body broke off or is not framed as HTTP").closing()
                );
            }
            Ok(Some(Ok(chunk))) if bytes.len() + chunk.len() > limit => return Err(too_large(limit, None)),
            Ok(Some(Ok(chunk))) => bytes.extend_from_slice(&chunk),
        }
    }
}

/// Keep the unread rest of a chunked body until its refusal is on the way. Dropped before, actix would read on for as long as
/// the client cares to send; like this it closes the connection.
pub(super) fn hold(payload: Payload) {
    const ON_THE_WAY: Duration = Duration::from_secs(1);
    actix_web::rt::spawn(async move {
        tokio::time::sleep(ON_THE_WAY).await;
        drop(payload);
    });
}

/// JSON of at most `most_values` values to a value, with every objection in words.
pub fn parse<T: DeserializeOwned>(bytes: &[u8], most_values: usize) -> Result<T, Problem> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = Unique { left: &Cell::new(most_values) }.deserialize(&mut from);
    let value = value.and_then(|value| from.end().map(|()| value));
    let value = value.map_err(|error| not_json(&error, most_values))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        not_as_expected(if path == "." { "" } else { &path }, &error.into_inner().to_string())
    })
}

fn not_json(error: &serde_json::Error, most_values: usize) -> Problem {
    let words = error.to_string();
    let place = json!({ "line": error.line(), "column": error.column() });
    if words.starts_with("recursion limit") {
        return Problem::new("json_too_deep", "the JSON is nested more than 127 deep").details(place);
    }
    if words.starts_with(TOO_MANY) {
        let detail = format!("the body has more than {most_values} values, which is the most that is taken");
        return Problem::new("body_too_large", detail).details(json!({ "limit_values": most_values }));
    }
    if let Some(key) = words.strip_prefix(DUPLICATE).and_then(|rest| rest.split('`').next()) {
        let detail = format!("the key `{}` stands twice in one object", cut(key));
        return Problem::new("json_duplicate_key", detail).details(place);
    }
    if words.contains("surrogate") || words.contains("unexpected end of hex escape") {
        let detail = "a \\u escape is half of a character; both halves (surrogates) are needed";
        return Problem::new("field_invalid", detail).details(place);
    }
    let detail = format!("the JSON breaks at line {}, column {}", error.line(), error.column());
    Problem::new("json_invalid", detail).details(place)
}

/// serde's sentences are stable; we read the field, the expected and the received type out of them.
fn not_as_expected(path: &str, words: &str) -> Problem {
    let quoted = |words: &str| words.split('`').nth(1).unwrap_or_default().to_owned();
    if words.starts_with("unknown field") {
        let field = quoted(words);
        let known: Vec<&str> = words.split('`').skip(3).step_by(2).collect();
        let detail = format!("the field `{}` is not known here", cut(&field));
        return Problem::new("field_unknown", detail).details(json!({ "field": field, "known": known }));
    }
    if words.starts_with("missing field") {
        let field = quoted(words);
        return Problem::new("field_invalid", format!("the field `{field}` is missing"))
            .details(json!({ "field": field, "expected": "a value", "received": null }));
    }
    let types = words.split_once(": ").filter(|(what, _)| what.starts_with("invalid "));
    let Some((received, expected)) = types.and_then(|(_, rest)| rest.split_once(", expected ")) else {
        let detail = format!("`{path}` is not as it must be: {}", cut(words));
        return Problem::new("field_invalid", detail).details(json!({ "field": path }));
    };
    let detail = format!("`{path}` must be {expected}, not {}", cut(received));
    Problem::new("field_invalid", detail)
        .details(json!({ "field": path, "expected": expected, "received": cut(received) }))
}

/// Foreign words in our sentences stay short.
fn cut(words: &str) -> String {
    words.chars().take(80).collect()
}

const DUPLICATE: &str = "duplicate key `";

const TOO_MANY: &str = "too many values";

/// Reads a JSON value in which no object has a key twice, and which has no more values than are `left`.
#[derive(Clone, Copy)]
struct Unique<'a> {
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom(TOO_MANY))?;
        self.left.set(left);
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = from.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{DUPLICATE}{key}`")));
            }
            let value = from.next_value_seed(self)?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_VALUES: usize = 1_000;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Seal {
        #[serde(rename = "name")]
        _name: String,
    }

    fn objection(json: &str) -> (&'static str, Value) {
        let problem = parse::<Seal>(json.as_bytes(), MOST_VALUES).unwrap_err();
        (problem.code(), problem.facts().clone())
    }

    #[test]
    fn h01_json_cut_off_is_located() {
        assert_eq!(objection("{\"name\":\n \"Bog"), ("json_invalid", json!({"line": 2, "column": 5})));
    }

    #[test]
    fn h02_ten_thousand_brackets_are_too_deep() {
        assert_eq!(objection(&"[".repeat(10_000)).0, "json_too_deep");
        assert_eq!(objection(&"{\"a\":".repeat(10_000)).0, "json_too_deep");
    }

    #[test]
    fn h03_a_wrong_type_names_the_field_and_both_types() {
        let (code, facts) = objection("{\"name\": 5}");
        assert_eq!(code, "field_invalid");
        assert_eq!(facts, json!({"field": "name", "expected": "a string", "received": "integer `5`"}));
    }

    #[test]
    fn h04_an_unknown_field_is_named() {
        let (code, facts) = objection("{\"name\": \"x\", \"rol\": \"admin\"}");
        assert_eq!(
            (code, &facts["field"], &facts["known"]),
            ("field_unknown", &json!("rol"), &json!(["name"]))
        );
    }

    #[test]
    fn h05_a_key_may_stand_once_at_any_depth() {
        assert_eq!(objection("{\"name\": \"a\", \"name\": \"b\"}").0, "json_duplicate_key");
        assert_eq!(objection("{\"x\": [{\"y\": 1, \"y\": 2}]}").0, "json_duplicate_key");
    }

    #[test]
    fn h07_a_body_of_countless_small_values_is_too_large_before_it_fills_the_memory() {
        let (code, facts) = objection(&format!("{{\"name\": [{}0]}}", "0,".repeat(MOST_VALUES)));
        assert_eq!((code, facts), ("body_too_large", json!({ "limit_values": MOST_VALUES })));
        assert_eq!(objection(&"{},".repeat(2)).0, "json_invalid", "nothing may follow the value");
    }

    #[test]
    fn h18_half_a_character_is_no_title() {
        assert_eq!(objection("{\"name\": \"\\ud800\"}").0, "field_invalid");
    }
}
