//! Runs jq filters over a body. A filter may run forever, overflow the stack or fill the memory,
//! and nothing can stop a thread; so each runs in its own process, which limits itself and is
//! killed when its time is over or nobody waits any more.

use super::child;
use crate::model::{Filtered, cut, limits, size_text};
use jaq_core::load::{Arena, File, Loader, lex, parse};
use jaq_core::{Compiler, Ctx, Vars, compile, data::JustLut, load, unwrap_valr};
use jaq_json::{Val, read, write};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The argument that makes this program the process of a filter.
pub const WORKER: &str = "jq-worker";

/// How much longer than its own limit a process may run before it is killed.
const GRACE: Duration = Duration::from_millis(500);

/// Seconds of processor time after which the system kills it, if nobody else is left to.
const CPU_SECONDS: u64 = 2 * limits::JQ_TIME.as_secs();

/// Bytes of address space that it may use.
const MEMORY: u64 = 1_000_000_000;

/// Bytes of stack for nested filters and values; needing more ends only the process.
const STACK: usize = 128_000_000;

/// How a run ended, as its process reports it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    pub results: usize,
    pub stopped: Option<Stopped>,
    /// Why there are no results, or no more of them.
    pub trouble: Option<String>,
}

/// The limit that ended a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stopped {
    Time,
    Output,
}

/// Why a body is too large to filter; `None` where it is not.
pub fn too_large(body: &[u8]) -> Option<String> {
    let (bytes, most) = (body.len() as u64, limits::JQ_INPUT as u64);
    (bytes > most).then(|| {
        format!(
            "The body has {}; a filter takes {} at most, because it needs some twenty times as much memory.",
            size_text(bytes),
            size_text(most)
        )
    })
}

/// Runs a filter in its own process; dropping the future kills it. Fails with a sentence for the
/// person.
pub async fn run(filter: &str, body: &[u8]) -> Result<Filtered, String> {
    if let Some(why) = too_large(body) {
        return Err(why);
    }
    let mut child = tokio::process::Command::from(child::bare(program()?))
        .arg(WORKER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("The filter's process could not be started: {error}."))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err("The filter's process cannot be talked to.".to_owned());
    };
    let feed = async {
        // A process that ended early says why.
        let _ = stdin.write_all(&(filter.len() as u64).to_be_bytes()).await;
        let _ = stdin.write_all(filter.as_bytes()).await;
        let _ = stdin.write_all(body).await;
        drop(stdin);
    };
    let (mut results, mut words) = (Vec::new(), Vec::new());
    let mut results_end = stdout.take(2 * limits::JQ_OUTPUT as u64);
    let mut words_end = stderr.take(LONGEST_WORDS);
    let ended = tokio::time::timeout(limits::JQ_TIME + GRACE, async {
        let read = (
            results_end.read_to_end(&mut results),
            words_end.read_to_end(&mut words),
        );
        let _ = tokio::join!(feed, read.0, read.1);
        child.wait().await
    })
    .await;
    let ending = match (&ended, serde_json::from_slice(&words)) {
        (_, Ok(ending)) => ending,
        // Keep what it had found, up to the last whole result.
        (Err(_), _) => Ending {
            stopped: Some(Stopped::Time),
            ..Ending::default()
        },
        (Ok(status), _) => {
            let code = status.as_ref().ok().and_then(|status| status.code());
            return Err(died(code, &words));
        }
    };
    if ended.is_err() {
        let _ = child.kill().await;
    }
    finished(filter, body, results, ending)
}

/// The most bytes that a process may report.
const LONGEST_WORDS: u64 = 64_000;

/// Turns the output of a run into results with notes, or into the reason why there are none.
pub fn finished(
    filter: &str,
    body: &[u8],
    mut results: Vec<u8>,
    ending: Ending,
) -> Result<Filtered, String> {
    results.truncate(memchr::memrchr(b'\n', &results).map_or(0, |end| end + 1));
    let count = memchr::memchr_iter(b'\n', &results).count();
    let mut notes = Vec::new();
    let seconds = limits::JQ_TIME.as_secs();
    match (ending.stopped, ending.trouble) {
        (_, Some(why)) if count == 0 => return Err(why),
        (_, Some(why)) => notes.push(format!("After these results: {why}")),
        (Some(Stopped::Time), _) if count == 0 => {
            return Err(format!(
                "The filter was ended after {seconds} s without a result. Ask for less, or for the first ones with limit(10; …)."
            ));
        }
        (Some(Stopped::Time), _) => {
            notes.push(format!(
                "Ended after {seconds} s; there may be more results."
            ));
        }
        (Some(Stopped::Output), _) => {
            let most = size_text(limits::JQ_OUTPUT as u64);
            notes.push(format!("Ended after {most} of results; there are more."));
        }
        (None, None) => {}
    }
    let is_rewritten = |escape: &str| memmem::find(body, escape.as_bytes()).is_some();
    if ["\\u", "\\/"].into_iter().any(is_rewritten) {
        notes.push("Escapes in texts are written anew by the filter.".to_owned());
    }
    Ok(Filtered {
        filter: filter.to_owned(),
        body: results,
        results: count,
        notes,
    })
}

/// Why a process ended without a report.
fn died(code: Option<i32>, words: &[u8]) -> String {
    let memory = size_text(MEMORY);
    if code.is_some() {
        return "The filter failed inside jq. Try it in another way.".to_owned();
    }
    if memmem::find(words, b"memory allocation").is_some() {
        return format!("The filter was ended: it needed more than {memory} of memory.");
    }
    format!(
        "The filter broke off: it nests too deep, or needs more than {memory} of memory. Ask for less at once."
    )
}

/// The path of this program, valid even after it was replaced on disk.
fn program() -> Result<PathBuf, String> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        return Ok(running);
    }
    std::env::current_exe().map_err(|error| format!("This program cannot be found: {error}."))
}

/// The main function of the filter's process: reads filter and body, writes results and how it
/// ended. Returns the exit code.
pub fn work() -> u8 {
    limit_this_process();
    let began = Instant::now();
    let thread = std::thread::Builder::new().stack_size(STACK);
    let worked = thread.spawn(move || {
        let (filter, body) = take_in(&mut io::stdin().lock())?;
        let mut results = Results::new(io::stdout().lock(), limits::JQ_OUTPUT);
        let ending = evaluate(&filter, &body, &mut results, &|| {
            began.elapsed() >= limits::JQ_TIME
        });
        results.out.flush()?;
        serde_json::to_writer(io::stderr().lock(), &ending).map_err(io::Error::from)
    });
    match worked.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => 0,
        _ => 1,
    }
}

fn limit_this_process() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = |most| Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        // If this is refused, the limits from outside still hold.
        let _ = setrlimit(Resource::Cpu, most(CPU_SECONDS));
        let _ = setrlimit(Resource::As, most(MEMORY));
    }
}

fn take_in(from: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let mut filter = Vec::new();
    from.take(u64::from_be_bytes(length))
        .read_to_end(&mut filter)?;
    let mut body = Vec::new();
    from.read_to_end(&mut body)?;
    Ok((String::from_utf8_lossy(&filter).into_owned(), body))
}

/// Writes results as long as there is room for them.
pub struct Results<W: Write> {
    out: io::BufWriter<W>,
    left: usize,
    count: usize,
    flushed: Instant,
}

/// How long a result may stay unwritten while the next is computed.
const HELD_BACK: Duration = Duration::from_millis(10);

impl<W: Write> Results<W> {
    /// Results that go to `out`, at most `most` bytes.
    pub fn new(out: W, most: usize) -> Results<W> {
        Results {
            out: io::BufWriter::new(out),
            left: most,
            count: 0,
            flushed: Instant::now(),
        }
    }

    /// Writes a line; `false` where there is no room.
    fn add(&mut self, line: &[u8]) -> io::Result<bool> {
        if line.len() >= self.left {
            return Ok(false);
        }
        self.out.write_all(line)?;
        self.left -= line.len();
        self.count += 1;
        // If the next result never comes, these are written.
        if self.count < 1_000 || self.flushed.elapsed() > HELD_BACK {
            self.out.flush()?;
            self.flushed = Instant::now();
        }
        Ok(true)
    }
}

/// Filters in this thread; `is_over` is only asked between two results.
pub fn evaluate<W: Write>(
    filter: &str,
    body: &[u8],
    results: &mut Results<W>,
    is_over: &dyn Fn() -> bool,
) -> Ending {
    let ended = evaluated(filter, body, results, is_over);
    let (stopped, trouble) = match ended {
        Ok(stopped) => (stopped, None),
        Err(why) => (None, Some(why)),
    };
    Ending {
        results: results.count,
        stopped,
        trouble,
    }
}

fn evaluated<W: Write>(
    filter: &str,
    body: &[u8],
    results: &mut Results<W>,
    is_over: &dyn Fn() -> bool,
) -> Result<Option<Stopped>, String> {
    let arena = Arena::default();
    let defs = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    let loader = Loader::new(defs.filter(|def| !is_left_out(def.name)));
    let program = File {
        code: filter,
        path: (),
    };
    let modules = loader
        .load(&arena, program)
        .map_err(|errors| unreadable(filter, &errors))?;
    let funs = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs());
    let program = Compiler::default()
        .with_funs(funs.filter(|(name, ..)| !is_left_out(name)))
        .compile(modules)
        .map_err(|errors| unknown(filter, &errors))?;
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = without_separators(body);
    let mut line = Vec::new();
    for input in read::parse_many(&body) {
        let input = input.map_err(|error| format!("The body is not JSON: {error}."))?;
        let context = Ctx::<JustLut<Val>>::new(&program.lut, Vars::new([]));
        for output in program.id.run((context, input)).map(unwrap_valr) {
            let value =
                output.map_err(|error| format!("{}.", cut(&error.to_string(), LONGEST_ERROR)))?;
            line.clear();
            let written = write::write(&mut line, &write::Pp::default(), 0, &value);
            written.map_err(|error| format!("A result cannot be written: {error}."))?;
            line.push(b'\n');
            match results.add(&line) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(Stopped::Output)),
                Err(error) => return Err(format!("Results cannot be handed over: {error}.")),
            }
            if is_over() {
                return Ok(Some(Stopped::Time));
            }
        }
    }
    Ok(None)
}

/// How many columns of an error are shown; it may quote a whole body.
const LONGEST_ERROR: usize = 200;

/// Replaces the record separators of a JSON text sequence (RFC 7464) by spaces.
fn without_separators(body: &[u8]) -> Cow<'_, [u8]> {
    const RECORD: u8 = 0x1e;
    match body.trim_ascii_start().first() {
        Some(&RECORD) => {
            let blanked = |b: &u8| if *b == RECORD { b' ' } else { *b };
            body.iter().map(blanked).collect()
        }
        _ => Cow::Borrowed(body),
    }
}

/// Functions that reach outside the filter: environment variables, the process, its streams.
fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "env"
            | "halt"
            | "halt_error"
            | "debug"
            | "debug_empty"
            | "stderr"
            | "stderr_empty"
            | "input"
            | "inputs"
    )
}

/// What is wrong with a filter, and where.
fn unreadable(filter: &str, errors: &load::Errors<&str, ()>) -> String {
    let error = errors.first().map(|(_, error)| error);
    let (part, what) = match error {
        Some(load::Error::Lex(errors)) => match errors.first() {
            Some((expected, part)) => (*part, lexed(expected)),
            None => return "The filter cannot be read.".to_owned(),
        },
        Some(load::Error::Parse(errors)) => match errors.first() {
            Some((parse::Expect::Nothing, part)) => (*part, "this is too much".to_owned()),
            Some((expected, part)) => (*part, format!("{} is missing", parsed(expected))),
            None => return "The filter cannot be read.".to_owned(),
        },
        Some(load::Error::Io(errors)) => match errors.first() {
            Some((part, _)) => (*part, "a filter loads no other files".to_owned()),
            None => return "The filter cannot be read.".to_owned(),
        },
        None => return "The filter cannot be read.".to_owned(),
    };
    at(filter, part, &what)
}

fn parsed<'a>(expected: &parse::Expect<&'a str>) -> &'a str {
    match expected {
        parse::Expect::Term => "a value",
        parse::Expect::Key => "a name",
        other => other.as_str(),
    }
}

fn lexed(expected: &lex::Expect<&str>) -> String {
    match expected {
        lex::Expect::Delim("(") => "the closing ) is missing".to_owned(),
        lex::Expect::Delim("[") => "the closing ] is missing".to_owned(),
        lex::Expect::Delim("{") => "the closing } is missing".to_owned(),
        lex::Expect::Delim(_) => "the closing quote is missing".to_owned(),
        lex::Expect::Token => "this sign means nothing".to_owned(),
        other => format!("{} is missing", other.as_str()),
    }
}

fn unknown(filter: &str, errors: &compile::Errors<&str, ()>) -> String {
    let error = errors.first().and_then(|(_, errors)| errors.first());
    let Some((name, kind)) = error else {
        return "The filter cannot be read.".to_owned();
    };
    let what = match kind {
        _ if is_left_out(name) => format!("{name} is left out here: a filter reads the body only"),
        compile::Undefined::Filter(0) => format!("there is no filter {name}"),
        compile::Undefined::Filter(count) => {
            format!("there is no filter {name} that takes {count}")
        }
        other => format!("there is no {} {name}", other.as_str()),
    };
    at(filter, name, &what)
}

/// Writes `In line 1, column 7, …`, both counted from one.
fn at(filter: &str, part: &str, what: &str) -> String {
    let start = (part.as_ptr() as usize).wrapping_sub(filter.as_ptr() as usize);
    let Some(before) = filter.get(..start) else {
        return format!("In the filter, {what}.");
    };
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line_start..].chars().count() + 1;
    match before.matches('\n').count() {
        0 => format!("In column {column} of the filter, {what}."),
        lines => format!(
            "In line {}, column {column} of the filter, {what}.",
            lines + 1
        ),
    }
}

#[cfg(test)]
mod tests;
