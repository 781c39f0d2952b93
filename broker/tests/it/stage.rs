//! Nodes that hear each other, and what lies between them.

use std::sync::Arc;
use std::time::Duration;

use broker::{Broker, Nats, Postgres};
use sqlx::PgPool;
use test_database::TestDatabase;
use test_nats::NatsServer;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

/// No wait is as long as this unless something is lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// What comes unasked has come by then.
const A_MOMENT: Duration = Duration::from_millis(200);
/// Said by nodes to find out whether they are heard; no test's message begins so.
const SIGN: &str = "sign of life ";

pub enum Stage {
    Postgres { pool: PgPool, database: TestDatabase },
    Nats(Mutex<NatsServer>),
}

impl Stage {
    pub async fn postgres() -> Self {
        let database = TestDatabase::create().await;
        Self::Postgres { pool: database.pool().await, database }
    }

    pub async fn nats() -> Self {
        Self::Nats(Mutex::new(NatsServer::start().await))
    }

    pub async fn node(&self) -> Node {
        match self {
            Self::Postgres { database, .. } => {
                Node::with(Postgres::new(database.pool().await)).await
            }
            Self::Nats(server) => Node::over(&*server.lock().await, "test").await,
        }
    }

    /// Every connection is lost.
    pub async fn cut(&self) {
        match self {
            Self::Postgres { pool, .. } => {
                sqlx::query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .execute(pool)
                .await
                .expect("the connections end");
            }
            Self::Nats(server) => {
                let mut server = server.lock().await;
                server.stop().await;
                server.start_again().await;
            }
        }
    }
}

/// One that listens.
pub struct Node {
    broker: Arc<dyn Broker>,
    heard: mpsc::UnboundedReceiver<String>,
    listening: JoinHandle<()>,
}

impl Node {
    pub async fn over(server: &NatsServer, deployment: &str) -> Self {
        Self::with(Nats::connect(&server.url(), deployment).await.expect("connected")).await
    }

    pub async fn with(broker: impl Broker + 'static) -> Self {
        let broker: Arc<dyn Broker> = Arc::new(broker);
        let (tell, heard) = mpsc::unbounded_channel();
        let listening = tokio::spawn({
            let broker = broker.clone();
            async move { broker.listen(&|message| drop(tell.send(message.to_owned()))).await }
        });
        let mut node = Self { broker, heard, listening };
        node.hears(node.broker.clone().as_ref()).await;
        node
    }

    pub async fn say(&self, messages: &[&str]) {
        let messages = messages.iter().map(|message| (*message).to_owned()).collect();
        self.broker.publish(messages).await.expect("published");
    }

    pub async fn hear(&mut self, count: usize) -> Vec<String> {
        let mut heard = vec![];
        let all = async {
            while heard.len() < count {
                heard.push(self.next().await);
            }
        };
        let in_time = timeout(PATIENCE, all).await.is_ok();
        assert!(in_time, "heard only {} of {count}", heard.len());
        heard
    }

    pub async fn heard_more(&mut self) -> Option<String> {
        timeout(A_MOMENT, self.next()).await.ok()
    }

    async fn next(&mut self) -> String {
        loop {
            let message = self.heard.recv().await.expect("it listens");
            if !message.starts_with(SIGN) {
                return message;
            }
        }
    }

    pub async fn hears_again(&mut self, other: &Self) {
        self.hears(other.broker.as_ref()).await;
    }

    /// Until something that `speaker` says now is heard.
    async fn hears(&mut self, speaker: &dyn Broker) {
        let sign = format!("{SIGN}{}", Uuid::now_v7());
        let hearing = async {
            loop {
                // While the way is broken it may be refused.
                let _ = speaker.publish(vec![sign.clone()]).await;
                let mut heard = self.heard.recv();
                while let Ok(Some(message)) = timeout(A_MOMENT, heard).await {
                    if message == sign {
                        return;
                    }
                    heard = self.heard.recv();
                }
            }
        };
        timeout(PATIENCE, hearing).await.expect("it hears");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
