//! From refusals to answers: the one table of codes, and the shape of every error.
//!
//! Errors are `application/problem+json` (RFC 9457) with a stable `code`, a `detail` that a person can act on, and the
//! request's id. The same id stands in the log beside what the machine knows.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use crdt::history::planned::PlanError;
use crdt::review::disposition::DispositionError;
use crdt::review::entry::{Entry, EntryError};
use crdt::review::round::RoundError;
use serde_json::{Value, json};

use crate::app::broken::{self, Broken};
use crate::app::reasons::{self, Reason};
use crate::app::refusal::Refusal;
use crate::http::amendments;
use crate::http::intake::request_id::current as current_request_id;

/// What the codes mean in HTTP: status and title. Every code that can reach a client stands here.
const CODES: &[(&str, u16, &str)] = &[
    ("json_invalid", 400, "The body is not JSON"),
    ("json_too_deep", 400, "The JSON is nested too deeply"),
    ("json_duplicate_key", 400, "A key stands twice in the JSON"),
    ("request_invalid", 400, "The request is malformed"),
    ("sign_in_required", 401, "Sign in first"),
    ("not_allowed", 403, "Not allowed"),
    ("stands_above", 403, "Only an administrator does this"),
    ("own_amendment", 403, "An amendment of one's own"),
    ("seat_ended", 403, "The seat has ended"),
    ("own_remark", 403, "Nobody answers their own remark"),
    ("cross_site_refused", 403, "The request comes from another site"),
    ("not_found", 404, "Not found"),
    ("invitation_unknown", 404, "The sign-in link is not known"),
    ("method_not_allowed", 405, "This address does not take that method"),
    ("not_acceptable", 406, "None of the accepted forms exists"),
    ("request_timeout", 408, "The request came too slowly"),
    ("paper_exists", 409, "The slug is taken"),
    ("word_taken", 409, "This very file became a paper before"),
    ("milestone_exists", 409, "The name is taken"),
    ("symbol_exists", 409, "The symbol is taken"),
    ("seat_exists", 409, "The seat exists"),
    ("component_exists", 409, "The component exists"),
    ("component_closed", 409, "The component is closed"),
    ("person_exists", 409, "The person is here already"),
    ("invitation_open", 409, "There is an open invitation"),
    ("invitation_for_another", 409, "The invitation is for somebody else"),
    ("nothing_earlier", 409, "There is nothing earlier"),
    ("text_moved_on", 409, "The text moved on"),
    ("pen_is_wider", 409, "The seat writes by a wider right"),
    ("last_admin", 409, "The last administrator"),
    ("bracket_refused", 409, "The bracket stands otherwise"),
    ("silence_refused", 409, "The procedure stands otherwise"),
    ("planned_exists", 409, "The name is taken"),
    ("planned_settled", 409, "The plan was sealed or cancelled"),
    ("publication_refused", 409, "The draft is public already, or is not"),
    ("reminded_already", 409, "They were reminded within the last day"),
    ("position_refused", 409, "The position stands otherwise"),
    ("round_phase", 409, "The round does not stand like that"),
    ("round_not_open", 409, "The round has not opened"),
    ("round_paused", 409, "The round is paused"),
    ("round_not_asked", 409, "The round does not ask for this"),
    ("remark_moved_on", 409, "The remark is not there any more"),
    ("not_waiting", 409, "It does not wait"),
    ("amendment_empty", 409, "Nothing is changed in the draft"),
    ("amendment_decided", 409, "The amendment was decided already"),
    ("amendment_state", 409, "The amendment is not at that point"),
    ("amendment_late", 409, "It came late and was not admitted"),
    ("amendment_closed", 409, "The round has closed"),
    ("amendment_overtaken", 409, "Nothing of what it is about is left"),
    ("touched_since", 409, "The text was changed since"),
    ("copy_missing", 409, "There is no copy to take"),
    ("too_many_drafts", 409, "Too many drafts"),
    ("amendment_on_its_page", 409, "An amendment is decided on its page"),
    ("remark_answered", 409, "The remark was answered"),
    ("answer_gone", 409, "The answer holds no more"),
    ("rows_in_the_way", 409, "Some rows are in the way"),
    ("idempotency_conflict", 409, "The key was used for another request"),
    ("draft_withdrawn", 410, "The draft was withdrawn"),
    ("invitation_used", 410, "The sign-in link was used"),
    ("invitation_expired", 410, "The sign-in link is too old"),
    ("invitation_withdrawn", 410, "The sign-in link was withdrawn"),
    ("stale_version", 412, "Changed meanwhile"),
    ("body_too_large", 413, "The body is too large"),
    ("import_too_large", 413, "The file has more than is taken"),
    ("path_too_long", 414, "The address is too long"),
    ("content_type_unsupported", 415, "The body is in a form that is not taken"),
    ("field_invalid", 422, "A field is not as it must be"),
    ("field_unknown", 422, "A field is not known"),
    ("anchor_unknown", 422, "The commented words are not in the text"),
    ("not_sealed", 422, "The words still move"),
    ("import_unreadable", 422, "The file cannot be read"),
    ("import_protected", 422, "The file is protected by a password"),
    ("import_other_format", 422, "The file has another format"),
    ("import_unsafe", 422, "The file is not safe to read"),
    ("image_unreadable", 422, "The file is no picture that is taken"),
    ("image_too_large", 422, "The picture has too many pixels"),
    ("seal_stopped", 422, "Something stops a PDF"),
    ("change_refused", 422, "The text cannot take this content"),
    ("export_refused", 422, "The file cannot be made from this text"),
    ("chapter_locked", 423, "The chapter is locked"),
    ("too_many_requests", 429, "Too many"),
    ("headers_too_large", 431, "The headers are too large"),
    ("internal_error", 500, "Something went wrong on our side"),
    ("export_too_long", 503, "The file took too long"),
    ("export_unavailable", 503, "Files cannot be made at the moment"),
    ("storage_failed", 503, "The store does not answer"),
    ("text_unreadable", 503, "The text is damaged"),
    ("restarting", 503, "Restarting"),
    ("storage_full", 507, "The disk is full"),
];

/// An error on its way to a client.
#[derive(Debug)]
pub struct Problem {
    code: &'static str,
    detail: String,
    details: Value,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Close the connection after the answer: what follows on it cannot be trusted.
    close: bool,
}

impl Problem {
    /// A problem with a code of the table.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), details: Value::Null, headers: Vec::new(), close: false }
    }

    /// With facts for programs.
    pub fn details(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// With the rule that the field breaks, beside the facts so far.
    fn breaks(mut self, broken: Option<Broken>) -> Self {
        let rule = broken.map(|broken| json!(broken));
        if let (Value::Object(facts), Some(Value::Object(rule))) = (&mut self.details, rule) {
            facts.extend(rule);
        }
        self
    }

    /// With the reason, where its code stands for several.
    fn because(self, reason: Option<Reason>) -> Self {
        match reason {
            None => self,
            Some((reason, None)) => self.details(json!({ "reason": reason })),
            Some((reason, Some(most))) => self.details(json!({ "reason": reason, "most": most })),
        }
    }

    /// With a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With the connection closed afterwards.
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The facts for programs.
    pub fn facts(&self) -> &Value {
        &self.details
    }

    fn entry(&self) -> (StatusCode, &'static str) {
        let found = CODES.iter().find(|(code, ..)| *code == self.code);
        let (_, status, title) =
            found.unwrap_or(&("internal_error", 500, "Something went wrong on our side"));
        (StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), title)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.entry().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, title) = self.entry();
        let mut body = json!({
            "type": format!("urn:borrador:problem:{}", self.code),
            "title": title,
            "status": status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "request_id": current_request_id(),
        });
        if !self.details.is_null() {
            body["details"] = self.details.clone();
        }
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.close {
            response.force_close();
        }
        response.body(body.to_string())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        log(&refusal);
        let problem = Problem::new(refusal.code(), refusal.to_string());
        match refusal {
            Refusal::Field { field, received, broken, .. } => {
                let problem = problem.details(json!({ "field": field, "received": received }));
                problem.breaks(broken)
            }
            Refusal::Bracket(error) => problem.because(reasons::of_bracket(&error)),
            Refusal::Silence(error) => problem.because(reasons::of_silence(&error)),
            Refusal::Position(error) => problem.because(reasons::of_position(&error)),
            Refusal::ComponentClosed(code) => problem.details(json!({ "component": code })),
            Refusal::ComponentExists { field, taken } => {
                problem.details(json!({ "field": field, "received": taken }))
            }
            Refusal::PersonExists { person, name } => {
                problem.details(json!({ "field": "email", "person": person, "name": name }))
            }
            Refusal::SeatEnded(seats) => problem.details(json!({ "seats": seats })),
            Refusal::Comment(error) => {
                problem.details(json!({ "field": "body" })).breaks(Some(Broken::from(&error)))
            }
            Refusal::Round(error) => about_round(problem, &error),
            Refusal::Entry(error) => match entry_field(&error) {
                Some(field) => problem.details(json!({ "field": field })).breaks(broken::in_entry(&error)),
                None => problem,
            },
            Refusal::RemindedAlready(components) => problem.details({
                let each = components.iter().map(|(id, _, at)| json!({ "component_id": id, "at": at }));
                json!({ "already": each.collect::<Vec<_>>() })
            }),
            Refusal::RowsInTheWay(rows) => problem.details(json!({ "rows": rows })),
            Refusal::TextMovedOn { heads } => problem.details(json!({ "heads": heads })),
            Refusal::DraftWithdrawn { at, reason, .. } => {
                problem.details(json!({ "withdrawn_at": at, "reason": reason }))
            }
            Refusal::StaleVersion { current } => problem.details(json!({ "current": current })),
            Refusal::WordTaken { slug } => problem.details(json!({ "slug": slug })),
            Refusal::ExportRefused { reason, hints, mut facts, .. } => {
                facts.extend([("reason".to_owned(), reason.into()), ("hints".to_owned(), hints.into())]);
                problem.details(facts.into())
            }
            Refusal::Amendment(error) => problem.details(amendments::facts(&error)),
            Refusal::ImageTooLarge { width, height, most_pixels } => {
                problem.details(json!({ "width": width, "height": height, "limit_pixels": most_pixels }))
            }
            Refusal::Planned(PlanError::NameTaken(name)) => problem.details(json!({ "name": name })),
            Refusal::SealStopped { count } => problem.details(json!({ "count": count })),
            Refusal::TooManyDrafts { most } => problem.details(json!({ "limit": most })),
            Refusal::TooMany { retry_after_s, .. } => retry_after(problem, retry_after_s),
            Refusal::Stopping | Refusal::ExportTooLong { .. } | Refusal::ExportUnavailable(_) => {
                retry_after(problem, 5)
            }
            _ => problem,
        }
    }
}

/// The field that breaks a rule of rounds, or the phase in which the round is.
fn about_round(problem: Problem, error: &RoundError) -> Problem {
    match error {
        RoundError::AsksNothing => problem.details(json!({ "field": "asks" })),
        RoundError::AsksNobody => problem.details(json!({ "field": "invited" })),
        RoundError::ClosesBeforeItOpens { .. }
        | RoundError::ClosesInThePast { .. }
        | RoundError::NotLater { .. } => {
            problem.details(json!({ "field": "closes" })).breaks(broken::in_round(error))
        }
        RoundError::WrongPhase { phase } => problem.details(json!({ "phase": phase })),
        RoundError::Paused { reason } => problem.details(json!({ "reason": reason })),
        RoundError::NotOpenYet | RoundError::NotInvited | RoundError::NotAskedFor { .. } => problem,
    }
}

/// The field that an objection to an answer or a remark is about.
fn entry_field(error: &EntryError) -> Option<&'static str> {
    match error {
        EntryError::Withdrawn => Some("outcome"),
        EntryError::Disposition(DispositionError::Own)
        | EntryError::Unanswered
        | EntryError::Answered
        | EntryError::NotTheirs => None,
        EntryError::TooLong { most: Entry::MAX_PROPOSED, .. } => Some("proposed"),
        _ => Some("words"),
    }
}

fn retry_after(problem: Problem, seconds: u64) -> Problem {
    problem.header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

/// What the machine knows goes to the log, once, here.
fn log(refusal: &Refusal) {
    let request_id = current_request_id();
    match refusal {
        Refusal::StorageFailed(cause) => tracing::error!(%request_id, %cause, "the store failed"),
        Refusal::ExportUnavailable(cause) => {
            tracing::error!(%request_id, %cause, "the PDF worker is not available")
        }
        Refusal::TextUnreadable(cause) => tracing::error!(%request_id, %cause, "a stored text is damaged"),
        Refusal::Fault(what) => tracing::error!(%request_id, what, "fault"),
        Refusal::StorageFull => tracing::error!(%request_id, "the disk is full"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::labels;

    #[test]
    fn every_code_stands_once_in_the_table() {
        let mut codes: Vec<&str> = CODES.iter().map(|(code, ..)| *code).collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn every_code_has_a_message_in_every_language_of_the_interface() {
        for language in labels::languages() {
            let words = labels::Words::of(language);
            for (code, ..) in CODES {
                let id = format!("error-{code}");
                assert_ne!(words.get(&id), id, "{language}");
            }
        }
    }

    #[test]
    fn a_refusal_that_waits_says_for_how_long() {
        let problem = Problem::from(Refusal::TooMany { what: "exports at once", retry_after_s: 7 });
        let response = problem.error_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "7");
    }
}
