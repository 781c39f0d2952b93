//! Measurements in one shape, for people and for machines.
//!
//! A benchmark is a program beside the code it measures, and prints its rows as JSON:
//! an example `bench_NAME` of a crate, or a script `bench:NAME` of the frontend. This
//! file starts it, says on which machine that was, and prints the result.

use std::fmt::Write as _;
use std::fs;
use std::io::stderr;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::process::{cargo, npm, run};
use crate::stage::Stage;
use crate::tools;

/// Told apart from a failure, so that a caller can wait for the measurement to be written.
const NOT_YET_MEASURED: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Commands per second into the event store, beside pgbench's single-row INSERT
    Append,
    /// Events per second into a read model built anew
    Rebuild,
    /// Events per second sealed and verified, and what sealing costs appends
    Seals,
    /// How soon a command's event is in the read models and on sockets
    Push,
    /// Frames per second through the WebSocket gateway
    Gateway,
    /// Megabytes per second from browser to browser
    Transfer,
    /// Lighthouse's scores of the built PWA, on a phone, served by the real server
    Lighthouse,
    /// The whole journey of two dancers, by many of them at once
    Journey,
    /// Whether the time of an answer tells which mail addresses have an account
    Enumeration,
}

#[derive(Serialize)]
struct Report {
    bench: String,
    machine: String,
    rows: Vec<Row>,
}

/// What a benchmark's program prints.
#[derive(Deserialize)]
struct Measured {
    rows: Vec<Row>,
}

/// One measured value. The peer was measured in the same run, on the same machine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    value: f64,
    unit: String,
    peer: Option<String>,
    peer_value: Option<f64>,
    /// Ours to the peer's, turned so that larger is better.
    ratio: Option<f64>,
    target: Option<f64>,
    met: Option<bool>,
}

pub(crate) async fn bench(bench: Bench, json: bool) -> Result<ExitCode> {
    let name = bench.name();
    let Some(mut program) = bench.program() else {
        eprintln!("{name}: not yet measured");
        return Ok(ExitCode::from(NOT_YET_MEASURED));
    };
    let stage = bench.stage().await?;
    if let Some(stage) = &stage {
        program.env("SPOTLIGHT_URL", stage.url()).env("CHROMIUM", tools::chromium().await?);
    }
    // Progress goes to the terminal by way of the standard error.
    program.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = program.output().await.with_context(|| format!("running the {name} benchmark"));
    if let Some(stage) = stage {
        stage.stop().await?;
    }
    let output = output?;
    if !output.status.success() {
        bail!("the {name} benchmark failed ({})", output.status);
    }
    let Measured { rows } = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("reading what the {name} benchmark printed"))?;

    let report = Report { bench: name, machine: machine(), rows };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", table(&report));
    }
    Ok(ExitCode::SUCCESS)
}

impl Bench {
    fn name(self) -> String {
        self.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
    }

    /// `None` as long as nobody has written it.
    fn program(self) -> Option<Command> {
        let name = self.name();
        let package = match self {
            Self::Append => "commands",
            Self::Rebuild | Self::Seals => "projections",
            Self::Push | Self::Gateway | Self::Journey | Self::Enumeration => "api",
            Self::Transfer | Self::Lighthouse => return script(&format!("bench:{name}")),
        };
        let example = format!("bench_{name}");
        if !Path::new(package).join("examples").join(&example).with_extension("rs").is_file() {
            return None;
        }
        let mut program = cargo();
        program.args(["run", "--release", "--quiet", "--package", package, "--example", &example]);
        Some(program)
    }

    /// The server that a benchmark of what people see needs.
    async fn stage(self) -> Result<Option<Stage>> {
        if self != Self::Lighthouse {
            return Ok(None);
        }
        tools::node()?;
        run(npm(["ci", "--no-audit", "--no-fund"]).stdout(stderr())).await?;
        run(npm(["run", "--silent", "build"]).stdout(stderr())).await?;
        Stage::start("release", &[]).await.map(Some)
    }
}

fn script(name: &str) -> Option<Command> {
    let package = fs::read_to_string("frontend/package.json").ok()?;
    let package: serde_json::Value = serde_json::from_str(&package).ok()?;
    package["scripts"].get(name)?;
    Some(npm(["run", "--silent", name]))
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = first_value("/proc/cpuinfo", "model name").unwrap_or_else(|| "CPU".to_owned());
    let memory = first_value("/proc/meminfo", "MemTotal")
        .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok())
        .map(|kib| format!(", {} GiB", kib.div_ceil(1 << 20)))
        .unwrap_or_default();
    format!("{model}, {cores} cores{memory}, {}", std::env::consts::OS)
}

/// The value of the first `name : value` line of a file under `/proc`.
fn first_value(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(key, value)| (key.trim(), value.trim()))
        .find(|it| it.0 == name)
        .map(|it| it.1.into())
}

fn table(report: &Report) -> String {
    let mut text = format!("{} · {}\n", report.bench, report.machine);
    let width = report.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in &report.rows {
        let _ = write!(text, "{:width$}  {:>14.2} {}", row.name, row.value, row.unit);
        if let (Some(peer), Some(value)) = (&row.peer, row.peer_value) {
            let _ = write!(text, "  ({peer}: {value:.2})");
        }
        if let Some(ratio) = row.ratio {
            let _ = write!(text, "  ratio {ratio:.2}");
        }
        if let (Some(target), Some(met)) = (row.target, row.met) {
            let _ = write!(text, "  target {target} {}", if met { "met" } else { "MISSED" });
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_keeps_the_shape_that_was_promised() {
        let printed = r#"{"rows": [{"name": "p99", "value": 12.5, "unit": "ms",
            "peer": "pgbench", "peerValue": 25.0, "ratio": 2.0, "target": 1.0, "met": true}]}"#;
        let Measured { rows } = serde_json::from_str(printed).expect("it is read");
        let report = Report { bench: "append".to_owned(), machine: "two cores".to_owned(), rows };

        let json = serde_json::to_value(&report).expect("it is written");
        let expected = serde_json::json!({
            "bench": "append", "machine": "two cores",
            "rows": [{"name": "p99", "value": 12.5, "unit": "ms", "peer": "pgbench",
                "peerValue": 25.0, "ratio": 2.0, "target": 1.0, "met": true}],
        });
        assert_eq!(json, expected);
        let table = table(&report);
        assert!(table.contains("12.50 ms  (pgbench: 25.00)  ratio 2.00  target 1 met"), "{table}");
    }
}
