//! Long streams: what a snapshot says is what a full replay says, and the log goes on from one
//! part to the next.

use std::time::Duration;

use commands::{Begin, Context, LogStore};
use cqrs_es::{Aggregate, EventStore};
use domain::account::{Account, AccountCommand};
use domain::dance_event::DanceEvent;
use domain::values::account::{ProfileChange, Role};
use domain::values::ids::UserId;
use futures::future::{join, join_all};
use proptest::prelude::*;
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::dancers::{WriteSide, username};

/// One of the things that happen to an account; some of them change nothing.
fn happening() -> impl Strategy<Value = AccountCommand> {
    let somebody = (0..5_u128).prop_map(|number| UserId::from_uuid(Uuid::from_u128(number)));
    let me = UserId::from_uuid(Uuid::max());
    prop_oneof![
        4 => somebody.clone().prop_map(move |user| AccountCommand::Block { me, user }),
        4 => somebody.prop_map(|user| AccountCommand::Unblock { user }),
        1 => "[a-z]{3,9}".prop_map(|name| AccountCommand::UpdateProfile {
            change: Box::new(ProfileChange {
                username: Some(username(&name)),
                ..ProfileChange::default()
            }),
        }),
        1 => Just(AccountCommand::GrantRole { role: Role::Organizer }),
        1 => Just(AccountCommand::VerifyEmail),
    ]
}

/// The account as its events alone make it.
async fn replayed(store: &LogStore, id: Uuid) -> Account {
    let events =
        EventStore::<Account>::load_events(store, &id.to_string()).await.expect("the events");
    let mut account = Account::default();
    for event in events {
        account.apply(event.payload);
    }
    account
}

async fn snapshot_at(pool: &PgPool) -> Option<i64> {
    sqlx::query_scalar("SELECT sequence FROM snapshots").fetch_optional(pool).await.expect("asked")
}

#[test]
fn a_snapshot_and_what_follows_it_are_what_a_full_replay_gives() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let happenings = proptest::collection::vec(happening(), 250..900);
    proptest!(ProptestConfig::with_cases(5), |(happenings in happenings, looks in 1..200_usize)| {
        runtime.block_on(async {
            let write_side = WriteSide::start().await;
            let id = write_side.dancer("ann").await.uuid();
            // Another node has nothing of it in memory, so it reads what is stored.
            let elsewhere = write_side.another_node().await;
            for (index, command) in happenings.into_iter().enumerate() {
                let store = write_side.commands.store();
                // A name that somebody holds is refused, which is as good as any other outcome.
                let _ = store
                    .execute::<Account>(Begin::Existing, id, command, &Context::system())
                    .await;
                if index % looks == 0 {
                    let loaded = elsewhere.store().load::<Account>(id).await.expect("loaded");
                    assert_eq!(loaded.aggregate, replayed(elsewhere.store(), id).await);
                }
            }
            let loaded = elsewhere.store().load::<Account>(id).await.expect("loaded");
            assert_eq!(loaded.aggregate, replayed(elsewhere.store(), id).await);
            let kept = snapshot_at(&write_side.pool).await.unwrap_or(0);
            assert!(loaded.sequence - kept < 200, "{kept} of {} events", loaded.sequence);
        });
    });
}

/// An account with a snapshot, and a node that has nothing of it in memory.
async fn an_account_with_a_past(write_side: &WriteSide) -> Uuid {
    let id = write_side.dancer("cleo").await;
    let user = UserId::new();
    for _ in 0..110 {
        for command in [AccountCommand::Block { me: id, user }, AccountCommand::Unblock { user }] {
            write_side
                .commands
                .store()
                .execute::<Account>(Begin::Existing, id.uuid(), command, &Context::system())
                .await
                .expect("done");
        }
    }
    assert_eq!(snapshot_at(&write_side.pool).await, Some(200));
    id.uuid()
}

#[tokio::test]
async fn a_snapshot_that_does_not_read_or_is_of_another_version_is_as_good_as_none() {
    let write_side = WriteSide::start().await;
    let id = an_account_with_a_past(&write_side).await;
    let whole = replayed(write_side.commands.store(), id).await;
    for damage in ["state = '{\"Waltzing\":{}}'", "made_by = '0.0.0', state = '\"Erased\"'"] {
        let damage = format!("UPDATE snapshots SET {damage}");
        sqlx::query(&damage).execute(&write_side.pool).await.expect("damaged");
        let node = write_side.another_node().await;
        let loaded = node.store().load::<Account>(id).await.expect("loaded");
        assert_eq!((loaded.aggregate, loaded.sequence), (whole.clone(), 221));
    }
}

#[tokio::test]
async fn streams_that_are_loaded_together_are_what_each_is_alone() {
    let write_side = WriteSide::start().await;
    let with_a_snapshot = an_account_with_a_past(&write_side).await;
    let (event, ann, bob) = write_side.two_dancers().await;
    let nobody = UserId::new();
    write_side.commands.erase_account(&Context::system(), bob).await.expect("erased");
    let node = write_side.another_node().await;
    let store = node.store();
    let accounts = [with_a_snapshot, ann.uuid(), nobody.uuid(), bob.uuid(), ann.uuid()];
    let loads = accounts.into_iter().cycle().take(400).map(async |id| {
        let loaded = store.load::<Account>(id).await.expect("loaded");
        (id, loaded.sequence, loaded.aggregate)
    });
    let events = store.load::<DanceEvent>(event.uuid());
    let (together, dance_event) = join(join_all(loads), events).await;

    assert_eq!(dance_event.expect("loaded").sequence, 1);
    for (id, sequence, account) in together {
        let expected = match id {
            id if id == with_a_snapshot => 221,
            id if id == nobody.uuid() => 0,
            id if id == bob.uuid() => 2,
            _ => 1,
        };
        assert_eq!((sequence, account), (expected, replayed(store, id).await));
    }
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_kept_in_a_snapshot() {
    let write_side = WriteSide::start().await;
    let id = an_account_with_a_past(&write_side).await;
    let bob = write_side.dancer("bob").await;
    write_side.commands.erase_account(&Context::system(), bob).await.expect("erased");
    assert_eq!(snapshot_at(&write_side.pool).await, None);

    // Nor may a node bring back what it had in memory before.
    let node = write_side.another_node().await;
    assert_eq!(node.store().load::<Account>(id).await.expect("loaded").sequence, 221);
    assert_eq!(snapshot_at(&write_side.pool).await, None, "erased less than a minute ago");
    sqlx::query(
        "UPDATE person_keys SET erased_at = now() - interval '1 hour' WHERE secret IS NULL",
    )
    .execute(&write_side.pool)
    .await
    .expect("an hour later");
    assert_eq!(node.store().load::<Account>(id).await.expect("loaded").sequence, 221);
    assert_eq!(snapshot_at(&write_side.pool).await, Some(221));
}

#[tokio::test]
async fn the_log_goes_on_into_the_next_part_which_is_made_ahead() {
    const PART: i64 = 10_000_000;
    let write_side = WriteSide::start().await;
    let ann = write_side.dancer("ann").await;
    // As if the log were just as long as a part.
    sqlx::query("UPDATE events SET global_position = $1 WHERE global_position = 1")
        .bind(PART - 1)
        .execute(&write_side.pool)
        .await
        .expect("moved");
    let mut positions = vec![];
    for _ in 0..2 {
        for command in [
            AccountCommand::Block { me: ann, user: UserId::from_uuid(Uuid::nil()) },
            AccountCommand::Unblock { user: UserId::from_uuid(Uuid::nil()) },
        ] {
            let done = write_side
                .commands
                .store()
                .execute::<Account>(Begin::Existing, ann.uuid(), command, &Context::system())
                .await
                .expect("appended");
            positions.push(done.position);
        }
    }
    assert_eq!(positions, [PART, PART + 1, PART + 2, PART + 3]);

    let node = write_side.another_node().await;
    let loaded = node.store().load::<Account>(ann.uuid()).await.expect("loaded");
    assert_eq!(loaded.sequence, 5, "a stream is read across parts");
    let parts = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass";
    let made = async {
        while sqlx::query_scalar::<_, i64>(parts).fetch_one(&write_side.pool).await.expect("asked")
            < 3
        {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), made).await.expect("the part after this one is made");
    let in_second: i64 = sqlx::query_scalar("SELECT count(*) FROM events_from_10000000")
        .fetch_one(&write_side.pool)
        .await
        .expect("counted");
    assert_eq!(in_second, 4);
}

#[tokio::test]
async fn a_stale_append_is_refused_also_where_the_stream_begins_in_another_part() {
    let write_side = WriteSide::start().await;
    let ann = write_side.dancer("ann").await;
    let stale = write_side.another_node().await;
    let block = |number| AccountCommand::Block {
        me: ann,
        user: UserId::from_uuid(Uuid::from_u128(number)),
    };
    let (here, there) = (write_side.commands.store(), stale.store());
    // Both nodes remember the account as it is now.
    for store in [here, there] {
        let user = UserId::from_uuid(Uuid::max());
        let nothing = AccountCommand::Unblock { user };
        store
            .execute::<Account>(Begin::Existing, ann.uuid(), nothing, &Context::system())
            .await
            .expect("nothing to do");
    }
    there
        .execute::<Account>(Begin::Existing, ann.uuid(), block(1), &Context::system())
        .await
        .expect("appended");
    sqlx::query("UPDATE events SET global_position = 9999999 WHERE global_position = 2")
        .execute(&write_side.pool)
        .await
        .expect("moved");
    here.execute::<Account>(Begin::Existing, ann.uuid(), block(2), &Context::system())
        .await
        .expect("appended");
    // Its memory ends before what lies in the other part, so it has to decide again.
    there
        .execute::<Account>(Begin::Existing, ann.uuid(), block(3), &Context::system())
        .await
        .expect("appended");
    let sequences: Vec<i64> =
        sqlx::query_scalar("SELECT sequence FROM events ORDER BY global_position")
            .fetch_all(&write_side.pool)
            .await
            .expect("read");
    assert_eq!(sequences, [1, 2, 3, 4]);
}
