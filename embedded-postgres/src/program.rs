//! Runs PostgreSQL's programs: bounded in time, never at the terminal's mercy.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Error;
use crate::error::Doing;

/// Runs to the end. A program that fails is an error with what it said.
pub(crate) async fn run(command: Command, limit: Duration) -> Result<(), Error> {
    run_with_input(command, "", limit).await
}

/// Like [`run`], with `input` to read. What is secret goes in this way, because a
/// command line can be read by everybody on the machine.
pub(crate) async fn run_with_input(
    mut command: Command,
    input: &str,
    limit: Duration,
) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let running = || format!("running {program}");

    // A few lines fit into the pipe, so nobody has to feed it while the program runs.
    let (stdin, mut feed) = std::io::pipe().doing(running)?;
    feed.write_all(input.as_bytes()).doing(running)?;
    drop(feed);
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());

    let mut command = tokio::process::Command::from(command);
    let finished = tokio::time::timeout(limit, command.kill_on_drop(true).output()).await;
    let output = finished
        .map_err(|_| Error::TimedOut { program: program.clone(), seconds: limit.as_secs() })?
        .doing(running)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Error::Program { program, output: String::from_utf8_lossy(&said).trim().to_owned() })
}
