//! The person's own editor. It has the terminal while it runs; the text is in a file that only its
//! owner can read, and that is deleted afterwards, however the editor or this program ended.

use super::perform::Performer;
use super::signals::{Sign, Signals};
use super::terminal;
use crate::app::{Draft, Message, Notice};
use crate::engine::HomeError;
use crate::insight::redact::Veil;
use crate::model::{limits, visible_line};
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;

/// A text on its way to the editor.
pub struct Manuscript {
    pub draft: Draft,
    pub text: Vec<u8>,
    /// The ending of the file's name, by which editors choose their colours.
    pub ending: &'static str,
}

/// Opens the text in the editor; `None` if the program has to end meanwhile. Give the terminal back
/// before, and let nobody else read its keys.
pub async fn edit(
    manuscript: Manuscript,
    performer: &Performer,
    signals: &mut Signals,
) -> io::Result<Option<Message>> {
    let trouble = |why: String, remedy: &str| {
        let what = format!("{} was left as it was: {why}.", manuscript.draft.title());
        Ok(Some(Message::Told(Notice::trouble(what, remedy))))
    };
    let Some((name, words)) = chosen(std::env::var_os) else {
        return trouble(
            "neither VISUAL nor EDITOR names a program".to_owned(),
            "Set EDITOR to your editor, for example to nano, and start again.",
        );
    };
    let remedy = format!("Set {name} to an editor that is installed and can be started.");
    let Some((program, arguments)) = words.split_first() else {
        return trouble(format!("{name} cannot be read as a command"), &remedy);
    };
    let shown = visible_line(program).into_owned();
    let (text, veil) = veiled(&manuscript.text, performer);
    let sheet = match performer.home.sheet(manuscript.ending, &text) {
        Ok(sheet) => sheet,
        Err(error) => return told(error),
    };
    let starter = performer.client.vault().starter();
    let mut command = tokio::process::Command::from(starter.command(program));
    if !io::stdin().is_terminal() {
        // If the first command was read from a pipe, keys still come from the terminal.
        if let Ok(terminal) = std::fs::File::open("/dev/tty") {
            command.stdin(terminal);
        }
    }
    // If this program is killed while the editor runs, the file must not be deleted as a left-over.
    // Without a share it would be, which loses the typed text but leaks no secret.
    let share = sheet.share();
    let child = command.args(arguments).arg(sheet.path()).spawn();
    drop(share);
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            return trouble(format!("{shown} could not be started ({error})"), &remedy);
        }
    };
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            sign = signals.wait() => match sign {
                Sign::End => return Ok(None),
                // Editors use that key themselves.
                Sign::Interrupt => {}
                // The size is read once the editor has ended.
                Sign::Resized => {}
                // The editor has stopped too, and a shell waits for both.
                Sign::Stop => terminal::stop()?,
            },
        }
    };
    if !status.success() {
        return trouble(
            format!("{shown} ended with {}", said(&status)),
            "Save the text and leave the editor without an error.",
        );
    }
    match performer.home.edited(&sheet, limits::BODY_BYTES) {
        Ok(text) => Ok(Some(Message::Edited {
            draft: manuscript.draft,
            text: without_the_editors_line_break(&manuscript.text, veil.lift(text)),
        })),
        Err(error) => told(error),
    }
}

/// The text as it may be stored on disk: names instead of known values.
fn veiled(text: &[u8], performer: &Performer) -> (Vec<u8>, Veil) {
    let vault = performer.client.vault();
    for token in &performer.tokens {
        vault.read_at_rest(token, false);
    }
    vault.mask().veil(text)
}

fn told(error: HomeError) -> io::Result<Option<Message>> {
    let notice = Notice::trouble(error.to_string(), "");
    Ok(Some(Message::Told(notice)))
}

fn said(status: &std::process::ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// The variable that names the editor, and the words of its command.
fn chosen(
    variable: impl Fn(&'static str) -> Option<OsString>,
) -> Option<(&'static str, Vec<String>)> {
    let mut named = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| {
        let value = variable(name)?.into_string().unwrap_or_default();
        (!value.trim().is_empty()).then_some((name, value))
    });
    let (name, value) = named.next()?;
    // A path may contain blanks, and is taken whole if such a file exists.
    let words = if Path::new(&value).is_file() {
        vec![value]
    } else {
        shlex::split(&value).unwrap_or_default()
    };
    Some((name, words))
}

/// Most editors add a line break at the end; a text that had none keeps none.
fn without_the_editors_line_break(before: &[u8], mut after: Vec<u8>) -> Vec<u8> {
    if !before.ends_with(b"\n") && after.ends_with(b"\n") {
        after.pop();
        if after.ends_with(b"\r") {
            after.pop();
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(visual: &str, editor: &str) -> Option<(&'static str, Vec<String>)> {
        chosen(|name| match name {
            "VISUAL" => Some(visual.into()),
            _ => Some(editor.into()),
        })
    }

    #[test]
    fn visual_comes_before_editor_and_an_empty_one_is_none() {
        assert_eq!(of("vi", "nano").unwrap().0, "VISUAL");
        assert_eq!(of(" ", "nano").unwrap().1, ["nano"]);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn an_editor_may_have_arguments_and_no_shell_reads_them() {
        let (_, words) = of("", "code --wait 'a b' $(x)").unwrap();
        assert_eq!(words, ["code", "--wait", "a b", "$(x)"]);
        assert!(of("", "vi 'open").unwrap().1.is_empty());
    }

    #[test]
    fn the_line_break_that_editors_add_does_not_reach_the_body() {
        let came = |before: &str, after: &str| {
            let after = after.as_bytes().to_vec();
            String::from_utf8(without_the_editors_line_break(before.as_bytes(), after)).unwrap()
        };
        assert_eq!(came("a", "b\n"), "b");
        assert_eq!(came("a", "b\n\n"), "b\n");
        assert_eq!(came("a\n", "b\n"), "b\n");
        assert_eq!(came("a", "b"), "b");
    }
}
