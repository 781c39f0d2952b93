//! Whether the server answers as its OpenAPI document says, whatever it is asked.

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::process::run;
use crate::stage::Stage;
use crate::tools;

/// Makes requests from an OpenAPI document.
const PACKAGED: &str = "schemathesis==4.32.5";

/// Requests made up for each operation, beside those that its limits suggest.
const EXAMPLES: &str = "20";

pub(crate) async fn check() -> Result<()> {
    let path = tools::python_program("schemathesis", PACKAGED).await.context("schemathesis")?;
    // It asks more often in a second than a person may.
    let stage = Stage::start("dev", &[("RATE_LIMITS", "off".to_owned())]).await?;
    let mut asking = Command::new("python3");
    asking.args(["api/tests/described.py", EXAMPLES]);
    let passed = run(asking.env("PATH", path).env("SPOTLIGHT_URL", stage.url())).await;
    let stopped = stage.stop().await;
    passed.and(stopped)
}
