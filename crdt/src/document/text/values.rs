//! Automerge's values as JSON, and back.

use std::collections::HashMap;

use automerge::{ScalarValue, hydrate};
use serde_json::Value;

/// A value as JSON. Bytes become hexadecimal digits; that other tools wrote any is the only way to meet them.
pub(in crate::document) fn to_json(value: &hydrate::Value) -> Value {
    match value {
        hydrate::Value::Scalar(value) => scalar_to_json(value),
        hydrate::Value::Text(text) => String::from(text).into(),
        hydrate::Value::List(list) => list.iter().map(|item| to_json(&item.value)).collect(),
        hydrate::Value::Map(map) => {
            map.iter().map(|(key, value)| (key.clone(), to_json(&value.value))).collect()
        }
    }
}

pub(in crate::document) fn scalar_to_json(value: &ScalarValue) -> Value {
    match value {
        ScalarValue::Str(text) => text.to_string().into(),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => (*number).into(),
        ScalarValue::Uint(number) => (*number).into(),
        // A whole number is one whatever type another tool gave it: digests must not depend on it.
        ScalarValue::F64(number) if number.fract() == 0.0 && number.abs() < 9e15 => (*number as i64).into(),
        ScalarValue::F64(number) => (*number).into(),
        ScalarValue::Counter(counter) => i64::from(counter).into(),
        ScalarValue::Boolean(value) => (*value).into(),
        ScalarValue::Bytes(bytes) | ScalarValue::Unknown { bytes, .. } => crate::ids::to_hex(bytes).into(),
        ScalarValue::Null => Value::Null,
    }
}

/// A flat JSON value as Automerge's; a nested one as its JSON, in a string.
pub(in crate::document) fn scalar(json: &Value) -> ScalarValue {
    match json {
        Value::Null => ScalarValue::Null,
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => ScalarValue::Int(whole),
            None => ScalarValue::F64(number.as_f64().unwrap_or_default()),
        },
        nested => nested.to_string().into(),
    }
}

/// Any JSON value as Automerge's.
pub(in crate::document) fn of_json(json: &Value) -> hydrate::Value {
    match json {
        Value::Array(items) => items.iter().map(of_json).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.as_str(), of_json(value))).collect::<HashMap<_, _>>().into()
        }
        flat => hydrate::Value::Scalar(scalar(flat)),
    }
}

/// A string. Strings should be scalars; one that another tool wrote as a text object reads the same.
pub(in crate::document) fn string(value: &hydrate::Value) -> Option<String> {
    match value {
        hydrate::Value::Scalar(ScalarValue::Str(text)) => Some(text.to_string()),
        hydrate::Value::Text(text) => Some(String::from(text)),
        _ => None,
    }
}
