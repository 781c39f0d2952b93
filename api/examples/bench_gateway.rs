//! What the gateway does beside Socket.IO from memory, and beside Express, Socket.IO and Prisma
//! on the same PostgreSQL (`bench/peers/gateway`). Prints its rows as JSON; `cargo xtask bench
//! gateway` runs it.
//!
//! Every server is a process of its own, so that what it takes can be told from what the clients
//! take; they are in this process and alike for all. Ours is the whole server as `spotlight
//! serve` starts it, without its limits, and this program started again is its process.
//! `BENCH_TURNS` and `BENCH_SOCKETS` make it shorter, and so does `BENCH_ONLY=stored,alone`,
//! of which the others are `listening` and `arrivals`.

#[path = "bench_gateway/bare_writes.rs"]
mod bare_writes;
#[path = "bench_gateway/crowd.rs"]
mod crowd;
#[path = "bench_gateway/dialect.rs"]
mod dialect;
#[path = "bench_gateway/gallery.rs"]
mod gallery;
#[path = "bench_gateway/load.rs"]
mod load;
#[path = "bench_gateway/people.rs"]
mod people;
#[path = "bench_gateway/rooms.rs"]
mod rooms;
#[path = "bench_gateway/rows.rs"]
mod rows;
#[path = "bench_gateway/server.rs"]
mod server;
#[path = "bench_gateway/socket.rs"]
mod socket;
mod whole_server;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use api::config::Config;
use api::database::Database;
use api::serve;
use embedded_postgres::{Binaries, EmbeddedPostgres, Settings};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use crate::people::{Circle, Tokens};
use crate::rows::{Compared, MEMORY};
use crate::server::{Kind, Server, Surroundings};
use crate::whole_server::serving;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Each figure is the median of this many turns.
const TURNS: usize = 3;
/// Sockets that are there and idle, a hundred in each room.
const SOCKETS: usize = 10_000;
const ROOM: usize = 100;
const LARGE_ROOM: usize = 1_000;
/// Most memory for each of them, in KiB.
const MEMORY_TARGET: f64 = 16.0;

/// What `schema.prisma` says, as SQL.
const PEERS_TABLE: &str = "
    CREATE TABLE messages (
        id uuid PRIMARY KEY, event_id uuid NOT NULL, user_id uuid NOT NULL,
        content text NOT NULL, type text NOT NULL DEFAULT 'text',
        created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    CREATE INDEX messages_event_id_created_at_idx ON messages (event_id, created_at);";

/// The one the product runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub struct Bench {
    around: Surroundings,
    tokens: Tokens,
    turns: usize,
    sockets: usize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // Servers inherit it.
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most })?;
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next().as_ref().and_then(|argument| argument.to_str()) {
        Some("serve") => {
            return serve(arguments.next().ok_or("serve which directory?")?.into()).await;
        }
        Some("bare-writes") => return bare_writes::serve().await,
        _ => {}
    }

    prepare_peers().await?;
    let dir = whole_server::home()?;
    let binaries = Binaries::find(None, dir.path())?;
    let postgres = EmbeddedPostgres::start(&Settings::new(dir.path().join("pg"), binaries)).await?;
    let measured = measure(&postgres, dir.path()).await;
    postgres.stop().await?;
    println!("{}", json!({ "rows": measured? }));
    Ok(())
}

async fn measure(postgres: &EmbeddedPostgres, home: &Path) -> Result<Vec<Value>, Failure> {
    let mut admin = PgConnection::connect(&postgres.url("spotlight")).await?;
    admin.execute("CREATE DATABASE peers").await?;
    PgConnection::connect(&postgres.url("peers")).await?.execute(PEERS_TABLE).await?;
    run_in(&mut admin).await?;
    let secret: String = format!("{}{}", uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let bench = Bench {
        tokens: Tokens::new(&secret),
        around: Surroundings {
            ours: postgres.url("spotlight"),
            peers: postgres.url("peers"),
            secret,
            home: home.to_owned(),
            postmaster: server::postmaster(postgres.dir())?,
        },
        turns: from_environment("BENCH_TURNS", TURNS)?.max(1),
        sockets: from_environment("BENCH_SOCKETS", SOCKETS)?.max(ROOM),
    };

    let mut sizes = vec![LARGE_ROOM];
    sizes.resize(1 + bench.sockets / ROOM, ROOM);
    eprintln!("{} people take part …", sizes.iter().sum::<usize>());
    let circles = gather(config(&bench.around.ours, home), &sizes).await?;
    let only = std::env::var("BENCH_ONLY").ok();
    let wanted = |part| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == part));
    let mut rows = vec![];
    if wanted("stored") {
        rows.extend(rooms::stored(&bench, &circles[1]).await?);
    }
    if wanted("alone") {
        rows.extend(rooms::alone(&bench, &circles[1]).await?);
    }
    if wanted("listening") {
        rows.extend(rooms::listening(&bench, &circles[0]).await?);
    }
    if wanted("arrivals") {
        rows.extend(arrivals(&bench, &circles[1..]).await?);
    }
    Ok(rows)
}

async fn arrivals(bench: &Bench, circles: &[Circle]) -> Result<Vec<Value>, Failure> {
    eprintln!("{} sockets, rooms of {ROOM} …", bench.sockets);
    let [mut rate, mut per_cpu, mut memory] =
        std::array::from_fn(|_| Compared { ours: vec![], peers: vec![] });
    for _ in 0..bench.turns {
        for kind in [Kind::Spotlight, Kind::FromMemory] {
            let server = Server::start(kind, &bench.around).await?;
            let arrival = crowd::arrive(&server, &bench.tokens, circles).await?;
            server.stop().await?;
            let side = |compared: &mut Compared, value| match kind {
                Kind::Spotlight => compared.ours.push(value),
                Kind::FromMemory | Kind::ClassicStack | Kind::BareWrites => {
                    compared.peers.push(value);
                }
            };
            side(&mut rate, arrival.rate);
            side(&mut per_cpu, arrival.per_cpu_second);
            side(&mut memory, arrival.memory / 1024.0);
            eprintln!(
                "  {kind:?}: {:.0} sockets/s, {:.0} for a CPU second, {:.1} KiB each",
                arrival.rate,
                arrival.per_cpu_second,
                arrival.memory / 1024.0
            );
        }
    }
    let each = format!("memory of each of {} idle, authenticated sockets", bench.sockets);
    Ok(vec![
        memory.less(&each, "KiB", MEMORY, Some(2.0)),
        memory.at_most(&format!("{each}, at most"), "KiB", MEMORY_TARGET),
        rate.more("sockets opened and joined", "sockets/s", MEMORY, Some(4.0)),
        per_cpu.more("the same", "sockets/CPU s of the server", MEMORY, None),
    ])
}

/// Has people register, by a server in this process that is gone before any other starts.
async fn gather(config: Config, sizes: &[usize]) -> Result<Vec<Circle>, Failure> {
    serving(config, async |app, _| {
        let circles = people::gather(app, sizes).await?;
        people::settled(app).await?;
        Ok(circles)
    })
    .await
}

/// The process of our server.
async fn serve(home: PathBuf) -> Result<(), Failure> {
    let config = config(&std::env::var("DATABASE_URL")?, &home);
    let jwt_secret = Some(std::env::var("JWT_SECRET")?.as_str().into());
    let config = Config { jwt_secret, ..config };
    let database = Database::open(&config.database).await?;
    let listener = TcpListener::bind(config.listen).await?;
    println!("{}", listener.local_addr()?.port());
    let mut terminate = signal(SignalKind::terminate())?;
    serve::serve(config, &database, listener, async move {
        terminate.recv().await;
    })
    .await?;
    Ok(database.close().await?)
}

fn config(database: &str, home: &Path) -> Config {
    let mut config = Config::for_tests().within(home);
    config.database.url = Some(database.into());
    config
}

/// Installs what the peers are made of, once.
async fn prepare_peers() -> Result<(), Failure> {
    let peers = server::peers();
    if peers.join("node_modules/.prisma/client/schema.prisma").is_file() {
        return Ok(());
    }
    let run = async |program: &str, arguments: &[&str]| -> Result<(), Failure> {
        eprintln!("{program} {} …", arguments.join(" "));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&peers).stdout(std::process::Stdio::null());
        // Nothing migrates here, so its engine is not needed.
        command.env("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true");
        let status = command.status().await?;
        if status.success() { Ok(()) } else { Err(format!("{program} failed: {status}").into()) }
    };
    run("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).await?;
    run("npm", &["run", "--silent", "generate"]).await
}

/// Makes the database like one that has run for a while: its WAL segments are there to be used
/// again. Making one takes about 20 ms, in which nobody's commit goes on.
async fn run_in(admin: &mut PgConnection) -> Result<(), sqlx::Error> {
    for _ in 0..30 {
        admin.execute("SELECT pg_create_restore_point('run in'), pg_switch_wal()").await?;
    }
    // The second one sees how much the first has gone through.
    for _ in 0..2 {
        admin.execute("CHECKPOINT").await?;
    }
    Ok(())
}

fn from_environment<T: FromStr<Err: Into<Failure>>>(
    name: &str,
    otherwise: T,
) -> Result<T, Failure> {
    std::env::var(name).map_or(Ok(otherwise), |text| text.parse().map_err(Into::into))
}
