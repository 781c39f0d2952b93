//! Many rows of a query, in COPY's binary format: less than half the work of its rows one by
//! one to the client.

use std::str::from_utf8;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;

/// The format's signature, and the bytes of its flags and of the length of an extension.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
const FLAGS: usize = 8;
/// PostgreSQL counts from the year 2000.
const EPOCH: DateTime<Utc> = DateTime::from_timestamp(946_684_800, 0).expect("in range");

/// What a query answers; `row` reads the fields of each row. The query has no parameters: COPY
/// takes none.
pub(crate) async fn copy_out<T>(
    pool: &PgPool,
    query: &str,
    mut row: impl FnMut(&mut Fields<'_>) -> sqlx::Result<T>,
) -> sqlx::Result<Vec<T>> {
    let statement = format!("COPY ({query}) TO STDOUT (FORMAT binary)");
    let mut pieces = pool.copy_out_raw(&statement).await?;
    let mut rows = vec![];
    let mut begun = false;
    // Each piece is one row, the first one has the header before it.
    while let Some(piece) = pieces.try_next().await? {
        let mut fields = Fields(&piece);
        if !std::mem::replace(&mut begun, true) {
            fields.header()?;
        }
        // The number of the row's fields; a negative one ends them all.
        while !fields.0.is_empty() && i16::from_be_bytes(fields.chunk()?) >= 0 {
            rows.push(row(&mut fields)?);
        }
    }
    if begun { Ok(rows) } else { Err(malformed()) }
}

/// What is left of a row: its fields, in the order of the query's columns. None of them is null.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn bytes(&mut self) -> sqlx::Result<&'a [u8]> {
        let length = usize::try_from(i32::from_be_bytes(self.chunk()?)).map_err(|_| malformed())?;
        let (field, rest) = self.0.split_at_checked(length).ok_or_else(malformed)?;
        self.0 = rest;
        Ok(field)
    }

    pub(crate) fn text(&mut self) -> sqlx::Result<&'a str> {
        from_utf8(self.bytes()?).map_err(|error| sqlx::Error::Decode(error.into()))
    }

    pub(crate) fn bigint(&mut self) -> sqlx::Result<i64> {
        let number = self.bytes()?.try_into().map_err(|_| malformed())?;
        Ok(i64::from_be_bytes(number))
    }

    pub(crate) fn timestamp(&mut self) -> sqlx::Result<DateTime<Utc>> {
        let since = TimeDelta::microseconds(self.bigint()?);
        EPOCH.checked_add_signed(since).ok_or_else(malformed)
    }

    fn header(&mut self) -> sqlx::Result<()> {
        let rest = self.0.strip_prefix(SIGNATURE).and_then(|rest| rest.get(FLAGS..));
        self.0 = rest.ok_or_else(malformed)?;
        Ok(())
    }

    fn chunk<const N: usize>(&mut self) -> sqlx::Result<[u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(*chunk)
    }
}

fn malformed() -> sqlx::Error {
    sqlx::Error::Protocol("COPY answered what is not in its binary format".into())
}
