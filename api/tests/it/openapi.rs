//! The API's description is part of the repository: the frontend's types are made from it.

use std::fs;
use std::path::Path;

use api::router::described;

/// Run with `UPDATE_OPENAPI=1` to write what the routes say now.
#[test]
fn the_description_in_the_repository_is_that_of_the_routes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let (_, description) = described();
    let now = description.to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&path, &now).expect("written");
    }
    let kept = fs::read_to_string(&path).expect("docs/openapi.json");
    assert!(kept == now, "docs/openapi.json is stale: UPDATE_OPENAPI=1 cargo test -p api openapi");
}
