//! `httriage sandbox`: the practice API by itself, or the list of calls worth trying.

use super::args::SandboxArgs;
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::sandbox::{CALLS, Call, Sandbox};
use crate::model::StatusClass;
use serde_json::{Map, Value, json};

pub fn run(args: SandboxArgs, out: &mut Out) -> Result<u8, Trouble> {
    if args.list {
        if args.json {
            let calls: Vec<Value> = CALLS.iter().map(call_json).collect();
            out.json(&json!({ "calls": calls }));
        } else {
            list(out);
        }
        return Ok(0);
    }
    let tasks = choice::tasks()?;
    tasks.block_on(async {
        let sandbox = Sandbox::start(args.port).await;
        let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
        out.line(&format!("listening on {}", sandbox.base_url()));
        until_ended().await;
        Ok(0)
    })
}

/// Until the person or the system says stop.
async fn until_ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn list(out: &mut Out) {
    out.line("Each works with: httriage send METHOD PATH --token TOKEN --env sandbox");
    out.line("");
    for call in CALLS {
        let glyph = StatusClass::of(call.status).glyph(false);
        let mut words = format!("{} {}", call.method, quoted(call.url));
        if let Some(token) = call.token {
            words.push_str(&format!(" --token {token}"));
        }
        for (name, value) in call.headers {
            words.push_str(&format!(" --header '{name}: {value}'"));
        }
        if let Some(data) = call.data {
            words.push_str(&format!(" --data '{data}'"));
        }
        out.heading(&format!("{glyph} {}  {words}", call.status));
        out.line(&format!("      {}", call.note));
        if out.is_closed() {
            return;
        }
    }
}

/// As a shell takes it: `?`, `&` and brackets mean something there.
fn quoted(url: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if url.chars().all(plain) {
        url.to_owned()
    } else {
        format!("'{url}'")
    }
}

fn call_json(call: &Call) -> Value {
    let mut object = Map::new();
    object.insert("status".into(), json!(call.status));
    object.insert("method".into(), json!(call.method));
    object.insert("url".into(), json!(call.url));
    if let Some(token) = call.token {
        object.insert("token".into(), json!(token));
    }
    let headers: Vec<Value> = call.headers.iter().map(|(n, v)| json!([n, v])).collect();
    object.insert("headers".into(), Value::Array(headers));
    if let Some(data) = call.data {
        object.insert("data".into(), json!(data));
    }
    object.insert("note".into(), json!(call.note));
    Value::Object(object)
}
