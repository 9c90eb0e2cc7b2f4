//! What the system does not give: room in files, files at all, a clock that can be believed, a
//! folder for what is temporary, a home. Each costs a sentence and a documented exit code, and
//! the answer comes first.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use faults::{Server, answer};
use program::{Home, Ran, finish};
use std::path::Path;
use std::process::{Command, Stdio};
use tty::Tty;

const GUIDE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/sandbox/guide.session.toml"
);

/// A run of the program that a shell prepares.
fn prepared(home: &Home, first: &str, arguments: &[&str]) -> Command {
    let usual = home.command(arguments);
    let mut command = Command::new("/bin/sh");
    let script = format!("{first}; exec \"$@\"");
    command.args(["-c", &script, "sh"]).arg(usual.get_program());
    command.args(arguments).env_clear();
    for (name, value) in usual.get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    command.current_dir(home.path(""));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ran(home: &Home, first: &str, arguments: &[&str]) -> Ran {
    finish(prepared(home, first, arguments).spawn().unwrap())
}

/// Whether it ended in a way that is documented. A signal or a panic is none.
#[track_caller]
fn is_documented(ran: &Ran, what: &str) {
    assert!(
        [0, 1, 2, 4, 5].contains(&ran.code),
        "{what}: {} {}",
        ran.code,
        ran.all()
    );
    if ran.code == 1 || ran.code == 2 {
        assert!(!ran.all().trim().is_empty(), "{what} says nothing");
    }
}

/// Commands of every kind: what is only printed, what is sent, what is written.
fn commands(url: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["completions", "bash"],
        vec!["doctor", "--offline"],
        vec!["explain", "404"],
        vec!["export", GUIDE, "--as", "curl", "--env", "sandbox"],
        vec!["history", "list"],
        vec!["history", "save", "kept"],
        vec!["import", GUIDE, "--out", "made.session.toml"],
        vec![
            "investigate",
            "GET",
            "/core/runbooks/9",
            "--env",
            "sandbox",
            "--token",
            "support",
        ],
        vec!["keys"],
        vec!["man"],
        vec![
            "matrix",
            GUIDE,
            "--tokens",
            "support,none",
            "--env",
            "sandbox",
        ],
        vec!["sandbox", "--list"],
        vec![
            "send",
            "GET",
            "/core/users/me",
            "--env",
            "sandbox",
            "--token",
            "support",
        ],
        vec!["send", "GET", url],
        vec!["send", "GET", url, "--output", "body"],
        vec!["token", "add", "d", "--env", "ACME_D"],
        vec!["token", "inspect", "a"],
        vec!["token", "list"],
    ]
}

fn says_the_answer() -> (Server, String) {
    let server = Server::saying(answer("200 OK", "", b"the answer"));
    let url = server.base() + "/x";
    (server, url)
}

#[test]
fn files_that_may_not_grow_cost_a_sentence() {
    let (_server, url) = says_the_answer();
    for arguments in commands(&url) {
        let home = Home::new().with("HTTRIAGE_TOKEN_A", "abcdefgh-0123456789");
        let ran = ran(&home, "ulimit -f 0", &arguments);
        is_documented(&ran, &format!("{arguments:?}"));
        if arguments.contains(&url.as_str()) {
            // What could not be written to a file is printed.
            assert!(ran.out.contains("the answer"), "{}", ran.all());
            assert!(
                ran.err.contains("The call was not recorded: "),
                "{}",
                ran.err
            );
        }
    }
    let home = Home::new();
    let written = ran(
        &home,
        "ulimit -f 0",
        &["send", "GET", &url, "--output", "body"],
    );
    assert_eq!(written.code, 1);
    assert!(
        written
            .err
            .contains("The body could not be written to body: "),
        "{}",
        written.err
    );
    assert!(!home.path("body").exists());
    let kept = ran(
        &home,
        "ulimit -f 0",
        &["token", "add", "d", "--env", "ACME_D"],
    );
    assert_eq!(kept.code, 2);
    assert!(
        kept.err.contains("config.toml cannot be written: "),
        "{}",
        kept.err
    );
}

#[test]
fn what_cannot_be_written_to_standard_output_is_said() {
    let home = Home::new();
    let lost = |command: &mut Command| {
        let ran = finish(command.spawn().unwrap());
        assert_eq!(ran.code, 1, "{}", ran.err);
        let said = "What was found could not be written to standard output: ";
        assert!(
            ran.err.starts_with(said) && ran.err.trim_end().ends_with('.'),
            "{}",
            ran.err
        );
    };
    // A file that is full before the text ends, and a disk that is.
    let file = std::fs::File::create(home.path("out")).unwrap();
    lost(prepared(&home, "ulimit -f 1", &["completions", "bash"]).stdout(file));
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        lost(home.command(&["explain", "404"]).stdout(full));
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        lost(home.command(&["--help"]).stdout(full));
    }
    // Whoever reads no further has what they wanted.
    let ran = ran(
        &home,
        "\"$@\" | head -n 1; exit 0",
        &["completions", "bash"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn few_files_cost_a_sentence_or_nothing() {
    let (_server, url) = says_the_answer();
    for arguments in commands(&url) {
        let home = Home::new().with("HTTRIAGE_TOKEN_A", "abcdefgh-0123456789");
        let ran = ran(&home, "ulimit -n 6", &arguments);
        is_documented(&ran, &format!("{arguments:?}"));
    }
    for files in 4..24 {
        let home = Home::new();
        let ran = ran(&home, &format!("ulimit -n {files}"), &["send", "GET", &url]);
        is_documented(&ran, &format!("with {files} files"));
        match ran.code {
            0 => assert!(ran.out.contains("the answer"), "{}", ran.all()),
            _ => assert!(ran.all().contains("files"), "with {files}: {}", ran.all()),
        }
    }
}

/// The explorer in a terminal, after a shell prepared it.
fn explorer(home: &Path, first: &str, arguments: &str, variables: &[(&str, &str)]) -> Tty {
    let program = env!("CARGO_BIN_EXE_httriage");
    let script = format!("{first}; exec '{program}' {arguments}");
    Tty::start_program(
        "/bin/sh".as_ref(),
        home,
        &["-c", &script],
        (100, 30),
        variables,
    )
}

#[test]
fn the_explorer_without_files_says_so_and_with_few_of_them_works() {
    let said = "could not be started: Too many open files";
    for files in 4..30 {
        let home = tempfile::tempdir().unwrap();
        let mut tty = explorer(home.path(), &format!("ulimit -n {files}"), "", &[]);
        tty.sees("GET ▾|Too many open files");
        if tty.text().contains("GET ▾") {
            tty.types("\x03")
        } else {
            drop(tty.sees(said))
        }
        let code = tty.ends();
        let ended_well = code == 0 || (code == 1 && tty.text().contains(said));
        assert!(ended_well, "with {files}: {code}\n{}", tty.text());
        assert!(files > 6 || code == 1, "with {files}");
        assert!(tty.is_given_back());
    }
}

#[test]
fn on_the_screen_the_answer_comes_first_and_what_was_not_recorded_is_said() {
    let (_server, url) = says_the_answer();
    let home = tempfile::tempdir().unwrap();
    let mut tty = explorer(home.path(), "ulimit -f 0", &url, &[]);
    tty.sees("GET ▾");
    tty.types("\x12");
    let text = tty.sees("not recorded");
    assert!(
        text.contains("the answer") && text.contains("✓ 200 OK"),
        "{text}"
    );
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
}

/// A library that sets the clock of a program it is loaded into.
#[cfg(target_os = "linux")]
fn clock(home: &Home) -> String {
    let source = home.write(
        "clock.c",
        "#define _GNU_SOURCE\n\
         #include <stdlib.h>\n#include <sys/syscall.h>\n#include <sys/time.h>\n#include <time.h>\n#include <unistd.h>\n\
         int clock_gettime(clockid_t which, struct timespec *time) {\n\
             int result = syscall(SYS_clock_gettime, which, time);\n\
             char *seconds = getenv(\"SET_CLOCK\");\n\
             if (seconds && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))\n\
                 time->tv_sec = atoll(seconds);\n\
             return result;\n\
         }\n\
         int gettimeofday(struct timeval *time, void *zone) {\n\
             struct timespec now;\n\
             clock_gettime(CLOCK_REALTIME, &now);\n\
             time->tv_sec = now.tv_sec, time->tv_usec = now.tv_nsec / 1000;\n\
             return 0;\n\
         }\n\
         time_t time(time_t *time) {\n\
             struct timespec now;\n\
             clock_gettime(CLOCK_REALTIME, &now);\n\
             return time ? (*time = now.tv_sec) : now.tv_sec;\n\
         }\n",
    );
    let library = home.path("clock.so");
    // What links this test is there to compile this too.
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    assert!(made.unwrap().success());
    library.to_str().unwrap().to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_clock_that_stands_anywhere_ends_nothing() {
    let (_server, url) = says_the_answer();
    let maker = Home::new();
    let library = clock(&maker);
    // In the year 9999, in its last seconds and after it, at and before the beginning of 1970.
    for (seconds, year) in [
        ("253370764800", "9999"),
        ("253402207199", "9999"),
        ("253402300799", "9999"),
        ("253402300800", "9999"),
        ("9000000000000", "9999"),
        ("0", "1970"),
        ("-1", "1969"),
        ("-9000000000000", "-009999"),
    ] {
        let home = Home::new()
            .with("LD_PRELOAD", &library)
            .with("SET_CLOCK", seconds)
            .with("TZ", "UTC")
            .with("HTTRIAGE_TOKEN_A", "abcdefgh-0123456789");
        for arguments in commands(&url) {
            let ran = home.run(&arguments);
            is_documented(&ran, &format!("at {seconds}: {arguments:?}"));
            if arguments.contains(&url.as_str()) {
                if arguments.contains(&"--output") {
                    assert_eq!(
                        std::fs::read_to_string(home.path("body")).unwrap(),
                        "the answer"
                    )
                } else {
                    assert_eq!(ran.out, "the answer", "{}", ran.all())
                }
                assert_eq!(ran.code, 0, "at {seconds}: {}", ran.err);
                assert!(
                    !ran.err.contains("not recorded"),
                    "at {seconds}: {}",
                    ran.err
                );
            }
        }
        let listed = home.run(&["history", "list", "--json"]).json();
        let calls = listed["exchanges"].as_array().unwrap();
        let sent_at = calls[0]["sent_at"].as_str().unwrap();
        // It shows that the clock was set, and that the calls were kept.
        assert!(sent_at.starts_with(year), "at {seconds}: {sent_at}");
        let id = calls[0]["id"].as_str().unwrap();
        for arguments in [
            &["history", "show", id][..],
            &["history", "list", "since:2d"],
        ] {
            is_documented(
                &home.run(arguments),
                &format!("at {seconds}: {arguments:?}"),
            );
        }
        let screen = tempfile::tempdir().unwrap();
        let set = [("LD_PRELOAD", library.as_str()), ("SET_CLOCK", seconds)];
        let mut tty = Tty::start_in(screen.path(), &[&url], (100, 30), &set);
        tty.sees("GET ▾");
        tty.types("\x12");
        tty.sees("✓ 200 OK");
        tty.types("\x03");
        assert_eq!(tty.ends(), 0, "at {seconds}");
    }
}

#[test]
fn a_missing_folder_for_what_is_temporary_costs_nothing() {
    let (_server, url) = says_the_answer();
    for arguments in commands(&url) {
        let usual = Home::new().run(&arguments);
        let ran = Home::new()
            .with("TMPDIR", "/no/such/folder")
            .run(&arguments);
        // The first line beside a body says how long the call took.
        let beside = |ran: &Ran| {
            if ran.err.starts_with("✓ 200 OK") {
                ran.err.lines().skip(1).map(str::to_owned).collect()
            } else {
                vec![ran.err.clone()]
            }
        };
        assert_eq!(
            (ran.code, beside(&ran)),
            (usual.code, beside(&usual)),
            "{arguments:?}"
        );
    }
}

/// As another user than root, who may read everything.
fn as_nobody(command: &mut Command) -> &mut Command {
    use std::os::unix::process::CommandExt;
    if rustix::process::getuid().is_root() {
        command.uid(65_534).gid(65_534)
    } else {
        command
    }
}

#[test]
fn a_home_that_cannot_be_read_or_written_costs_a_sentence() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let (_server, url) = says_the_answer();
    let dir = tempfile::tempdir().unwrap();
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    allow(dir.path(), 0o755);
    // Where the other user can start it.
    let program = dir.path().join("httriage");
    std::fs::copy(env!("CARGO_BIN_EXE_httriage"), &program).unwrap();
    let homes = ["unreadable", "unwritable", "missing", "a-file"].map(|name| dir.path().join(name));
    for home in &homes[..2] {
        std::fs::create_dir(home).unwrap();
        if rustix::process::getuid().is_root() {
            chown(home, Some(65_534), Some(65_534)).unwrap();
        }
    }
    std::fs::write(&homes[3], "").unwrap();
    allow(&homes[0], 0o000);
    allow(&homes[1], 0o500);
    for home in &homes {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&program);
            command
                .args(arguments)
                .env_clear()
                .env("HOME", home)
                .current_dir("/");
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            finish(as_nobody(&mut command).spawn().unwrap())
        };
        for arguments in commands(&url)
            .iter()
            .filter(|words| !words.contains(&"--output"))
        {
            is_documented(
                &run(arguments),
                &format!("{}: {arguments:?}", home.display()),
            );
        }
        let ran = run(&["send", "GET", &url]);
        if home == &homes[0] {
            // The settings may say that nothing is to be sent.
            ran.refused(2, &["config.toml cannot be read: Permission denied"])
        } else {
            assert_eq!(ran.code, 0, "{}", ran.all());
            assert!(ran.out.contains("the answer"), "{}", ran.all());
            let last = ran.err.lines().last().unwrap_or_default();
            assert!(
                last.starts_with("The call was not recorded: "),
                "{}",
                ran.err
            );
        }
    }
    allow(&homes[0], 0o700);
}
