//! Knowledge packs as TOML: the built-in ones and a person's own. What is not understood is
//! refused with its line and column.

mod rows;
#[cfg(test)]
mod tests;

use super::placed::Placed;
use super::statement::StatementRow;
use super::{FormatError, toml_error};
use crate::insight::api::Phrase;
use crate::insight::api::calls::{
    Assumptions, Calls, HeaderForm, HeaderSays, ListCall, RequestHeader, WhoAmI,
};
use crate::insight::api::checksum::Checksum;
use crate::insight::api::endpoint::Endpoint;
use crate::insight::api::knowledge::{
    Alphabet, AnswerRow, BodyForm, CauseText, CodeRow, CredentialKind, ErrorPlaces, HeaderNames,
    Layer, Meaning, Pack, Recognise, RefusedWhen, Sign, StatusRow,
};
use crate::insight::api::pointer::{IdPlace, Pointer};
use crate::insight::made_up;
use crate::insight::{CodeNote, Grounds, Statement, StatusNote};
use crate::model::{Cause, Timestamp};
use rows::{
    AnswerRows, BodyRow, CallRows, CauseRows, CodeRows, CredentialRow, EndpointRow, ErrorRows,
    File, HeaderRows, ListRow, PointerRow, ProbeRows, RequestHeaderRow, StatusRows,
};

pub(super) use rows::RecogniseRows;

/// An answer that a pack carries to prove itself by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub name: String,
    /// `GET https://api.acme.example/x`, where the request matters.
    pub request: Option<String>,
    pub sent: Vec<String>,
    pub data: Option<String>,
    /// As `curl -i` prints it.
    pub answer: String,
    /// What has to come first.
    pub cause: Cause,
    /// It looks like another cause.
    pub is_near_miss: bool,
}

impl Example {
    /// The call as `curl -v` prints it, as far as the example says what was asked, with made-up
    /// values in their places.
    pub fn transcript(&self, now: Timestamp) -> String {
        let request = self.request.as_deref();
        made_up::transcript(request, &self.sent, &self.answer, now)
    }
}

type Refuse<'a> = dyn Fn(usize, String, &str) -> FormatError + 'a;

/// Reads a pack.
///
/// # Errors
/// What is wrong first, with its place in the file.
pub fn read(text: &str, file_name: &str) -> Result<Pack, FormatError> {
    let file = parsed(text, file_name)?;
    let refuse = |offset: usize, problem: String, remedy: &str| {
        FormatError::at(file_name, text, offset, problem, remedy)
    };
    pack(file, &refuse)
}

/// Reads a built-in pack from its quick form, which the build makes of its text.
///
/// # Errors
/// What is wrong, without a place; a test reads the text of each pack.
pub fn read_quick(bytes: &[u8], id: &str) -> Result<Pack, FormatError> {
    let refuse =
        |_: usize, problem: String, remedy: &str| FormatError::at(id, "", 0, problem, remedy);
    let remedy = "Build the program anew";
    let file = rmp_serde::from_slice(bytes);
    pack(
        file.map_err(|error| refuse(0, error.to_string(), remedy))?,
        &refuse,
    )
}

/// The examples that a pack carries.
///
/// # Errors
/// As `read`.
pub fn examples(text: &str, file_name: &str) -> Result<Vec<Example>, FormatError> {
    let refuse = |offset: usize, problem: String, remedy: &str| {
        FormatError::at(file_name, text, offset, problem, remedy)
    };
    let rows = parsed(text, file_name)?.example;
    let examples = rows.into_iter().map(|row| {
        Ok(Example {
            name: row.name,
            request: row.request,
            sent: row.sent,
            data: row.data,
            answer: row.answer.trim_start().to_owned(),
            cause: cause(&row.cause, &refuse)?,
            is_near_miss: row.near_miss,
        })
    });
    examples.collect()
}

fn parsed(text: &str, file_name: &str) -> Result<File, FormatError> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let problem = toml_error::told(error.message(), ", ");
        let remedy = "Correct this line; `httriage help knowledge` shows every key";
        FormatError::at(file_name, text, offset, problem, remedy)
    })
}

fn pack(file: File, refuse: &Refuse) -> Result<Pack, FormatError> {
    let id = file.id.get_ref();
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.is_empty() || !id.chars().all(is_word) {
        let remedy = "Use small letters, digits and _ only";
        let problem = format!("\"{id}\" cannot be the id of a pack");
        return Err(refuse(file.id.at(), problem, remedy));
    }
    let layer = match &file.layer {
        None => Layer::default(),
        Some(name) => named(name, Layer::NAMES, "layer", refuse)?,
    };
    let mut pack = Pack {
        id: file.id.into_inner(),
        layer,
        title: file.title,
        uses: file.uses,
        docs: file.docs,
        base: file.base,
        base_path: file.base_path,
        recognise: file.recognise.into(),
        errors: errors(file.errors, refuse)?,
        headers: file.headers.into(),
        web_paths: file.web_paths,
        calls: file.calls.into(),
        probes: file.probes.into(),
        ..Pack::default()
    };
    pack.credentials = each(file.credential, credential, refuse)?;
    pack.pointers = each(file.pointer, pointer, refuse)?;
    pack.answers = each(file.answer, answer, refuse)?;
    pack.codes = each(file.code, code, refuse)?;
    pack.statuses = each(file.status, status, refuse)?;
    pack.causes = each(file.cause, cause_text, refuse)?;
    pack.endpoints = each(file.endpoint, endpoint, refuse)?;
    pack.request_headers = each(file.request_header, request_header, refuse)?;
    Ok(pack)
}

/// Every row as it is meant, or what is wrong with the first that means nothing.
fn each<R, T>(
    rows: Vec<R>,
    read: fn(R, &Refuse) -> Result<T, FormatError>,
    refuse: &Refuse,
) -> Result<Vec<T>, FormatError> {
    rows.into_iter().map(|row| read(row, refuse)).collect()
}

fn cause(id: &Placed<String>, refuse: &Refuse) -> Result<Cause, FormatError> {
    Cause::from_id(id.get_ref()).ok_or_else(|| {
        let problem = format!("\"{}\" is not the id of a cause", id.get_ref());
        refuse(id.at(), problem, "Use an id such as token.expired")
    })
}

fn causes(ids: &[Placed<String>], refuse: &Refuse) -> Result<Vec<Cause>, FormatError> {
    ids.iter().map(|id| cause(id, refuse)).collect()
}

/// One of a few words.
fn named<T: Copy>(
    word: &Placed<String>,
    names: &[(&str, T)],
    what: &str,
    refuse: &Refuse,
) -> Result<T, FormatError> {
    let known = names.iter().find(|(name, _)| name == word.get_ref());
    known.map(|(_, value)| *value).ok_or_else(|| {
        let problem = format!("\"{}\" is no {what}", word.get_ref());
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        let remedy = format!("Use one of {}", names.join(", "));
        refuse(word.at(), problem, &remedy)
    })
}

fn share(number: &Placed<f32>, refuse: &Refuse) -> Result<f32, FormatError> {
    let share = *number.get_ref();
    if share > 0.0 && share <= 1.0 {
        return Ok(share);
    }
    let remedy = "Write a share above 0 and up to 1, such as 0.9";
    Err(refuse(number.at(), format!("{share} is no share"), remedy))
}

fn phrases(texts: &[Placed<String>], refuse: &Refuse) -> Result<Vec<Phrase>, FormatError> {
    let phrase = |text: &Placed<String>| {
        if text.is_proven() {
            return Ok(Phrase::proven(text.get_ref()));
        }
        Phrase::new(text.get_ref()).ok_or_else(|| {
            let problem = format!("\"{}\" is not a phrase", text.get_ref());
            let remedy =
                "Write words, a|b for a choice, scope~ for a beginning, * between two words";
            refuse(text.at(), problem, remedy)
        })
    };
    texts.iter().map(phrase).collect()
}

fn grounds(documented: Option<String>, observed: Option<String>) -> Option<Grounds> {
    documented
        .map(Grounds::Documented)
        .or(observed.map(Grounds::Observed))
}

impl From<RecogniseRows> for Recognise {
    fn from(rows: RecogniseRows) -> Recognise {
        let form = |form: BodyRow| BodyForm {
            has: form.has,
            contains: form.contains,
        };
        let hosts = rows.hosts.iter().map(|host| host.to_ascii_lowercase());
        Recognise {
            hosts: hosts.collect(),
            headers: pairs(rows.headers),
            body: rows.body.into_iter().map(form).collect(),
            paths: rows.paths,
        }
    }
}

fn pairs(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
    pairs.into_iter().map(lower).collect()
}

fn errors(rows: ErrorRows, refuse: &Refuse) -> Result<ErrorPlaces, FormatError> {
    let mut refused = Vec::new();
    for row in rows.refused {
        let sign = match (row.is, row.not, row.present) {
            (Some(text), None, false) => Sign::Is(text),
            (None, Some(text), false) => Sign::Not(text),
            (None, None, true) => Sign::Present,
            _ => {
                let problem = "a sign of a refusal is one of is, not, present".to_owned();
                let remedy = "Keep one of them";
                return Err(refuse(row.at.at(), problem, remedy));
            }
        };
        let at = row.at.into_inner();
        refused.push(RefusedWhen { at, sign });
    }
    Ok(ErrorPlaces {
        each: rows.each,
        title: rows.title,
        detail: rows.detail,
        code: rows.code,
        field: rows.field,
        needed: rows.needed,
        held: rows.held,
        remedy: rows.remedy,
        refused,
    })
}

fn credential(row: CredentialRow, refuse: &Refuse) -> Result<CredentialKind, FormatError> {
    let alphabet = match &row.alphabet {
        None => None,
        Some(name) => Some(named(name, Alphabet::NAMES, "alphabet", refuse)?),
    };
    let checksum = match &row.checksum {
        None => None,
        Some(name) => Some(named(name, Checksum::NAMES, "checksum", refuse)?),
    };
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) {
        return Err(lacks_ground(row.id.at(), "credential", refuse));
    }
    Ok(CredentialKind {
        id: row.id.into_inner(),
        kind: row.kind,
        prefix: row.prefix,
        is_public: row.public,
        secret_beside: row.secret_beside,
        length: row.length,
        alphabet,
        checksum,
        places: row.places,
        live: row.live,
        lifetime: row.lifetime,
        revoke: row.revoke,
        note: row.note,
        samples: row.samples,
    })
}

fn lacks_ground(offset: usize, what: &str, refuse: &Refuse) -> FormatError {
    let problem = format!("this {what} has no ground");
    let remedy = "Say documented = \"page\", observed = \"where\", or reading = true";
    refuse(offset, problem, remedy)
}

fn answer(row: AnswerRows, refuse: &Refuse) -> Result<AnswerRow, FormatError> {
    let place = row.cause.at();
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) {
        return Err(lacks_ground(place, "answer", refuse));
    }
    let told = [&row.code, &row.path, &row.credential]
        .iter()
        .any(|list| !list.is_empty());
    if !told
        && row.status.is_empty()
        && row.words.is_empty()
        && row.all_words.is_empty()
        && row.header.is_empty()
    {
        let problem = "this answer names nothing by which it is known".to_owned();
        let remedy = "Name a status, a code, words or a header";
        return Err(refuse(place, problem, remedy));
    }
    let lower = |texts: Vec<String>| texts.iter().map(|t| t.to_ascii_lowercase()).collect();
    Ok(AnswerRow {
        status: row.status,
        codes: row.code,
        words: phrases(&row.words, refuse)?,
        all_words: phrases(&row.all_words, refuse)?,
        no_words: phrases(&row.no_words, refuse)?,
        headers: pairs(row.header),
        no_headers: lower(row.no_header),
        methods: row.method,
        paths: row.path,
        credentials: row.credential,
        meaning: Meaning {
            cause: Some(cause(&row.cause, refuse)?),
            also: causes(&row.also, refuse)?,
            sure: share(&row.sure, refuse)?,
            why: row.why,
            steps: row.r#do,
            remedy: row.remedy,
            grounds: grounds(row.documented, row.observed),
        },
    })
}

fn cause_text(row: CauseRows, refuse: &Refuse) -> Result<CauseText, FormatError> {
    let grounds = grounds(row.documented, row.observed);
    Ok(CauseText {
        cause: cause(&row.id, refuse)?,
        summary: row.summary.map(|row| with_grounds(Some(row.0), &grounds)),
        meaning: row.meaning.map(|row| with_grounds(Some(row.0), &grounds)),
        signs: statements(row.signs, &grounds),
        steps: statements(row.steps, &grounds),
    })
}

fn endpoint(row: EndpointRow, refuse: &Refuse) -> Result<Endpoint, FormatError> {
    let path = row.path.get_ref();
    if !path.starts_with('/') || path.contains(['?', '#', ' ']) {
        let problem = format!("\"{path}\" is not the path of an endpoint");
        let remedy = "Begin it with /, and write {name} where a value stands";
        return Err(refuse(row.path.at(), problem, remedy));
    }
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) {
        return Err(lacks_ground(row.path.at(), "endpoint", refuse));
    }
    let grounds = grounds(row.documented, row.observed);
    Ok(Endpoint {
        method: row.method,
        path: row.path.into_inner(),
        purpose: row.purpose,
        grounds: grounds.unwrap_or(Grounds::Inferred),
    })
}

fn pointer(row: PointerRow, refuse: &Refuse) -> Result<Pointer, FormatError> {
    let at = row.says.at();
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) {
        return Err(lacks_ground(at, "pointer", refuse));
    }
    let places = [
        row.header.map(IdPlace::Header),
        row.body.map(IdPlace::Body),
        row.behind.map(IdPlace::Behind),
        row.page.map(IdPlace::Page),
    ];
    let mut places = places.into_iter().flatten();
    let id = places.next().unwrap_or_default();
    if places.next().is_some() {
        let problem = "an id stands in one place".to_owned();
        return Err(refuse(
            at,
            problem,
            "Write one of header, body, behind and page",
        ));
    }
    if let Some(url) = row
        .url
        .as_ref()
        .filter(|url| !url.get_ref().starts_with("https://"))
    {
        let problem = format!("\"{}\" is no page of the web", url.get_ref());
        return Err(refuse(url.at(), problem, "Begin it with https://"));
    }
    Ok(Pointer {
        statuses: row.status,
        id,
        says: row.says.into_inner(),
        url: row.url.map(Placed::into_inner),
    })
}

fn request_header(row: RequestHeaderRow, refuse: &Refuse) -> Result<RequestHeader, FormatError> {
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) {
        return Err(lacks_ground(row.name.at(), "header", refuse));
    }
    let form = row.form.as_ref();
    Ok(RequestHeader {
        name: row.name.into_inner(),
        says: named(&row.says, HeaderSays::NAMES, "use of a header", refuse)?,
        form: form
            .map(|form| named(form, HeaderForm::NAMES, "form of a header", refuse))
            .transpose()?,
        known: row.known,
        needed_at: row.needed_at,
        cause: cause(&row.cause, refuse)?,
    })
}

fn code(row: CodeRows, refuse: &Refuse) -> Result<CodeRow, FormatError> {
    let place = row.code.at();
    if row.code.get_ref().is_empty() {
        let remedy = "Write the code as the API does";
        return Err(refuse(place, "a code is empty".to_owned(), remedy));
    }
    let inner = row
        .meaning
        .as_ref()
        .is_some_and(|m| m.0.grounds != Grounds::Inferred);
    if row.documented.is_none() && row.observed.is_none() && row.reading != Some(true) && !inner {
        return Err(lacks_ground(place, "code", refuse));
    }
    let cause = row.cause.as_ref().map(|id| cause(id, refuse)).transpose()?;
    let also = causes(&row.also, refuse)?;
    let mut usual: Vec<Cause> = cause.into_iter().chain(also.clone()).collect();
    for cause in causes(&row.causes, refuse)? {
        if !usual.contains(&cause) {
            usual.push(cause);
        }
    }
    let sure = match &row.sure {
        Some(sure) => share(sure, refuse)?,
        None => 0.8,
    };
    let grounds = grounds(row.documented, row.observed);
    let steps: Vec<Statement> = statements(row.r#do, &grounds);
    let meaning_text = row.meaning.map(|row| row.0);
    Ok(CodeRow {
        meaning: Meaning {
            cause,
            also,
            sure,
            why: meaning_text.as_ref().map(|m| m.text.clone()),
            steps: steps.iter().map(|s| s.text.clone()).collect(),
            remedy: row.remedy,
            grounds: grounds.clone(),
        },
        note: CodeNote {
            code: row.code.into_inner(),
            title: row.title,
            statuses: row.status,
            meaning: with_grounds(meaning_text, &grounds),
            causes: usual,
            checks: steps,
            ask: statements(row.ask, &grounds),
        },
    })
}

fn status(row: StatusRows, refuse: &Refuse) -> Result<StatusRow, FormatError> {
    let (place, number) = (row.status.at(), *row.status.get_ref());
    if !(100..=599).contains(&number) {
        let problem = format!("{number} is not a status");
        return Err(refuse(place, problem, "Use a number from 100 to 599"));
    }
    let mut likely = Vec::new();
    for (id, number) in &row.causes {
        likely.push((cause(id, refuse)?, share(number, refuse)?));
    }
    if likely.iter().map(|(_, share)| share).sum::<f32>() > 1.001 {
        let problem = "the shares of the causes add up to more than 1".to_owned();
        return Err(refuse(
            place,
            problem,
            "Lower them; what is left is for what nobody thought of",
        ));
    }
    let grounds = grounds(row.documented, row.observed);
    let name = row.name.unwrap_or_default();
    Ok(StatusRow {
        note: StatusNote {
            status: number,
            name,
            meaning: with_grounds(row.meaning.map(|row| row.0), &grounds),
            causes: likely.iter().map(|(cause, _)| *cause).collect(),
            reasons: statements(row.reasons, &grounds),
            checks: statements(row.checks, &grounds),
            ask: statements(row.ask.0, &grounds),
            see: row.see,
        },
        likely,
    })
}

fn with_grounds(statement: Option<Statement>, grounds: &Option<Grounds>) -> Statement {
    let mut statement = statement.unwrap_or_else(|| Statement {
        text: String::new(),
        grounds: Grounds::Inferred,
    });
    if let (Grounds::Inferred, Some(grounds)) = (&statement.grounds, grounds) {
        statement.grounds = grounds.clone();
    }
    statement
}

fn statements(rows: Vec<StatementRow>, grounds: &Option<Grounds>) -> Vec<Statement> {
    let with = |row: StatementRow| with_grounds(Some(row.0), grounds);
    rows.into_iter().map(with).collect()
}

impl From<HeaderRows> for HeaderNames {
    fn from(rows: HeaderRows) -> HeaderNames {
        HeaderNames {
            needed: rows.needed,
            held: rows.held,
            remedy: rows.remedy,
            limit: rows.limit,
            remaining: rows.remaining,
            reset: rows.reset,
            retry: rows.retry,
            request_id: rows.request_id,
            region: rows.region,
            deprecation: rows.deprecation,
            code: rows.code,
        }
    }
}

impl From<CallRows> for Calls {
    fn from(rows: CallRows) -> Calls {
        let worth = |text: String| (!text.is_empty()).then_some(text);
        let list = |row: ListRow| ListCall {
            title: row.title,
            path: row.path,
        };
        Calls {
            who_am_i: rows
                .who_am_i
                .filter(|row| !row.path.is_empty())
                .map(|row| WhoAmI {
                    path: row.path,
                    name: row.name.and_then(worth),
                    roles: row.roles.and_then(worth),
                    scopes: row.scopes.and_then(worth),
                    idle: row.idle.iter().map(|role| role.to_lowercase()).collect(),
                }),
            anybody: rows.anybody.into_iter().map(|row| row.path).collect(),
            lists: rows.list.into_iter().map(list).collect(),
            roles: rows.roles.and_then(|row| worth(row.path)),
        }
    }
}

impl From<ProbeRows> for Assumptions {
    fn from(rows: ProbeRows) -> Assumptions {
        Assumptions {
            parents: rows.parents,
            lists: rows.lists,
            hidden_404: rows.hidden_404,
            scoped_lists: rows.scoped_lists,
            asks_first: rows.asks_first,
            relations: rows.relations,
            archived: rows
                .archived
                .map(|query| query.trim_start_matches('?').to_owned())
                .filter(|query| !query.is_empty()),
        }
    }
}
