//! On a real PostgreSQL: what was committed is there again, however its server ended.
//! Run as root these tests also prove that root may run the database.

mod cluster;

use std::fs;
use std::process::Command;
use std::time::Duration;

use cluster::Cluster;
use embedded_postgres::{Binaries, EmbeddedPostgres, Error};

#[tokio::test]
async fn a_start_after_a_stop_finds_the_data_and_the_port_again() {
    let cluster = Cluster::new();
    let server = cluster.start().await;
    server.sql("CREATE TABLE kept AS SELECT 42 AS answer");
    let (port, url) = (server.port(), server.url("spotlight"));
    server.stop().await.expect("it stops");

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT answer FROM kept"), "42");
    assert_eq!((server.port(), server.url("spotlight")), (port, url));
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_postmaster_killed_in_mid_flight_loses_nothing_that_was_committed() {
    let cluster = Cluster::new();
    let server = cluster.start().await;
    server.sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n");
    cluster.kill_postmaster().await;
    drop(server);

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT count(*) FROM kept"), "1000");
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_database_whose_owner_was_killed_is_taken_over_as_it_runs() {
    // This test starts itself once more, as the owner that is going to be killed.
    if let Some(cluster) = Cluster::to_own() {
        let _server = cluster.start().await;
        return std::future::pending().await;
    }
    let cluster = Cluster::new();
    let mut owner = cluster.owned_by("a_database_whose_owner_was_killed_is_taken_over_as_it_runs");
    while !cluster.is_ready() {
        assert!(owner.try_wait().expect("asked").is_none(), "the owner ended by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let pid = cluster.pid();
    owner.kill().and_then(|()| owner.wait()).expect("killed");

    let server = cluster.start().await;
    assert_eq!(cluster.pid(), pid, "the same postmaster serves");
    assert_eq!(server.sql("SELECT 1"), "1");
    server.stop().await.expect("it stops");
    assert!(!cluster.data().join("postmaster.pid").exists());
}

#[tokio::test]
async fn a_pid_file_that_names_another_program_does_not_keep_the_database_down() {
    let cluster = Cluster::new();
    cluster.start().await.stop().await.expect("it stops");
    // Of the database's own user, so that PostgreSQL would take it for a server.
    let mut other = cluster.as_database_user(Command::new("sleep").arg("60"));
    cluster.write_pid_file(other.id());

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT 1"), "1");
    assert!(other.try_wait().expect("asked").is_none(), "the other program was left alone");
    server.stop().await.expect("it stops");
    other.kill().and_then(|()| other.wait()).expect("killed");
}

#[tokio::test]
async fn a_pid_file_held_by_a_zombie_does_not_keep_the_database_down() {
    let cluster = Cluster::new();
    cluster.start().await.stop().await.expect("it stops");
    // Ended, and not waited for until the end of this test.
    let mut zombie = cluster.as_database_user(&mut Command::new("true"));
    let state = format!("/proc/{}/stat", zombie.id());
    while cfg!(target_os = "linux")
        && !fs::read_to_string(&state).expect("is there").contains(") Z ")
    {
        tokio::task::yield_now().await;
    }
    cluster.write_pid_file(zombie.id());

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT 1"), "1");
    server.stop().await.expect("it stops");
    zombie.wait().expect("waited for");
}

#[tokio::test]
async fn a_pid_file_left_empty_by_a_power_cut_does_not_keep_the_database_down() {
    let cluster = Cluster::new();
    cluster.start().await.stop().await.expect("it stops");
    fs::write(cluster.data().join("postmaster.pid"), "").expect("written");

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT 1"), "1");
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_second_start_is_refused_and_a_guest_shares_the_first() {
    let cluster = Cluster::new();
    let server = cluster.start().await;
    let refused = EmbeddedPostgres::start(&cluster.settings).await.expect_err("it is in use");
    assert!(matches!(refused, Error::InUse { .. }), "{refused}");

    let guest = EmbeddedPostgres::start_or_share(&cluster.settings).await.expect("it is shared");
    assert_eq!(guest.url("spotlight"), server.url("spotlight"));
    guest.stop().await.expect("a guest leaves");
    assert_eq!(server.sql("SELECT 1"), "1", "and the server stays");
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_lost_password_is_replaced_at_the_next_start() {
    let cluster = Cluster::new();
    cluster.start().await.stop().await.expect("it stops");
    fs::remove_file(cluster.settings.dir.join("password")).expect("removed");

    let server = cluster.start().await;
    assert_eq!(server.sql("SELECT 1"), "1");
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_remembered_port_that_was_taken_meanwhile_is_given_up() {
    let cluster = Cluster::new();
    let server = cluster.start().await;
    let port = server.port();
    server.stop().await.expect("it stops");
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).expect("it is free");

    let server = cluster.start().await;
    assert_ne!(server.port(), port);
    assert_eq!(server.sql("SELECT 1"), "1");
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn data_of_another_major_version_is_named_and_left_alone() {
    let cluster = Cluster::new();
    cluster.start().await.stop().await.expect("it stops");
    let version = cluster.data().join("PG_VERSION");
    fs::write(&version, "9\n").expect("written");

    let refused = EmbeddedPostgres::start(&cluster.settings).await.expect_err("it is too old");
    assert!(matches!(refused, Error::VersionMismatch { data: 9, .. }), "{refused}");
    assert_eq!(fs::read_to_string(&version).expect("read"), "9\n");
}

#[tokio::test]
async fn durability_is_postgresqls_own_and_strangers_need_the_password() {
    let cluster = Cluster::new();
    let server = cluster.start().await;
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", "127.0.0.1"),
    ] {
        assert_eq!(server.sql(&format!("SHOW {setting}")), value, "{setting}");
    }
    let stranger = server.url("spotlight").replace("spotlight:", "spotlight:not");
    assert!(cluster.psql(&stranger, "SELECT 1").is_err());
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn programs_are_looked_for_where_they_were_configured_and_nowhere_else() {
    let found = Binaries::find(None, cluster::nowhere()).expect("this machine has PostgreSQL");
    let again = Binaries::find(Some(found.dir()), cluster::nowhere()).expect("it is there");
    assert_eq!(again.dir(), found.dir());
    Binaries::find(Some(cluster::nowhere()), found.dir()).expect_err("nothing there");
}
