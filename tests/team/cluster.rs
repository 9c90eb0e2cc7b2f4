//! A PostgreSQL of the test's own: a cluster in a directory that goes with it, on a free port of
//! loopback, with passwords as in earnest.

use crate::faults::secure::Shown;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Set where the tests here must run and not be left out.
const REQUIRED: &str = "HTTRIAGE_TEST_POSTGRES";
/// Longer than a server takes on a busy machine.
pub const SOON: Duration = Duration::from_secs(60);
/// The password of every login here.
pub const PASSWORD: &str = "pw-planted-93b1c7d2e4";

pub struct Cluster {
    dir: TempDir,
    programs: PathBuf,
    pub port: u16,
    server: Option<Child>,
}

/// Where the server's programs are; `None` where there is none.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let installed = installed.flatten().map(|entry| entry.path().join("bin"));
    let mut places = std::env::split_paths(&path).chain(installed);
    let found = places.find(|place| place.join("initdb").is_file())?;
    // A link leads to the folder that has all of them.
    let program = std::fs::canonicalize(found.join("initdb")).ok()?;
    program.parent().map(Path::to_owned)
}

/// Whom the server runs as: it refuses to be root.
fn other_user() -> Option<u32> {
    rustix::process::geteuid().is_root().then_some(65_534)
}

fn as_other(command: &mut Command) -> &mut Command {
    use std::os::unix::process::CommandExt;
    match other_user() {
        Some(user) => command.uid(user).gid(user),
        None => command,
    }
}

impl Cluster {
    /// A server that runs; `None`, said in one line, where PostgreSQL is not installed.
    pub fn start() -> Option<Cluster> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, and there is no initdb"
            );
            eprintln!(
                "Left out: there is no PostgreSQL here (initdb), so the shared history is not tried."
            );
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        if let Some(user) = other_user() {
            std::os::unix::fs::chown(dir.path(), Some(user), Some(user)).unwrap();
        }
        let password = dir.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        if let Some(user) = other_user() {
            std::os::unix::fs::chown(&password, Some(user), Some(user)).unwrap();
        }
        let mut initdb = Command::new(programs.join("initdb"));
        let made = as_other(&mut initdb)
            .arg("-D")
            .arg(dir.path().join("data"))
            .args([
                "-U",
                "owner",
                "-A",
                "scram-sha-256",
                "-N",
                "-E",
                "UTF8",
                "--locale=C",
            ])
            .arg(format!("--pwfile={}", password.display()))
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let mut cluster = Cluster {
            dir,
            programs,
            port: 0,
            server: None,
        };
        cluster.begin();
        Some(cluster)
    }

    /// Starts the server on a port that is free now, or on the one it had.
    fn begin(&mut self) {
        let end = Instant::now() + SOON;
        let had = self.port;
        while Instant::now() < end {
            if had == 0 {
                let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                self.port = free.local_addr().unwrap().port();
            }
            let log = std::fs::File::create(self.dir.path().join("log")).unwrap();
            let mut command = Command::new(self.programs.join("postgres"));
            let server = as_other(&mut command)
                .arg("-D")
                .arg(self.dir.path().join("data"))
                .arg("-k")
                .arg(self.dir.path())
                .args([
                    "-p",
                    &self.port.to_string(),
                    "-c",
                    "listen_addresses=127.0.0.1",
                ])
                .args(["-c", "max_connections=60", "-c", "shared_buffers=64MB"])
                .current_dir(self.dir.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            self.server = Some(server);
            // It ends at once where the port was taken, or where what was killed is not gone yet.
            while self.server.as_mut().unwrap().try_wait().unwrap().is_none()
                && Instant::now() < end
            {
                if self.answers() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        panic!("the server did not start: {log}");
    }

    fn answers(&self) -> bool {
        block_on(async { self.client("owner", "postgres").await.is_ok() })
    }

    /// Kills the server without a word, as the power would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Starts it again, where it was.
    pub fn restart(&mut self) {
        self.begin();
    }

    /// Starts it again with this certificate, so that it speaks TLS too.
    pub fn shows(&mut self, shown: &Shown) {
        self.kill();
        let data = self.dir.path().join("data");
        for (name, text) in [("server.crt", &shown.pem), ("server.key", &shown.key_pem)] {
            use std::os::unix::fs::PermissionsExt;
            let path = data.join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            if let Some(user) = other_user() {
                std::os::unix::fs::chown(&path, Some(user), Some(user)).unwrap();
            }
        }
        let path = data.join("postgresql.conf");
        let settings = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{settings}\nssl = on\n")).unwrap();
        self.begin();
    }

    /// The first value that a statement of the owner gives, within a task.
    pub async fn ask_as_owner(&self, statement: &str) -> String {
        let client = self.client("owner", "team").await.unwrap();
        let rows = client.simple_query(statement).await.unwrap();
        let first = rows.into_iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        first.unwrap_or_default()
    }

    /// A connection of this login.
    pub async fn client(
        &self,
        login: &str,
        database: &str,
    ) -> Result<Client, tokio_postgres::Error> {
        let mut config = tokio_postgres::Config::new();
        config
            .host("127.0.0.1")
            .port(self.port)
            .user(login)
            .password(PASSWORD)
            .dbname(database);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// What a statement of this login gives, or the server's word against it.
    pub fn asks(&self, login: &str, statement: &str) -> Result<Vec<String>, String> {
        block_on(async {
            let client = self
                .client(login, "team")
                .await
                .map_err(|e| e.to_string())?;
            let rows = client.simple_query(statement).await;
            let rows = rows.map_err(|error| match error.as_db_error() {
                Some(told) => told.message().to_owned(),
                None => error.to_string(),
            })?;
            let first = |message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    Some(row.get(0).unwrap_or_default().to_owned())
                }
                _ => None,
            };
            Ok(rows.into_iter().filter_map(first).collect())
        })
    }

    /// The first number that a statement of the owner gives.
    #[track_caller]
    pub fn count(&self, statement: &str) -> u64 {
        self.asks("owner", statement).unwrap()[0].parse().unwrap()
    }

    /// A database for a team, with these logins.
    pub fn with_logins(self, logins: &[&str]) -> Cluster {
        block_on(async {
            let owner = self.client("owner", "postgres").await.unwrap();
            owner.batch_execute("CREATE DATABASE team").await.unwrap();
            for login in logins {
                let role = format!("CREATE ROLE {login} LOGIN PASSWORD '{PASSWORD}'");
                owner.batch_execute(&role).await.unwrap();
            }
        });
        self
    }

    /// With a login that has no role of ours.
    pub fn with_stranger(self) -> Cluster {
        let role = format!("CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'");
        self.asks("owner", &role).unwrap();
        self
    }

    /// All that a dump of the database holds.
    pub fn dump(&self) -> String {
        let dumped = Command::new(self.programs.join("pg_dump"))
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "owner",
                "-p",
                &self.port.to_string(),
                "team",
            ])
            .env("PGPASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            dumped.status.success(),
            "{}",
            String::from_utf8_lossy(&dumped.stderr)
        );
        String::from_utf8(dumped.stdout).unwrap()
    }

    /// `[team]` for this login.
    pub fn config(&self, login: &str, share: &str) -> String {
        format!(
            "[team]\nurl = \"postgres://127.0.0.1:{}/team\"\ntoken = \"team-db\"\nname = \"{login}\"\nshare = \"{share}\"\n",
            self.port
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let Some(server) = &mut self.server else {
            return;
        };
        // At once, and with all its processes.
        let process = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
        if let Some(process) = process {
            let _ = kill_process(process, Signal::QUIT);
        }
        let _ = server.wait();
    }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(work)
}
