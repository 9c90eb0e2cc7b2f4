//! One JSON-RPC message a line, on standard input and output. Lines are bounded, what is no
//! message is answered as one that is not, nothing that steers a terminal leaves, and nothing in
//! which the value of a known token stands.

use crate::cli::json::escaped;
use crate::engine::Vault;
use rmcp::RoleServer;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;
use std::thread;
use tokio::sync::{mpsc, oneshot, watch};

/// No message of a client is longer: the largest hold an answer that was pasted.
const LINE_BYTES: u64 = 4_000_000;
/// Messages that wait to be read.
const AHEAD: usize = 16;

/// JSON-RPC 2.0, 5.1.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const INTERNAL_ERROR: i32 = -32603;

/// What was read of standard input.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// The standard streams as the protocol's library wants them. The end of standard input means that
/// the client is gone.
pub struct Wire {
    lines: mpsc::Receiver<Line>,
    /// Lines to be written, each with who waits for it.
    out: Option<mpsc::UnboundedSender<(String, oneshot::Sender<io::Result<()>>)>>,
    ended: watch::Sender<bool>,
    vault: Arc<Vault>,
}

/// The way over the standard streams, and what tells that the client is gone.
pub fn stdio(vault: Arc<Vault>) -> (Wire, watch::Receiver<bool>) {
    let (said, lines) = mpsc::channel(AHEAD);
    let (out, written) = mpsc::unbounded_channel();
    let (ended, gone) = watch::channel(false);
    // Threads of their own: neither can be told to stop waiting, and both end with the process.
    thread::spawn(move || read(io::stdin().lock(), &said));
    thread::spawn(move || write(written));
    let wire = Wire {
        lines,
        out: Some(out),
        ended,
        vault,
    };
    (wire, gone)
}

fn read(mut input: impl BufRead, said: &mpsc::Sender<Line>) {
    let mut is_rest = false;
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(LINE_BYTES).read_until(b'\n', &mut line);
        if !read.is_ok_and(|count| count > 0) {
            return;
        }
        let is_end = line.ends_with(b"\n");
        let whole = match (is_rest, is_end) {
            (false, true) => Some(Line::Whole(line)),
            (false, false) => Some(Line::TooLong),
            (true, _) => None,
        };
        is_rest = !is_end;
        if let Some(whole) = whole
            && said.blocking_send(whole).is_err()
        {
            return;
        }
    }
}

fn write(mut lines: mpsc::UnboundedReceiver<(String, oneshot::Sender<io::Result<()>>)>) {
    while let Some((line, done)) = lines.blocking_recv() {
        let mut out = io::stdout().lock();
        let result = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        let _ = done.send(result);
    }
}

impl Wire {
    /// A message as it leaves.
    fn line(&self, text: &str, id: Value) -> String {
        let mut line = escaped(text);
        if self.vault.mask().finds(&line) {
            line = error(
                id,
                INTERNAL_ERROR,
                "Nothing is returned: the value of a token stood in it. Tokens go by name.",
            );
            // Then it stood in the id itself.
            if self.vault.mask().finds(&line) {
                line = error(
                    Value::Null,
                    INTERNAL_ERROR,
                    "The value of a token stood in the id.",
                );
            }
        }
        line.push('\n');
        line
    }

    fn put(&self, line: String) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (done, told) = oneshot::channel();
        let sent = self.out.as_ref().map(|out| out.send((line, done)));
        async move {
            let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
            match sent {
                Some(Ok(())) => told.await.unwrap_or_else(|_| Err(closed())),
                _ => Err(closed()),
            }
        }
    }

    /// The message of a line, or the answer to what is none.
    fn message(line: &[u8]) -> Result<RxJsonRpcMessage<RoleServer>, Option<String>> {
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            return Err(Some(error(
                Value::Null,
                PARSE_ERROR,
                "This line is not JSON.",
            )));
        };
        let id = value.get("id").cloned();
        let is_note = id.is_none() && value.get("method").is_some();
        serde_json::from_value(value).map_err(|_| {
            // What asks for no answer gets none.
            let id = id.filter(|id| id.is_string() || id.is_i64());
            let says = "This is no message of the protocol.";
            (!is_note).then(|| error(id.unwrap_or_default(), INVALID_REQUEST, says))
        })
    }
}

fn error(id: Value, code: i32, message: &str) -> String {
    let error = json!({ "code": code, "message": message });
    escaped(&json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string())
}

impl Transport<RoleServer> for Wire {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        // What we serialise has texts for keys, so that it cannot fail.
        let value = serde_json::to_value(&item).unwrap_or_default();
        let id = value.get("id").cloned().unwrap_or_default();
        self.put(self.line(&value.to_string(), id))
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let answer = match self.lines.recv().await {
                None => {
                    self.ended.send_replace(true);
                    return None;
                }
                Some(Line::TooLong) => {
                    let says = format!("A message may have {LINE_BYTES} bytes.");
                    error(Value::Null, INVALID_REQUEST, &says)
                }
                Some(Line::Whole(line)) if line.trim_ascii().is_empty() => continue,
                Some(Line::Whole(line)) => match Wire::message(&line) {
                    Ok(message) => return Some(message),
                    Err(None) => continue,
                    Err(Some(answer)) => answer,
                },
            };
            // A client that does not read is noticed by what is sent to it.
            let line = self.line(&answer, Value::Null);
            drop(self.put(line));
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.out = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(input: &[u8]) -> Vec<Option<usize>> {
        let (said, mut lines) = mpsc::channel(AHEAD);
        read(input, &said);
        drop(said);
        std::iter::from_fn(|| lines.blocking_recv())
            .map(|line| match line {
                Line::Whole(line) => Some(line.len()),
                Line::TooLong => None,
            })
            .collect()
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_is_read() {
        let mut input = vec![b'x'; 2 * LINE_BYTES as usize + 7];
        input.extend(b"\n{}\n");
        assert_eq!(lines_of(&input), [None, Some(3)]);
        assert_eq!(lines_of(b""), [None; 0]);
    }

    #[test]
    fn what_is_no_message_is_answered_with_its_id_and_a_notification_never() {
        let answer = |line: &str| Wire::message(line.as_bytes()).err().unwrap();
        let code = |line: &str| {
            let answer: Value = serde_json::from_str(&answer(line).unwrap()).unwrap();
            (answer["id"].clone(), answer["error"]["code"].clone())
        };
        assert_eq!(code("{nonsense"), (Value::Null, json!(PARSE_ERROR)));
        assert_eq!(code("[]"), (Value::Null, json!(INVALID_REQUEST)));
        assert_eq!(code("{\"id\":7}"), (json!(7), json!(INVALID_REQUEST)));
        assert_eq!(
            code(&"[".repeat(100_000)),
            (Value::Null, json!(PARSE_ERROR))
        );
        assert!(answer("{\"jsonrpc\":\"1.0\",\"method\":\"notifications/x\"}").is_none());
    }
}
