use sqlx::Executor;
use test_database::TestDatabase;

use super::*;

/// Tells each number which of the server's processes has answered; 0 is no number.
fn processes(pool: PgPool) -> Batched<i32, i32, sqlx::Error> {
    Batched::over(pool, 16, 1, |connection, numbers| {
        Box::pin(async move {
            let process = sqlx::query_scalar::<_, i32>("SELECT pg_backend_pid() / least($1, 1)")
                .bind(numbers[0])
                .fetch_one(connection)
                .await?;
            Ok(numbers.into_iter().map(|number| (number, process)).collect())
        })
    })
}

async fn answer(batched: &Batched<i32, i32, sqlx::Error>, number: i32) -> i32 {
    batched.ask(number).await.expect("an answer").expect("a process")
}

#[tokio::test]
async fn one_connection_answers_them_all_and_the_pool_is_left_to_others() {
    let database = TestDatabase::create().await;
    let pool = database.pool_of(1).await;
    let batched = processes(pool.clone());
    let first = answer(&batched, 1).await;
    let _busy = pool.acquire().await.expect("a connection");
    for number in 2..20 {
        assert_eq!(answer(&batched, number).await, first);
    }
}

#[tokio::test]
async fn a_connection_that_was_lost_while_it_was_idle_is_replaced() {
    let database = TestDatabase::create().await;
    let pool = database.pool().await;
    let batched = processes(pool.clone());
    let first = answer(&batched, 1).await;
    pool.execute(sqlx::query("SELECT pg_terminate_backend($1)").bind(first)).await.expect("done");
    tokio::time::sleep(IDLE).await;
    assert_ne!(answer(&batched, 2).await, first);
}

#[tokio::test]
async fn after_an_error_another_connection_is_taken() {
    let database = TestDatabase::create().await;
    let batched = processes(database.pool().await);
    let first = answer(&batched, 1).await;
    let refused = batched.ask(0).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_ne!(answer(&batched, 2).await, first);
}
