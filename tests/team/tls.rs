//! The way to a database that is not on this machine: by TLS, with the trust of calls, or not at
//! all. The server is on this machine all the same; what its address says decides.

use super::cluster::{Cluster, PASSWORD};
use super::shared::made;
use super::{block_on, home::opened};
use crate::faults::secure::Authority;
use httriage::engine::team::TeamError;

/// What opening says for these lines of `[team]` and this host.
fn opening(cluster: &Cluster, host: &str, more: &str) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let config = format!(
        "[team]\nurl = \"postgres://{host}:{}/team\"\ntoken = \"team-db\"\nname = \"kim\"\n{more}\n",
        cluster.port
    );
    let (_history, team) = opened(dir.path(), &config);
    let told = |error: TeamError| {
        let words = error.to_string();
        assert!(!words.contains(PASSWORD), "{words}");
        words
    };
    block_on(async { team.open().await.map(|_| ()).map_err(told) })
}

#[test]
fn a_database_elsewhere_is_reached_by_tls_with_a_certificate_that_is_trusted_and_fits() {
    let Some(mut cluster) = made(&["kim"], &[]) else {
        return;
    };
    let (own, other) = (Authority::named("desk"), Authority::named("stranger"));
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, authority: &Authority| {
        let path = dir.path().join(name);
        std::fs::write(&path, &authority.pem).unwrap();
        format!("ca_file = {:?}", path.display().to_string())
    };
    let (trusted, unknown) = (file("own.pem", &own), file("other.pem", &other));

    // No certificate: nothing but a loopback address is spoken to, whatever it leads to.
    for host in ["127.1", "0x7f000001"] {
        let why = opening(&cluster, host, "").unwrap_err();
        assert!(why.contains("cannot be reached"), "{why}");
        assert!(why.contains("TLS"), "{why}");
        let why = opening(&cluster, host, &trusted).unwrap_err();
        assert!(why.contains("TLS"), "{why}");
    }
    opening(&cluster, "127.0.0.1", "").unwrap();
    // Whoever names an authority wants TLS on this machine too.
    let why = opening(&cluster, "127.0.0.1", &trusted).unwrap_err();
    assert!(why.contains("TLS"), "{why}");

    cluster.shows(&own.signs(&["127.0.0.1", "localhost"], (2020, 2100)));
    for host in ["127.0.0.1", "localhost"] {
        opening(&cluster, host, &trusted).unwrap();
    }
    // What goes there goes by TLS.
    let (_history, team) = opened(
        dir.path(),
        &format!("{}{trusted}\n", cluster.config("kim", "all")),
    );
    let by_tls = block_on(async {
        let link = team.open().await.unwrap();
        let asked = cluster.ask_as_owner(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = 'kim' AND application_name = 'httriage'",
        );
        let asked = asked.await;
        drop(link);
        asked
    });
    assert_eq!(by_tls, "1");

    let why = opening(&cluster, "127.0.0.1", &unknown).unwrap_err();
    assert!(why.contains("cannot be reached"), "{why}");
    assert!(why.contains("desk"), "it says who signed: {why}");
    // What no certificate can be for is not spoken to either.
    let why = opening(&cluster, "127.1", "").unwrap_err();
    assert!(why.contains("TLS"), "{why}");

    cluster.shows(&own.signs(&["db.acme.example"], (2020, 2100)));
    let why = opening(&cluster, "127.0.0.1", &trusted).unwrap_err();
    assert!(why.contains("db.acme.example"), "it says for whom: {why}");
    cluster.shows(&own.signs(&["127.0.0.1"], (2000, 2001)));
    let why = opening(&cluster, "127.0.0.1", &trusted).unwrap_err();
    assert!(why.contains("2001"), "it says since when: {why}");
}
