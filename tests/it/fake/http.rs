//! A small HTTP/1.1 server over threads: keep-alive, bodies with a length, every wrong way of answering.
#![expect(clippy::disallowed_methods, reason = "a test server has threads and clocks")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A request as it came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The first header of that (lower-case) name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// The path, percent-decoded.
    pub(crate) fn path(&self) -> String {
        decode(self.target.split('?').next().unwrap_or_default())
    }
    /// Query parameters, decoded, in order.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let Some((_, query)) = self.target.split_once('?') else { return Vec::new() };
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }
    /// One query parameter; names are compared without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
    /// The body as JSON, or null.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// How the bytes of an answer go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    #[default]
    Whole,
    /// The length promises the whole, half is sent, then the connection ends.
    Truncated,
    /// The connection is closed without a byte.
    Reset,
    /// The head and some bytes, then nothing for a long time.
    Stalled,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delivery: Delivery,
    /// Time that passes before it goes out, besides the latency of all answers.
    pub(crate) delay: Duration,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Response { status, ..Response::default() }
    }
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Response::new(status).with("content-type", "application/json; charset=utf-8").body(body.to_string())
    }
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// Answers one request.
pub(crate) trait Handler: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Response;
}

/// A listener on a free loopback port, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(handler: Arc<dyn Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let port = listener.local_addr().expect("a bound listener").port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let handler = Arc::clone(&handler);
                std::thread::spawn(move || converse(stream, handler.as_ref()));
            }
        });
        Server { port, stop }
    }
    /// `http://127.0.0.1:PORT`.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes `accept`, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn converse(stream: TcpStream, handler: &dyn Handler) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let _ = stream.set_nodelay(true);
    let Ok(reading) = stream.try_clone() else { return };
    let mut reader = BufReader::new(reading);
    let mut writer = stream;
    while let Some(request) = read_request(&mut reader) {
        let response = handler.answer(&request);
        if !write_response(&mut writer, &request, &response) {
            let _ = writer.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut parts = line.split_whitespace();
    let mut request = Request { method: parts.next()?.to_owned(), target: parts.next()?.to_owned(), ..Request::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        request.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// False where the connection is to be closed.
fn write_response(writer: &mut TcpStream, request: &Request, response: &Response) -> bool {
    if response.delivery == Delivery::Reset {
        return false;
    }
    let head_only = request.method == "HEAD";
    let mut head = format!("HTTP/1.1 {} Any\r\n", response.status);
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", response.body.len()));
    let mut bytes = head.into_bytes();
    let sent = match response.delivery {
        Delivery::Whole | Delivery::Reset => response.body.len(),
        Delivery::Truncated | Delivery::Stalled => response.body.len() / 2,
    };
    if !head_only {
        bytes.extend_from_slice(response.body.get(..sent).unwrap_or_default());
    }
    if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
        return false;
    }
    match response.delivery {
        Delivery::Whole => true,
        Delivery::Stalled => {
            std::thread::sleep(Duration::from_secs(90));
            false
        }
        Delivery::Truncated | Delivery::Reset => false,
    }
}
