//! An HTTP client with a cookie jar, as a browser has one, and what it is answered.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, ORIGIN};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};

use super::{PASSWORD, Text};

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    jar: Arc<Jar>,
    pub base: String,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let jar = Arc::new(Jar::default());
        let http = reqwest::Client::builder().cookie_provider(jar.clone()).no_proxy().build();
        Self { http: http.expect("a client"), jar, base: format!("http://{address}") }
    }

    /// The same person with the same cookies, at another node.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    /// A request as a page of the site itself makes it.
    pub fn as_page(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header(ORIGIN, &self.base)
    }

    /// A request that says nothing of where it comes from.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.as_page(Method::GET, path)).await
    }

    /// With a body, unless it is null.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::to(with_body(self.as_page(Method::POST, path), body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::to(with_body(self.as_page(Method::PATCH, path), body)).await
    }

    pub async fn put(&self, path: &str) -> Answer {
        Answer::to(self.as_page(Method::PUT, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.as_page(Method::DELETE, path)).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: Value) -> Answer {
        let request = self.as_page(Method::POST, path).header("Idempotency-Key", key);
        Answer::to(with_body(request, body)).await
    }

    /// What the jar would send.
    pub fn cookies(&self) -> String {
        let url: Url = self.base.parse().expect("a url");
        let cookies = self.jar.cookies(&url);
        cookies.map(|it| it.to_str().expect("text").to_owned()).unwrap_or_default()
    }
}

fn with_body(request: RequestBuilder, body: Value) -> RequestBuilder {
    if body.is_null() { request } else { request.json(&body) }
}

/// Somebody signed in by cookie.
#[derive(Clone)]
pub struct Dancer {
    pub id: String,
    client: Client,
}

impl Dancer {
    pub async fn register(client: Client, name: &str) -> Self {
        let email = format!("{name}@example.com");
        let body = json!({ "username": name, "email": email, "password": PASSWORD });
        let session = client.post("/api/auth/register", body).await.created();
        Self { id: session["user"]["id"].text(), client }
    }
}

impl Deref for Dancer {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where there is none; text that is no JSON as a string.
    pub body: Value,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("text");
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        };
        Self { status, headers, body }
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        self.is(200)
    }

    #[track_caller]
    pub fn created(self) -> Value {
        self.is(201)
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// A problem, whole and sound; its code.
    #[track_caller]
    pub fn problem(&self) -> &str {
        let media_type = self.header("content-type");
        assert_eq!(media_type, "application/problem+json", "{} {}", self.status, self.body);
        assert_eq!(self.body["status"], self.status, "{}", self.body);
        for field in ["type", "title", "detail"] {
            assert!(self.body[field].as_str().is_some_and(|it| !it.is_empty()), "{}", self.body);
        }
        self.body["code"].as_str().expect("a code")
    }

    /// The names of the fields a problem refuses.
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["field"].as_str()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}
