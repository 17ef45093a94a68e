//! Long lists in pages: `?limit=` items, and `?cursor=` from the answer before.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use crdt::ids::{from_hex, to_hex};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use crate::http::error::Problem;

/// Which part of a list is asked for.
#[derive(Debug)]
pub struct Page {
    limit: usize,
    /// The key of the last item of the page before.
    after: Option<String>,
}

impl Page {
    const DEFAULT: usize = 500;
    const MOST: usize = 1_000;

    fn parse(query: &str) -> Result<Self, Problem> {
        let query = web::Query::<BTreeMap<String, String>>::from_query(query)
            .map_err(|_| Problem::new("field_invalid", "the part of the address after ? cannot be read"))?;
        let limit = match query.get("limit") {
            None => Self::DEFAULT,
            Some(text) => {
                text.parse().ok().filter(|limit| (1..=Self::MOST).contains(limit)).ok_or_else(|| {
                    let value: String = text.chars().take(40).collect();
                    Problem::new(
                        "field_invalid",
                        format!("limit is a number from 1 to {}, not “{value}”", Self::MOST),
                    )
                    .details(json!({ "field": "limit", "expected": [1, Self::MOST], "received": value }))
                })?
            }
        };
        let after = query.get("cursor").map(|cursor| opened(cursor).ok_or_else(bad_cursor)).transpose()?;
        Ok(Self { limit, after })
    }

    /// The asked part of `items`, and the cursor of the next part if there is one. `key` tells the items apart.
    pub fn of<T>(
        self,
        items: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), Problem> {
        let start = match &self.after {
            None => 0,
            Some(after) => items.iter().position(|item| key(item) == *after).ok_or_else(bad_cursor)? + 1,
        };
        let more = items.len() > start + self.limit;
        let page: Vec<T> = items.into_iter().skip(start).take(self.limit).collect();
        let next = page.last().filter(|_| more).map(|last| sealed(&key(last)));
        Ok((page, next))
    }
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(req.query_string()))
    }
}

fn bad_cursor() -> Problem {
    Problem::new("field_invalid", "cursor is the `next` of the page before, unchanged")
        .details(json!({ "field": "cursor" }))
}

/// A key as a cursor. Its check digits tell a cursor from something typed; there is nothing secret in it.
fn sealed(key: &str) -> String {
    format!("{}{}", check(key), to_hex(key.as_bytes()))
}

fn opened(cursor: &str) -> Option<String> {
    let (digits, key) = cursor.split_at_checked(8)?;
    let key = String::from_utf8(from_hex(key)?).ok()?;
    (check(&key) == digits).then_some(key)
}

fn check(key: &str) -> String {
    to_hex(&Sha256::digest(key.as_bytes())[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<(Vec<&'static str>, Option<String>), Problem> {
        Page::parse(query)?.of(vec!["Amman", "Beirut", "Lisbon"], |city| (*city).to_owned())
    }

    #[test]
    fn the_pages_of_a_list_make_the_list() {
        let (first, next) = page("limit=2").unwrap();
        assert_eq!(first, ["Amman", "Beirut"]);
        assert_eq!(page(&format!("limit=2&cursor={}", next.unwrap())).unwrap(), (vec!["Lisbon"], None));
    }

    #[test]
    fn h16_a_limit_has_a_range_and_a_cursor_is_not_typed() {
        for wrong in
            ["limit=-1", "limit=999999999", "limit=abc", "limit=0", "cursor=abc", "cursor=00000000616263"]
        {
            assert_eq!(page(wrong).unwrap_err().code(), "field_invalid", "{wrong} passed");
        }
    }
}
