//! `spotlight grant EMAIL ROLE` and `spotlight erase EMAIL|ID --yes`

use std::time::Duration;

use commands::{Commands, Context, Done};
use domain::values::account::{Email, Role};
use domain::values::ids::UserId;
use projections::{Log, Projections};

use super::TaskError;
use crate::database::Database;

/// How long a server beside may take to show it.
const SHOWN_WITHIN: Duration = Duration::from_secs(2);

pub async fn grant(database: &Database, email: &str, role: Role) -> Result<(), TaskError> {
    change(database, async |commands| {
        let account = account_at(commands, email).await?;
        Ok(commands.grant_role(&Context::system(), account, role).await?)
    })
    .await?;
    println!("{email} is {} now", role.as_str());
    Ok(())
}

/// By id too: who was erased has no address any more, and a restored backup brings them back.
pub async fn erase(database: &Database, who: &str) -> Result<(), TaskError> {
    change(database, async |commands| {
        let account = match who.parse() {
            Ok(id) => id,
            Err(_) => account_at(commands, who).await?,
        };
        Ok(commands.erase_account(&Context::system(), account).await?)
    })
    .await?;
    println!("{who} is erased");
    Ok(())
}

async fn account_at(commands: &Commands, email: &str) -> Result<UserId, TaskError> {
    let parsed = Email::try_from(email).map_err(|reason| TaskError::Invalid {
        what: "EMAIL",
        value: email.to_owned(),
        reason,
    })?;
    let account = commands.account_by_email(&parsed).await?;
    account.ok_or_else(|| TaskError::NoAccount(email.to_owned()))
}

async fn change(
    database: &Database,
    how: impl AsyncFnOnce(&Commands) -> Result<Done<UserId>, TaskError>,
) -> Result<(), TaskError> {
    let (commands, writer) = database.commands().await?;
    let changed = how(&commands).await;
    drop(commands);
    writer.stop().await;
    let position = changed?.position;
    // A server that runs beside shows it from now on; where none does, nobody looks.
    let log = Log::new(database.pool.clone());
    let projections = Projections::new(database.pool.clone(), log);
    let _ = projections.wait_for(position, SHOWN_WITHIN).await;
    Ok(())
}
