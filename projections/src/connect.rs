//! How connections find the read tables.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// Options for every pool that reads or fills read models.
///
/// Tables are named without their schema, so that a rebuild fills its second copy with the
/// very statements that fill the live one. The migrations set the same `search_path` as the
/// database's default; this holds where they may not.
pub fn connect_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(PgConnectOptions::from_str(url)?.options([("search_path", "public,read")]))
}
