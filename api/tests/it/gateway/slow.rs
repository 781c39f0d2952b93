//! A client that does not read.

use std::net::SocketAddr;

use commands::{ClaimsKey, Commands, Context};
use domain::values::ids::MessageId;
use domain::values::room::{MessageKind, Room};
use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;
use tempfile::TempDir;
use test_database::TestDatabase;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::socket::{PATIENCE, Socket, request};
use crate::harness::{Client, Dancer, NodeProcess, TestApp, Text, an_event};

/// What waits for a socket that does not read: in the system's buffers up to 4 MiB, here 1 MiB.
const MESSAGES: usize = 800;
const AT_ONCE: usize = 20;

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go_with_1013_and_others_notice_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;

    let mut frozen = frozen(app.address, &bob, &format!("?since=0&rooms={room}")).await;

    let (commands, _writer) = Commands::start(app.pool.clone(), ClaimsKey::new([0; 32]));
    let (author, room) = (ann.id.parse().expect("an id"), room.parse::<Room>().expect("a room"));
    let long = "💃".repeat(2_000);
    for _ in 0..MESSAGES / AT_ONCE {
        let posts = (0..AT_ONCE).map(|_| {
            let content = long.as_str().try_into().expect("content");
            let (commands, context) = (&commands, Context::of(author));
            async move {
                commands
                    .post_message(&context, MessageId::new(), room, MessageKind::Text, content)
                    .await
            }
        });
        for posted in join_all(posts).await {
            posted.expect("posted");
        }
        for _ in 0..AT_ONCE {
            a.hear("event_message").await;
        }
    }

    let mut received = 0;
    loop {
        match timeout(PATIENCE, frozen.next()).await.expect("it ends") {
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(u16::from(frame.code), 1013);
                break;
            }
            Some(Ok(_)) => received += 1,
            other => panic!("no close frame but {other:?} after {received} frames"),
        }
    }
    assert!(received < MESSAGES, "it got everything, so nothing was tested");
    assert!(a.ask("ping", serde_json::json!({})).await.is_ok());
}

/// Nothing of what waits for these is shared: each is sent what nobody else is.
const FROZEN: usize = 8;
const MOST_MEMORY: u64 = 2 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_costs_less_than_2_mib() {
    let (database, home) = (TestDatabase::create().await, TempDir::new().expect("a directory"));
    let node = NodeProcess::start(&database.url(), home.path()).await;
    let names: [String; FROZEN + 1] = std::array::from_fn(|number| format!("dancer{number}"));
    let names = names.each_ref().map(String::as_str);
    let (event, people) = an_event(node.address, &database.pool().await, names).await;
    let (ann, others) = people.split_first().expect("some");
    let mut askers = vec![];
    for other in others {
        askers.push((Socket::open(ann).await, agree(ann, other, &event).await));
    }
    let mut frozen_ones = vec![];
    for other in others {
        let mut frozen = frozen(node.address, other, "").await;
        // It has its greeting, so it is there to be sent to.
        frozen.next().await.expect("open").expect("sound");
        frozen_ones.push(frozen);
    }
    // What everything allocates once is allocated now.
    fill(&mut askers[0]).await;
    let before = node.memory();
    let taken = join_all(askers[1..].iter_mut().map(fill)).await;
    let each = node.memory().saturating_sub(before) / (FROZEN as u64 - 1);
    println!(
        "each client that does not read costs {} KiB, having been sent {taken:?}",
        each / 1024
    );
    assert!(taken.iter().all(|taken| *taken >= 32), "nothing waits for them: {taken:?}");
    assert!(each < MOST_MEMORY, "{each}");
    drop(frozen_ones);
}

/// Two agree; their match.
async fn agree(one: &Dancer, other: &Dancer, event: &str) -> String {
    let id = one.request(other, event).await.created()["id"].text();
    other.move_match(&id, "accepted").await.ok();
    id
}

/// Sends signals until the other one's queue takes no more; how many it took.
async fn fill((socket, id): &mut (Socket, String)) -> usize {
    let sdp = "v".repeat(32 * 1024);
    let offer = json!({ "matchId": id, "offer": { "type": "offer", "sdp": sdp } });
    let mut taken = 0;
    while socket.ask("webrtc_offer", offer.clone()).await == Ok(json!({ "delivered": 1 })) {
        taken += 1;
    }
    taken
}

/// Opens a socket from which nobody reads; the system holds little back for it, too.
async fn frozen(address: SocketAddr, client: &Client, query: &str) -> WebSocketStream<TcpStream> {
    let tcp = TcpSocket::new_v4().expect("a socket");
    tcp.set_recv_buffer_size(8 * 1024).expect("a small buffer");
    let tcp = tcp.connect(address).await.expect("connected");
    client_async(request(client, query), tcp).await.expect("a socket").0
}
