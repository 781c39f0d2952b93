//! What a person does, in a real browser, on the built server with its embedded database.

use std::path::Path;

use anyhow::Result;

use crate::process::{npm, run as finish};
use crate::server;
use crate::stage::Stage;

/// What the server and the relay share.
const RELAY_SECRET: &str = "a-secret-of-these-tests";

pub(crate) async fn run(chromium: &Path) -> Result<()> {
    // Where a test that needs a relay starts one; nobody else answers there.
    let relay = server::free_address("127.0.0.1", 0)?;
    let relays = format!("turn:{relay}?transport=udp,turn:{relay}?transport=tcp");
    let stage = Stage::start(
        "dev",
        &[
            ("TURN_SERVER", relays),
            ("TURN_SECRET", RELAY_SECRET.to_owned()),
            // Many people sign up from one address within seconds.
            ("RATE_LIMITS", "off".to_owned()),
        ],
    )
    .await?;

    let mut journey = npm(["run", "--silent", "e2e"]);
    journey
        .env("SPOTLIGHT_URL", stage.url())
        .env("OUTBOX_DIR", stage.outbox())
        .env("CHROMIUM", chromium)
        .env("TURN_PORT", relay.port().to_string())
        .env("TURN_SECRET", RELAY_SECRET);
    let passed = finish(&mut journey).await;
    let stopped = stage.stop().await;
    passed.and(stopped)
}
