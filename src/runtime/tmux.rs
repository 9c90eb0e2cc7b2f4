//! tmux around this program: it takes texts into its own buffer but, with its default settings,
//! passes only its own commands' texts on to the clipboard.

use crate::engine::Vault;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// It answers at once, or its server hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the text went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Into the buffer, and on to the terminal around tmux.
    SentOn,
    /// Into the buffer alone: tmux is older than 3.2.
    Kept,
}

/// Whether this program runs inside tmux.
pub fn is_around() -> bool {
    std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty())
}

/// Gives a text to tmux for the clipboard; fails with the reason if tmux takes it in no way.
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
            // If it does not read, its exit tells why.
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
