//! The log is sealed once, in order, through crashes and by whichever node is there.

use std::fs;
use std::time::{Duration, Instant};

use projections::seals::{Tampering, Verification};

use crate::sealing::Machine;
use crate::stage::{Stage, on_stage, until};
use crate::story::{registered, weekend};

async fn append(stage: &Stage, events: usize) -> i64 {
    let names = |n| registered(domain::values::ids::UserId::new(), &format!("dancer{n}"));
    stage.append((0..events).map(names)).await
}

#[tokio::test]
async fn a_long_log_is_sealed_in_pieces_and_a_short_one_within_about_a_second() {
    on_stage(|stage| async move {
        let end = append(&stage, 2_500).await;
        let machine = Machine::new(&stage);
        let sealing = machine.start();
        sealing.reaches_the_end().await;
        let sizes = "SELECT max(last_position - first_position + 1) FROM seals";
        assert_eq!(stage.count(sizes).await, 1_000);
        assert_eq!(stage.count("SELECT count(*) FROM seals").await, 3);

        let asked = Instant::now();
        let more = append(&stage, 3).await;
        sealing.reaches_the_end().await;
        assert!(asked.elapsed() < Duration::from_secs(3), "took {:?}", asked.elapsed());
        sealing.stop().await;
        let verified = machine.verify().await;
        assert_eq!((verified.finding, verified.positions), (None, Some((1, more))));
        assert_eq!((verified.witnessed, verified.seals), (Some(4), Some((1, 4))));
        assert_eq!(end + 3, more);
    })
    .await;
}

#[tokio::test]
async fn crashes_at_any_point_leave_nothing_out_and_nothing_twice() {
    on_stage(|stage| async move {
        let machine = Machine::new(&stage);
        for crash in 0..30 {
            stage.append(weekend(crash)).await;
            let sealing = machine.start();
            tokio::time::sleep(Duration::from_micros(700 * crash as u64)).await;
            sealing.crash().await;
        }
        machine.seal().await;
        let verified = machine.verify().await;
        assert_eq!((verified.finding, verified.unsealed), (None, 0));
        let seals = stage.count("SELECT count(*) FROM seals").await;
        assert_eq!(verified.witnessed, Some(seals.unsigned_abs()));
        let text = fs::read_to_string(machine.witness()).expect("the witness");
        assert_eq!(text.lines().count() as i64, seals, "each once");
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_database_and_file_is_made_up_for() {
    on_stage(|stage| async move {
        let machine = Machine::new(&stage);
        for chapter in 0..4 {
            stage.append(weekend(chapter)).await;
            machine.seal().await;
        }
        let whole = fs::read_to_string(machine.witness()).expect("the witness");
        let two = whole.match_indices('\n').nth(1).map(|(at, _)| at + 1).expect("two lines");
        for lost in [&whole[..two], &whole[..two + 40], ""] {
            fs::write(machine.witness(), lost).expect("lost");
            machine.start().stop().await;
            until("the file is whole again", || async {
                machine.seal().await;
                fs::read_to_string(machine.witness()).is_ok_and(|now| now == whole)
            })
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_one_seals_and_the_other_takes_over() {
    on_stage(|stage| async move {
        let (one, two) = (Machine::new(&stage), Machine::new(&stage));
        let first = one.start();
        append(&stage, 10).await;
        first.reaches_the_end().await;
        let second = two.start();
        for chapter in 0..10 {
            stage.append(weekend(chapter)).await;
        }
        second.reaches_the_end().await;
        assert!(!two.witness().exists(), "one at a time");

        first.crash().await;
        let gone = Instant::now();
        stage.append(weekend(11)).await;
        second.reaches_the_end().await;
        assert!(gone.elapsed() < Duration::from_secs(5), "took {:?}", gone.elapsed());
        second.stop().await;

        // Each knows its own key, and says so of the other's.
        let finding = two.verify().await.finding.expect("a key it does not know");
        let public_key = one.public_key();
        assert_eq!((finding.what, finding.position), (Tampering::Key { public_key }, 1));
        let known = [one.public_key()];
        let verified =
            two.verify_with(Verification { known: &known, ..Verification::default() }).await;
        assert_eq!((verified.finding, verified.unsealed), (None, 0));
        assert_eq!(verified.keys, [one.public_key(), two.public_key()]);
        let own = stage.count("SELECT count(DISTINCT public_key) FROM seals").await;
        assert_eq!(own, 2);
    })
    .await;
}

#[tokio::test]
async fn many_nodes_at_once_make_one_chain() {
    on_stage(|stage| async move {
        let machines: Vec<_> = (0..4).map(|_| Machine::new(&stage)).collect();
        let keys: Vec<_> = machines.iter().map(Machine::public_key).collect();
        let mut sealing: Vec<_> = machines.iter().map(Machine::start).collect();
        for chapter in 0..12 {
            stage.append(weekend(chapter)).await;
            let machine = chapter % machines.len();
            let next = machines[machine].start();
            std::mem::replace(&mut sealing[machine], next).crash().await;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        sealing[0].reaches_the_end().await;
        for sealing in sealing {
            sealing.stop().await;
        }
        let all = Verification { known: &keys, ..Verification::default() };
        let verified = machines[0].verify_with(all).await;
        assert_eq!((verified.finding, verified.unsealed), (None, 0));
    })
    .await;
}
