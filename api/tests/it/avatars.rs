//! People's pictures, from the file that is sent to what others see.

use api::cli::account::erase;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::socket::Socket;
use crate::harness::{Answer, Client, Dancer, TestApp, Text};

pub const OWN: &str = "/api/users/me/avatar";

/// A photograph that says where it was taken.
pub fn photo(shade: u8) -> Vec<u8> {
    let mut file = vec![];
    let mut encoder = JpegEncoder::new(&mut file);
    encoder
        .set_exif_metadata(b"II*\0\x08\0\0\0\0\0\0\0\0\0in Tartu at noon".into())
        .expect("taken");
    let picture = RgbImage::from_fn(300, 400, |x, y| Rgb([shade, x as u8, y as u8]));
    encoder.encode_image(&picture).expect("written");
    file
}

async fn put_as(client: &Client, media_type: &str, file: Vec<u8>) -> Answer {
    let request = client.as_page(Method::PUT, OWN).header("Content-Type", media_type);
    Answer::to(request.body(file)).await
}

pub async fn put(client: &Client, file: Vec<u8>) -> Answer {
    put_as(client, "image/jpeg", file).await
}

/// What is at an address, whoever asks.
async fn picture(app: &TestApp, address: &str) -> Option<Vec<u8>> {
    let response = app.stranger().bare(Method::GET, address).send().await.expect("an answer");
    match response.status().as_u16() {
        200 => Some(response.bytes().await.expect("bytes").to_vec()),
        404 => None,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_picture_is_seen_by_everybody_and_tells_nothing_but_what_it_shows() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let mut hall = Socket::open(&bob).await;
    hall.enter(&event).await;

    let address = put(&ann, photo(200)).await.ok()["avatar"].text();
    assert!(address.starts_with("/api/avatars/"), "{address}");
    let shown = app.stranger().bare(Method::GET, &address).send().await.expect("an answer");
    for (header, value) in [
        ("content-type", "image/webp"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(shown.headers()[header], value, "{header}");
    }
    let shown = shown.bytes().await.expect("bytes");
    let decoded = image::load_from_memory(&shown).expect("a picture");
    assert_eq!((decoded.width(), decoded.height()), (256, 256));
    assert!(!shown.windows(5).any(|it| it == b"Tartu"));

    assert_eq!(bob.get("/api/users/ann").await.ok()["avatar"], json!(address));
    let people = bob.get(&format!("/api/events/{event}/participants")).await.ok();
    assert!(people.to_string().contains(&address), "{people}");
    let mut stage = Socket::open(&ann).await;
    stage.enter(&event).await;
    stage.say(&event, "hello").await;
    assert_eq!(hall.hear("event_message").await["data"]["avatar"], json!(address));
    let other = app.another_node().await;
    let elsewhere = app.stranger().at(other.address);
    assert_eq!(elsewhere.bare(Method::GET, &address).send().await.expect("one").status(), 200);
}

#[tokio::test]
async fn another_picture_has_another_address_and_the_same_one_changes_nothing() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let first = put(&ann, photo(10)).await.ok()["avatar"].text();
    let told = app.log_length().await;
    assert_eq!(put(&ann, photo(10)).await.ok()["avatar"], json!(first));
    assert_eq!(app.log_length().await, told);

    let second = put(&ann, photo(250)).await.ok()["avatar"].text();
    assert_ne!(first, second);
    assert_eq!(picture(&app, &first).await, None);
    assert!(picture(&app, &second).await.is_some());

    assert_eq!(ann.delete(OWN).await.ok()["avatar"], Value::Null);
    assert_eq!(picture(&app, &second).await, None);
    assert_eq!(ann.delete(OWN).await.ok()["avatar"], Value::Null);
}

#[tokio::test]
async fn of_pictures_that_are_put_there_at_once_the_one_that_is_named_is_there() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let uploads = (0..6).map(|shade| put(&ann, photo(shade * 40)));
    for answer in futures::future::join_all(uploads).await {
        answer.ok();
    }
    let address = ann.get("/api/users/me").await.ok()["avatar"].text();
    assert!(picture(&app, &address).await.is_some());
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_the_one_before_stays() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let address = put(&ann, photo(1)).await.ok()["avatar"].text();
    for (media_type, file) in [
        ("image/svg+xml", b"<svg/>".to_vec()),
        ("image/gif", b"GIF89a".to_vec()),
        ("application/json", b"{}".to_vec()),
    ] {
        let refused = put_as(&ann, media_type, file).await;
        assert_eq!((refused.status, refused.problem()), (415, "unsupported_media_type"));
    }
    let mut wall = photo(1);
    let frame = wall.windows(2).position(|it| it == [0xff, 0xc0]).expect("a frame");
    wall[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let half = photo(1)[..1_000].to_vec();
    for file in [b"<script>alert(1)</script>".to_vec(), vec![], wall, half] {
        let refused = put(&ann, file).await;
        assert_eq!((refused.status, refused.fields()), (422, vec!["picture"]), "{refused:?}");
    }
    let large = put(&ann, vec![0; 8 * 1024 * 1024 + 1]).await;
    assert_eq!((large.status, large.problem()), (413, "payload_too_large"));
    assert_eq!(put(&app.stranger(), photo(1)).await.problem(), "unauthenticated");
    let foreign = ann.bare(Method::PUT, OWN).header("Content-Type", "image/jpeg");
    assert_eq!(Answer::to(foreign.body(photo(2))).await.problem(), "csrf");
    assert_eq!(ann.get("/api/users/me").await.ok()["avatar"], json!(address));
    for nobody in ["/api/avatars/me", "/api/avatars/00000000-0000-5000-8000-000000000000"] {
        assert_eq!(app.stranger().get(nobody).await.problem(), "not_found");
    }
}

#[tokio::test]
async fn only_one_s_own_picture_can_be_named_as_one_s_own() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.dancer("ann").await, app.dancer("bob").await);
    let address = put(&ann, photo(3)).await.ok()["avatar"].text();
    let name = async |dancer: &Dancer, avatar: Value| {
        dancer.patch("/api/users/me", json!({ "avatar": avatar })).await
    };
    assert_eq!(name(&bob, json!(address)).await.fields(), ["avatar"]);
    assert_eq!(name(&ann, json!(address)).await.ok()["avatar"], json!(address));
    assert!(picture(&app, &address).await.is_some());

    let elsewhere = json!("https://example.com/ann.webp");
    assert_eq!(name(&ann, elsewhere.clone()).await.ok()["avatar"], elsewhere);
    assert_eq!(picture(&app, &address).await, None, "it is shown nowhere any more");
    assert_eq!(name(&ann, json!(address)).await.fields(), ["avatar"]);
}

#[tokio::test]
async fn the_person_has_it_in_their_export_and_takes_it_with_them() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let address = put(&ann, photo(4)).await.ok()["avatar"].text();
    let held = &ann.get("/api/users/me/export").await.ok()["picture"][0];
    assert_eq!(held["address"], json!(address));
    let data = held["picture"].text();
    assert!(data.starts_with("data:image/webp;base64,UklGR") && !data.contains('\n'), "{data}");

    erase(&app.database().await, "ann@example.com").await.expect("erased");
    assert_eq!(picture(&app, &address).await, None);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM avatars")
        .fetch_one(&app.pool)
        .await
        .expect("a number");
    assert_eq!(left, 0);
}
