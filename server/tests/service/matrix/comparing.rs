//! Comparisons, asked by everybody.

use crdt::review::permission::Action;
use serde_json::json;

use super::{Row, Rule};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::InPaper;
    vec![
        row!("GET" "/api/v1/papers/{slug}/compare" "", InPaper(Action::Read), |w| (format!("?from={}", w.milestone), String::new())),
        row!("GET" "/api/v1/papers/{slug}/compare/file" "", InPaper(Action::Read), |w| (format!("?from={}&language=en&format=md", w.milestone), String::new())),
        row!("GET" "/api/v1/milestones/{id}/compare/{other}" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/looks" "", InPaper(Action::Read), |_| (String::new(), json!({"texts": {}}).to_string())),
    ]
}
