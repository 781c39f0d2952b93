//! Where a projector's effects end, as stored with them, and its moves.

use sqlx::PgConnection;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredCheckpoint {
    /// 0 for one that never ran.
    pub(crate) position: i64,
    /// How often a rebuilt read model has been swapped in.
    pub(crate) rebuilds: i64,
}

/// A move of a projector's checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    pub(crate) projector: &'static str,
    pub(crate) from: StoredCheckpoint,
    pub(crate) to: i64,
}

impl StoredCheckpoint {
    pub(crate) async fn find(
        connection: &mut PgConnection,
        projector: &'static str,
    ) -> sqlx::Result<Self> {
        sqlx::query!(
            "INSERT INTO projection_checkpoints (name, position) VALUES ($1, 0)
             ON CONFLICT DO NOTHING",
            projector
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query_as!(
            Self,
            "SELECT position, rebuilds FROM projection_checkpoints WHERE name = $1",
            projector
        )
        .fetch_one(connection)
        .await
    }
}

impl Step {
    /// Nothing happens and the answer is false where the checkpoint is not where the step begins.
    pub(crate) async fn take(self, connection: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(
            r#"SELECT move_checkpoint($1, $2, $3, $4) AS "moved!""#,
            self.projector,
            self.from.position,
            self.from.rebuilds,
            self.to
        )
        .fetch_one(connection)
        .await
    }
}
