//! Trouble with the disk: each has a name and a remedy, costs no other call, and passes when its
//! cause does.

use super::child::Other;
use super::*;
use httriage::engine::history::Trouble;
use std::process::Command;

/// Whatever goes wrong here is told by name.
fn attempt(history: &History, number: u64) -> Result<(), Trouble> {
    let result = history.remember(Arc::new(call(number))).wait();
    result.map_err(|error| {
        let said = error.to_string();
        assert!(said.starts_with("The call was not recorded: "), "{said}");
        assert!(said.ends_with('.'), "{said}");
        error.trouble
    })
}

fn filled(dir: &Path) {
    let history = open(dir);
    for number in 0..200 {
        drop(history.remember(Arc::new(call(number))));
    }
    assert!(history.close(SOON));
}

#[test]
fn a_damaged_file_is_kept_aside_told_once_and_a_fresh_one_begun() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 4] = [
        ("no header", |bytes| bytes[..100].fill(b'x')),
        ("torn page", |bytes| bytes[4_096..12_288].fill(0xa5)),
        ("cut short", |bytes| bytes.truncate(bytes.len() / 3 + 17)),
        ("another file", |bytes| {
            *bytes = b"just some notes".repeat(500)
        }),
    ];
    for (name, damage) in damages {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = dir.path().join("history.sqlite");
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();

        let history = History::at(dir.path(), Retention::default(), vault());
        let troubles: Vec<_> = (1_000..1_006)
            .filter_map(|number| attempt(&history, number).err())
            .collect();
        let [Trouble::Damaged { kept: Some(kept) }] = &troubles[..] else {
            panic!("{name}: {troubles:?}");
        };
        assert_eq!(std::fs::read(kept).unwrap(), bytes, "{name}");
        assert!(history.count(&query("")).unwrap() >= 1, "{name}");
        assert!(history.close(SOON));

        // The screen meets it while it opens; nothing that was kept is overwritten.
        std::fs::write(&path, &bytes).unwrap();
        let said = match History::open(dir.path(), Retention::default(), vault()) {
            Err(error) => error,
            Ok(history) => history.recall(&query("x"), 9, None).unwrap_err(),
        };
        assert!(said.to_string().contains("kept as"), "{name}: {said}");
        remember(&open(dir.path()), call(1));
        let aside = std::fs::read_dir(dir.path()).unwrap().filter(|file| {
            let path = file.as_ref().unwrap().path();
            std::fs::read(path).unwrap() == bytes
        });
        assert_eq!(aside.count(), 2, "{name}");
    }
}

#[test]
fn damage_while_the_program_runs_is_met_without_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let history = open(dir.path());
    let path = dir.path().join("history.sqlite");
    let garbage = vec![0x5a; std::fs::metadata(&path).unwrap().len() as usize];
    std::fs::write(&path, &garbage).unwrap();
    let troubles = (1_000..1_010).filter_map(|n| attempt(&history, n).err());
    let told = troubles.filter(|t| matches!(t, Trouble::Damaged { kept: Some(_) }));
    assert!(told.count() <= 1);
    remember(&history, call(1_010));
    assert!(history.load(&call(1_010).id).unwrap().is_some());
}

#[test]
fn a_file_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let path = dir.path().join("history.sqlite");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "user_version", 9).unwrap();
    drop(conn);
    let bytes = std::fs::read(&path).unwrap();
    let refused = History::open(dir.path(), Retention::default(), vault())
        .err()
        .unwrap();
    assert!(refused.to_string().contains("Update httriage"), "{refused}");
    let history = History::at(dir.path(), Retention::default(), vault());
    let newer = Trouble::Newer { found: 9, known: 7 };
    assert_eq!(attempt(&history, 1), Err(newer.clone()));
    let said = history.recall(&query(""), 1, None).unwrap_err();
    assert_eq!(said.trouble, newer);
    assert!(history.close(SOON));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn what_is_not_a_history_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.sqlite");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE recipes (name)").unwrap();
    drop(conn);
    let history = History::at(dir.path(), Retention::default(), vault());
    assert_eq!(attempt(&history, 1), Err(Trouble::Foreign));
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(attempt(&history, 2), Err(Trouble::Foreign));
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(attempt(&history, 3), Ok(()));

    let file = dir.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let history = History::at(&file, Retention::default(), vault());
    assert_eq!(attempt(&history, 1), Err(Trouble::Foreign));
}

#[test]
fn a_directory_that_is_removed_costs_one_call_at_most() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("data");
    let history = open(&home);
    remember(&history, call(1));
    std::fs::remove_dir_all(&home).unwrap();
    // Another look at the history may have found out before.
    let lost = attempt(&history, 2);
    assert!(matches!(lost, Ok(()) | Err(Trouble::Gone)), "{lost:?}");
    assert_eq!(attempt(&history, 3), Ok(()));
    let kept = 1 + u64::from(lost.is_ok());
    assert_eq!(history.count(&query("")).unwrap(), kept);
    std::fs::remove_dir_all(&home).unwrap();
    assert_eq!(history.count(&query("")).unwrap(), 0);
    assert!(history.close(SOON));
}

#[test]
fn a_log_that_is_removed_while_it_is_in_use_costs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for number in 0..10 {
        remember(&history, call(number));
        if number % 3 == 1 {
            std::fs::remove_file(dir.path().join("history.sqlite-wal")).unwrap();
        }
        if number % 2 == 1 {
            assert_eq!(history.count(&query("")).unwrap(), number + 1);
        }
    }
    assert!(history.close(SOON));
    assert_eq!(open(dir.path()).count(&query("")).unwrap(), 10);
    assert_eq!(crate::history::crash::integrity(dir.path()), "ok");
}

#[test]
fn a_log_that_is_lost_between_two_runs_leaves_a_history_that_works() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let mut other = Other::writing(dir.path(), 1_000, u64::MAX / 2);
    for _ in 0..30 {
        other.says().unwrap();
    }
    other.child.kill().unwrap();
    other.child.wait().unwrap();
    std::fs::remove_file(dir.path().join("history.sqlite-wal")).unwrap();
    let history = open(dir.path());
    assert!(history.count(&query("")).unwrap() >= 200);
    remember(&history, call(9));
    assert!(history.close(SOON));
    assert_eq!(crate::history::crash::integrity(dir.path()), "ok");
}

#[test]
fn a_call_waits_for_another_process_to_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    remember(&history, call(1));
    let other = rusqlite::Connection::open(dir.path().join("history.sqlite")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let receipt = history.remember(Arc::new(call(2)));
    assert_eq!(history.count(&query("")).unwrap(), 1);
    other.execute_batch("COMMIT").unwrap();
    receipt.wait().unwrap();
    assert_eq!(history.count(&query("")).unwrap(), 2);
}

#[test]
#[ignore = "waits out the ten seconds that a lock is borne"]
fn a_lock_that_stays_is_named_and_the_next_call_tries_again() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    remember(&history, call(1));
    let other = rusqlite::Connection::open(dir.path().join("history.sqlite")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let receipts = [2, 3, 4].map(|number| history.remember(Arc::new(call(number))));
    for receipt in receipts {
        assert_eq!(receipt.wait().unwrap_err().trouble, Trouble::Locked);
    }
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(attempt(&history, 5), Ok(()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_named_and_costs_no_call_that_fits_later() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&disk)
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a small disk can only be mounted by root");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let history = open(&disk);
        remember(&history, call(1));
        std::fs::write(disk.join("ballast"), noise(5_000_000, 3)).unwrap_err();
        let full = (10..2_000).find_map(|number| attempt(&history, number).err());
        assert_eq!(full, Some(Trouble::DiskFull));
        assert!(history.load(&call(1).id).unwrap().is_some());
        std::fs::remove_file(disk.join("ballast")).unwrap();
        assert_eq!(attempt(&history, 3_000), Ok(()));

        // One call that does not fit takes no other with it.
        let large = call_with_body(3_001, noise(3_000_000, 2));
        let receipts = [call(3_002), large, call(3_003)].map(|c| history.remember(Arc::new(c)));
        let results = receipts.map(|receipt| receipt.wait().map_err(|error| error.trouble));
        assert_eq!(results, [Ok(()), Err(Trouble::DiskFull), Ok(())]);
        assert!(history.close(SOON));
        assert_eq!(crate::history::crash::integrity(&disk), "ok");

        // Nothing fits at all, not even the first page.
        std::fs::write(disk.join("ballast"), noise(5_000_000, 3)).unwrap_err();
        let history = History::at(&disk.join("new"), Retention::default(), vault());
        assert_eq!(attempt(&history, 1), Err(Trouble::DiskFull));
    });
    Command::new("umount").arg(&disk).status().unwrap();
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

#[test]
#[cfg(unix)]
fn what_may_not_be_written_is_named_can_be_read_and_is_tried_again() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("data");
    filled(&home);
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    // Root may write anything, so the other process is nobody.
    let root = std::fs::metadata(&home).unwrap().uid() == 0;
    let exe = dir.path().join("other");
    std::fs::copy(std::env::current_exe().unwrap(), &exe).unwrap();
    let file = home.join("history.sqlite");
    let mut command = Command::new(&exe);
    command.current_dir(dir.path());
    if root {
        allow(dir.path(), 0o755);
        chown(&home, Some(65_534), Some(65_534)).unwrap();
        chown(&file, Some(65_534), Some(65_534)).unwrap();
        command.uid(65_534).gid(65_534);
    }
    allow(&file, 0o400);
    allow(&home, 0o500);
    let mut other = Other::obeying(command, &home);
    let said = other.obeys("remember");
    assert!(said.contains("not recorded"), "{said}");
    assert!(
        said.contains("read-only") || said.contains("denied"),
        "{said}"
    );
    assert_eq!(other.obeys("count"), "200");

    allow(&home, 0o000);
    let said = other.obeys("remember");
    assert!(said.contains("denied"), "{said}");
    let said = other.obeys("count");
    assert!(said.contains("cannot be read"), "{said}");

    allow(&home, 0o700);
    allow(&file, 0o600);
    assert_eq!(other.obeys("remember"), "ok");
    assert_eq!(other.obeys("count"), "201");
}
