//! Everything that runs, started in order and stopped in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use broker::{Broker, Nats, Postgres};
use commands::{ClaimsKey, Commands, Writer};
use projections::seals::Seals;
use projections::{Log, Projections};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{App, Services};
use crate::auth::Auth;
use crate::auth::passkeys::Passkeys;
use crate::captcha::Captcha;
use crate::config::Config;
use crate::database::Database;
use crate::gateway::Gateway;
use crate::idempotency::Answers;
use crate::keys::Key;
use crate::mail::tokens::MailTokens;
use crate::mail::{Outbox, Transport};
use crate::pictures::Pictures;
use crate::processes::Processes;
use crate::rate_limit::RateLimits;
use crate::readiness::Readiness;
use crate::revocations::Revocations;
use crate::router::router;
use crate::telemetry::metrics::Metrics;
use crate::verified::Verified;

/// How long sockets and requests that are under way may take to finish once we are told to
/// stop. What follows (followers, the writer, the database) takes another second where it is
/// stuck, and ten are promised.
const CLIENTS_FINISH_WITHIN: Duration = Duration::from_millis(8_500);

/// How long workers may take, from the same moment on, and followers after the clients: one that
/// waits for a mail server, a database or a disk that does not answer is ended.
const WORKERS_FINISH_WITHIN: Duration = Duration::from_secs(5);
const FOLLOWERS_FINISH_WITHIN: Duration = Duration::from_millis(300);

/// How long what waits to be written may take then.
const WRITER_FINISHES_WITHIN: Duration = Duration::from_millis(400);

/// Serves on `listener` until `stop`, and drains. The database stays open.
pub async fn serve(
    config: Config,
    database: &Database,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), io::Error> {
    let (app, server) = start(config, database, listener).await?;
    // It can still send commands, and the writer waits for who can.
    drop(app);
    server.until(stop).await
}

/// Starts serving on `listener`. The answered [`App`] is for those who work in this very
/// process; it must be dropped for the [`Server`] to stop.
pub async fn start(
    config: Config,
    database: &Database,
    listener: TcpListener,
) -> Result<(App, Server), io::Error> {
    let config = Arc::new(config);
    let pool = database.pool.clone();
    let keys = keys(&config, &pool).await.map_err(io::Error::other)?;

    let seal_key = config.seals.key_or_new().map_err(io::Error::other)?;

    let (commands, writer) = Commands::start(pool.clone(), ClaimsKey::new(keys.claims));
    let log = Log::new(pool.clone());
    let projections = Projections::new(pool.clone(), log.clone());
    let seals = Seals::new(pool.clone(), seal_key, &config.seals.witness);
    let broker = broker(&config, &pool, &keys.deployment).await?;
    let verified = Verified::new(commands.clone(), config.mail.require_verified);
    let captcha = Captcha::new(config.captcha.as_ref()).map_err(io::Error::other)?;
    let limits = RateLimits::new(config.rate_limits, pool.clone(), &keys.sessions);
    let gateway = Gateway::new(
        commands.clone(),
        projections.clone(),
        log.clone(),
        broker,
        verified.clone(),
        limits.clone(),
    );
    let processes = Processes::new(commands.clone(), projections.clone(), pool.clone());
    let tokens = MailTokens::new(&keys.sessions);
    let outbox = Outbox {
        pool: pool.clone(),
        commands: commands.clone(),
        transport: Transport::new(&config.mail).map_err(io::Error::other)?,
        tokens: tokens.clone(),
        origin: config.public_origin.clone(),
    };
    let readiness = Readiness::default();
    let metrics = Metrics::default();
    let auth = Auth::new(
        pool.clone(),
        commands.clone(),
        &keys.sessions,
        tokens,
        metrics.password_checks(),
    );
    let revocations = Revocations::new(auth.clone(), gateway.clone());
    let app = App::from(Services {
        auth,
        verified,
        limits,
        captcha,
        passkeys: Passkeys::new(&config, pool.clone()),
        pictures: Pictures::new(pool.clone()),
        answers: Answers::new(pool.clone(), keys.requests),
        metrics,
        gateway: gateway.clone(),
        projections: projections.clone(),
        readiness: readiness.clone(),
        seals: seals.clone(),
        commands,
        config,
        pool,
    });

    let (followers_stop, workers_stop) = (CancellationToken::new(), CancellationToken::new());
    let mut followers = JoinSet::new();
    followers.spawn(seals.run(log.clone(), followers_stop.clone()));
    followers.spawn(log.run(writer.stored(), followers_stop.clone()));
    followers.spawn(projections.run(followers_stop.clone()));
    followers.spawn(gateway.clone().run(followers_stop.clone()));
    followers.spawn(processes.run(workers_stop.clone()));
    followers.spawn(outbox.run(workers_stop.clone()));
    followers.spawn(revocations.run(followers_stop.clone()));

    let requests_stop = CancellationToken::new();
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    // Small frames must not wait for the other side's acknowledgement of the one before.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(requests_stop.clone().cancelled_owned())
        .into_future();
    let server = Server {
        gateway,
        readiness,
        requests: tokio::spawn(server),
        requests_stop,
        followers,
        followers_stop,
        workers_stop,
        writer,
    };
    Ok((app, server))
}

/// Everything that runs, to be stopped in order.
pub struct Server {
    gateway: Gateway,
    readiness: Readiness,
    requests: JoinHandle<io::Result<()>>,
    requests_stop: CancellationToken,
    followers: JoinSet<()>,
    followers_stop: CancellationToken,
    /// Of those among the followers whom no request waits for.
    workers_stop: CancellationToken,
    writer: Writer,
}

impl Server {
    /// Serves until `stop`, and drains: no new work, sockets closed, requests and commands under
    /// way finished.
    pub async fn until(mut self, stop: impl Future<Output = ()>) -> Result<(), io::Error> {
        tokio::select! {
            () = stop => tracing::info!("stopping"),
            ended = &mut self.requests => return ended?,
            // None ends by itself. Without one this node would serve what it no longer keeps up
            // with; whoever started it starts it again.
            _ = self.followers.join_next() => {
                return Err(io::Error::other("a follower of the log ended"));
            }
        }
        let workers_finish = Instant::now() + WORKERS_FINISH_WITHIN;
        self.readiness.drain();
        self.workers_stop.cancel();
        // While sockets are told to go, whoever asks hears that this node is not ready any more.
        let finished = async {
            self.gateway.drain().await;
            self.requests_stop.cancel();
            (&mut self.requests).await
        };
        if timeout(CLIENTS_FINISH_WITHIN, finished).await.is_err() {
            tracing::warn!("some requests did not finish in time");
            self.requests.abort();
        }
        self.followers_stop.cancel();
        let finished = async { while self.followers.join_next().await.is_some() {} };
        let followers_finish = Instant::now() + FOLLOWERS_FINISH_WITHIN;
        if timeout_at(followers_finish.max(workers_finish), finished).await.is_err() {
            tracing::warn!(left = self.followers.len(), "some followers did not finish in time");
            self.followers.shutdown().await;
        }
        // With the gateway goes the last who could still send a command.
        drop(self.gateway);
        if timeout(WRITER_FINISHES_WITHIN, self.writer.stop()).await.is_err() {
            tracing::error!("commands were still under way");
        }
        Ok(())
    }
}

/// The way to other nodes. One that is down is tried until it is there.
async fn broker(
    config: &Config,
    pool: &PgPool,
    deployment: &str,
) -> Result<Arc<dyn Broker>, io::Error> {
    Ok(match &config.broker_url {
        None => Arc::new(Postgres::new(pool.clone())),
        Some(url) => {
            Arc::new(Nats::connect(url.reveal(), deployment).await.map_err(io::Error::other)?)
        }
    })
}

struct Keys {
    sessions: Vec<u8>,
    claims: [u8; 32],
    requests: [u8; 32],
    /// Names this deployment where others are named too. It is no secret among those who may
    /// use the broker, but nobody else guesses it.
    deployment: String,
}

async fn keys(config: &Config, pool: &PgPool) -> sqlx::Result<Keys> {
    let sessions = match &config.jwt_secret {
        Some(secret) => secret.reveal().as_bytes().to_vec(),
        None => Key::Sessions.secret(pool).await?.to_vec(),
    };
    let (claims, requests) = (Key::Claims.secret(pool).await?, Key::Requests.secret(pool).await?);
    let deployment = Uuid::from_slice(&Key::Deployment.secret(pool).await?[..16]);
    let deployment = deployment.map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Keys { sessions, claims, requests, deployment: deployment.simple().to_string() })
}
