//! RFC 6455 from outside, by the cases of the Autobahn test suite, 1 to 7, and under their
//! numbers. That suite wants its words echoed. Ours are questions: the id of the answer is the
//! echo.

mod cases;
pub mod wire;

use futures::StreamExt;
use futures::stream;

use crate::harness::{Client, TestApp};
use cases::{Case, Expected, all};
use wire::{FIN, Seen, TEXT, Wire, frame};

/// Cases that are tried at a time.
const AT_ONCE: usize = 16;

#[tokio::test]
async fn the_protocol_is_kept_in_every_case() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let cases = all();
    let count = cases.len();
    let failures: Vec<String> = stream::iter(cases)
        .map(|case| attempt(&ann, case))
        .buffer_unordered(AT_ONCE)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    println!("{count} cases");
}

async fn attempt(client: &Client, case: Case) -> Option<String> {
    let mut wire = Wire::open(client).await;
    wire.send(&case.sends, case.chop).await;
    let goes_on = case.expects.close.is_none();
    if goes_on {
        // Answers keep their order, so nothing that is to come comes after this one.
        wire.send(&frame(FIN | TEXT, br#"{"type":"ping","id":"end"}"#), usize::MAX).await;
    }
    let (mut got, mut answered) = (Expected::default(), false);
    while !(answered && got.pongs.len() >= case.expects.pongs.len()) {
        match wire.see().await {
            Seen::Answer(id) if goes_on && id == "end" => answered = true,
            Seen::Answer(id) => got.answers.push(id),
            Seen::Pong(payload) => got.pongs.push(payload),
            Seen::Close(code) => {
                got.close = Some(code);
                break;
            }
            Seen::End => break,
        }
    }
    // After a farewell comes nothing, and the server hangs up first.
    let says_more = case.number.starts_with('7') && wire.see().await != Seen::End;
    (says_more || got != case.expects)
        .then(|| format!("{}: {got:?} and not {:?}; more: {says_more}", case.number, case.expects))
}
