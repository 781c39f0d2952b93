//! Whether the time of an answer tells which mail addresses have an account. Prints its rows as
//! JSON; `cargo xtask bench enumeration` runs it.
//!
//! It is the whole server, as `spotlight serve` starts it, with an embedded PostgreSQL and its
//! durable settings, in this process. Addresses with and without an account are asked for in
//! turns, so that whatever else the machine does meets both alike.

use std::net::SocketAddr;
use std::time::Instant;

use api::config::Config;
use api::database::Database;
use api::serve;
use reqwest::Client;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often each is asked for, after some that are not counted.
const ASKED: usize = 200;
const UNCOUNTED: usize = 20;

/// How alike the two medians are to be: the shorter one to the longer.
const ALIKE: f64 = 0.9;

const KNOWN: &str = "ann@example.com";
const PASSWORD: &str = "spin and whip 42";

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let dir = tempfile::Builder::new().prefix("spotlight-bench-").tempdir()?;
    // A server started by root runs as somebody else, who has to get in.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(dir.path(), open)?;
    let config = Config::for_tests().within(dir.path());

    let database = Database::open(&config.database).await?;
    let measured = measure(config, &database).await;
    database.close().await?;
    println!("{}", json!({ "rows": measured? }));
    Ok(())
}

async fn measure(config: Config, database: &Database) -> Result<Vec<Value>, Failure> {
    database.migrate().await?;
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let (app, server) = serve::start(config, database, listener).await?;
    // The server waits for whoever can still send commands.
    drop(app);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.until(async { drop(stopped.await) }));
    let rows = compare(address).await;
    drop(stop);
    serving.await??;
    rows
}

async fn compare(address: SocketAddr) -> Result<Vec<Value>, Failure> {
    let stranger = Stranger::new(address)?;
    let ann = json!({ "username": "ann", "email": KNOWN, "password": PASSWORD });
    stranger.post("/api/auth/register", &ann).await?;
    let guess = |email: &str| json!({ "email": email, "password": "not her password" });
    let forgot = |email: &str| json!({ "email": email });
    Ok(vec![
        alike(&stranger, "signing in", "/api/auth/login", guess).await?,
        alike(&stranger, "asking for a new password", "/api/auth/forgot-password", forgot).await?,
    ])
}

async fn alike(
    stranger: &Stranger,
    name: &str,
    path: &str,
    body: impl Fn(&str) -> Value,
) -> Result<Value, Failure> {
    let (mut known, mut unknown) = (vec![], vec![]);
    for turn in 0..UNCOUNTED + ASKED {
        let nobody = format!("nobody{turn}@example.com");
        // Who is first takes turns too.
        let mut asked = [(KNOWN, &mut known), (nobody.as_str(), &mut unknown)];
        if turn % 2 == 0 {
            asked.reverse();
        }
        for (email, times) in asked {
            let took = stranger.post(path, &body(email)).await?;
            if turn >= UNCOUNTED {
                times.push(took);
            }
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    let ratio = known.min(unknown) / known.max(unknown);
    eprintln!("{name}: {known:.2} ms with an account, {unknown:.2} ms without");
    Ok(json!({ "name": format!("{name}, without an account"), "value": unknown, "unit": "ms",
        "peer": "with one", "peerValue": known, "ratio": ratio, "target": ALIKE,
        "met": ratio >= ALIKE }))
}

struct Stranger {
    http: Client,
    base: String,
}

impl Stranger {
    /// Without a cookie jar: nobody is known here.
    fn new(address: SocketAddr) -> Result<Self, Failure> {
        let http = Client::builder().no_proxy().build()?;
        Ok(Self { http, base: format!("http://{address}") })
    }

    /// How long the answer takes, in milliseconds.
    async fn post(&self, path: &str, body: &Value) -> Result<f64, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).header(ORIGIN, &self.base);
        let since = Instant::now();
        let answer = request.json(body).send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await?;
        let took = since.elapsed().as_secs_f64() * 1_000.0;
        if matches!(status, 201 | 202 | 401) {
            Ok(took)
        } else {
            Err(format!("{path} answered {status}").into())
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
