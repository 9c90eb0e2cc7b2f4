//! `httriage sandbox`: runs the practice API by itself, or lists the calls worth trying.

use super::args::SandboxArgs;
use super::choice;
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::sandbox::{CALLS, Call, Parent, Sandbox, practice_clients, practice_tokens};
use crate::model::StatusClass;
use serde_json::{Map, Value, json};

/// Serves the practice API until it is stopped, or lists its calls or tokens.
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
    if args.tokens {
        let tokens = practice_tokens();
        let clients = practice_clients();
        if args.json {
            let rows = tokens.iter();
            let rows = rows.map(|(name, value)| json!({ "name": name, "value": value }));
            let clients = clients.iter();
            let clients = clients.map(|(id, secret)| json!({ "id": id, "secret": secret }));
            out.json(&json!({
                "tokens": rows.collect::<Vec<_>>(),
                "clients": clients.collect::<Vec<_>>(),
            }));
        } else {
            complain(
                "These are practice tokens: they are the same on every machine, open the sandbox and nothing else. Another program sends one as Authorization: Bearer VALUE to httriage sandbox.",
            );
            for (name, value) in tokens {
                out.line(&format!("{name:<11} {value}"));
            }
            complain("Clients of its authorization server, each with its secret:");
            for (id, secret) in clients {
                let secret = secret
                    .as_deref()
                    .unwrap_or("(none: device code, or code with PKCE)");
                complain(&format!("{id:<18} {secret}"));
            }
        }
        return Ok(0);
    }
    let tasks = choice::tasks()?;
    tasks.block_on(async {
        let ends = Ends::listen(args.keep).map_err(|error| {
            Trouble::failed(format!(
                "The sandbox could not listen for its end: {error}. Close other programs and try again."
            ))
        })?;
        let sandbox = Sandbox::start_at(args.port, args.issuer_port).await;
        let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
        out.line(&format!("listening on {}", sandbox.base_url()));
        out.line(&format!(
            "authorization server on {}",
            sandbox.issuer_url()
        ));
        ends.come().await;
        Ok(0)
    })
}

/// What ends it: the person, the system, or the end of its parent process.
struct Ends {
    parent: Option<Parent>,
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl Ends {
    fn listen(keep: bool) -> std::io::Result<Ends> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Ends {
            parent: Parent::of_this().filter(|_| !keep),
            #[cfg(unix)]
            signals: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
                // A service may have been told to keep running when its terminal goes away.
                signal(if keep {
                    SignalKind::terminate()
                } else {
                    SignalKind::hangup()
                })?,
            ],
        })
    }

    #[cfg(unix)]
    async fn come(mut self) {
        let [terminate, interrupt, hang_up] = &mut self.signals;
        tokio::select! {
            () = orphaned(self.parent) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn come(self) {
        tokio::select! {
            () = orphaned(self.parent) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}

async fn orphaned(parent: Option<Parent>) {
    match parent {
        Some(parent) => parent.ends().await,
        None => std::future::pending().await,
    }
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

/// A URL quoted for a shell, where `?`, `&` and brackets have a meaning.
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
