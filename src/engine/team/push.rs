//! What is to go: taken from the outbox in batches, one at a time, and struck off when the server
//! has them. The same row twice is one row there.

use super::blocking::blocking;
use super::error::{TeamError, Use};
use super::link::Link;
use crate::engine::history::{Going, History, Leaving, Parcel, WordOut};
use crate::model::{Resolution, ResolvedWhat};
use serde_json::json;
use tokio_postgres::types::ToSql;

/// Calls and bytes of one batch: enough to share a commit, not so much that the server's memory,
/// or this side's, would feel it.
const CALLS: usize = 200;
const BYTES: usize = 4 << 20;

const PUT: &str = "
    INSERT INTO httriage.calls AS kept (
        writer, id, started_ms, status, class, method, host, environment, token, codes,
        case_name, case_key, summary, record, typed, sent, received, left_out, change
    )
    SELECT $1::text::uuid, id, started_ms, status, class, method, host, environment, token,
        string_to_array(codes, E'\\n'), case_name, case_key, summary, record, typed, sent,
        received, left_out, 0
    FROM unnest(
        $2::bigint[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bytea[],
        $15::bytea[], $16::bytea[], $17::bytea[], $18::bigint[]
    ) AS came (
        id, started_ms, status, class, method, host, environment, token, codes, case_name,
        case_key, summary, record, typed, sent, received, left_out
    )
    ON CONFLICT (writer, id) DO UPDATE SET
        started_ms = excluded.started_ms, status = excluded.status, class = excluded.class,
        method = excluded.method, host = excluded.host, environment = excluded.environment,
        token = excluded.token, codes = excluded.codes, case_name = excluded.case_name,
        case_key = excluded.case_key, summary = excluded.summary, record = excluded.record,
        typed = excluded.typed, sent = excluded.sent, received = excluded.received,
        left_out = excluded.left_out, gone = false
    WHERE kept.gone OR kept.record <> excluded.record
        OR kept.received IS DISTINCT FROM excluded.received
        OR kept.sent IS DISTINCT FROM excluded.sent
        OR kept.typed IS DISTINCT FROM excluded.typed";

const PUT_WORD: &str = "
    INSERT INTO httriage.resolutions (
        writer, id, revision, of_call, case_name, case_key, cause, note, who, at_ms, withdrawn,
        kinds, change
    )
    VALUES ($1::text::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb, 0)
    ON CONFLICT (writer, id, revision) DO NOTHING";

const TAKE_BACK: &str = "
    UPDATE httriage.calls SET gone = true, status = NULL, method = '', host = '',
        environment = '', token = NULL, codes = '{}', case_name = NULL, case_key = NULL,
        summary = '', record = '', typed = NULL, sent = NULL, received = NULL, left_out = 0
    WHERE writer = $1::text::uuid AND id = ANY ($2::bigint[]) AND NOT gone";

/// Makes this home known under its name.
pub(super) async fn introduce(link: &Link, writer: &str, name: &str) -> Result<(), TeamError> {
    link.may(Use::Write)?;
    let question = "
        INSERT INTO httriage.writers AS known (writer, name) VALUES ($1::text::uuid, $2)
        ON CONFLICT (writer) DO UPDATE SET name = excluded.name
        WHERE known.name <> excluded.name";
    link.ask(link.client.execute(question, &[&writer, &name]))
        .await?;
    Ok(())
}

/// Sends all that is to go. Returns how many entries went.
pub(super) async fn push(link: &Link, history: &History, writer: &str) -> Result<usize, TeamError> {
    link.may(Use::Write)?;
    let mut went = push_words(link, history, writer).await?;
    loop {
        let own = history.clone();
        let batch = blocking(move || own.outgoing(CALLS, BYTES)).await?;
        if batch.is_empty() {
            return Ok(went);
        }
        let (batch, refused) = send(link, writer, batch).await?;
        went += batch.len();
        let own = history.clone();
        blocking(move || {
            for (entry, why) in &refused {
                own.cannot_go(entry, why)?;
            }
            own.went(&batch)
        })
        .await?;
    }
}

/// Sends the words on refusals. They are few, so each goes by itself.
async fn push_words(link: &Link, history: &History, writer: &str) -> Result<usize, TeamError> {
    let mut went = 0;
    loop {
        let own = history.clone();
        let words = blocking(move || own.words_out(CALLS)).await?;
        if words.is_empty() {
            return Ok(went);
        }
        for word in &words {
            put_word(link, writer, word).await?;
        }
        went += words.len();
        let own = history.clone();
        blocking(move || own.words_went(&words)).await?;
    }
}

async fn put_word(link: &Link, writer: &str, word: &WordOut) -> Result<(), TeamError> {
    let WordOut { resolution, kinds } = word;
    let number = |id: &crate::model::ExchangeId| i64::try_from(id.number()).unwrap_or(i64::MAX);
    let Resolution { case, .. } = resolution;
    let of_call = match &resolution.of {
        ResolvedWhat::Call(call) => Some(number(call)),
        ResolvedWhat::Case(_) => None,
    };
    let case_name = case.as_ref().map(|case| text(case));
    let case_key = case.as_ref().map(|case| text(&case.to_lowercase()));
    let values: [&(dyn ToSql + Sync); 12] = [
        &writer,
        &number(&resolution.id),
        &i32::try_from(resolution.revision).unwrap_or(i32::MAX),
        &of_call,
        &case_name,
        &case_key,
        &resolution.cause_id(),
        &text(&resolution.note),
        &text(&resolution.who),
        &resolution.at.as_millisecond(),
        &resolution.withdrawn,
        &json!(kinds).to_string().replace("\\u0000", "\\ufffd"),
    ];
    link.ask(link.client.execute(PUT_WORD, &values)).await?;
    Ok(())
}

type Refused = Vec<(Leaving, String)>;

/// Sends one batch; what the server does not take for what it is comes back with the reason.
async fn send(
    link: &Link,
    writer: &str,
    batch: Vec<Leaving>,
) -> Result<(Vec<Leaving>, Refused), TeamError> {
    let (mut going, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    for entry in batch {
        match &entry.going {
            Going::Unreadable(why) => {
                let why = why.clone();
                refused.push((entry, why));
            }
            Going::Call(_) | Going::Gone => going.push(entry),
        }
    }
    match put(link, writer, &going).await {
        Err(error) if error.is_about_rows() => {}
        sent => return sent.map(|()| (going, refused)),
    }
    // One that the server cannot take must not hold up the others.
    let mut went = Vec::with_capacity(going.len());
    for entry in going {
        match put(link, writer, std::slice::from_ref(&entry)).await {
            Ok(()) => went.push(entry),
            Err(error) if error.is_about_rows() => refused.push((entry, error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok((went, refused))
}

async fn put(link: &Link, writer: &str, batch: &[Leaving]) -> Result<(), TeamError> {
    let of = |entry: &Leaving| i64::try_from(entry.id.number()).unwrap_or(i64::MAX);
    let gone = batch
        .iter()
        .filter(|entry| matches!(entry.going, Going::Gone));
    let gone: Vec<i64> = gone.map(of).collect();
    if !gone.is_empty() {
        link.ask(link.client.execute(TAKE_BACK, &[&writer, &gone]))
            .await?;
    }
    let calls = batch.iter().filter_map(|entry| match &entry.going {
        Going::Call(parcel) => Some((of(entry), &**parcel)),
        Going::Gone | Going::Unreadable(_) => None,
    });
    let (ids, parcels): (Vec<i64>, Vec<&Parcel>) = calls.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    // A month has to be there before its rows.
    let make_room = "SELECT httriage.make_room($1)";
    link.ask(link.client.execute(make_room, &[&ids])).await?;
    let columns = Columns::of(&parcels);
    let values: [&(dyn ToSql + Sync); 18] = [
        &writer,
        &ids,
        &columns.started,
        &columns.status,
        &columns.class,
        &columns.method,
        &columns.host,
        &columns.environment,
        &columns.token,
        &columns.codes,
        &columns.case_name,
        &columns.case_key,
        &columns.summary,
        &columns.record,
        &columns.typed,
        &columns.sent,
        &columns.received,
        &columns.left_out,
    ];
    // One statement, whole on the server before it begins: the lock of its commit waits for no
    // slow line.
    link.ask(link.client.execute(PUT, &values))
        .await
        .map(|_| ())
}

/// The batch, column by column.
#[derive(Default)]
struct Columns<'a> {
    started: Vec<i64>,
    status: Vec<Option<i32>>,
    class: Vec<&'static str>,
    method: Vec<String>,
    host: Vec<String>,
    environment: Vec<String>,
    token: Vec<Option<&'a str>>,
    codes: Vec<String>,
    case_name: Vec<Option<String>>,
    case_key: Vec<Option<String>>,
    summary: Vec<String>,
    record: Vec<&'a [u8]>,
    typed: Vec<Option<&'a [u8]>>,
    sent: Vec<Option<&'a [u8]>>,
    received: Vec<Option<&'a [u8]>>,
    left_out: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn of(parcels: &[&'a Parcel]) -> Columns<'a> {
        let mut columns = Columns::default();
        for parcel in parcels {
            let summary = &parcel.summary;
            columns.started.push(summary.started_at.as_millisecond());
            columns.status.push(summary.status.map(i32::from));
            columns.class.push(summary.class().id());
            columns.method.push(text(&summary.method.to_lowercase()));
            columns.host.push(text(&parcel.host));
            columns
                .environment
                .push(text(&summary.environment.to_lowercase()));
            let token = summary.token.as_ref();
            columns.token.push(token.map(|token| token.name.as_str()));
            columns.codes.push(text(&parcel.codes.join("\n")));
            let case = summary.case.as_ref();
            columns.case_name.push(case.map(|case| text(case)));
            columns
                .case_key
                .push(case.map(|case| text(&case.to_lowercase())));
            columns.summary.push(text(&parcel.line));
            columns.record.push(&parcel.record);
            columns.typed.push(parcel.bodies.typed.as_deref());
            columns.sent.push(parcel.bodies.sent.as_deref());
            columns.received.push(parcel.bodies.received.as_deref());
            let left_out = i64::try_from(parcel.left_out);
            columns.left_out.push(left_out.unwrap_or(i64::MAX));
        }
        columns
    }
}

/// The server's texts hold no NUL.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
