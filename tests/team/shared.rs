//! Two people at one database.

use super::home::{raw, until};
use super::{Cluster, Desk, PASSWORD, SOON, block_on, call, query};
use crate::faults::{Server, answer};
use crate::program::{Home, Ran};
use httriage::engine::team::{TeamNews, Turn};
use httriage::insight::redact::Mask;
use httriage::model::{KnownCase, Outcome, Response};
use std::sync::mpsc;
use std::time::Duration;

/// A server with tables, by the program itself, and these writers and readers.
pub fn made(writers: &[&str], readers: &[&str]) -> Option<Cluster> {
    let logins: Vec<&str> = writers.iter().chain(readers).copied().collect();
    let cluster = Cluster::start()?.with_logins(&logins);
    let owner = home(&cluster, "owner", "cases");
    let mut words = vec!["team", "init", "--as-owner", "--json"];
    words.extend(writers.iter().flat_map(|login| ["--writer", login]));
    words.extend(readers.iter().flat_map(|login| ["--reader", login]));
    let ran = owner.run(&words);
    assert_eq!(ran.json()["version"], 1, "{}", ran.err);
    Some(cluster)
}

/// A home of the program, for this login.
fn home(cluster: &Cluster, login: &str, share: &str) -> Home {
    Home::settled(&cluster.config(login, share)).with("HTTRIAGE_TOKEN_TEAM_DB", PASSWORD)
}

#[track_caller]
fn well(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran
}

/// It went well, and said this.
#[track_caller]
fn says(ran: Ran, words: &str) {
    let ran = well(ran);
    assert!(ran.out.contains(words), "{words}: {}", ran.out);
}

/// The background work of a desk, on a thread of its own; it ends with the test's process.
pub fn works(turn: Turn) -> mpsc::Receiver<TeamNews> {
    let (tell, news) = mpsc::channel();
    std::thread::spawn(move || {
        block_on(turn.run(move |news| drop(tell.send(news))));
    });
    news
}

#[test]
fn two_homes_see_each_others_cases_within_two_seconds() {
    let Some(mut cluster) = made(&["kim", "bob"], &[]) else {
        return;
    };
    let (kim, bob) = (
        Desk::new(&cluster, "kim", "cases"),
        Desk::new(&cluster, "bob", "cases"),
    );
    let (kims, bobs) = (works(kim.turn()), works(bob.turn()));
    // A second explorer in kim's home, which only hears of the first one's trouble.
    let second = works(kim.turn());
    kim.remember(call(0));
    until(SOON, "the first call", || bob.finds("team:kim").len() == 1);
    for round in 1..4 {
        kim.remember(call(round * 2));
        let took = until(SOON, "kim's call", || {
            bob.finds("team:others").len() == round as usize + 1
        });
        assert!(took < Duration::from_secs(2), "{took:?}");
        bob.remember(call(100 + round * 2));
        let took = until(SOON, "bob's call", || {
            kim.finds("team:bob").len() == round as usize
        });
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    assert_eq!(bob.finds("team:kim")[0], ("6".into(), "kim".into()));
    assert_eq!(
        bob.finds("").len(),
        3,
        "one's own are asked for by themselves"
    );
    assert_eq!(bob.finds("team:all case:acme-1").len(), 7);
    assert_eq!(bob.finds("team:all 403").len(), 3);
    assert_eq!(kim.history.cases().unwrap(), [("ACME-1".to_owned(), 7)]);
    let known = kim.history.known_cases().unwrap();
    let shared = KnownCase {
        name: "ACME-1".to_owned(),
        calls: 7,
        is_own: true,
        by: vec!["bob".to_owned()],
    };
    assert_eq!(known, [shared]);

    // Nothing is said while all is well; the cable is out; all goes on; it is back.
    assert!(kims.try_recv().is_err() && bobs.try_recv().is_err());
    cluster.kill();
    kim.remember(call(8));
    let away = kims.recv_timeout(SOON).unwrap();
    assert!(
        matches!(&away, TeamNews::Away(why) if why.contains("cannot be reached")),
        "{away:?}"
    );
    kim.remember(call(10));
    assert_eq!(kim.history.outbox().unwrap().pending, 2);
    assert!(kim.history.outbox().unwrap().trouble.is_some());
    let heard = second.recv_timeout(SOON).unwrap();
    assert!(matches!(heard, TeamNews::Away(_)), "{heard:?}");
    cluster.restart();
    assert_eq!(kims.recv_timeout(SOON * 2).unwrap(), TeamNews::Back);
    assert_eq!(second.recv_timeout(SOON).unwrap(), TeamNews::Back);
    until(SOON * 2, "what was kept meanwhile", || {
        bob.finds("team:kim").len() == 6
    });
    assert_eq!(kim.history.outbox().unwrap(), Default::default());
}

#[test]
fn a_call_comes_whole_and_is_taken_back_when_it_is_forgotten() {
    let Some(cluster) = made(&["kim", "bob"], &[]) else {
        return;
    };
    let (kim, bob) = (
        Desk::new(&cluster, "kim", "cases"),
        Desk::new(&cluster, "bob", "none"),
    );
    let first = call(0);
    let personal = call(1);
    let mut long = raw(2);
    long.outcome = Outcome::Answered(Response {
        status: 200,
        body: vec![b'x'; 3 << 20],
        ..Response::default()
    });
    let long = Mask::default().exchange(long);
    for exchange in [first.clone(), personal, long.clone()] {
        kim.remember(exchange);
    }
    bob.remember(call(4));
    block_on(async {
        kim.meets().await;
        bob.meets().await;
    });
    // Personal calls stay, and so does all of one who shares nothing.
    assert_eq!(cluster.count("SELECT count(*) FROM httriage.calls"), 2);
    let theirs = bob.history.recall(&query("team:kim"), 9, None).unwrap();
    assert_eq!(theirs.len(), 2);
    let read = bob.history.load(&theirs[1].id).unwrap().unwrap();
    assert_eq!(read.id, first.id);
    assert!(read == first, "every byte of it");
    let found = bob.history.find(first.id.as_str()).unwrap();
    assert_eq!(found, Some(first.id.clone()));
    let whose = bob.history.whose(&theirs[0].id).unwrap().unwrap();
    assert_eq!((whose.name.as_str(), whose.left_out), ("kim", 3 << 20));
    assert_eq!(bob.history.whose(&first.id).unwrap().unwrap().left_out, 0);

    // Sent again, nothing is doubled and nothing is new.
    let changes = "SELECT max(change) FROM httriage.calls";
    let before = cluster.count(changes);
    assert_eq!(kim.history.send_again().unwrap(), 2);
    block_on(kim.meets());
    assert_eq!(cluster.count(changes), before);
    assert_eq!(cluster.count("SELECT count(*) FROM httriage.calls"), 2);

    // What is forgotten goes there too, once it cannot be brought back.
    assert_eq!(
        kim.history.forget(std::slice::from_ref(&first.id)).unwrap(),
        1
    );
    block_on(kim.meets());
    assert_eq!(
        cluster.count("SELECT count(*) FROM httriage.calls WHERE gone"),
        0
    );
    let Desk { dir, history, team } = kim;
    drop(team);
    assert!(history.close(SOON));
    let (history, team) = super::home::opened(dir.path(), &cluster.config("kim", "cases"));
    let kim = Desk { dir, history, team };
    block_on(async {
        kim.meets().await;
        bob.meets().await;
    });
    let rest = "SELECT count(*) FROM httriage.calls WHERE gone AND octet_length(record) = 0";
    assert_eq!(cluster.count(rest), 1);
    assert_eq!(bob.finds("team:kim").len(), 1);
}

#[test]
fn what_is_secret_is_not_in_a_dump_nor_in_what_comes() {
    let Some(cluster) = made(&["kim", "bob"], &[]) else {
        return;
    };
    const PLANTED: &str = "sk-planted-0f8e7d6c5b4a39281706";
    let body = format!(
        "{{\"errors\":[{{\"code\":\"no\",\"detail\":\"Bearer {PLANTED} is bad\"}}],\"access_token\":\"{PLANTED}\"}}"
    );
    let server = Server::saying(answer(
        "403 Forbidden",
        &format!("content-type: application/json\r\nset-cookie: sid={PLANTED}\r\n"),
        body.as_bytes(),
    ));
    let url = format!("{}/orders?api_key={PLANTED}", server.base());
    let kim = home(&cluster, "kim", "cases").with("HTTRIAGE_TOKEN_SUPPORT", PLANTED);
    let sent = kim.run(&["send", &url, "-t", "support", "--case", "ACME-7", "--json"]);
    assert_eq!(sent.code, 4, "{}", sent.err);
    let pushed = well(kim.run(&["team", "push", "--json"])).json();
    assert_eq!(
        (&pushed["sent"], &pushed["pending"]),
        (&1.into(), &0.into())
    );
    let bob = home(&cluster, "bob", "cases");
    let pulled = well(bob.run(&["team", "pull", "--json"])).json();
    assert_eq!(pulled["kept"], 1);
    let listed = well(bob.run(&["history", "list", "team:others", "--json"])).json();
    assert_eq!(listed["exchanges"][0]["by"], "kim");
    let id = listed["exchanges"][0]["id"].as_str().unwrap().to_owned();
    let shown = well(bob.run(&["history", "show", &id]));
    assert!(
        shown.out.contains("Made by kim.") && shown.out.contains("403"),
        "{}",
        shown.out
    );
    let whole = well(bob.run(&["history", "export", "team:all"])).out;
    assert!(whole.contains("is bad"), "{whole}");
    assert!(
        well(bob.run(&["history", "list", "team:kim"]))
            .out
            .contains("by kim")
    );

    let dump = cluster.dump();
    assert!(dump.contains("ACME-7"), "the dump holds the call");
    let said: String = [&sent, &shown].iter().map(|ran| ran.all()).collect();
    for (place, text) in [("dump", &dump), ("export", &whole), ("said", &said)] {
        assert!(!text.contains(PLANTED), "{place}");
        assert!(!text.contains(PASSWORD), "{place}");
    }
    // Packed columns hide nothing either.
    let rows = cluster
        .asks("owner", "SELECT encode(unpacked, 'hex') FROM httriage.calls, unnest(ARRAY[record, typed, sent, received]) AS unpacked WHERE unpacked IS NOT NULL")
        .unwrap();
    assert!(rows.len() >= 2, "{rows:?}");
    for row in rows {
        let bytes: Vec<u8> = (0..row.len() / 2)
            .map(|at| u8::from_str_radix(&row[at * 2..at * 2 + 2], 16).unwrap())
            .collect();
        let text = match bytes[0] {
            0 => bytes[1..].to_vec(),
            _ => zstd::stream::decode_all(&bytes[1..]).unwrap(),
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(PLANTED), "{text}");
    }
    for dir in [kim.path("data"), bob.path("data")] {
        for entry in walk(&dir) {
            let bytes = std::fs::read(&entry).unwrap();
            for secret in [PLANTED, PASSWORD] {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{}", entry.display());
            }
        }
    }
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(walk(&path)),
            path => files.push(path),
        }
    }
    files
}

#[test]
fn a_refusal_that_one_resolved_is_explained_to_the_other() {
    let Some(cluster) = made(&["kim", "bob"], &[]) else {
        return;
    };
    let body = br#"{"errors":[{"code":"not_allowed","title":"No","detail":"not for you"}]}"#;
    let json = "content-type: application/json\r\n";
    let server = Server::saying(answer("403 Forbidden", json, body));
    let url = format!("{}/runbooks/7", server.base());
    let kim = home(&cluster, "kim", "cases");
    let sent = kim.run(&["send", &url, "--case", "ACME-9", "--json"]);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let cause = "permission.missing_role";
    well(kim.run(&[
        "resolve",
        &id,
        "--cause",
        cause,
        "--note",
        "needed Runbook Admin",
    ]));
    assert_eq!(well(kim.run(&["team", "push", "--json"])).json()["sent"], 2);
    let bob = home(&cluster, "bob", "none");
    well(bob.run(&["team", "pull"]));
    assert_eq!(bob.run(&["send", &url]).code, 4);
    let seen = well(bob.run(&["seen", "--json"])).json();
    assert_eq!(seen["count"], 1, "{seen}");
    assert_eq!(seen["exchanges"][0]["by"], "kim");
    let word = &seen["resolutions"][0];
    assert_eq!(
        (&word["cause"], &word["who"]),
        (&cause.into(), &"kim".into()),
        "{seen}"
    );
    assert_eq!(
        (&word["note"], &word["case"]),
        (&"needed Runbook Admin".into(), &"ACME-9".into())
    );
    // `send` says it too, where it is found soon enough; here nobody is in a hurry.
    says(bob.run(&["seen"]), "needed Runbook Admin");

    // The case is told with the colleague's call and word.
    for form in ["html", "markdown"] {
        let told = well(bob.run(&["export", "ACME-9", "--as", form])).out;
        for words in [
            "1 call by kim, ",
            "needed Runbook Admin",
            "403 Forbidden, refused",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }

    // What is taken back is no longer said, and stays known as it was.
    well(kim.run(&["resolve", &id, "--withdraw"]));
    well(kim.run(&["team", "push"]));
    well(bob.run(&["team", "pull"]));
    let seen = well(bob.run(&["seen", "--json"])).json();
    assert_eq!(seen["resolutions"].as_array().unwrap().len(), 0, "{seen}");
    assert_eq!(
        cluster.count("SELECT count(*) FROM httriage.resolutions"),
        2
    );
    let rewrite = "UPDATE httriage.resolutions SET note = 'x'";
    assert!(cluster.asks("kim", rewrite).is_err() && cluster.asks("bob", rewrite).is_err());
}

#[test]
fn the_program_says_where_the_team_stands_and_what_is_wrong() {
    let Some(mut cluster) = made(&["kim"], &["rae"]) else {
        return;
    };
    let kim = home(&cluster, "kim", "cases");
    says(kim.run(&["team", "init"]), "Calls made for a case go there");
    let status = well(kim.run(&["team", "status", "--json"])).json();
    assert_eq!(
        (&status["pending"], &status["pulled_to"]),
        (&0.into(), &0.into())
    );
    assert!(status["last_error"].is_null());
    let doctor = |home: &Home| {
        let checks = home.run(&["doctor", "--json"]).json();
        let checks = checks["checks"].as_array().unwrap().clone();
        let own = checks.into_iter().filter(|check| check["id"] == "team");
        own.map(|check| format!("{} {}", check["health"], check["message"]))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        doctor(&kim).contains("\"fine\" \"postgres://127.0.0.1"),
        "{}",
        doctor(&kim)
    );
    let rae = home(&cluster, "rae", "cases");
    says(
        rae.run(&["team", "init"]),
        "may read what others share, and not add",
    );
    assert!(doctor(&rae).contains("may only read"), "{}", doctor(&rae));

    // A wrong password, a stranger, a newer and an older server.
    let wrong =
        Home::settled(&cluster.config("kim", "cases")).with("HTTRIAGE_TOKEN_TEAM_DB", "wrong-one");
    let ran = wrong.run(&["team", "status"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("does not allow it") && !ran.all().contains("wrong-one"),
        "{}",
        ran.out
    );
    for (version, reads, writes, says) in [
        (9, 9, 9, "can no longer read"),
        (9, 1, 9, "can no longer write"),
        (0, 1, 1, "team init --as-owner"),
    ] {
        let change = format!(
            "UPDATE httriage.about SET version = {version}, reads_from = {reads}, writes_from = {writes}"
        );
        cluster.asks("owner", &change).unwrap();
        let ran = kim.run(&["team", "push"]);
        assert_eq!(ran.code, 1, "{}", ran.all());
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
        let pulls = kim.run(&["team", "pull"]);
        assert_eq!(
            pulls.code == 0,
            writes == 9 && reads == 1,
            "{}",
            pulls.all()
        );
    }
    cluster
        .asks(
            "owner",
            "UPDATE httriage.about SET version = 1, reads_from = 1, writes_from = 1",
        )
        .unwrap();

    // Without the server: the call is answered and kept, and what waits is counted.
    cluster.kill();
    let server = Server::saying(answer("200 OK", "", b"{}"));
    well(kim.run(&["send", &server.base(), "--case", "ACME-1"]));
    let ran = kim.run(&["team", "status", "--json"]);
    assert_eq!((ran.code, &ran.json()["pending"]), (1, &1.into()));
    assert!(
        ran.json()["last_error"]
            .as_str()
            .unwrap()
            .contains("cannot be reached")
    );
    let told = doctor(&kim);
    assert!(
        told.contains("\"wrong\"") && told.contains("1 entry waits to go."),
        "{told}"
    );
    cluster.restart();
    says(kim.run(&["team", "push"]), "1 entry went to the team.");
    // Where no team is set up, that is said.
    let alone = Home::new();
    alone
        .run(&["team", "status"])
        .refused(2, &["No team is set up here"]);
    alone
        .run(&["history", "list", "team:all"])
        .refused(2, &["no team is set up here"]);
}
