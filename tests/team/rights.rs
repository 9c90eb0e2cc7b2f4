//! Least privilege, tried with the server's own language: a row belongs to the login whose home
//! wrote it.

use super::shared::made;
use super::{Desk, block_on, call};

#[test]
fn a_row_is_changed_by_its_owner_alone_and_a_reader_writes_nothing() {
    let Some(cluster) = made(&["kim", "bob"], &["rae"]) else {
        return;
    };
    let kim = Desk::new(&cluster, "kim", "cases");
    kim.remember(call(0));
    block_on(kim.meets());
    let writer = cluster
        .asks("owner", "SELECT writer::text FROM httriage.writers")
        .unwrap();
    let [writer] = &writer[..] else {
        panic!("{writer:?}");
    };
    let row = "(writer, id, change, started_ms, class, method, host, environment, codes, summary, record)";
    let new = format!(
        "INSERT INTO httriage.calls {row} VALUES ('{writer}', 7, 0, 0, '', '', '', '', '{{}}', '', '')"
    );
    let take = format!(
        "INSERT INTO httriage.writers (writer, name) VALUES ('{writer}', 'bob') ON CONFLICT (writer) DO UPDATE SET name = 'bob'"
    );
    let pose = "INSERT INTO httriage.writers (writer, login, name) VALUES (gen_random_uuid(), 'kim', 'kim')";
    let whole = "SELECT count(*) FROM httriage.calls WHERE NOT gone AND host = 'api.acme.example'";
    for login in ["bob", "rae"] {
        let asks = |statement: &str| cluster.asks(login, statement);
        assert_eq!(asks(whole).unwrap(), ["1"], "everybody reads");
        // What a rule hides is not there to be changed; what no right allows is refused.
        let changed = asks(
            "WITH c AS (UPDATE httriage.calls SET host = 'x' RETURNING 1) SELECT count(*) FROM c",
        );
        assert!(
            changed.is_err() || changed == Ok(vec!["0".to_owned()]),
            "{changed:?}"
        );
        for refused in [
            "DELETE FROM httriage.calls",
            "TRUNCATE httriage.calls",
            "DROP TABLE httriage.calls",
            "ALTER TABLE httriage.calls DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE httriage.calls DISABLE TRIGGER stamp",
            "UPDATE httriage.about SET keep_months = 1",
            "SELECT httriage.retire()",
            "CREATE TABLE httriage.mine (a int)",
            "SET ROLE httriage_owner",
            &new,
            &take,
            pose,
        ] {
            assert!(asks(refused).is_err(), "{login}: {refused}");
        }
        let parts = "SELECT relname FROM pg_class WHERE relname ~ '^calls_' AND relkind = 'r'";
        for part in cluster.asks("owner", parts).unwrap() {
            let direct = format!("UPDATE httriage.{part} SET host = 'x'");
            assert!(asks(&direct).is_err(), "{login}: {direct}");
        }
    }
    for refused in [
        "INSERT INTO httriage.writers (writer, name) VALUES (gen_random_uuid(), 'rae')",
        "SELECT httriage.make_room('{1}')",
    ] {
        assert!(cluster.asks("rae", refused).is_err(), "{refused}");
    }
    assert_eq!(cluster.asks("owner", whole).unwrap(), ["1"]);
    // Its owner may, and whoever has no role sees nothing at all.
    let changed =
        "WITH c AS (UPDATE httriage.calls SET host = 'y' RETURNING 1) SELECT count(*) FROM c";
    assert_eq!(cluster.asks("kim", changed).unwrap(), ["1"]);
    let cluster = cluster.with_stranger();
    assert!(cluster.asks("stranger", whole).is_err());
}

#[test]
fn months_come_by_themselves_and_go_by_the_policy() {
    let Some(cluster) = made(&["kim"], &[]) else {
        return;
    };
    let kim = Desk::new(&cluster, "kim", "cases");
    block_on(kim.meets());
    let id = |months: &str| {
        format!("(extract(epoch FROM now() + interval '{months}') * 1000)::bigint << 16")
    };
    let make = format!(
        "SELECT httriage.make_room(ARRAY[{}, {}, {}, {}, 5])",
        id("0 months"),
        id("-3 months"),
        id("-40 months"),
        id("9 months")
    );
    cluster.asks("kim", &make).unwrap();
    let months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'httriage.calls'::regclass";
    // Now, three months ago, and the one for all others: what is too old or far ahead has none.
    assert_eq!(cluster.count(months), 3);
    cluster.asks("kim", &make).unwrap();
    assert_eq!(cluster.count(months), 3);
    cluster
        .asks("owner", "UPDATE httriage.about SET keep_months = 2")
        .unwrap();
    assert_eq!(
        cluster.asks("owner", "SELECT httriage.retire()").unwrap(),
        ["1"]
    );
    assert_eq!(cluster.count(months), 2);
}
