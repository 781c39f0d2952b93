//! On one thread, so that what is asked in one turn waits for the same query.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::*;

type Queries = Arc<Mutex<Vec<Vec<u32>>>>;

/// Doubles even numbers, knows no odd ones, and notes what it was asked.
fn doubling(most: usize, lanes: usize) -> (Batched<u32, u32, &'static str>, Queries) {
    let queries = Queries::default();
    let noted = queries.clone();
    let batched = Batched::new(most, lanes, "lost", move |keys: Vec<u32>| {
        noted.lock().expect("sound").push(keys.clone());
        async move {
            sleep(Duration::from_millis(10)).await;
            Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, 2 * key)).collect())
        }
    });
    (batched, queries)
}

async fn all(batched: &Batched<u32, u32, &'static str>, keys: &[u32]) -> Vec<Option<u32>> {
    let asking: Vec<_> = keys
        .iter()
        .map(|key| {
            let (batched, key) = (batched.clone(), *key);
            tokio::spawn(async move { batched.ask(key).await.expect("an answer") })
        })
        .collect();
    let mut answers = vec![];
    for asked in asking {
        answers.push(asked.await.expect("no panic"));
    }
    answers
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_at_one_time_is_asked_together_and_each_hears_its_own() {
    let (batched, queries) = doubling(100, 1);
    assert_eq!(all(&batched, &[2, 3, 4, 2]).await, [Some(4), None, Some(8), Some(4)]);
    assert_eq!(*queries.lock().expect("sound"), [vec![2, 3, 4]]);
}

#[tokio::test(start_paused = true)]
async fn questions_gather_while_a_query_is_under_way_and_are_never_answered_by_it() {
    let (batched, queries) = doubling(2, 1);
    let first = batched.clone();
    let first = tokio::spawn(async move { first.ask(2).await });
    sleep(Duration::from_millis(5)).await;
    // The same question again, of a moment later: what it asks may have changed since.
    all(&batched, &[2, 6, 8]).await;
    assert_eq!(first.await.expect("no panic").expect("an answer"), Some(4));
    assert_eq!(*queries.lock().expect("sound"), [vec![2], vec![2, 6], vec![8]]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_does_not_hold_up_what_a_second_lane_can_ask() {
    let (batched, queries) = doubling(1, 2);
    let began = tokio::time::Instant::now();
    all(&batched, &[2, 4, 6, 8]).await;
    assert_eq!(began.elapsed(), Duration::from_millis(20));
    assert_eq!(queries.lock().expect("sound").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn questions_that_wait_long_for_an_answer_to_others_are_asked_beside_it() {
    let batched: Batched<u32, u32, &str> = Batched::new(100, 2, "lost", |keys: Vec<u32>| async {
        sleep(Duration::from_secs(if keys.contains(&1) { 5 } else { 0 })).await;
        Ok(keys.into_iter().map(|key| (key, key)).collect())
    });
    let began = tokio::time::Instant::now();
    let slow = tokio::spawn({
        let batched = batched.clone();
        async move { batched.ask(1).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(all(&batched, &[2, 3]).await, [Some(2), Some(3)]);
    assert_eq!(began.elapsed(), PATIENCE);
    assert_eq!(slow.await.expect("a task").expect("an answer"), Some(1));
}

#[tokio::test(start_paused = true)]
async fn whoever_asked_first_may_go_away() {
    let (batched, _) = doubling(100, 1);
    assert!(timeout(Duration::from_millis(1), batched.ask(2)).await.is_err());
    assert_eq!(all(&batched, &[4]).await, [Some(8)]);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_told_to_all_who_asked_together_and_to_nobody_after_them() {
    let failing = Arc::new(Mutex::new(true));
    let fails = failing.clone();
    let batched = Batched::new(100, 1, "lost", move |keys: Vec<u32>| {
        let failed = std::mem::take(&mut *fails.lock().expect("sound"));
        async move {
            if failed { Err("no database") } else { Ok(keys.into_iter().map(|k| (k, k)).collect()) }
        }
    });
    let (one, other) = tokio::join!(batched.ask(1), batched.ask(2));
    for answer in [one, other] {
        assert_eq!(*answer.expect_err("an error"), "no database");
    }
    assert_eq!(batched.ask(1).await.expect("an answer"), Some(1));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_query_that_panicked() {
    let batched =
        Batched::<u32, u32, &'static str>::new(1, 1, "lost", async |_| panic!("lost its head"));
    let (one, other) = tokio::join!(batched.ask(1), batched.ask(2));
    assert_eq!((one, other), (Err(Arc::new("lost")), Err(Arc::new("lost"))));
    assert_eq!(batched.ask(3).await, Err(Arc::new("lost")), "and the next one asks again");
}
