//! `spotlight grant EMAIL ROLE`

use std::time::Duration;

use commands::{Commands, Context};
use domain::values::account::{Email, Role};
use projections::{Log, Projections};

use super::TaskError;
use crate::database::Database;

/// How long a server beside may take to show it.
const SHOWN_WITHIN: Duration = Duration::from_secs(2);

pub async fn grant(database: &Database, email: &str, role: Role) -> Result<(), TaskError> {
    let parsed = Email::try_from(email).map_err(|reason| TaskError::Invalid {
        what: "EMAIL",
        value: email.to_owned(),
        reason,
    })?;
    let (commands, writer) = database.commands().await?;
    let granted = grant_to(&commands, &parsed, role).await;
    drop(commands);
    writer.stop().await;
    let position = granted?;
    // A server that runs beside shows it from now on; where none does, nobody looks.
    let log = Log::new(database.pool.clone());
    let projections = Projections::new(database.pool.clone(), log);
    let _ = projections.wait_for(position, SHOWN_WITHIN).await;
    println!("{email} is {} now", role.as_str());
    Ok(())
}

async fn grant_to(commands: &Commands, email: &Email, role: Role) -> Result<i64, TaskError> {
    let account = commands.account_by_email(email).await?;
    let account = account.ok_or_else(|| TaskError::NoAccount(email.as_str().to_owned()))?;
    Ok(commands.grant_role(&Context::system(), account, role).await?.position)
}
