//! Whether the time of an answer tells which mail addresses have an account. Prints its rows as
//! JSON; `cargo xtask bench enumeration` runs it.
//!
//! It is the whole server, as `spotlight serve` starts it, with an embedded PostgreSQL and its
//! durable settings, in this process. Addresses with and without an account are asked for in
//! turns, so that whatever else the machine does meets both alike.

mod whole_server;

use std::net::SocketAddr;
use std::time::Instant;

use api::config::Config;
use reqwest::Client;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};

use crate::whole_server::serving;

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
    let home = whole_server::home()?;
    let config = Config::for_tests().within(home.path());
    let rows = serving(config, async |_, address| compare(address).await).await?;
    println!("{}", json!({ "rows": rows }));
    Ok(())
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
