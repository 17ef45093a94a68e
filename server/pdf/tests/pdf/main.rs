//! The worker as the server and the readers meet it: what is in the finished PDF, what is refused, how the
//! process behaves.

mod document;
mod printable;
mod reader;
mod refusals;
mod worker;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use borrador_pdf::job::Job;
use borrador_pdf::press::Press;
use borrador_pdf::refusal::Refusal;
use serde_json::{Value, json};

/// A sample of `fixtures/render`.
fn sample(name: &str) -> Value {
    let path = format!("{}/../../fixtures/render/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Inés's paper: a cover in Spanish, and these blocks.
fn paper(blocks: Value) -> Value {
    json!({
        "meta": {
            "lang": "es", "title": "Ciudades", "subtitle": "Un papel", "org": "CGLU", "short": "Ciudades",
            "milestone": "Borrador de Bogotá", "version": "3", "hash": "9f2c41d7a0be", "draft": false, "demo": "",
            "date": {"y": 2016, "m": 9, "d": 30}, "cover": [["Estado", "Sellado"]],
            "labels": {"contents": "Índice", "draft": "BORRADOR", "page": "Página", "of": "de"}
        },
        "blocks": blocks
    })
}

fn heading(level: u8, words: &str) -> Value {
    json!({"t": "h", "l": level, "id": "00000000000000aa", "c": [{"t": "s", "v": words}]})
}

fn paragraph(number: &str, words: &str) -> Value {
    json!({"t": "p", "n": number, "id": "00000000000000ab", "c": [{"t": "s", "v": words}]})
}

/// The bytes of an order, sealed on the eve of Bogotá.
fn order(data: &Value) -> Vec<u8> {
    let job = json!({"ident": "urn:borrador:bogota:es", "timestamp": "2016-09-30T10:00:00Z", "data": data});
    serde_json::to_vec(&job).expect("a Value is always JSON")
}

fn print(data: &Value) -> Result<Vec<u8>, Refusal> {
    print_with(data, &[])
}

/// Two by two pixels, the smallest picture there is to print.
const PIXEL: &[u8] = include_bytes!("../../../../fixtures/render/pixel.png");

fn print_with(data: &Value, pictures: &[(&str, &[u8])]) -> Result<Vec<u8>, Refusal> {
    let mut order: Value = serde_json::from_slice(&order(data)).expect("an order is JSON");
    for (name, bytes) in pictures {
        order["pictures"][name] = BASE64.encode(bytes).into();
    }
    Press::new().print(Job::from_json(&serde_json::to_vec(&order).expect("a Value is always JSON"))?)
}
