//! `spotlight audit export MATCH`, `spotlight audit verify-file FILE` and `spotlight audit key`

use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use domain::values::ids::MatchId;
use projections::seals::{MatchProof, PublicKey, Seals};

use super::TaskError;
use crate::config::{DatabaseArgs, SealArgs, SealConfig};
use crate::database::Database;

#[derive(Args)]
pub struct ExportArgs {
    /// Id of the match
    id: MatchId,
    /// Where to; left out, to the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    seals: SealArgs,
}

#[derive(Args)]
pub struct VerifyFileArgs {
    file: PathBuf,
    /// Keys that may have signed it, as `spotlight audit key` prints them, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "KEY")]
    public_key: Vec<PublicKey>,
}

pub async fn export(args: ExportArgs) -> Result<(), TaskError> {
    let database = args.database.into();
    let seals = SealConfig::of(args.seals, &database)?;
    let key = seals.required_key()?;
    let database = Database::open_or_share(&database).await?;
    let proof = Seals::new(database.pool.clone(), key, &seals.witness).export(args.id).await;
    database.close().await?;
    let proof = proof?.ok_or(TaskError::NoMatch(args.id.to_string()))?;
    let text = format!("{:#}\n", serde_json::json!(proof));
    let (written, file) = match args.output {
        Some(file) => (fs::write(&file, text), file),
        None => (stdout().write_all(text.as_bytes()), PathBuf::from("the terminal")),
    };
    written.map_err(|source| TaskError::File { file, source })
}

pub fn verify_file(args: &VerifyFileArgs) -> Result<(), TaskError> {
    let VerifyFileArgs { file, public_key: known } = args;
    let text = fs::read_to_string(file)
        .map_err(|source| TaskError::File { file: file.clone(), source })?;
    let proof = MatchProof::check(&text, known)
        .map_err(|reason| TaskError::NotProven { file: file.clone(), reason })?;
    let MatchProof { r#match, events, as_of, exported_at, .. } = &proof;
    println!("match {match} as of position {as_of}, exported {exported_at}");
    for proven in events {
        let event = &proven.event;
        println!(
            "  {} {} at {} is as seal {} has it",
            event.position, event.event_type, event.recorded_at, proven.seal
        );
    }
    println!("these are all of its events: {}", events.len());
    for key in proof.keys() {
        if known.is_empty() {
            println!("signed with {key}: compare it with the key you know, or this says nothing");
        } else {
            println!("signed with {key}");
        }
    }
    Ok(())
}

pub fn key(database: DatabaseArgs, seals: SealArgs) -> Result<(), TaskError> {
    let key = SealConfig::of(seals, &database.into())?.required_key()?;
    println!("{}", key.public());
    Ok(())
}
