//! What two people do with the product, step by step, as far as HTTP goes.

use serde_json::json;

use crate::harness::{TestApp, Text};

#[tokio::test]
async fn two_dancers_meet_film_and_rate_each_other() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;

    let shown = ann.get(&format!("/api/events/{event}")).await.ok();
    assert_eq!((&shown["joined"], &shown["participantsCount"]), (&json!(true), &json!(2)));
    let participants = ann.get(&format!("/api/events/{event}/participants")).await.ok();
    let names: Vec<_> = participants["items"].as_array().expect("items").iter().collect();
    assert_eq!(names.len(), 2);

    let asked = ann.request(&bob, &event).await.created();
    let id = asked["id"].text();
    assert_eq!(asked["status"], "pending");
    assert_eq!(asked["partner"]["username"], "bob");
    assert_eq!(asked["event"]["id"], json!(event));

    let waiting = bob.get("/api/matches?status=pending").await.ok();
    assert_eq!(waiting["items"][0]["id"], json!(id));
    assert_eq!(waiting["items"][0]["partner"]["username"], "ann");
    let accepted = bob.move_match(&id, "accepted").await.ok();
    assert_eq!(accepted["status"], "accepted");

    for (who, direction) in [(&ann, "sent"), (&bob, "received")] {
        let report = json!({ "matchId": id, "transferId": "0190f3c0-0000-7000-8000-000000000001",
            "direction": direction, "outcome": "completed", "bytes": 20_000_000,
            "seconds": 12.5, "path": "host" });
        let noted = who.post("/api/webrtc/transfers", report).await.created();
        assert!(noted["position"].as_i64().expect("a number") > 0);
    }
    let done = ann.move_match(&id, "completed").await.ok();
    assert_eq!(done["transfers"].as_array().map(Vec::len), Some(2));
    assert_eq!(done["transfers"][0]["seconds"], json!(12.5));

    ann.rate(&id, 5).await.created();
    bob.rate(&id, 4).await.created();
    let shown = ann.get(&format!("/api/matches/{id}")).await.ok();
    assert_eq!(shown["rating"]["mine"]["score"], json!(5));
    assert_eq!(shown["rating"]["partners"]["score"], json!(4));

    let history = bob.get(&format!("/api/matches/{id}/history")).await.ok();
    let types: Vec<_> =
        history["items"].as_array().expect("items").iter().map(|it| it["type"].text()).collect();
    assert_eq!(
        types,
        [
            "Requested",
            "Accepted",
            "TransferReported",
            "TransferReported",
            "VideoHandedOver",
            "Completed",
            "PartnerRated",
            "PartnerRated"
        ]
    );
}

#[tokio::test]
async fn who_is_not_signed_in_sees_events_and_profiles_and_nothing_else() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let stranger = app.stranger();

    let events = stranger.get("/api/events").await.ok();
    assert_eq!(events["items"][0]["joined"], json!(false));
    stranger.get(&format!("/api/events/{event}")).await.ok();
    let profile = stranger.get("/api/users/ANN").await.ok();
    assert_eq!((&profile["id"], &profile["email"]), (&json!(ann.id), &json!(null)));

    for path in [
        "/api/users/me",
        "/api/matches",
        "/api/webrtc/ice-servers",
        &format!("/api/events/{event}/messages"),
        &format!("/api/ratings/stats/{}", ann.id),
    ] {
        assert_eq!(stranger.get(path).await.problem(), "unauthenticated", "{path}");
    }
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_there() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    let eve = app.dancer("eve").await;
    let id = ann.request(&bob, &event).await.created()["id"].text();

    for path in ["", "/messages", "/history"] {
        let answer = eve.get(&format!("/api/matches/{id}{path}")).await;
        assert_eq!(answer.problem(), "not_found");
    }
    assert_eq!(eve.move_match(&id, "accepted").await.problem(), "not_found");
    assert_eq!(eve.move_match(&id, "pending").await.problem(), "not_found");
    assert_eq!(eve.rate(&id, 1).await.problem(), "not_found");
    for path in ["participants", "messages"] {
        let answer = eve.get(&format!("/api/events/{event}/{path}")).await;
        assert_eq!(answer.problem(), "not_participant");
    }
    assert_eq!(eve.request(&bob, &event).await.problem(), "not_participant");
}

#[tokio::test]
async fn joining_twice_is_the_same_as_once_and_leaving_undoes_it() {
    let app = TestApp::start().await;
    let (ann, _, event) = app.two_dancers().await;
    let before = app.log_length().await;
    let path = format!("/api/events/{event}/join");

    let again = ann.post(&path, json!(null)).await.ok();
    assert_eq!(again["participantsCount"], json!(2));
    assert_eq!(app.log_length().await, before);
    let left = ann.delete(&path).await.ok();
    assert_eq!((&left["joined"], &left["participantsCount"]), (&json!(false), &json!(1)));
}

#[tokio::test]
async fn a_profile_changes_where_it_is_told_and_stays_elsewhere() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let links = json!(["https://instagram.com/ann", "https://ann.example/dance"]);
    let change = json!({ "bio": "Follows.", "country": "de", "danceRole": "follower",
                         "socialLinks": links, "wsdcNumber": 14_217 });
    ann.patch("/api/users/me", change).await.ok();
    let changed = ann.patch("/api/users/me", json!({ "bio": null })).await.ok();
    assert_eq!(changed["bio"], json!(null));
    assert_eq!((&changed["country"], &changed["danceRole"]), (&json!("DE"), &json!("follower")));
    assert_eq!((&changed["socialLinks"], &changed["wsdcNumber"]), (&links, &json!(14_217)));
    assert_eq!(ann.get("/api/users/me").await.ok(), changed);
    let seen = app.stranger().get("/api/users/ann").await.ok();
    assert_eq!((&seen["socialLinks"], &seen["wsdcNumber"]), (&links, &json!(14_217)));
    let emptied = json!({ "socialLinks": null, "wsdcNumber": null });
    let emptied = ann.patch("/api/users/me", emptied).await.ok();
    assert_eq!((&emptied["socialLinks"], &emptied["wsdcNumber"]), (&json!([]), &json!(null)));
}

#[tokio::test]
async fn who_is_blocked_hears_what_a_stranger_hears() {
    let app = TestApp::start().await;
    let (ann, bob, event) = app.two_dancers().await;
    bob.post(&format!("/api/users/{}/block", ann.id), json!(null)).await.is(204);
    assert_eq!(ann.request(&bob, &event).await.problem(), "not_participant");
    bob.delete(&format!("/api/users/{}/block", ann.id)).await.is(204);
    ann.request(&bob, &event).await.created();
}

#[tokio::test]
async fn moderators_read_and_resolve_what_others_report() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.two_dancers().await;
    let mod_ = app.dancer_with_role("moira", domain::values::account::Role::Moderator).await;

    let filed = json!({ "reportedUserId": bob.id, "reason": "spam", "details": "Sells shoes." });
    let filed = ann.post("/api/reports", filed).await.created();
    let path = format!("/api/reports/{}", filed["id"].text());
    assert_eq!(filed["status"], "open");
    assert_eq!(ann.get(&path).await.problem(), "forbidden");
    assert_eq!(mod_.get("/api/reports?status=open").await.ok()["items"][0]["id"], filed["id"]);

    let resolution = json!({ "status": "resolved", "resolution": "Talked to him." });
    assert_eq!(ann.patch(&path, resolution.clone()).await.problem(), "forbidden");
    let resolved = mod_.patch(&path, resolution.clone()).await.ok();
    assert_eq!(
        (&resolved["status"], &resolved["resolution"]),
        (&json!("resolved"), &json!("Talked to him."))
    );
    assert_eq!(mod_.patch(&path, resolution).await.problem(), "illegal_transition");
}
