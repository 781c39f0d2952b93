//! `spotlight audit verify`

use clap::Args;
use projections::seals::{PublicKey, Verification, Verified};
use serde_json::json;

use super::TaskError;
use crate::config::{DatabaseArgs, SealArgs, SealConfig, public_keys};
use crate::database::Database;

#[derive(Args)]
pub struct VerifyArgs {
    /// The first position to check; the log's first if left out
    #[arg(long, value_name = "POSITION")]
    from: Option<i64>,
    /// The last position to check; the log's last if left out
    #[arg(long, value_name = "POSITION")]
    to: Option<i64>,
    /// Print what was checked as JSON
    #[arg(long)]
    json: bool,
    /// Keys that may have signed beside this machine's own, separated by commas
    #[arg(long, env = "SEAL_PUBLIC_KEYS", value_delimiter = ',', value_name = "KEY")]
    public_key: Vec<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    seals: SealArgs,
}

/// Changes nothing, so the database is taken as it is.
pub async fn verify(args: VerifyArgs) -> Result<(), TaskError> {
    let VerifyArgs { from, to, json, public_key, database, seals } = args;
    let mut known = public_keys(public_key)?;
    let database = database.into();
    let seals = SealConfig::of(seals, &database)?;
    let own = seals.key()?.map(|key| key.public());
    known.extend(own);
    let witness = &seals.witness;
    let database = Database::open_or_share(&database).await?;
    let verification = Verification { from, to, known: &known, witness: Some(witness) };
    let verified = verification.run(&database.pool).await;
    database.close().await?;
    let verified = verified?;
    if json {
        println!("{:#}", as_json(&verified));
    } else {
        print(&verified, own, &seals);
    }
    verified.finding.map_or(Ok(()), |finding| Err(TaskError::Tampered(finding)))
}

fn print(verified: &Verified, own: Option<PublicKey>, seals: &SealConfig) {
    let Verified { positions, seals: numbers, witnessed, unsealed, keys, finding } = verified;
    if let (Some((first, last)), Some((from, to))) = (positions, numbers) {
        println!("positions {first} to {last} are as they were sealed (seals {from} to {to})");
    }
    if *unsealed > 0 {
        println!("{unsealed} more are in order and not sealed yet");
    }
    if positions.is_none() && *unsealed == 0 && finding.is_none() {
        println!("there is nothing to check");
    }
    let witness = seals.witness.display();
    match witnessed {
        Some(count) => println!("{count} of the seals were witnessed in {witness}"),
        None => println!(
            "there is no witness in {witness}: a database that was sealed anew, or cut off, \
             would not show"
        ),
    }
    for key in keys {
        if own.as_ref() == Some(key) {
            println!("signed with {key}, this machine's key");
        } else {
            println!("signed with {key}: compare it with the key you know");
        }
    }
}

fn as_json(verified: &Verified) -> serde_json::Value {
    let range = |range: Option<(i64, i64)>| range.map(|(first, last)| json!([first, last]));
    let mut finding = json!(verified.finding);
    if let Some(found) = &verified.finding {
        finding["detail"] = json!(found.to_string());
    }
    json!({
        "intact": verified.finding.is_none(),
        "positions": range(verified.positions),
        "seals": range(verified.seals),
        "witnessed": verified.witnessed,
        "unsealed": verified.unsealed,
        "keys": verified.keys,
        "finding": finding,
    })
}
