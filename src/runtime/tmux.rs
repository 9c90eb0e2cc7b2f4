//! The terminal multiplexer around this program: it takes texts into its own buffer and, as it
//! is installed, hands them on to the clipboard only for its own commands.

use crate::engine::Vault;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// It answers at once, or its server hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// In the buffer, and sent on to the terminal around it.
    SentOn,
    /// In the buffer alone: the program is older than 3.2.
    Kept,
}

/// Whether this program runs inside it.
pub fn is_around() -> bool {
    std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty())
}

pub async fn copy(text: &str, vault: &Vault) -> Result<Taken, String> {
    match load(text, vault, &["load-buffer", "-w", "-"]).await {
        Ok(()) => Ok(Taken::SentOn),
        Err(why) => match load(text, vault, &["load-buffer", "-"]).await {
            Ok(()) => Ok(Taken::Kept),
            Err(_) => Err(why),
        },
    }
}

async fn load(text: &str, vault: &Vault, arguments: &[&str]) -> Result<(), String> {
    let unstarted = |error: std::io::Error| format!("tmux could not be started ({error})");
    let mut child = Command::from(vault.starter().command("tmux"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(unstarted)?;
    let stdin = child.stdin.take();
    let hand = async {
        if let Some(mut stdin) = stdin {
            // Where it does not read, its end tells why.
            let _ = stdin.write_all(text.as_bytes()).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(PATIENCE, hand).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(_)) => Err("tmux refused it".to_owned()),
        Ok(Err(error)) => Err(unstarted(error)),
        Err(_) => Err("tmux did not answer".to_owned()),
    }
}
