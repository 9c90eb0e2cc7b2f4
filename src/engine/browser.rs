//! The browser of the person: the one that `BROWSER` names, else what the system opens pages with.
//! It gets the address as one argument, and no value of a token.

use super::child::Starter;
use std::process::Stdio;

/// The program that opens a page or a file as the person set it up.
pub const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else if cfg!(windows) {
    "explorer"
} else {
    "xdg-open"
};

/// Why no page can be opened here, if that is so.
pub fn missing() -> Option<&'static str> {
    why_missing(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn why_missing(variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let is_far = variable("SSH_CONNECTION").or(variable("SSH_TTY")).is_some();
    let has_screen = variable("DISPLAY")
        .or(variable("WAYLAND_DISPLAY"))
        .is_some();
    match variable("BROWSER").is_some() {
        true => None,
        false if is_far => Some("this machine is another than the one in front of you"),
        false if cfg!(unix) && !cfg!(target_os = "macos") && !has_screen => {
            Some("there is no browser here")
        }
        false => None,
    }
}

/// Opens a page; returns when the opener has ended, which for some browsers is when their window is
/// closed. No shell reads the address.
pub fn open(url: &str, starter: &Starter) -> Result<(), String> {
    let named = std::env::var("BROWSER").ok();
    let named = named.as_deref().map(str::trim).unwrap_or_default();
    // Several may be named; the first is the one that is wanted most.
    let first = named.split(':').next().unwrap_or_default();
    open_with(if first.is_empty() { OPENER } else { first }, url, starter)
}

fn open_with(opener: &str, url: &str, starter: &Starter) -> Result<(), String> {
    if !url.starts_with("https://") {
        return Err("Only pages that begin with https:// are opened.".to_owned());
    }
    let mut words = opener.split_whitespace();
    let program = words.next().unwrap_or(OPENER);
    let mut command = starter.command(program);
    let (mut is_there, others) = (false, words.collect::<Vec<_>>());
    for word in others {
        is_there |= word.contains("%s");
        command.arg(word.replace("%s", url));
    }
    if !is_there {
        command.arg(url);
    }
    command.stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.stderr(Stdio::null());
    match command.status() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "{program} could not be started: {error}. The page is {url}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_from_the_person_or_without_a_screen_there_is_no_browser_unless_one_is_named() {
        let with = |pairs: &'static [(&str, &str)]| {
            why_missing(move |name| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(&[("SSH_CONNECTION", "x"), ("DISPLAY", ":0")]).is_some());
        assert_eq!(with(&[("SSH_CONNECTION", "x"), ("BROWSER", "w3m")]), None);
        assert_eq!(with(&[("DISPLAY", ":0")]), None);
        if cfg!(target_os = "linux") {
            assert!(with(&[]).is_some());
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_address_is_one_argument_and_only_pages_of_the_web_are_opened() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("browser");
        let told = folder.path().join("told");
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$1\" > {0}.part\nmv {0}.part {0}\n",
            told.display()
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let starter = Starter::new(&Default::default());
        let url = "https://a.example/x?a=1&b=$(touch%20c);d";
        open_with(&program.display().to_string(), url, &starter).unwrap();
        let said = std::fs::read_to_string(&told).unwrap();
        assert_eq!(said, format!("1\n{url}\n"));
        for other in ["http://a.example", "file:///etc/passwd", "javascript:1"] {
            assert!(open_with("true", other, &starter).is_err(), "{other}");
        }
        assert!(open_with("test-no-such-browser", url, &starter).is_err());
    }
}
