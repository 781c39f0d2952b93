//! One dancer's phone: HTTP with a cookie jar, as a page of the site makes its requests, and a
//! socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::Method;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{COOKIE, ORIGIN};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Failure;

/// What has not come by then is missing.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Dancer {
    pub id: String,
    http: reqwest::Client,
    jar: Arc<Jar>,
    base: String,
}

impl Dancer {
    pub async fn register(address: SocketAddr, name: &str) -> Result<Self, Failure> {
        let jar = Arc::new(Jar::default());
        let http = reqwest::Client::builder().cookie_provider(jar.clone()).no_proxy().build()?;
        let base = format!("http://{address}");
        let mut dancer = Self { id: String::new(), http, jar, base };
        let email = format!("{name}@example.com");
        let body = json!({ "username": name, "email": email, "password": "spin and whip 42" });
        let registered = dancer.send(Method::POST, "/api/auth/register", &body).await?;
        dancer.id = text(&registered["user"]["id"])?;
        Ok(dancer)
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let answer = request.header(ORIGIN, &self.base).json(body).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("{path} answered {status}: {body}").into());
        }
        Ok(serde_json::from_str(&body).unwrap_or_default())
    }

    pub async fn connect(&self) -> Result<Socket, Failure> {
        let mut request =
            format!("{}/ws", self.base.replacen("http", "ws", 1)).into_client_request()?;
        let cookies = self.jar.cookies(&self.base.parse()?).ok_or("no session")?;
        request.headers_mut().insert(COOKIE, cookies.as_bytes().try_into()?);
        request.headers_mut().insert(ORIGIN, self.base.parse()?);
        let (stream, _) = connect_async(request).await?;
        Ok(Socket { stream, asked: 0, aside: vec![] })
    }
}

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    asked: u32,
    /// Frames that came while another was waited for.
    aside: Vec<Value>,
}

impl Socket {
    /// Asks, and waits for the ack's data.
    pub async fn ask(&mut self, kind: &str, data: Value) -> Result<Value, Failure> {
        self.asked += 1;
        let id = self.asked;
        let frame = json!({ "type": kind, "id": id, "data": data }).to_string();
        self.stream.send(Message::text(frame)).await?;
        let answer = self.wait(|frame| frame["id"] == id).await?;
        match answer["type"].as_str() {
            Some("ack") => Ok(answer["data"].clone()),
            _ => Err(format!("{kind}: {answer}").into()),
        }
    }

    /// The next frame of this type.
    pub async fn hear(&mut self, kind: &str) -> Result<Value, Failure> {
        self.wait(|frame| frame["type"] == kind).await
    }

    async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        if let Some(place) = self.aside.iter().position(&wanted) {
            return Ok(self.aside.remove(place));
        }
        loop {
            let message =
                timeout(PATIENCE, self.stream.next()).await?.ok_or("the socket ended")??;
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(&text)?;
            if wanted(&frame) {
                return Ok(frame);
            }
            // Nobody here waits for who else is there.
            if frame["type"] != "active_users" && frame["type"] != "heartbeat" {
                self.aside.push(frame);
            }
        }
    }
}

pub fn text(value: &Value) -> Result<String, Failure> {
    Ok(value.as_str().ok_or_else(|| format!("{value} is no text"))?.to_owned())
}
