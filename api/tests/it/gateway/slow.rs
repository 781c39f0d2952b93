//! A client that does not read.

use std::net::SocketAddr;

use commands::{ClaimsKey, Commands, Context};
use domain::values::ids::MessageId;
use domain::values::room::{MessageKind, Room};
use futures::StreamExt;
use futures::future::join_all;
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{PATIENCE, Socket, request};
use crate::harness::TestApp;

/// What waits for a socket that does not read: in the system's buffers up to 4 MiB, here 1 MiB.
const MESSAGES: usize = 800;
const AT_ONCE: usize = 20;

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go_with_1013_and_others_notice_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut a = Socket::open(&ann).await;
    let room = a.enter(&event).await;

    let address: SocketAddr = app.address;
    let tcp = TcpSocket::new_v4().expect("a socket");
    tcp.set_recv_buffer_size(8 * 1024).expect("a small buffer");
    let tcp = tcp.connect(address).await.expect("connected");
    let query = format!("?since=0&rooms={room}");
    let (mut frozen, _) = client_async(request(&bob, &query), tcp).await.expect("a socket");

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
