//! One HTTP call to the simulator's control API, JSON both ways, written by hand: nothing of ours on this side.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Calls and reads status and JSON answer, whatever they are.
pub fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
    let (status, text) = exchange(method, url, headers, body);
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Calls and reads the JSON answer; any status but 2xx fails the story.
pub fn call(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Value {
    let (status, text) = exchange(method, url, headers, body);
    assert!((200..300).contains(&status), "{method} {url}: {status} {text}");
    if text.trim().is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}")) }
}

fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, String) {
    let rest = url.strip_prefix("http://").expect("plain HTTP on loopback");
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(authority).unwrap_or_else(|error| panic!("{url}: {error}"));
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let body = body.map(Value::to_string).unwrap_or_default();
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {authority}\r\n{more}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the answer is read");
    let answer = String::from_utf8_lossy(&answer);
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (status, if chunked { unchunked(text) } else { text.to_owned() })
}

fn unchunked(mut text: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.push_str(&rest[..size]);
        text = rest[size..].trim_start_matches("\r\n");
    }
    whole
}
