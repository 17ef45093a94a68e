//! Prints one sample, for whoever works on `template.typ`:
//!
//! ```text
//! cargo run -p borrador-pdf --example print -- fixtures/render/every-kind.json /tmp/every-kind.pdf
//! ```

use std::error::Error;
use std::fs;

use borrador_pdf::job::Job;
use borrador_pdf::press::Press;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        return Err("give the JSON to read and the PDF to write".into());
    };
    let data: Value = serde_json::from_str(&fs::read_to_string(from)?)?;
    let job = json!({"ident": "urn:borrador:sample", "timestamp": "2016-09-30T10:00:00Z", "data": data});
    fs::write(to, Press::new().print(Job::from_json(&serde_json::to_vec(&job)?)?)?)?;
    Ok(())
}
