//! Whoever may change everything in the database is still found out, and where.

use std::fs;

use domain::events::Event;
use projections::seals::{Tampering, Verification};

use crate::sealing::Machine;
use crate::stage::{Stage, on_stage};
use crate::story::weekend;

/// Three seals and a few events that are not sealed yet.
async fn sealed(stage: &Stage) -> (Machine, [i64; 3]) {
    let machine = Machine::new(stage);
    let mut ends = [0; 3];
    for (chapter, end) in ends.iter_mut().enumerate() {
        *end = stage.append(weekend(chapter)).await;
        machine.seal().await;
    }
    let tail: Vec<Event> = weekend(3).into_iter().take(5).collect();
    stage.append(tail).await;
    let verified = machine.verify().await;
    assert_eq!((verified.finding, verified.unsealed), (None, 5));
    assert_eq!(verified.positions, Some((1, ends[2])));
    assert_eq!((verified.seals, verified.witnessed), (Some((1, 3)), Some(3)));
    (machine, ends)
}

/// As a superuser may: the order of positions is not guarded any more.
async fn without_guards(stage: &Stage) {
    stage.execute("DROP INDEX events_global_position").await;
}

#[tokio::test]
async fn a_changed_event_is_named_whatever_of_it_was_changed() {
    on_stage(|stage| async move {
        let (machine, [first, ..]) = sealed(&stage).await;
        let at = first + 7;
        for change in [
            "payload = '{}'",
            "payload = (payload::text || ' ')::json",
            "metadata = '{\"actor\": null}'",
            "aggregate_type = 'message2'",
            "aggregate_id = aggregate_id || '0'",
            "sequence = sequence + 1000",
            "event_type = event_type || '2'",
            "event_version = event_version || '0'",
            "recorded_at = recorded_at + interval '1 microsecond'",
        ] {
            stage
                .execute(&format!(
                    "DROP TABLE IF EXISTS kept;
                     CREATE TABLE kept AS SELECT * FROM events WHERE global_position = {at};
                     UPDATE events SET {change} WHERE global_position = {at}"
                ))
                .await;
            assert_eq!(machine.finds().await, (Tampering::Changed, at, Some(2)), "{change}");
            stage
                .execute(&format!(
                    "DELETE FROM events WHERE global_position = {at};
                     INSERT INTO events SELECT * FROM kept"
                ))
                .await;
            assert_eq!(machine.verify().await.finding, None, "as it was");
        }
    })
    .await;
}

#[tokio::test]
async fn a_removed_event_is_named_be_there_a_gap_or_not() {
    on_stage(|stage| async move {
        let (machine, [first, ..]) = sealed(&stage).await;
        let at = first + 7;
        stage.execute(&format!("DELETE FROM events WHERE global_position = {at}")).await;
        let removed = (Tampering::Removed, at, Some(2));
        assert_eq!(machine.finds().await, removed);
        without_guards(&stage).await;
        stage
            .execute(&format!(
                "UPDATE events SET global_position = global_position - 1
                 WHERE global_position > {at}"
            ))
            .await;
        assert_eq!(machine.finds().await, removed);
    })
    .await;
}

#[tokio::test]
async fn an_inserted_event_is_named_wherever_room_was_made_for_it() {
    let insert = |at: i64| {
        format!(
            "INSERT INTO events SELECT aggregate_type, aggregate_id, sequence + 1000, event_type,
                    event_version, payload, metadata, {at}, recorded_at
             FROM events WHERE global_position = 3"
        )
    };
    on_stage(move |stage| async move {
        let (machine, [first, ..]) = sealed(&stage).await;
        let at = first + 7;
        for (place, seal) in [(0, 1), (-5, 1)] {
            stage.execute(&insert(place)).await;
            assert_eq!(machine.finds().await, (Tampering::Inserted, place, Some(seal)));
            stage.execute("DELETE FROM events WHERE global_position < 1").await;
        }
        without_guards(&stage).await;
        stage.execute(&insert(at)).await;
        assert_eq!(machine.finds().await, (Tampering::Inserted, at, Some(2)), "beside another");
        stage
            .execute(&format!(
                "UPDATE events SET global_position = global_position + 1
                 WHERE global_position >= {at} AND sequence < 1000"
            ))
            .await;
        assert_eq!(machine.finds().await, (Tampering::Inserted, at, Some(2)), "pushed in between");
    })
    .await;
}

#[tokio::test]
async fn events_that_changed_places_are_named_also_across_seals() {
    on_stage(|stage| async move {
        let (machine, [first, second, _]) = sealed(&stage).await;
        without_guards(&stage).await;
        let swap = |a: i64, b: i64| {
            format!(
                "UPDATE events SET global_position = {a} + {b} - global_position
                 WHERE global_position IN ({a}, {b})"
            )
        };
        for (a, b) in [(4, 5), (2, first), (first - 1, second + 3), (1, second + 1)] {
            stage.execute(&swap(a, b)).await;
            let seal = Some(1);
            assert_eq!(machine.finds().await, (Tampering::Reordered { now_at: b }, a, seal));
            stage.execute(&swap(a, b)).await;
        }
        assert_eq!(machine.verify().await.finding, None, "all in their places again");
        stage
            .execute(&format!(
                "UPDATE events SET global_position = CASE global_position
                    WHEN {second} THEN 9 ELSE global_position + 1 END
                 WHERE global_position BETWEEN 9 AND {second}"
            ))
            .await;
        assert_eq!(machine.finds().await, (Tampering::Reordered { now_at: 10 }, 9, Some(1)));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_sealed_yet_is_still_in_order() {
    on_stage(|stage| async move {
        let (machine, [.., end]) = sealed(&stage).await;
        let at = end + 2;
        stage.execute(&format!("DELETE FROM events WHERE global_position = {at}")).await;
        assert_eq!(machine.finds().await, (Tampering::Removed, at, None));
        let sealing = machine.start();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        sealing.stop().await;
        assert_eq!(stage.count("SELECT max(last_position) FROM seals").await, end, "nor sealed");
    })
    .await;
}

#[tokio::test]
async fn a_changed_seal_is_named() {
    on_stage(|stage| async move {
        let (machine, [first, second, _]) = sealed(&stage).await;
        let start = first + 1;
        let zeros = |bytes: usize| format!("decode(repeat('00', {bytes}), 'hex')");
        let count = usize::try_from(second - first).expect("a size");
        let moved = "sealed_at = sealed_at + interval '1 microsecond'";
        for (change, found) in [
            (format!("signature = {}", zeros(64)), Tampering::Witness),
            (format!("root = {}", zeros(32)), Tampering::Witness),
            (moved.to_owned(), Tampering::Witness),
            (format!("leaves = {}", zeros(32 * count)), Tampering::Leaves),
        ] {
            stage
                .execute(&format!(
                    "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT * FROM seals;
                     UPDATE seals SET {change} WHERE number = 2"
                ))
                .await;
            assert_eq!(machine.finds().await, (found.clone(), start, Some(2)), "{change}");
            let witness = fs::read(machine.witness()).expect("the witness");
            fs::remove_file(machine.witness()).expect("removed");
            let alone = if found == Tampering::Leaves { found } else { Tampering::Seal };
            assert_eq!(machine.finds().await, (alone, start, Some(2)), "{change}");
            fs::write(machine.witness(), witness).expect("put back");
            stage.execute("DELETE FROM seals; INSERT INTO seals SELECT * FROM kept").await;
        }
        assert_eq!(machine.verify().await.finding, None, "as it was");

        let zero = zeros(32 * count);
        stage
            .execute(&format!(
                "UPDATE events SET payload = '{{}}' WHERE global_position = {start} + 3;
                 UPDATE seals SET leaves = {zero} WHERE number = 2"
            ))
            .await;
        let hidden = Tampering::Hidden { last: second };
        assert_eq!(machine.finds().await, (hidden, start, Some(2)));
    })
    .await;
}

#[tokio::test]
async fn a_removed_seal_is_named_and_the_newest_by_the_witness() {
    on_stage(|stage| async move {
        let (machine, [first, second, third]) = sealed(&stage).await;
        stage.execute("CREATE TABLE kept AS SELECT * FROM seals").await;
        stage.execute("DELETE FROM seals WHERE number = 2").await;
        assert_eq!(machine.finds().await, (Tampering::SealRemoved, first + 1, Some(2)));
        stage.execute("DELETE FROM seals WHERE number = 3").await;
        let cut_off = |position, reached| {
            let what = Tampering::CutOff { witnessed: 3, reached };
            (what, position, Some(2))
        };
        assert_eq!(machine.finds().await, cut_off(first + 1, third));
        stage.execute("INSERT INTO seals SELECT * FROM kept WHERE number > 1").await;

        // The newest events with all that says they were there: nothing inside can show it.
        stage
            .execute(&format!(
                "DELETE FROM events WHERE global_position > {second};
                 DELETE FROM seals WHERE number = 3"
            ))
            .await;
        let cut_off = (Tampering::CutOff { witnessed: 3, reached: third }, second + 1, Some(3));
        assert_eq!(machine.finds().await, cut_off);

        // Nor is anything sealed on top of it.
        stage.append(weekend(5)).await;
        let sealing = machine.start();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        sealing.stop().await;
        assert_eq!(stage.count("SELECT count(*) FROM seals").await, 2);
        assert_eq!(machine.finds().await, cut_off);

        fs::remove_file(machine.witness()).expect("removed");
        assert_eq!(machine.verify().await.finding, None, "without it nothing shows");
    })
    .await;
}

#[tokio::test]
async fn a_log_that_was_changed_and_sealed_anew_with_another_key_shows() {
    on_stage(|stage| async move {
        let (machine, _) = sealed(&stage).await;
        stage.execute("UPDATE events SET payload = '{}' WHERE global_position = 7").await;
        stage.execute("DELETE FROM seals").await;
        let thief = Machine::new(&stage);
        thief.seal().await;
        assert_eq!(thief.verify().await.finding, None, "the database agrees with itself");

        assert_eq!(machine.finds().await, (Tampering::Witness, 1, Some(1)));
        fs::remove_file(machine.witness()).expect("removed");
        let public_key = thief.public_key();
        assert_eq!(machine.finds().await, (Tampering::Key { public_key }, 1, Some(1)));
    })
    .await;
}

#[tokio::test]
async fn a_seal_of_another_chain_shows_though_the_right_key_has_signed_it() {
    on_stage(|stage| async move {
        let (machine, _) = sealed(&stage).await;
        machine.seal().await;
        stage.execute("CREATE TABLE kept AS SELECT * FROM seals").await;
        stage.execute("DELETE FROM seals WHERE number = 4").await;
        fs::remove_file(machine.witness()).expect("removed");
        machine.seal().await;
        let end = stage.append(weekend(5)).await;
        machine.seal().await;
        let verified = machine.verify().await;
        assert_eq!((verified.finding, verified.positions), (None, Some((1, end))));

        fs::remove_file(machine.witness()).expect("removed");
        stage.execute("DELETE FROM seals WHERE number = 4").await;
        stage.execute("INSERT INTO seals SELECT * FROM kept WHERE number = 4").await;
        let fifth = stage.count("SELECT first_position FROM seals WHERE number = 5").await;
        assert_eq!(machine.finds().await, (Tampering::Chain, fifth, Some(5)));
    })
    .await;
}

#[tokio::test]
async fn a_part_is_checked_with_all_that_its_seals_cover_and_no_more() {
    on_stage(|stage| async move {
        let (machine, [first, second, third]) = sealed(&stage).await;
        stage.execute("UPDATE events SET payload = '{}' WHERE global_position = 2").await;
        let part = async |from: i64, to: i64| {
            let scope = Verification { from: Some(from), to: Some(to), ..Verification::default() };
            machine.verify_with(scope).await
        };
        let middle = part(first + 2, second - 2).await;
        assert_eq!((middle.positions, middle.unsealed), (Some((first + 1, second)), 0));
        assert_eq!((middle.finding, middle.seals), (None, Some((2, 2))));
        let rest = part(second + 1, i64::MAX).await;
        assert_eq!((rest.positions, rest.unsealed), (Some((second + 1, third)), 5));
        let tail = part(third + 2, third + 3).await;
        assert_eq!((tail.positions, tail.unsealed, tail.finding), (None, 2, None));
        let beginning = part(first, first).await.finding.expect("it was changed");
        assert_eq!((beginning.what, beginning.position), (Tampering::Changed, 2));
    })
    .await;
}
