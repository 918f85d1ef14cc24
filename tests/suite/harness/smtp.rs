//! A mail server of the tests' own: it takes letters, or fails in the ways that mail servers fail.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use signet::{
    config::{
        Settings,
        mail::{Security, Transport},
    },
    domain::time::Seconds,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Takes,
    /// Hangs up on everybody.
    Away,
    /// Says this instead of hello.
    Greets(&'static str),
    /// Answers this to the recipient.
    Recipient(&'static str),
    /// Answers this at the end of the letter.
    Letter(&'static str),
    /// Accepts connections and says nothing.
    Silent,
    /// Takes the letter, and hangs up instead of saying so.
    Dies,
    /// Says that it took the letter when it is told to go on.
    Holds,
}

/// A letter that it took.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) to: String,
    /// Headers and bodies as they came.
    pub(crate) source: String,
}

#[derive(Clone)]
pub(crate) struct MailServer {
    port: u16,
    state: Arc<State>,
}

struct State {
    manner: Mutex<Manner>,
    changed: Condvar,
    taken: Mutex<Vec<Taken>>,
    said: Mutex<Vec<String>>,
    visits: AtomicUsize,
    tls: Option<Arc<ServerConfig>>,
    wrapped: bool,
}

trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

/// How a talk goes on.
enum Next {
    Over,
    Encrypted,
}

impl MailServer {
    /// It knows no TLS.
    pub(crate) fn start(manner: Manner) -> Self {
        Self::run(manner, None, Security::None)
    }

    /// It speaks TLS from the first byte, or after STARTTLS.
    pub(crate) fn with_tls(tls: ServerConfig, security: Security) -> Self {
        Self::run(Manner::Takes, Some(Arc::new(tls)), security)
    }

    fn run(manner: Manner, tls: Option<Arc<ServerConfig>>, security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State {
            manner: Mutex::new(manner),
            changed: Condvar::new(),
            taken: Mutex::default(),
            said: Mutex::default(),
            visits: AtomicUsize::new(0),
            tls,
            wrapped: security == Security::Tls,
        };
        let server = Self { port, state: Arc::new(state) };
        let state = Arc::clone(&server.state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                state.visits.fetch_add(1, Ordering::SeqCst);
                // Clients hang up in the middle of a talk; that is what some tests are about.
                thread::spawn(move || drop(state.serve(stream)));
            }
        });
        server
    }

    /// Sends a server's letters here, in clear.
    pub(crate) fn used_by(&self, settings: &mut Settings) {
        settings.mail.transport = Transport::Smtp;
        settings.mail.from_address = "no-reply@signet.example".into();
        settings.mail.smtp.host = "127.0.0.1".into();
        settings.mail.smtp.port = self.port;
        settings.mail.smtp.security = Security::None;
        settings.mail.smtp.timeout_seconds = Seconds(30);
        settings.mail.smtp.ca_file = PathBuf::new();
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn becomes(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
        self.state.changed.notify_all();
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub(crate) fn visits(&self) -> usize {
        self.state.visits.load(Ordering::SeqCst)
    }

    /// Every line that a client sent outside of letters and of TLS.
    pub(crate) fn said_in_clear(&self) -> Vec<String> {
        self.state.said.lock().unwrap().clone()
    }
}

impl State {
    fn manner(&self) -> Manner {
        *self.manner.lock().unwrap()
    }

    fn wait_while(&self, manner: Manner) {
        let held = self.manner.lock().unwrap();
        drop(self.changed.wait_while(held, |now| *now == manner).unwrap());
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        self.wait_while(Manner::Silent);
        if self.wrapped {
            return self.serve_encrypted(stream, Greeting::Due);
        }
        match self.talk(&mut stream, Greeting::Due, Privacy::None)? {
            Next::Over => Ok(()),
            Next::Encrypted => self.serve_encrypted(stream, Greeting::Done),
        }
    }

    fn serve_encrypted(&self, stream: TcpStream, greeting: Greeting) -> io::Result<()> {
        let config = Arc::clone(self.tls.as_ref().unwrap());
        let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
        self.talk(&mut stream, greeting, Privacy::Tls).map(drop)
    }

    fn talk(&self, line: &mut dyn Line, greeting: Greeting, privacy: Privacy) -> io::Result<Next> {
        match (self.manner(), greeting) {
            (Manner::Away, _) => return Ok(Next::Over),
            (Manner::Greets(words), Greeting::Due) => say(line, words)?,
            (_, Greeting::Due) => say(line, "220 tests.example ready")?,
            (_, Greeting::Done) => {}
        }
        let mut to = String::new();
        loop {
            let command = hear(line)?;
            if privacy == Privacy::None {
                self.said.lock().unwrap().push(command.clone());
            }
            match command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" if privacy == Privacy::None && self.tls.is_some() => {
                    say(line, "250-tests.example\r\n250 STARTTLS")?;
                }
                "EHLO" => say(line, "250-tests.example\r\n250-AUTH PLAIN\r\n250 8BITMIME")?,
                "STARTTLS" => {
                    say(line, "220 go on")?;
                    return Ok(Next::Encrypted);
                }
                "AUTH" => say(line, "235 2.7.0 welcome")?,
                "RCPT" => {
                    to = command.split(['<', '>']).nth(1).unwrap_or_default().into();
                    say(line, if let Manner::Recipient(words) = self.manner() { words } else { "250 2.1.5 fine" })?;
                }
                "DATA" => {
                    say(line, "354 write")?;
                    if !self.takes(line, &to)? {
                        return Ok(Next::Over);
                    }
                }
                "QUIT" => {
                    say(line, "221 2.0.0 bye")?;
                    return Ok(Next::Over);
                }
                _ => say(line, "250 2.0.0 fine")?,
            }
        }
    }

    /// `false`: it hangs up.
    fn takes(&self, line: &mut dyn Line, to: &str) -> io::Result<bool> {
        let mut source = String::new();
        loop {
            match hear(line)?.as_str() {
                "." => break,
                text => source.extend([text.strip_prefix('.').unwrap_or(text), "\r\n"]),
            }
        }
        let manner = self.manner();
        if let Manner::Letter(words) = manner {
            say(line, words)?;
            return Ok(true);
        }
        self.taken.lock().unwrap().push(Taken { to: to.to_owned(), source });
        self.wait_while(Manner::Holds);
        if manner == Manner::Dies {
            return Ok(false);
        }
        say(line, "250 2.0.0 taken")?;
        Ok(true)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Greeting {
    Due,
    Done,
}

#[derive(Clone, Copy, PartialEq)]
enum Privacy {
    None,
    Tls,
}

fn say(line: &mut dyn Line, words: &str) -> io::Result<()> {
    line.write_all(format!("{words}\r\n").as_bytes())?;
    line.flush()
}

fn hear(line: &mut dyn Line) -> io::Result<String> {
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(b"\r\n") {
        line.read_exact(&mut byte)?;
        heard.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&heard).trim_end().to_owned())
}
