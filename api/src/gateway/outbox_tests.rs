use super::*;
use crate::gateway::frames::{Lane, Topic};
use domain::values::ids::EventId;

fn outbox(reached: i64) -> Outbox {
    Outbox::new(UserId::new(), Uuid::nil(), reached)
}

fn live() -> Outbox {
    let outbox = outbox(0);
    outbox.go_live(0).expect("nothing was dropped");
    outbox
}

fn frame(text: impl Into<String>, lane: Lane) -> Frame {
    Frame::new(&[&text.into()], lane)
}

fn durable(position: i64) -> Frame {
    frame(position.to_string(), Lane::Durable(position))
}

fn signal() -> Frame {
    frame("candidate", Lane::Ephemeral(Topic::Signal))
}

/// Everything that waits, in order, and how the queue ends.
fn drain(outbox: &Outbox) -> (Vec<String>, Taken) {
    let mut all = vec![];
    loop {
        let mut batch = vec![];
        match outbox.take(&mut batch) {
            Taken::Frames => all.extend(batch.iter().map(|frame| frame.text().to_owned())),
            end => return (all, end),
        }
    }
}

#[test]
fn frames_leave_in_order_and_each_position_once() {
    let outbox = live();
    for position in [3, 5, 5, 4, 9] {
        outbox.push(&durable(position));
    }
    assert_eq!(drain(&outbox), (vec!["3".into(), "5".into(), "9".into()], Taken::Nothing));
}

#[test]
fn only_the_first_of_several_frames_asks_for_the_writer() {
    let outbox = live();
    assert_eq!(outbox.push(&durable(1)), Pushed::First);
    assert_eq!(outbox.push(&durable(2)), Pushed::Queued);
    drain(&outbox);
    assert_eq!(outbox.push(&durable(3)), Pushed::First);
}

#[test]
fn what_comes_during_a_replay_follows_it_without_what_the_replay_covered() {
    let outbox = outbox(10);
    for position in [9, 11, 12, 15] {
        outbox.push(&durable(position));
    }
    assert_eq!(drain(&outbox).0, Vec::<String>::new());
    outbox.go_live(12).expect("nothing was dropped");
    outbox.push(&durable(16));
    assert_eq!(drain(&outbox).0, ["15", "16"]);
}

#[test]
fn a_replay_that_was_overtaken_reads_on_and_loses_nothing() {
    let outbox = outbox(0);
    let most = MOST_FRAMES as i64;
    for position in 1..=most + 5 {
        outbox.push(&durable(position));
    }
    assert_eq!(outbox.go_live(0), Err(5));
    assert_eq!(outbox.go_live(4), Err(5));
    assert_eq!(outbox.go_live(5), Ok(()));
    let expected: Vec<String> = (6..=most + 5).map(|position| position.to_string()).collect();
    assert_eq!(drain(&outbox).0, expected);
}

#[test]
fn replies_do_not_wait_for_the_replay() {
    let outbox = outbox(0);
    outbox.push(&durable(1));
    outbox.push(&frame("ack", Lane::Reply));
    assert_eq!(drain(&outbox).0, ["ack"]);
}

#[test]
fn a_full_queue_drops_ephemeral_frames_before_it_gives_up() {
    let outbox = live();
    for _ in 0..10 {
        outbox.push(&signal());
    }
    for position in 1..=MOST_FRAMES as i64 {
        assert_ne!(outbox.push(&durable(position)), Pushed::Overflowed);
    }
    assert_eq!(outbox.push(&signal()), Pushed::Refused);
    let (frames, end) = drain(&outbox);
    assert_eq!((frames.len(), end), (MOST_FRAMES, Taken::Nothing));
    assert!(!frames.contains(&"candidate".to_owned()));
}

#[test]
fn a_socket_that_cannot_keep_up_is_closed_and_its_queue_freed() {
    // Ten bytes of header make the large ones 64 KiB.
    for (size, most) in [(1, MOST_FRAMES), (64 * 1024 - 10, MOST_BYTES / (64 * 1024))] {
        let outbox = live();
        let large = "x".repeat(size);
        for position in 1..=most as i64 {
            outbox.push(&frame(large.clone(), Lane::Durable(position)));
        }
        assert!(!outbox.is_closing());
        let one_more = frame(large, Lane::Durable(1_000));
        assert_eq!(outbox.push(&one_more), Pushed::Overflowed);
        assert_eq!(outbox.push(&one_more), Pushed::Refused);
        assert_eq!(drain(&outbox), (vec![], Taken::Close(Farewell::TOO_SLOW)));
    }
}

#[test]
fn a_newer_list_of_who_is_here_takes_the_place_of_a_waiting_one() {
    let outbox = live();
    let here = |event, text: &str| frame(text, Lane::Ephemeral(Topic::ActiveUsers(event)));
    let (one, other) = (EventId::new(), EventId::new());
    outbox.push(&here(one, "ann"));
    outbox.push(&here(other, "bob"));
    outbox.push(&here(one, "ann, cleo"));
    assert_eq!(drain(&outbox).0, ["ann, cleo", "bob"]);
}

#[test]
fn one_frame_may_be_larger_than_the_whole_queue() {
    let outbox = live();
    assert_eq!(outbox.push(&frame("x".repeat(MOST_BYTES * 2), Lane::Reply)), Pushed::First);
    assert_eq!(outbox.push(&durable(1)), Pushed::Overflowed);
}

#[test]
fn a_gentle_farewell_comes_after_what_waits_and_a_hard_one_instead_of_it() {
    let gentle = live();
    gentle.push(&durable(1));
    gentle.close(Farewell::DRAINING);
    assert_eq!(gentle.push(&durable(2)), Pushed::Refused);
    assert_eq!(drain(&gentle), (vec!["1".into()], Taken::Close(Farewell::DRAINING)));

    let hard = live();
    hard.push(&durable(1));
    hard.close(Farewell::DRAINING);
    hard.close(Farewell::REVOKED);
    hard.close(Farewell::TOO_LARGE);
    assert_eq!(drain(&hard), (vec![], Taken::Close(Farewell::REVOKED)));
}

#[test]
fn a_writer_that_is_stuck_holds_little_beside_the_queue() {
    let outbox = live();
    for position in 1..=30 {
        outbox.push(&frame("x".repeat(32 * 1024), Lane::Durable(position)));
    }
    let mut batch = vec![];
    assert_eq!(outbox.take(&mut batch), Taken::Frames);
    assert_eq!(batch.len(), 4);
    let (rest, end) = drain(&outbox);
    assert_eq!((rest.len(), end), (26, Taken::Nothing));
}
