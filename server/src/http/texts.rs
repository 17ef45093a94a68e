//! Texts: read as blocks, Markdown or HTML; replaced by new content; and who wrote which words.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::document::Block;
use crdt::history::digest;
use crdt::ids::{ChangeHash, TextId};
use crdt::render::{ChapterBlocks, Tree, html, markdown};
use crdt::review::permission::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::people::paper::{Paper, TextPlace};

/// A text as blocks.
#[derive(Serialize, ToSchema)]
pub struct TextBlocks {
    id: Uuid,
    language: String,
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
    /// SHA-256 of the canonical JSON of `blocks`.
    #[schema(value_type = String)]
    digest: crdt::history::Digest,
    /// The number of its first numbered paragraph.
    first_number: usize,
    #[schema(value_type = Vec<Object>)]
    blocks: Vec<Block>,
}

/// New content for a text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContent {
    /// The heads of the text that the content is based on.
    #[schema(value_type = Vec<String>)]
    base_heads: Vec<ChangeHash>,
    /// The whole text as Markdown. Blocks that end in `{#p-ID}` keep their identity.
    markdown: String,
}
impl Incoming for NewContent {
    fn limit(limits: &Limits) -> usize {
        limits.import_bytes
    }
}

/// What came of new content.
#[derive(Serialize, ToSchema)]
pub struct ReplacedView {
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
    changed_blocks: usize,
}

/// How a text may be read.
#[derive(Deserialize)]
pub struct HowToRead {
    ids: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Json,
    Markdown,
    Html,
}

/// A text: JSON blocks, `text/markdown` (with ids on `?ids=1`) or a `text/html` fragment, as `Accept` says.
#[utoipa::path(get, path = "/api/v1/texts/{id}", tag = "texts", params(("id" = Uuid, Path), ("ids" = Option<String>, Query)),
    responses((status = 200, body = TextBlocks)))]
pub async fn read(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    how: web::Query<HowToRead>,
) -> Result<HttpResponse, Problem> {
    let form = form(req.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()))?;
    let (id, place, paper) = readable(&caller, &id)?;
    let first_number = app.first_number(paper, &place.language, id).await?;
    let text = app.live.text(id).await.map_err(Refusal::from)?;
    let chapter =
        paper.chapters.iter().find(|chapter| chapter.id == place.chapter).ok_or(Refusal::NotFound)?;
    let (number, depth) = (chapter.number.clone(), u8::try_from(chapter.depth()).unwrap_or(u8::MAX));
    let (language, with_ids) = (place.language.clone(), how.ids.as_deref() == Some("1"));
    let (media_type, body) = aside(move || {
        let blocks = text.blocks();
        let tree = |blocks| Tree::of(first_number, [ChapterBlocks { number, depth, blocks }]);
        Ok(match form {
            Form::Json => {
                let digest = digest::of_text(&blocks);
                let view =
                    TextBlocks { id: id.0, language, heads: text.heads(), digest, first_number, blocks };
                let json = serde_json::to_string(&view).map_err(|error| Refusal::Fault(error.to_string()))?;
                ("application/json", json)
            }
            Form::Markdown => {
                let written = markdown::write(&tree(blocks), markdown::Options { ids: with_ids });
                ("text/markdown; charset=utf-8", written)
            }
            Form::Html => {
                let chapters = tree(blocks).with_brackets().chapters;
                let written = chapters.iter().map(|chapter| html::chapter(chapter, &language)).collect();
                ("text/html; charset=utf-8", written)
            }
        })
    })
    .await?;
    Ok(HttpResponse::Ok().content_type(media_type).insert_header((header::VARY, "accept")).body(body))
}

/// Replace the content of a text. Only what differs from the base is changed; it merges with what others changed since.
#[utoipa::path(put, path = "/api/v1/texts/{id}", tag = "texts", params(("id" = Uuid, Path)), request_body = NewContent,
    responses((status = 200, body = ReplacedView), (status = 409, description = "The base is not known")))]
pub async fn replace(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewContent>,
) -> Result<HttpResponse, Problem> {
    let (id, ..) = readable(&caller, &id)?;
    app.must_write(caller.seat, id)?;
    let NewContent { base_heads, markdown } = body.value;
    let done = app.replace_text(id, caller.seat, base_heads, markdown).await?;
    Ok(HttpResponse::Ok().json(ReplacedView { heads: done.heads, changed_blocks: done.changed_blocks }))
}

/// Who wrote which words, and when the server received them.
#[utoipa::path(get, path = "/api/v1/texts/{id}/attribution", tag = "texts", params(("id" = Uuid, Path)),
    responses((status = 200)))]
pub async fn attribution(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, ..) = readable(&caller, &id)?;
    Ok(HttpResponse::Ok().json(app.attribution(id).await?))
}

/// The text with this id, if the caller may read it, with its place and paper.
pub fn readable<'a>(caller: &'a Caller, id: &str) -> Result<(TextId, &'a TextPlace, &'a Paper), Refusal> {
    let id: TextId = id.parse().map_err(|_| Refusal::NotFound)?;
    let place = caller.register.text(id).filter(|place| caller.may(Action::Read, &place.place()));
    let place = place.ok_or(Refusal::NotFound)?;
    Ok((id, place, caller.register.paper(place.paper).ok_or(Refusal::NotFound)?))
}

/// The first of the accepted forms that exists; JSON if anything goes.
fn form(accept: Option<&str>) -> Result<Form, Problem> {
    let Some(accept) = accept else { return Ok(Form::Json) };
    let types = accept.split(',').map(|entry| entry.split(';').next().unwrap_or_default().trim());
    let known = types.filter_map(|media_type| match media_type {
        "application/json" | "application/*" | "*/*" | "" => Some(Form::Json),
        "text/markdown" => Some(Form::Markdown),
        "text/html" | "text/*" => Some(Form::Html),
        _ => None,
    });
    let words = "a text comes as application/json, text/markdown or text/html";
    known.into_iter().next().ok_or_else(|| Problem::new("not_acceptable", words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_exists_is_taken() {
        assert_eq!(form(None).unwrap(), Form::Json);
        assert_eq!(form(Some("text/html,application/xhtml+xml,*/*;q=0.8")).unwrap(), Form::Html);
        assert_eq!(form(Some("image/png, text/markdown;q=0.5")).unwrap(), Form::Markdown);
        assert_eq!(form(Some("image/png")).unwrap_err().code(), "not_acceptable");
    }
}
