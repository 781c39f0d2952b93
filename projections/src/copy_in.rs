//! Many rows for one table, in COPY's binary format: half the work of an INSERT to the server.

use sqlx::encode::IsNull;
use sqlx::postgres::PgArgumentBuffer;
use sqlx::{Encode, PgConnection, Postgres};

/// Rows that are sent together.
pub(crate) struct CopyIn {
    /// `COPY table (columns) FROM STDIN (FORMAT binary)`
    statement: &'static str,
    bytes: PgArgumentBuffer,
    rows: usize,
}

impl CopyIn {
    pub(crate) fn new(statement: &'static str) -> Self {
        let mut bytes = PgArgumentBuffer::default();
        // The format's signature, no flags, no extension.
        bytes.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        Self { statement, bytes, rows: 0 }
    }

    /// Begins a row of so many fields, which follow in the order of the columns and in exactly
    /// their types: nothing is converted.
    pub(crate) fn row(&mut self, fields: i16) -> &mut Self {
        self.rows += 1;
        self.bytes.extend_from_slice(&fields.to_be_bytes());
        self
    }

    pub(crate) fn field<'q>(
        &mut self,
        value: impl Encode<'q, Postgres>,
    ) -> sqlx::Result<&mut Self> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        let length = match value.encode(&mut self.bytes).map_err(sqlx::Error::Encode)? {
            IsNull::Yes => -1,
            IsNull::No => (self.bytes.len() - start - 4) as i32,
        };
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        Ok(self)
    }

    pub(crate) async fn send(mut self, tx: &mut PgConnection) -> sqlx::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        let mut copy = tx.copy_in_raw(self.statement).await?;
        copy.send(self.bytes.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}
