//! One account per address and per name; slugs likewise.

use commands::{Claim, CommandError, Context};
use domain::values::account::{ProfileChange, Role};
use tokio::task::JoinSet;

use crate::dancers::{WriteSide, budafest, email, username};

#[tokio::test]
async fn an_address_and_a_name_are_held_by_one_account_without_regard_to_case() {
    let write_side = WriteSide::start().await;
    write_side.dancer("ann").await;
    let refused = async |name: &'static str, mail: &'static str| match write_side
        .commands
        .register(&Context::system(), username(name), email(mail))
        .await
    {
        Err(CommandError::Taken(claim)) => claim,
        other => panic!("expected a taken claim, got {other:?}"),
    };
    assert_eq!(refused("anna", "ANN").await, Claim::Email);
    assert_eq!(refused("Ann", "other").await, Claim::Username);
    write_side
        .commands
        .register(&Context::system(), username("anna"), email("anna"))
        .await
        .expect("both are free");
    assert_eq!(write_side.count("Registered").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let write_side = WriteSide::start().await;
    let mut racing = JoinSet::new();
    for index in 0..30 {
        let commands = write_side.commands.clone();
        racing.spawn(async move {
            let mail = email(&format!("ann{index}"));
            commands.register(&Context::system(), username("ann"), mail).await
        });
    }
    let results = racing.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .all(|error| matches!(error, CommandError::Taken(Claim::Username)))
    );
}

#[tokio::test]
async fn a_new_name_frees_the_old_one() {
    let write_side = WriteSide::start().await;
    let ann = write_side.dancer("ann").await;
    let change = ProfileChange { username: Some(username("anna")), ..ProfileChange::default() };
    write_side.commands.update_profile(&Context::of(ann), ann, change).await.expect("renamed");
    write_side
        .commands
        .register(&Context::system(), username("ann"), email("other"))
        .await
        .expect("the old name is free");
}

#[tokio::test]
async fn an_account_is_found_by_its_address() {
    let write_side = WriteSide::start().await;
    let ann = write_side.dancer("ann").await;
    let found = write_side.commands.account_by_email(&email("ANN")).await.expect("asked");
    assert_eq!(found, Some(ann));
    let found = write_side.commands.account_by_email(&email("bob")).await.expect("asked");
    assert_eq!(found, None);
}

#[tokio::test]
async fn only_an_organizer_announces_and_a_taken_slug_gets_a_number() {
    let write_side = WriteSide::start().await;
    let ann = write_side.dancer("ann").await;
    let refused = write_side.commands.announce_event(&Context::of(ann), budafest()).await;
    assert!(matches!(refused, Err(CommandError::Forbidden)), "{refused:?}");

    write_side
        .commands
        .grant_role(&Context::system(), ann, Role::Organizer)
        .await
        .expect("granted");
    for _ in 0..3 {
        write_side.commands.announce_event(&Context::of(ann), budafest()).await.expect("announced");
    }
    let slugs: Vec<String> = sqlx::query_scalar(
        "SELECT payload->'Announced'->'announcement'->>'slug' FROM events
         WHERE event_type = 'Announced' ORDER BY global_position",
    )
    .fetch_all(&write_side.pool)
    .await
    .expect("read");
    assert_eq!(slugs, ["budafest-2026", "budafest-2026-2", "budafest-2026-3"]);
}
