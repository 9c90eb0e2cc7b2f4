//! Opens a connection to the team's database, by TLS unless it stays on this machine.

use super::error::TeamError;
use crate::engine::Vault;
use crate::engine::client::tls;
use crate::model::TeamSettings;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The longest wait for a connection, TLS and password included.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest wait for one answer: a batch over a slow line.
const ANSWER: Duration = Duration::from_secs(60);
/// When a connection over which nothing comes is asked whether it is still there.
const IDLE: Duration = Duration::from_secs(20);

/// A connection of which nothing is known but that it is open.
pub(super) struct Bare {
    pub client: Client,
    pub driver: JoinHandle<()>,
}

/// Connects, without a look at the tables.
pub(super) async fn bare(settings: &TeamSettings, vault: &Vault) -> Result<Bare, TeamError> {
    let url = &settings.url;
    let mut config = Config::new();
    config
        .host(&url.host)
        .port(url.port)
        .dbname(&url.database)
        .user(settings.login())
        .application_name("httriage")
        .connect_timeout(CONNECT)
        .keepalives(true)
        .keepalives_idle(IDLE);
    if let Some(token) = &settings.token {
        vault
            .password(token, |value| {
                config.password(value);
            })
            .await?;
    }
    // Nothing leaves this machine on the way to a loopback address; elsewhere there is no way
    // without TLS.
    if url.is_loopback() && settings.ca_file.is_none() {
        config.ssl_mode(SslMode::Disable);
        opened(settings, &config, NoTls).await
    } else {
        config.ssl_mode(SslMode::Require);
        let tls = tls(settings.ca_file.iter().cloned().collect())?;
        opened(settings, &config, MakeRustlsConnect::new(tls)).await
    }
}

async fn opened<T>(settings: &TeamSettings, config: &Config, tls: T) -> Result<Bare, TeamError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let opened = timeout(CONNECT * 2, config.connect(tls)).await;
    let opened = opened.map_err(|_| TeamError::late(&settings.url))?;
    let (client, connection) = opened.map_err(|error| TeamError::of(&settings.url, &error))?;
    let driver = tokio::spawn(async move {
        // Its end is seen at the next question.
        let _ = connection.await;
    });
    Ok(Bare { client, driver })
}

/// Waits for an answer, within its time.
pub(super) async fn in_time<T>(
    settings: &TeamSettings,
    question: impl Future<Output = Result<T, Error>>,
) -> Result<T, TeamError> {
    match timeout(ANSWER, question).await {
        Ok(answer) => answer.map_err(|error| TeamError::of(&settings.url, &error)),
        Err(_) => Err(TeamError::late(&settings.url)),
    }
}
