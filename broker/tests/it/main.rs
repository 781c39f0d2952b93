//! What every broker does, held against each of them: a real PostgreSQL, a real NATS.

mod stage;

use std::time::{Duration, Instant};

use broker::{Broker, BrokerError, Nats};

use stage::{Node, Stage};
use test_nats::NatsServer;

macro_rules! held_by_every_broker {
    ($($rule:ident)*) => {
        mod over_postgres {
            $(#[tokio::test] async fn $rule() { super::$rule(&super::Stage::postgres().await).await })*
        }
        mod over_nats {
            $(#[tokio::test] async fn $rule() { super::$rule(&super::Stage::nats().await).await })*
        }
    };
}

held_by_every_broker! {
    every_node_hears_each_message_once_and_in_its_sender_s_order
    a_message_arrives_whole_however_long
    equal_messages_are_all_heard
    a_way_that_breaks_is_opened_again
    many_messages_at_once_are_all_heard
}

async fn every_node_hears_each_message_once_and_in_its_sender_s_order(stage: &Stage) {
    let (mut ann, mut bob) = tokio::join!(stage.node(), stage.node());
    let sending = async |node: &Node, name: &str| {
        for number in 0..100 {
            node.say(&[&format!("{name} {number}")]).await;
        }
    };
    tokio::join!(sending(&ann, "ann"), sending(&bob, "bob"));
    for node in [&mut ann, &mut bob] {
        let heard = node.hear(200).await;
        for name in ["ann", "bob"] {
            let of: Vec<&String> = heard.iter().filter(|said| said.starts_with(name)).collect();
            let meant: Vec<String> = (0..100).map(|number| format!("{name} {number}")).collect();
            assert!(of.into_iter().eq(&meant), "{heard:?}");
        }
        assert_eq!(node.heard_more().await, None);
    }
}

async fn a_message_arrives_whole_however_long(stage: &Stage) {
    let (ann, mut bob) = tokio::join!(stage.node(), stage.node());
    for length in [0, 1, 7_899, 7_900, 7_901, 32_768, 300_000] {
        let long = "é\"\\ \u{1f57a}".chars().cycle().take(length).collect::<String>();
        ann.say(&["before", &long, "after"]).await;
        assert!(bob.hear(3).await == ["before", &long, "after"], "{length} characters");
    }
}

async fn equal_messages_are_all_heard(stage: &Stage) {
    let mut ann = stage.node().await;
    ann.say(&["again", "again", "again"]).await;
    assert_eq!(ann.hear(3).await, ["again", "again", "again"]);
}

async fn a_way_that_breaks_is_opened_again(stage: &Stage) {
    let (ann, mut bob) = tokio::join!(stage.node(), stage.node());
    for _ in 0..2 {
        stage.cut().await;
        bob.hears_again(&ann).await;
    }
}

async fn many_messages_at_once_are_all_heard(stage: &Stage) {
    let (ann, mut bob) = tokio::join!(stage.node(), stage.node());
    let messages: Vec<String> = (0..2_000).map(|number| format!("{number}")).collect();
    let said: Vec<&str> = messages.iter().map(String::as_str).collect();
    ann.say(&said).await;
    assert_eq!(bob.hear(2_000).await, messages);
}

#[tokio::test]
async fn deployments_that_share_a_nats_do_not_hear_each_other() {
    let server = NatsServer::start().await;
    let (mut ours, theirs) = tokio::join!(Node::over(&server, "one"), Node::over(&server, "two"));
    theirs.say(&["secret"]).await;
    ours.say(&["ours"]).await;
    assert_eq!(ours.hear(1).await, ["ours"]);
    assert_eq!(ours.heard_more().await, None);
}

#[tokio::test]
async fn what_is_longer_than_a_nats_takes_arrives_whole_and_so_does_what_follows() {
    let server = NatsServer::taking(4_096).await;
    let mut node = Node::over(&server, "test").await;
    let (ann, bob) = tokio::join!(Node::over(&server, "test"), Node::over(&server, "test"));
    let of_ann = "\u{1f57a}".repeat(50_000);
    let of_bob = "é".repeat(100_000);
    let (anns, bobs) = ([&*of_ann, "ann"], [&*of_bob, "bob"]);
    tokio::join!(ann.say(&anns), bob.say(&bobs));
    let mut heard = node.hear(4).await;
    heard.sort();
    assert!(heard == ["ann", "bob", &of_bob, &of_ann]);
}

#[tokio::test]
async fn a_nats_that_is_not_there_refuses_at_once_and_is_used_as_soon_as_it_is() {
    let mut server = NatsServer::start().await;
    server.stop().await;
    let broker = Nats::connect(&server.url(), "test").await.expect("it begins without");
    let asked = Instant::now();
    let refused = broker.publish(vec!["nobody hears this".to_owned()]).await;
    assert!(matches!(refused, Err(BrokerError::NotConnected)), "{refused:?}");
    assert!(asked.elapsed() < Duration::from_secs(1));
    server.start_again().await;
    let mut node = Node::with(broker).await;
    node.say(&["now"]).await;
    assert_eq!(node.hear(1).await, ["now"]);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    for bad in ["nats://", "nats://host:port", "http://[", ""] {
        let refused = Nats::connect(bad, "test").await.map(|_| ());
        assert!(matches!(refused, Err(BrokerError::Address(_))), "{bad}: {refused:?}");
    }
}
