//! People as others meet them, and looking many of them up.

use std::collections::HashMap;

use batching::Batched;
use domain::personal::ERASED_NAME;
use domain::values::ids::UserId;
use sqlx::PgExecutor;

use super::users::Users;
use crate::error::ProjectionError;

/// People looked up together by one query, and queries at a time.
const MOST_TOGETHER: usize = 256;
const LANES: usize = 2;

/// A person as others meet them in a list, a room or a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSummary {
    pub id: UserId,
    pub username: String,
    pub avatar: Option<String>,
}

impl UserSummary {
    /// From the columns of a `LEFT JOIN users`: a person this model does not hold yet is
    /// shown without a name rather than hiding what they did.
    pub(crate) fn joined(id: uuid::Uuid, username: Option<String>, avatar: Option<String>) -> Self {
        let username = username.unwrap_or_else(|| ERASED_NAME.to_owned());
        Self { id: UserId::from_uuid(id), username, avatar }
    }
}

impl Users {
    /// Names and pictures of many people. An erased person has [`ERASED_NAME`]; an id that
    /// is nobody's is absent.
    pub async fn summaries(&self, ids: &[UserId]) -> sqlx::Result<HashMap<UserId, UserSummary>> {
        summaries(&self.0, ids).await
    }

    pub async fn summary(&self, id: UserId) -> Result<Option<UserSummary>, ProjectionError> {
        Ok(self.summaries(&[id]).await?.remove(&id))
    }

    /// For those who are asked for one by one, and many of them at the same time.
    pub fn asked_together(&self) -> Batched<UserId, UserSummary, sqlx::Error> {
        Batched::over(self.0.clone(), MOST_TOGETHER, LANES, |connection, ids| {
            Box::pin(async move { summaries(connection, &ids).await })
        })
    }
}

async fn summaries(
    connection: impl PgExecutor<'_>,
    ids: &[UserId],
) -> sqlx::Result<HashMap<UserId, UserSummary>> {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!("SELECT id, username, avatar FROM users WHERE id = ANY($1)", &ids)
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| UserSummary::joined(row.id, Some(row.username), row.avatar))
        .map(|summary| (summary.id, summary))
        .collect())
}
