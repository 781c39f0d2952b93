//! `spotlight grant EMAIL ROLE` and `spotlight erase EMAIL --yes`

use std::time::Duration;

use commands::{CommandError, Commands, Context, Done};
use domain::values::account::{Email, Role};
use domain::values::ids::UserId;
use projections::{Log, Projections};

use super::TaskError;
use crate::database::Database;

/// How long a server beside may take to show it.
const SHOWN_WITHIN: Duration = Duration::from_secs(2);

pub async fn grant(database: &Database, email: &str, role: Role) -> Result<(), TaskError> {
    change(database, email, async |commands, account| {
        commands.grant_role(&Context::system(), account, role).await
    })
    .await?;
    println!("{email} is {} now", role.as_str());
    Ok(())
}

pub async fn erase(database: &Database, email: &str) -> Result<(), TaskError> {
    change(database, email, async |commands, account| {
        commands.erase_account(&Context::system(), account).await
    })
    .await?;
    println!("{email} is erased");
    Ok(())
}

async fn change(
    database: &Database,
    email: &str,
    how: impl AsyncFnOnce(&Commands, UserId) -> Result<Done<UserId>, CommandError>,
) -> Result<(), TaskError> {
    let parsed = Email::try_from(email).map_err(|reason| TaskError::Invalid {
        what: "EMAIL",
        value: email.to_owned(),
        reason,
    })?;
    let (commands, writer) = database.commands().await?;
    let changed = async {
        let account = commands.account_by_email(&parsed).await?;
        let account = account.ok_or_else(|| TaskError::NoAccount(email.to_owned()))?;
        Ok::<_, TaskError>(how(&commands, account).await?)
    }
    .await;
    drop(commands);
    writer.stop().await;
    let position = changed?.position;
    // A server that runs beside shows it from now on; where none does, nobody looks.
    let log = Log::new(database.pool.clone());
    let projections = Projections::new(database.pool.clone(), log);
    let _ = projections.wait_for(position, SHOWN_WITHIN).await;
    Ok(())
}
