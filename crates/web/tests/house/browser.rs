//! A browser: cookies, forms and links as people's browsers send them, redirections followed or not.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};

/// One person's browser. Its cookies are those of one host; the port plays no role, as in real ones.
pub struct Browser {
    http: Client,
    base: String,
    port: String,
    jar: Mutex<BTreeMap<String, String>>,
}

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Where it sends the browser, as written.
    pub location: Option<String>,
    /// Address it came from.
    pub url: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What it sets for a cookie, attributes included.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let said = self.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        said.filter(|text| text.starts_with(name)).map(str::to_owned).next_back()
    }

    /// The text between two marks of the page.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("{before:?} is not in {}", self.text));
        rest.split_once(after).unwrap_or_else(|| panic!("{after:?} does not follow {before:?}")).0
    }

    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "{text:?} is not on {} ({}):\n{}", self.url, self.status, self.text);
        self
    }

    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "{text:?} is on {} ({}):\n{}", self.url, self.status, self.text);
        self
    }
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let http = Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        let port = base.rsplit_once(':').expect("a port").1.to_owned();
        Self { http, base: base.to_owned(), port, jar: Mutex::default() }
    }

    /// The value of one of our cookies, by its name without prefix or port.
    pub fn cookie(&self, what: &str) -> Option<String> {
        let jar = self.jar.lock().expect("nobody panicked here");
        jar.get(&format!("{what}-{}", self.port)).or_else(|| jar.get(&format!("__Host-{what}"))).cloned()
    }

    pub fn put_cookie(&self, what: &str, value: &str) {
        self.jar.lock().expect("nobody panicked here").insert(format!("{what}-{}", self.port), value.to_owned());
    }

    pub fn forget_cookie(&self, what: &str) {
        self.jar.lock().expect("nobody panicked here").remove(&format!("{what}-{}", self.port));
    }

    /// One request, no redirection followed.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, None, &[]).await
    }

    /// A page, redirections followed as long as they stay with us.
    pub async fn open(&self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// A form of one of our pages, no redirection followed.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.base.clone();
        self.send(Method::POST, path, Some(fields), &[(ORIGIN.as_str(), &origin), ("sec-fetch-site", "same-origin")]).await
    }

    /// A form of one of our pages, and the page that follows.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.post(path, fields).await;
        self.follow(page).await
    }

    /// A form on somebody else's page that aims at us.
    pub async fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, path, Some(fields), &[(ORIGIN.as_str(), origin), ("sec-fetch-site", "cross-site")]).await
    }

    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..10 {
            match &page.location {
                Some(to) if to.starts_with('/') || to.starts_with(&self.base) => page = self.get(&to.clone()).await,
                _ => return page,
            }
        }
        panic!("redirected for ever: {}", page.url);
    }

    pub async fn send(&self, method: Method, path: &str, fields: Option<&[(&str, &str)]>, headers: &[(&str, &str)]) -> Page {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method, &url).header("user-agent", "Navigateur d'essai".replace('\'', " "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(fields) = fields {
            request = request.form(fields);
        }
        if url.starts_with(&self.base) {
            request = request.header(COOKIE, self.cookies());
        }
        let reply = request.send().await.expect("an answer");
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        if url.starts_with(&self.base) {
            self.keep(&headers);
        }
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = reply.text().await.expect("a body");
        Page { status, headers, text, location, url }
    }

    fn cookies(&self) -> String {
        let jar = self.jar.lock().expect("nobody panicked here");
        jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut jar = self.jar.lock().expect("nobody panicked here");
        for said in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let (pair, attributes) = said.split_once(';').unwrap_or((said, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if attributes.contains("Max-Age=0") || value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
