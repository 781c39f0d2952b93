//! What is done by mail: confirming an address, setting a new password.

use std::path::PathBuf;
use std::time::Duration;

use api::config::Config;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::harness::{PASSWORD, TestApp};

/// The bodies of all mails written so far, as text.
pub async fn mails(app: &TestApp) -> Vec<String> {
    let Ok(mut folder) = tokio::fs::read_dir(app.home().join("outbox")).await else {
        return vec![];
    };
    let mut paths: Vec<PathBuf> = vec![];
    while let Some(entry) = folder.next_entry().await.expect("an entry") {
        if entry.path().extension().is_some_and(|end| end == "eml") {
            paths.push(entry.path());
        }
    }
    let mut texts = vec![];
    for path in paths {
        texts.push(plain(&tokio::fs::read_to_string(path).await.expect("a mail")));
    }
    texts
}

/// Without the line ends that quoted-printable puts into long lines.
fn plain(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

/// The mail whose subject this is, once it is there.
pub async fn mail(app: &TestApp, subject: &str) -> String {
    let subject = format!("Subject: {subject}");
    for _ in 0..600 {
        if let Some(found) = mails(app).await.into_iter().find(|it| it.contains(&subject)) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail with {subject}");
}

pub fn after<'a>(mail: &'a str, mark: &str) -> &'a str {
    let rest = mail.split_once(mark).unwrap_or_else(|| panic!("{mark} in {mail}")).1;
    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().expect("text")
}

const CONFIRM: &str = "Confirm your mail address";

#[tokio::test]
async fn until_the_address_is_confirmed_one_may_look_but_not_write() {
    let mut config = Config::for_tests();
    config.mail.require_verified = true;
    let app = TestApp::with(config).await;
    let ann = app.dancer("ann").await;
    ann.get("/api/events").await.ok();
    let refused = ann.patch("/api/users/me", json!({ "bio": "Hi" })).await;
    assert_eq!((refused.status, refused.problem()), (403, "email_not_verified"));

    let pin = after(&mail(&app, CONFIRM).await, "this PIN: ").to_owned();
    let verify = |pin: String| json!({ "email": "Ann@example.com", "pin": pin });
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let refused = ann.post("/api/auth/verify-email", verify(wrong.into())).await;
    assert_eq!(refused.problem(), "invalid_token");
    ann.post("/api/auth/verify-email", verify(pin)).await.is(204);
    assert_eq!(ann.get("/api/users/me").await.ok()["emailVerified"], true);
    ann.patch("/api/users/me", json!({ "bio": "Hi" })).await.ok();
}

#[tokio::test]
async fn a_pin_is_guessed_at_five_times_and_the_link_still_works() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let sent = mail(&app, CONFIRM).await;
    let pin = after(&sent, "this PIN: ").to_owned();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let verify = |pin: &str| json!({ "email": "ann@example.com", "pin": pin });
    for _ in 0..5 {
        let refused = ann.post("/api/auth/verify-email", verify(wrong)).await;
        assert_eq!(refused.problem(), "invalid_token");
    }
    assert_eq!(ann.post("/api/auth/verify-email", verify(&pin)).await.problem(), "invalid_token");
    let nobody = json!({ "email": "nobody@example.com", "pin": pin });
    assert_eq!(ann.post("/api/auth/verify-email", nobody).await.problem(), "invalid_token");
    let token = json!({ "token": after(&sent, "/verify-email#token=") });
    for _ in 0..2 {
        app.stranger().post("/api/auth/verify-email", token.clone()).await.is(204);
    }
    assert_eq!(ann.get("/api/users/me").await.ok()["emailVerified"], true);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_once_and_ends_all_sessions() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let stranger = app.stranger();
    let forgot = |email: &str| json!({ "email": email });
    let known = stranger.post("/api/auth/forgot-password", forgot("ann@example.com")).await;
    let unknown = stranger.post("/api/auth/forgot-password", forgot("no@example.com")).await;
    assert_eq!((known.status, &known.body), (202, &unknown.body));
    assert_eq!(unknown.status, 202);

    let token = after(&mail(&app, "Set a new password").await, "/reset-password#token=").to_owned();
    let reset = |token: &str, password: &str| json!({ "token": token, "password": password });
    let mut altered = token.clone();
    altered.replace_range(4..5, if &token[4..5] == "A" { "B" } else { "A" });
    let refused = stranger.post("/api/auth/reset-password", reset(&altered, "another one")).await;
    assert_eq!(refused.problem(), "invalid_token");
    stranger.post("/api/auth/reset-password", reset(&token, "brand new words")).await.is(204);
    let again = stranger.post("/api/auth/reset-password", reset(&token, "another one")).await;
    assert_eq!(again.problem(), "invalid_token");

    assert_eq!(ann.get("/api/users/me").await.problem(), "unauthenticated");
    let login = |password: &str| json!({ "email": "ann@example.com", "password": password });
    let old = stranger.post("/api/auth/login", login(PASSWORD)).await;
    assert_eq!(old.problem(), "bad_credentials");
    stranger.post("/api/auth/login", login("brand new words")).await.ok();
    mail(&app, "Your password was changed").await;
    assert!(!mails(&app).await.iter().any(|mail| mail.contains("no@example.com")));
}

#[tokio::test]
async fn changing_the_password_keeps_this_session_and_ends_the_others() {
    let app = TestApp::start().await;
    let ann = app.dancer("ann").await;
    let phone = app.stranger();
    let login = json!({ "email": "ann@example.com", "password": PASSWORD });
    phone.post("/api/auth/login", login).await.ok();
    let change = |current: &str| json!({ "current": current, "password": "brand new words" });
    let refused = ann.post("/api/users/me/password", change("not hers")).await;
    assert_eq!(refused.fields(), ["current"]);
    ann.post("/api/users/me/password", change(PASSWORD)).await.is(204);
    ann.get("/api/users/me").await.ok();
    assert_eq!(phone.get("/api/users/me").await.problem(), "unauthenticated");
}

/// Takes mails as a mail server does; the first is put off, as busy servers do.
async fn mail_server() -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    let (taken, mails) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut refused = false;
        while let Ok((socket, _)) = listener.accept().await {
            let (read, mut write) = socket.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 test\r\n").await.expect("sent");
            let (mut data, mut mail) = (false, String::new());
            while let Ok(Some(line)) = lines.next_line().await {
                let answer: &[u8] = match line.as_str() {
                    "." if data => {
                        data = false;
                        drop(taken.send(std::mem::take(&mut mail)));
                        b"250 taken\r\n"
                    }
                    line if data => {
                        mail += line;
                        mail += "\r\n";
                        continue;
                    }
                    "DATA" if !refused => {
                        refused = true;
                        b"451 try again\r\n"
                    }
                    "DATA" => {
                        data = true;
                        b"354 go on\r\n"
                    }
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 fine\r\n",
                };
                if write.write_all(answer).await.is_err() {
                    break;
                }
            }
        }
    });
    (url, mails)
}

#[tokio::test]
async fn a_mail_that_a_server_puts_off_is_sent_again() {
    let (url, mut taken) = mail_server().await;
    let mut config = Config::for_tests();
    config.mail.smtp_url = Some(url.as_str().into());
    let app = TestApp::with(config).await;
    app.dancer("ann").await;
    let waiting = || async {
        sqlx::query_as::<_, (Option<String>, bool)>("SELECT error, sent_at IS NULL FROM mails")
            .fetch_optional(&app.pool)
            .await
            .expect("read")
    };
    loop {
        if let Some((Some(error), true)) = waiting().await {
            assert!(!error.contains("ann@example.com"), "{error}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sqlx::query("UPDATE mails SET due = now()").execute(&app.pool).await.expect("due");
    let mail = plain(&taken.recv().await.expect("a mail"));
    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM mails").fetch_one(&app.pool).await.expect("one");
    assert!(mail.contains(&format!("Message-ID: <{id}@spotlight.cam>")), "{mail}");
    assert!(mail.contains("To: ann@example.com") && mail.contains("text/html"), "{mail}");
}
