//! `spotlight demo`
use super::TaskError;
use crate::database::Database;
pub async fn load(_database: &Database) -> Result<(), TaskError> {
    Ok(())
}
