//! One keep-alive connection: a blocking HTTP/1.1 client that costs little beside the server that it measures.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) target: &'a str,
    /// Further header lines, each with its CRLF.
    pub(crate) headers: &'a str,
    pub(crate) form: Option<&'a str>,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Connection {
    /// `host:port`.
    address: String,
    stream: Option<BufReader<TcpStream>>,
    buffer: Vec<u8>,
}

impl Response {
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(given, _)| given.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A search instead of a parse: the driver answers for twenty thousand documents a second.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.body.windows(words.len()).any(|window| window == words.as_bytes())
    }
}

impl Connection {
    pub(crate) fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None, buffer: Vec::with_capacity(4096) }
    }

    pub(crate) fn send(&mut self, request: &Request<'_>) -> Result<Response, String> {
        let fault = |reason: io::Error| format!("{} {}: {reason}", request.method, request.target);
        self.write_down(request).map_err(fault)?;
        let used_before = self.stream.is_some();
        match self.exchange() {
            // An idle connection may be closed by the server at any time: RFC 9112 §9.5.
            Err(reason) if used_before && is_closed(&reason) => self.exchange().map_err(fault),
            outcome => outcome.map_err(fault),
        }
    }

    fn write_down(&mut self, request: &Request<'_>) -> io::Result<()> {
        self.buffer.clear();
        let Request { method, target, headers, form } = request;
        write!(self.buffer, "{method} {target} HTTP/1.1\r\nHost: {}\r\n{headers}", self.address)?;
        if let Some(form) = form {
            let length = form.len();
            write!(self.buffer, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n")?;
        }
        write!(self.buffer, "\r\n{}", form.unwrap_or_default())
    }

    /// The connection is kept only after an answer that was read to its end.
    fn exchange(&mut self) -> io::Result<Response> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(&self.address)?,
        };
        stream.get_mut().write_all(&self.buffer)?;
        let response = read(&mut stream)?;
        if !response.header("connection").any(|value| value.eq_ignore_ascii_case("close")) {
            self.stream = Some(stream);
        }
        Ok(response)
    }
}

fn connect(address: &str) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(BufReader::with_capacity(32 * 1024, stream))
}

fn is_closed(reason: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(reason.kind(), UnexpectedEof | ConnectionReset | BrokenPipe | ConnectionAborted)
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Response> {
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| bad("status line"))?;
    let mut headers = Vec::with_capacity(16);
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("header"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut response = Response { status, headers, body: Vec::new() };
    let length = response.header("content-length").next().map(str::parse);
    if response.header("transfer-encoding").any(|value| value.eq_ignore_ascii_case("chunked")) {
        response.body = chunks(stream)?;
    } else if let Some(length) = length {
        response.body = vec![0; length.map_err(|_number| bad("content-length"))?];
        stream.read_exact(&mut response.body)?;
    }
    Ok(response)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = u64::from_str_radix(&line(stream)?, 16).map_err(|_number| bad("chunk size"))?;
        stream.by_ref().take(size).read_to_end(&mut body)?;
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("bad {what}"))
}
