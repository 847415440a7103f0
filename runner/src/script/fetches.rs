//! Requests of one call, as its worker sees them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use std::{io, mem};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::link::Link;
use super::wire::{
    FETCH_BODIES_BYTES_MAX, FETCH_BODY_BYTES_MAX, FETCHES_AT_ONCE_MAX, FETCHES_MAX, Fetch, Head,
    Line, Order, Part, Redirect, Report,
};

#[derive(Default)]
pub(super) struct Fetches {
    /// Whether the parent answers requests of this call.
    pub are_answered: bool,
    queued: VecDeque<Fetch>,
    /// What came so far of the answers to those that are sent.
    sent: HashMap<u32, Answer>,
    count: u32,
    body_bytes: usize,
}

#[derive(Default)]
struct Answer {
    head: Option<Head>,
    body: Vec<u8>,
}

/// How a request ended.
pub(super) struct Settled {
    pub id: u32,
    /// Head and body of the answer, or why there is none.
    pub answer: Result<(Head, Vec<u8>), String>,
}

/// A request in the engine's words.
pub(super) struct Asked {
    pub id: u32,
    /// Method, URL, what to do with redirects.
    pub line: [String; 3],
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    /// The body is text, not Base64 of bytes.
    pub is_text: bool,
}

impl Fetches {
    /// Takes a request in, or tells why it will not be sent.
    pub fn ask(&mut self, asked: Asked) -> Result<(), String> {
        if !self.are_answered {
            return Err(
                "requests are sent only for the code of steps, triggers and data sources in whose \
                 text the word fetch stands"
                    .to_owned(),
            );
        }
        if self.count == FETCHES_MAX {
            return Err(format!("a call sends at most {FETCHES_MAX} requests"));
        }
        let body = asked.body.unwrap_or_default();
        let body = if asked.is_text {
            body.into_bytes()
        } else {
            STANDARD.decode(body).map_err(|error| error.to_string())?
        };
        if body.len() > FETCH_BODY_BYTES_MAX {
            return Err(format!("the body has more than {FETCH_BODY_BYTES_MAX} bytes"));
        }
        if self.body_bytes + body.len() > FETCH_BODIES_BYTES_MAX {
            return Err(format!(
                "the bodies of all requests have more than {FETCH_BODIES_BYTES_MAX} bytes"
            ));
        }
        self.count += 1;
        self.body_bytes += body.len();
        let [method, url, redirect] = asked.line;
        let redirect = match redirect.as_str() {
            "error" => Redirect::Fail,
            "manual" => Redirect::HandBack,
            _ => Redirect::Follow,
        };
        let (id, headers, body) = (asked.id, asked.headers, body.into());
        self.queued.push_back(Fetch { id, method, url, redirect, headers, body });
        Ok(())
    }

    /// Sends what may be sent; tells whether answers are to come.
    pub fn send(&mut self, link: &mut Link) -> io::Result<bool> {
        while self.sent.len() < FETCHES_AT_ONCE_MAX {
            let Some(fetch) = self.queued.pop_front() else { break };
            self.sent.insert(fetch.id, Answer::default());
            link.send(&Report::Fetch(fetch))?;
        }
        Ok(!self.sent.is_empty())
    }

    /// Waits for the next part of an answer; tells what was settled by it, and what to log.
    pub fn receive(
        &mut self,
        link: &mut Link,
        wait: Duration,
    ) -> io::Result<(Option<Settled>, Vec<Line>)> {
        let fetched = match link.next_within(wait)? {
            None => return Ok((None, Vec::new())),
            Some(Order::Fetched(fetched)) => fetched,
            Some(Order::Call(_) | Order::Native(..)) => {
                return Err(io::ErrorKind::InvalidData.into());
            }
        };
        let (id, lines) = (fetched.id, fetched.lines);
        let Some(answer) = self.sent.get_mut(&id) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let ended = match fetched.part {
            Part::Head(head) => {
                answer.head = Some(head);
                return Ok((None, lines));
            }
            Part::Body(bytes) => {
                answer.body.extend_from_slice(&bytes);
                return Ok((None, lines));
            }
            Part::End => {
                let Answer { head, body } = mem::take(answer);
                head.map(|head| (head, body)).ok_or_else(|| "there was no answer".to_owned())
            }
            Part::Failed(reason) => Err(reason),
        };
        self.sent.remove(&id);
        Ok((Some(Settled { id, answer: ended }), lines))
    }
}
