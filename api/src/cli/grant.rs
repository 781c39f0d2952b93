//! `spotlight grant EMAIL ROLE`

use commands::{Commands, Context};
use domain::values::account::{Email, Role};

use super::TaskError;
use crate::database::Database;

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
    granted?;
    println!("{email} is {} now", role.as_str());
    Ok(())
}

async fn grant_to(commands: &Commands, email: &Email, role: Role) -> Result<(), TaskError> {
    let account = commands.account_by_email(email).await?;
    let account = account.ok_or_else(|| TaskError::NoAccount(email.as_str().to_owned()))?;
    commands.grant_role(&Context::system(), account, role).await?;
    Ok(())
}
