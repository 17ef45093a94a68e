//! What an amendment would change, as files print it: where it says this, it should say that, with the words that differ in bold.

use crdt::document::{Marks, Run};
use serde_json::Value;

/// One paragraph in which something would change.
#[derive(Clone, PartialEq, Debug)]
pub struct Reworded {
    /// How it reads; `None` for a paragraph that would be new.
    pub before: Option<Vec<Run>>,
    /// How it would read; `None` for one that would go.
    pub after: Option<Vec<Run>>,
}

/// The paragraphs of a redline as `crdt::document::redline` writes it for records. What cannot be read of it is left out: it stands on
/// the amendment's own page.
pub fn reworded(redline: &[Value]) -> Vec<Reworded> {
    redline.iter().map(one).filter(|each| each.before.is_some() || each.after.is_some()).collect()
}

fn one(block: &Value) -> Reworded {
    let fate = block["change"].as_str().unwrap_or_default();
    let side =
        |absent: &str| (fate != absent).then(|| words_without(block, absent)).filter(|runs| !runs.is_empty());
    Reworded { before: side("inserted"), after: side("deleted") }
}

/// The words of one side: all but those that come only on the other.
fn words_without(block: &Value, absent: &str) -> Vec<Run> {
    let runs = block["runs"].as_array().into_iter().flatten();
    let there = runs.filter(|run| run["change"] != absent).flat_map(|run| {
        let text = run["text"].as_str().unwrap_or_default();
        let stays = run["change"] == "kept" || run["change"] == "marked";
        if stays { vec![Run::plain(text)] } else { stressed(text) }
    });
    there.filter(|run| !run.text.is_empty()).collect()
}

/// Words in bold, with the spaces around them plain: Markdown has no sign for a bold space.
fn stressed(text: &str) -> Vec<Run> {
    let words = text.trim();
    let Some(start) = text.find(words).filter(|_| !words.is_empty()) else { return vec![Run::plain(text)] };
    let (before, rest) = text.split_at(start);
    let (words, after) = rest.split_at(words.len());
    vec![Run::plain(before), Run::marked(words, Marks::on(["strong"])), Run::plain(after)]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_sides_are_read_and_what_differs_is_bold() {
        let changed = json!({ "change": "kept", "runs": [
            { "change": "kept", "text": "Keys open " }, { "change": "deleted", "text": "doors" },
            { "change": "inserted", "text": "all doors" }, { "change": "kept", "text": "." },
        ] });
        let strong = || Marks::on(["strong"]);
        assert_eq!(
            reworded(&[changed]),
            [Reworded {
                before: Some(vec![Run::plain("Keys open "), Run::marked("doors", strong()), Run::plain(".")]),
                after: Some(vec![
                    Run::plain("Keys open "),
                    Run::marked("all doors", strong()),
                    Run::plain(".")
                ]),
            }]
        );
    }

    #[test]
    fn what_is_new_has_no_before_and_what_goes_no_after() {
        let fresh = json!({ "change": "inserted", "runs": [{ "change": "inserted", "text": "Names too." }] });
        let gone = json!({ "change": "deleted", "runs": [{ "change": "deleted", "text": "Keys." }] });
        let sides: Vec<(bool, bool)> = reworded(&[fresh, gone, json!(null)])
            .iter()
            .map(|each| (each.before.is_some(), each.after.is_some()))
            .collect();
        assert_eq!(sides, [(false, true), (true, false)]);
    }
}
