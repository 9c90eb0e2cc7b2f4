//! `httriage token inspect`: what can be told of a token without sending it, and how two differ.

use super::asked;
use super::passport::{Past, settled};
use crate::cli::args::TokenInspectArgs;
use crate::cli::history::{CLOSING, find};
use crate::cli::print::Out;
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice};
use crate::engine::clock;
use crate::engine::{Home, Vault, fingerprint, keep, sandbox};
use crate::insight::Exchange;
use crate::insight::api::knowledge::Pack;
use crate::insight::api::library::Library;
use crate::insight::api::marks::Marks;
use crate::insight::token::{
    Line, Repair, TokenReport, Tone, beside, differences, lines, passport,
};
use crate::model::{
    Environment, Failure, Masked, Secret, Settings, Timestamp, TokenName, TokenRef, fit,
    visible_line,
};
use serde_json::{Map, Value, json};
use std::io::{IsTerminal, Read};
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// No credential is longer; a stream above this is not one.
const LONGEST_VALUE: u64 = 64 * 1024;

/// Prints what can be told of one token, or how two differ; with a call, the report is held against
/// that. Always 0, whatever is found.
pub fn run(args: &TokenInspectArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let environment = choice::environment(&args.place, &settings)?;
    let library = choice::catalogue(&home)?.library;
    let known = Known::of(environment.as_ref(), &library);
    let call = match &args.call {
        Some(id) => Some(called(id, &home, &settings)?),
        None => None,
    };
    let one = look(
        args.what.as_deref(),
        environment.as_ref(),
        &settings,
        &known,
    )?;
    let Some(other) = &args.other else {
        let shown = call.as_ref().map(|call| beside(&one.report, call));
        let mut page = page(&one, environment.as_ref(), &known, &home, &settings);
        if args.ask {
            let name = one.name.as_ref().ok_or_else(|| {
                Trouble::usage("--ask is for a token by its name: a value that is only looked at is sent nowhere.")
            })?;
            let claims = one.report.claims.as_ref();
            let place = environment.as_ref();
            let ground = (&home, &settings);
            page.extend(asked::lines(
                args,
                name,
                claims,
                place,
                call.as_ref(),
                ground,
            )?);
        }
        if args.json {
            out.json(&looked_json(&one, Some(&page), shown.as_deref(), &known))
        } else {
            print(&one, &page, shown.as_deref(), &known, out)
        }
        return Ok(0);
    };
    let other = look(Some(other), environment.as_ref(), &settings, &known)?;
    let mut found = differences(&one.report, &other.report);
    if let (Some(first), Some(second)) = (&one.name, &other.name) {
        let past = Past::read(&[first, second], &home, &settings);
        let apart = past.apart(first, second).into_iter();
        found.extend(apart.map(|(call, a, b)| (call, Some(a), Some(b))));
    }
    if args.json {
        let row = |(claim, first, second): &(String, Option<String>, Option<String>)| {
            let mut object = Map::new();
            object.insert("claim".into(), json!(claim));
            for (name, value) in [("first", first), ("second", second)] {
                if let Some(value) = value {
                    object.insert(name.into(), json!(value));
                }
            }
            Value::Object(object)
        };
        let rows: Vec<Value> = found.iter().map(row).collect();
        out.json(&json!({
            "tokens": [looked_json(&one, None, None, &known), looked_json(&other, None, None, &known)],
            "differences": rows,
        }));
        return Ok(0);
    }
    let labels = [one.label(), other.label()];
    if found.is_empty() {
        let same = one.fingerprint == other.fingerprint;
        let words = if same {
            "Both are the same token."
        } else {
            "Their form tells no difference; they are not the same token. httriage matrix shows what each may do."
        };
        out.line(words);
        return Ok(0);
    }
    let rows: Vec<[String; 3]> = found
        .into_iter()
        .map(|(claim, first, second)| {
            let said = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
            [claim, said(first), said(second)]
        })
        .collect();
    let [first, second] = labels;
    let head = [String::new(), first, second];
    let width = |place: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[place].width());
        cells.max().unwrap_or(0).min(36)
    };
    let widths = [width(0), width(1)];
    for row in std::iter::once(&head).chain(&rows) {
        out.columns(&[(&row[0], widths[0]), (&row[1], widths[1])], &row[2]);
    }
    Ok(0)
}

/// A call of the history.
fn called(id: &str, home: &Home, settings: &Settings) -> Result<Exchange, Trouble> {
    let history = choice::history(home, settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let call = find(&history, id);
    history.close(CLOSING);
    call
}

/// What a value is compared with.
struct Known {
    marks: Arc<Marks>,
    /// The pack of the API that it is to go to, where that is known.
    api: Option<Arc<Pack>>,
}

/// One page of all that is known of a token, each line with how.
fn page(
    looked: &Looked,
    environment: Option<&Environment>,
    known: &Known,
    home: &Home,
    settings: &Settings,
) -> Vec<Line> {
    let now = looked.report.now;
    let past = looked
        .name
        .as_ref()
        .map(|name| Past::read(&[name], home, settings));
    let ahead = past.as_ref().and_then(|past| past.ahead);
    let theirs: Timestamp = passport::by_theirs(now, ahead);
    let mut page = lines(&looked.report, theirs, environment, known.api.as_deref());
    if let Some(claims) = &looked.report.claims {
        page.extend(passport::life(claims, theirs));
    }
    page.extend(passport::clock(ahead));
    if let (Some(name), Some(past)) = (&looked.name, past) {
        page.extend(settled(name, environment, settings));
        let token = TokenRef {
            name: name.clone(),
            fingerprint: Some(looked.fingerprint.clone()),
        };
        page.extend(past.uses(&token, now));
    }
    page
}

impl Known {
    fn of(environment: Option<&Environment>, library: &Library) -> Known {
        let knowledge = environment.map(|place| library.of_environment(place));
        Known {
            marks: library.marks(),
            api: knowledge.and_then(|knowledge| knowledge.api),
        }
    }
}

/// What can be told of a value that is known by its name.
pub fn named_json(
    name: &TokenName,
    secret: &Secret,
    environment: Option<&Environment>,
    library: &Library,
) -> Value {
    let known = Known::of(environment, library);
    let looked = Looked {
        name: Some(name.clone()),
        ..Looked::at(secret, &known)
    };
    looked_json(&looked, None, None, &known)
}

/// What was seen of one token.
struct Looked {
    name: Option<TokenName>,
    fingerprint: String,
    report: TokenReport,
    repair: Option<Repair>,
}

impl Looked {
    fn at(secret: &Secret, known: &Known) -> Looked {
        Looked {
            name: None,
            fingerprint: fingerprint(secret),
            report: keep::examined(secret, clock::now(), &known.marks),
            repair: keep::repaired(secret),
        }
    }

    fn label(&self) -> String {
        let name = self.name.as_ref().map_or("given", TokenName::as_str);
        format!("{name} ·{}", self.fingerprint)
    }
}

fn look(
    what: Option<&str>,
    environment: Option<&Environment>,
    settings: &Settings,
    known: &Known,
) -> Result<Looked, Trouble> {
    let name = match what {
        Some("-") => return Ok(Looked::at(&piped()?, known)),
        None if std::io::stdin().is_terminal() => {
            let value = ask::hidden("The token: ");
            let value = value.ok_or_else(|| {
                Trouble::failed(
                    "No token was given. Name one, or give it on standard input with -.",
                )
            })?;
            return Ok(Looked::at(&value, known));
        }
        None => return Ok(Looked::at(&piped()?, known)),
        Some(name) => name,
    };
    let nowhere = choice::environment_of_url("", settings);
    let environment = environment.unwrap_or(&nowhere);
    let name = choice::token(name, environment, settings)?;
    let vault = Vault::new(settings, sandbox::token_value).asking(ask::value);
    let tasks = choice::tasks()?;
    let secret = tasks.block_on(vault.secret(&name, environment.sandbox));
    let secret = secret.map_err(|failure| untold(&failure))?;
    Ok(Looked {
        name: Some(name),
        ..Looked::at(&secret, known)
    })
}

/// Why nothing can be told of a token whose value is not to be had.
pub fn untold(failure: &Failure) -> Trouble {
    let message = failure.message.trim_start_matches("Nothing was sent: ");
    Trouble::failed(format!("Nothing can be told: {message} {}", failure.hint))
}

/// A value on standard input; as with a file, one final line break does not belong to it.
pub fn piped() -> Result<Secret, Trouble> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(LONGEST_VALUE + 1)
        .read_to_end(&mut bytes);
    if let Err(error) = read {
        return Err(Trouble::usage(format!(
            "Standard input cannot be read: {error}. Give the token there, and nothing else."
        )));
    }
    if bytes.len() as u64 > LONGEST_VALUE {
        return Err(Trouble::usage(
            "What stands on standard input is too long for a token. Give the token there, and nothing else.",
        ));
    }
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(Trouble::usage(
            "What stands on standard input is not text, so it is no token. Give the token there, and nothing else.",
        ));
    };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut value = Masked::new();
    value.paste(text.strip_suffix('\r').unwrap_or(text));
    bytes.fill(0);
    Ok(value.take())
}

fn print(looked: &Looked, page: &[Line], beside: Option<&[Line]>, known: &Known, out: &mut Out) {
    out.heading(&looked.label());
    rows(page, out);
    match beside {
        Some([]) => {
            out.line("");
            out.line("The call shows nothing more of it.");
        }
        Some(shown) => {
            out.line("");
            out.heading("In that call");
            rows(shown, out);
        }
        None => {}
    }
    if let Some(repair) = &looked.repair {
        let mended = keep::examined(&repair.value, looked.report.now, &known.marks);
        out.line("");
        out.paragraph(&format!(
            "To mend it: {}. Then it is {} ({} characters, ·{}). Nothing was changed.",
            repair.steps.join(", "),
            mended.kind.words(),
            mended.length,
            fingerprint(&repair.value)
        ));
    }
    if page.iter().all(|line| line.tone == Tone::Plain) {
        out.line("");
        out.paragraph("It looks as a token should. Whether it was revoked, or belongs to another instance, only the API knows.");
    }
}

/// Prints lines in columns: label, text, and how it is known; what is doubtful or bad is in colour.
pub fn rows(lines: &[Line], out: &mut Out) {
    let width = lines.iter().map(|line| line.label.width()).max();
    let width = width.unwrap_or(0).min(24);
    for line in lines {
        let label = fit(&line.label, width);
        let colour = match line.tone {
            Tone::Plain => "",
            Tone::Doubt => "1;33",
            Tone::Bad => "1;31",
        };
        let text = out.styled(&visible_line(&line.text), colour);
        let label = out.styled(&label, "2");
        let how = out.styled(line.how.words(), "2");
        out.finished(&format!("{label}  {text}  {how}"));
    }
}

fn looked_json(
    looked: &Looked,
    page: Option<&[Line]>,
    beside: Option<&[Line]>,
    known: &Known,
) -> Value {
    let report = &looked.report;
    let misfits = known.api.iter().flat_map(|pack| report.misfits(pack, None));
    let misfits: Vec<_> = misfits.map(|misfit| misfit.problem).collect();
    let problems = report.problems.iter().chain(&misfits).map(|problem| {
        json!({
            "cause": problem.cause.id(),
            "message": problem.says,
            "sure": problem.is_sure,
        })
    });
    let mut object = Map::new();
    if let Some(name) = &looked.name {
        object.insert("name".into(), json!(name.as_str()));
    }
    object.insert("kind".into(), json!(report.kind.id()));
    if let Some(marked) = report.marks.first() {
        object.insert("maker".into(), json!(marked.maker));
        object.insert("maker_kind".into(), json!(marked.kind));
        if let Some(holds) = marked.sum_holds {
            object.insert("checksum_holds".into(), json!(holds));
        }
    }
    object.insert("length".into(), json!(report.length));
    object.insert("problems".into(), Value::Array(problems.collect()));
    if let Some(claims) = &report.claims {
        let all = claims
            .all
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)));
        object.insert("claims".into(), Value::Object(all.collect()));
        if let Some(at) = claims.expires_at {
            object.insert("expires_at".into(), json!(at.to_string()));
        }
    }
    object.insert("fingerprint".into(), json!(looked.fingerprint));
    if let Some(page) = page {
        let row = |line: &Line| json!({ "what": line.label, "message": line.text, "known": line.how.words() });
        object.insert(
            "passport".into(),
            Value::Array(page.iter().map(row).collect()),
        );
    }
    if let Some(shown) = beside {
        let row = |line: &Line| json!({ "what": line.label, "message": line.text });
        object.insert("call".into(), Value::Array(shown.iter().map(row).collect()));
    }
    Value::Object(object)
}
