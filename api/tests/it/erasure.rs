//! A person who is erased is gone: from what is read, from what is stored, from what is built
//! anew; and the log keeps every event it held.

use std::time::{Duration, Instant};

use api::auth::device::Device;
use api::auth::session::Sessions;
use api::cli::account::erase;
use api::mail::tokens::{MailTokens, Purpose};
use api::mail::{self, Letter};
use domain::values::account::Role;
use domain::values::ids::UserId;
use projections::{Log, Projections};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::sleep;
use uuid::Uuid;

use crate::gateway::socket::Socket;
use crate::harness::{Authenticator, Dancer, NodeProcess, TestApp, Text};
use crate::mail::mails;
use crate::passkeys;

/// Nothing else in the database holds these.
const SECRETS: [&str; 12] = [
    "ann@example.com",
    "annabelle",
    "grew up in Tartu",
    "tartu.example",
    "482913",
    "meet me by the mirror",
    "between the two of us",
    "dropped the camera twice",
    "kept shouting at the judges",
    "Netscape",
    "grandmother's telephone",
    "lent her umbrella to nobody",
];

/// Ann says something wherever something can be said.
async fn a_talkative_evening(app: &TestApp) -> (Dancer, Dancer, String, String) {
    let (ann, bob, event) = app.two_dancers().await;
    let profile = json!({ "username": "annabelle", "bio": "grew up in Tartu",
                         "socialLinks": ["https://tartu.example/ann"], "wsdcNumber": 482_913 });
    ann.patch("/api/users/me", profile).await.ok();
    let wish = json!({ "targetUserId": ann.id, "eventId": event });
    let id = bob.post_with_key("/api/matches", "with-ann", wish).await.created()["id"].text();
    ann.move_match(&id, "accepted").await.ok();
    let mut socket = Socket::open(&ann).await;
    socket.enter(&event).await;
    socket.say(&event, "meet me by the mirror").await;
    socket.ask("join_private_room", json!({ "matchId": id })).await.expect("joined");
    let whisper = json!({ "matchId": id, "content": "between the two of us" });
    socket.ask("send_private_message", whisper).await.expect("said");
    let transfer = json!({ "matchId": id, "direction": "sent", "outcome": "failed", "bytes": 1,
                           "seconds": 1.0, "reason": "ice failed", "browser": "Netscape" });
    ann.post("/api/webrtc/transfers", transfer).await.created();
    ann.move_match(&id, "completed").await.ok();
    let rating = json!({ "matchId": id, "score": 2, "comment": "dropped the camera twice",
                         "wouldCollaborateAgain": false });
    ann.post("/api/ratings", rating).await.created();
    bob.rate(&id, 5).await.created();
    let report = json!({ "reportedUserId": bob.id, "reason": "harassment",
                         "details": "kept shouting at the judges" });
    ann.post("/api/reports", report).await.created();
    about_her(app, &ann, &bob).await;
    let mut device = Authenticator::new();
    passkeys::named(&ann, &mut device, "grandmother's telephone").await.created();
    (ann, bob, event, id)
}

/// What a moderator writes about her.
async fn about_her(app: &TestApp, ann: &Dancer, bob: &Dancer) {
    let report = json!({ "reportedUserId": ann.id, "reason": "other" });
    let report = bob.post("/api/reports", report).await.created()["id"].text();
    let nora = app.dancer_with_role("nora", Role::Moderator).await;
    let closing = json!({ "status": "resolved", "resolution": "lent her umbrella to nobody" });
    nora.patch(&format!("/api/reports/{report}"), closing).await.ok();
}

#[tokio::test]
async fn what_a_person_said_is_nowhere_in_the_log_in_clear() {
    let app = TestApp::start().await;
    a_talkative_evening(&app).await;
    for table in ["events", "unique_claims", "handled_commands"] {
        assert_eq!(found(&app.pool, table).await, Vec::<&str>::new(), "{table}");
    }
}

#[tokio::test]
async fn after_an_erasure_nothing_shows_the_person_and_the_log_is_whole() {
    let app = TestApp::start().await;
    let (ann, bob, event, id) = a_talkative_evening(&app).await;
    let told: Vec<String> = log(&app.pool).await;
    let hall = bob.get(&format!("/api/events/{event}/messages")).await.ok();
    assert_eq!(hall["items"][0]["content"], "meet me by the mirror");

    erase(&app.database().await, "ann@example.com").await.expect("erased");

    let after = log(&app.pool).await;
    assert_eq!(after[..told.len()], told, "the log is as it was, and longer by what happened");
    assert_eq!(after.len(), told.len() + 1);
    for table in tables(&app.pool).await {
        assert_eq!(found(&app.pool, &table).await, Vec::<&str>::new(), "{table}");
    }

    let hall = bob.get(&format!("/api/events/{event}/messages")).await.ok();
    let said = &hall["items"][0];
    assert_eq!((&said["username"], &said["content"]), (&json!("deleted dancer"), &json!("")));
    let match_ = bob.get(&format!("/api/matches/{id}")).await.ok();
    assert_eq!(match_["partner"]["username"], "deleted dancer");
    assert_eq!(match_["rating"]["partners"]["comment"], Value::Null);
    assert_eq!(match_["rating"]["partners"]["score"], 2, "what is no one's name stays");

    let auditor = app.dancer_with_role("aud", Role::Auditor).await;
    for (who, path) in [
        (&bob, format!("/api/matches/{id}/history")),
        (&bob, "/api/users/me/export".to_owned()),
        (&auditor, format!("/api/audit/matches/{id}")),
        (&auditor, format!("/api/audit/matches/{id}/proof")),
    ] {
        let shown = who.get(&path).await.ok().to_string();
        let secrets: Vec<_> = SECRETS.iter().filter(|secret| shown.contains(**secret)).collect();
        assert!(secrets.is_empty(), "{path} shows {secrets:?}");
    }
    let verified = app.beside("audit").arg("verify").output().await.expect("run");
    assert!(verified.status.success(), "{verified:?}");

    // Also not to somebody who comes back and asks for all that was missed.
    let mut missed = Socket::resume(&bob, 0, &[&format!("event:{event}")]).await;
    loop {
        let frame = missed.next().await;
        let text = frame.to_string();
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{frame}");
        if frame["type"] == "resumed" || frame["type"] == "resync_required" {
            break;
        }
    }

    assert_eq!(ann.get("/api/users/me").await.problem(), "unauthenticated");
    let again = json!({ "email": "ann@example.com", "password": crate::harness::PASSWORD });
    let refused = app.stranger().post("/api/auth/login", again).await;
    assert_eq!(refused.problem(), "bad_credentials");
    assert_eq!(app.stranger().get(&format!("/api/users/{}", ann.id)).await.problem(), "not_found");
}

#[tokio::test]
async fn what_was_under_way_for_the_person_comes_to_nothing() {
    let app = TestApp::start().await;
    let (ann, _, _) = app.two_dancers().await;
    erase(&app.database().await, "ann@example.com").await.expect("erased");

    let (user, address): (UserId, _) = (ann.id.parse().expect("an id"), "ann@example.com");
    let mail = Uuid::now_v7();
    mail::post(&app.pool, mail, Letter::ConfirmAddress, Some(user), address).await.expect("posted");
    MailTokens::open(&app.pool, mail, Purpose::ConfirmAddress, user, address).await.expect("open");
    let device = Device { user_agent: Some("Netscape".to_owned()), network: None };
    Sessions::new(app.pool.clone()).open(user, &device).await.expect("opened");
    for table in ["mails", "mail_tokens", "sessions"] {
        assert_eq!(found(&app.pool, table).await, Vec::<&str>::new(), "{table}");
    }
}

#[tokio::test]
async fn whoever_is_erased_beside_a_server_writes_nothing_more_there_and_is_soon_signed_out() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let wish = json!({ "targetUserId": bob.id, "eventId": event });
    let id = ann.post("/api/matches", wish).await.created()["id"].text();
    bob.move_match(&id, "accepted").await.ok();
    // The server believes her session, and holds her key by what she says.
    let mut socket = Socket::open(&ann).await;
    socket.enter(&event).await;
    socket.say(&event, "who films at six?").await;
    bob.move_match(&id, "completed").await.ok();
    ann.get("/api/matches").await.ok();

    erase(&app.database().await, "ann@example.com").await.expect("erased");
    let since = Instant::now();
    let rating = json!({ "matchId": id, "score": 2, "comment": "dropped the camera twice",
                         "wouldCollaborateAgain": false });
    assert_eq!(ann.post("/api/ratings", rating).await.problem(), "unauthenticated");
    assert_eq!(found(&app.pool, "read.ratings").await, Vec::<&str>::new());

    while ann.get("/api/matches").await.status == 200 {
        // Without being told, the server would believe the session for five.
        assert!(since.elapsed() < Duration::from_secs(3), "still signed in");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_rebuild_after_an_erasure_gives_the_same_read_models() {
    let app = TestApp::start().await;
    a_talkative_evening(&app).await;
    // Two, because erased people are all called the same.
    app.dancer("carl").await;
    for mail in ["ann@example.com", "carl@example.com"] {
        erase(&app.database().await, mail).await.expect("erased");
    }
    let live = read_models(&app.pool).await;
    let projections = Projections::new(app.pool.clone(), Log::new(app.pool.clone()));
    projections.rebuild(None, |_| ()).await.expect("rebuilt");
    assert_eq!(read_models(&app.pool).await, live);
}

#[tokio::test]
async fn the_name_and_the_address_of_an_erased_person_are_free() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    erase(&app.database().await, "ann@example.com").await.expect("erased");
    let next = app.dancer("ann").await;
    assert_ne!(next.id, ann.id);
    let shown = app.stranger().get("/api/users/ann").await.ok();
    assert_eq!(shown["id"], json!(next.id));
}

/// As after a backup was restored: their address is not known any more.
#[tokio::test]
async fn a_person_is_erased_by_their_id() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    erase(&app.database().await, &ann.id).await.expect("erased");
    assert_eq!(app.stranger().get("/api/users/ann").await.problem(), "not_found");
}

#[tokio::test]
async fn mails_written_as_files_go_with_the_person_they_are_for() {
    let app = TestApp::start().await;
    for name in ["ann", "bob"] {
        app.dancer(name).await;
    }
    while mails(&app).await.len() < 2 {
        sleep(Duration::from_millis(50)).await;
    }
    erase(&app.database().await, "ann@example.com").await.expect("erased");
    // Whoever starts clears away first.
    let server = NodeProcess::start(&app.database_url(), app.home()).await;
    while mails(&app).await.len() > 1 {
        sleep(Duration::from_millis(50)).await;
    }
    server.stop().await;
    assert!(mails(&app).await[0].contains("bob@example.com"));
}

#[tokio::test]
async fn what_is_of_one_person_is_found_by_index() {
    let app = TestApp::start().await;
    let by_person = [
        ("read.messages", "author"),
        ("read.ratings", "rater"),
        ("read.ratings", "ratee"),
        ("read.match_transfers", "by"),
        ("read.transfer_statistics", "by"),
        ("read.reports", "reporter"),
        ("sessions", "account_id"),
        ("chat_devices", "session_id"),
    ];
    for (table, column) in by_person {
        let indexed: bool = sqlx::query_scalar(
            "SELECT EXISTS (
                 SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                 WHERE indrelid = $1::regclass AND attname = $2 AND indpred IS NULL)",
        )
        .bind(table)
        .bind(column)
        .fetch_one(&app.pool)
        .await
        .expect("an answer");
        assert!(indexed, "{table} by {column}");
    }
}

/// Every event of the log, as it is stored.
async fn log(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT e::text FROM events e ORDER BY global_position")
        .fetch_all(pool)
        .await
        .expect("the log")
}

async fn tables(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
         WHERE schemaname IN ('public', 'read') ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .expect("the tables")
}

/// Which of the secrets a table holds in any of its columns.
async fn found(pool: &PgPool, table: &str) -> Vec<&'static str> {
    let mut found = vec![];
    for secret in SECRETS {
        // Bytes are shown in hex, so they are also looked for that way.
        let look = format!(
            "SELECT EXISTS (SELECT FROM {table} t WHERE t::text ILIKE '%' || $1 || '%'
                 OR t::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%')"
        );
        let holds: bool =
            sqlx::query_scalar(&look).bind(secret).fetch_one(pool).await.expect("a look");
        found.extend(holds.then_some(secret));
    }
    found
}

async fn read_models(pool: &PgPool) -> Vec<(String, Vec<String>)> {
    let mut models = vec![];
    for table in tables(pool)
        .await
        .into_iter()
        .filter(|table| table.starts_with("read.") && table != "read.projection_checkpoints")
    {
        let rows = format!("SELECT t::text FROM {table} t ORDER BY 1");
        let rows = sqlx::query_scalar(&rows).fetch_all(pool).await.expect("rows");
        models.push((table, rows));
    }
    models
}

/// What the documented backup of the log holds is known here table by table: a new one is either
/// left out of it, or has nothing of people that outlives their key.
#[tokio::test]
async fn a_backup_of_the_log_is_told_to_leave_out_what_is_in_clear() {
    let app = TestApp::start().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
         WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition
         ORDER BY relname",
    )
    .fetch_all(&app.pool)
    .await
    .expect("listed");
    let operations = include_str!("../../../docs/operations.md");
    let kept: Vec<&str> = tables
        .iter()
        .map(String::as_str)
        .filter(|table| !operations.contains(&format!("--exclude-table-data={table} ")))
        .collect();
    assert_eq!(kept, ["_sqlx_migrations", "events", "handled_commands", "seals"]);
    assert!(operations.contains("--exclude-table-data='read.*' "));
}
