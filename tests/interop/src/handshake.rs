//! The control stream from its first byte to the clock rounds (punktfunk1.md 4.1 and 9, punktfunk2.md 4).

use std::time::Duration;

use serde_json::{json, Value};
use tokio::time::{timeout_at, Instant};

use crate::control::{decode, encode, framed, stream_head, FrameBuf, FromHost, Gen, ToHost};
use crate::hello::{Agreement, Offer, EXT};
use crate::quic::{Failure, Link};
use crate::util::{mono_ns, ms, unix_ns};

/// One message and when it had been read (wall clock).
pub struct Message {
    pub ty: u64,
    pub body: Vec<u8>,
    pub unix_ns: u64,
}

pub struct Receiving {
    recv: quinn::RecvStream,
    buf: FrameBuf,
}

impl Receiving {
    /// A stream behind its stream type.
    pub fn new(recv: quinn::RecvStream, gen: Gen) -> Receiving {
        Receiving { recv, buf: FrameBuf::new(gen) }
    }
    /// The next message; `None` when the stream has ended.
    pub async fn next(&mut self) -> Result<Option<Message>, String> {
        loop {
            if let Some((ty, body)) = self.buf.take()? {
                return Ok(Some(Message { ty, body, unix_ns: unix_ns() }));
            }
            match self.recv.read_chunk(65_536, true).await {
                Ok(Some(chunk)) => self.buf.push(&chunk.bytes),
                Ok(None) => return Ok(None),
                Err(e) => return Err(e.to_string()),
            }
        }
    }
}

pub struct Control {
    pub gen: Gen,
    pub send: quinn::SendStream,
    pub recv: Receiving,
}

impl Control {
    /// Opens the stream and says the first thing on it, in one write.
    pub async fn open(link: &Link, first: &[u8]) -> Result<Control, Failure> {
        let (mut send, recv) = match link.connection.open_bi().await {
            Ok(pair) => pair,
            Err(e) => return Err(Failure::of("open the control stream", &e)),
        };
        let mut bytes = stream_head(link.gen);
        bytes.extend_from_slice(first);
        if let Err(e) = send.write_all(&bytes).await {
            return Err(link.why(&format!("first message: {e}")).await);
        }
        Ok(Control { gen: link.gen, send, recv: Receiving::new(recv, link.gen) })
    }
    pub async fn say(&mut self, link: &Link, message: &ToHost) -> Result<(), Failure> {
        self.write(link, &encode(self.gen, message)).await
    }
    pub async fn write(&mut self, link: &Link, bytes: &[u8]) -> Result<(), Failure> {
        match self.send.write_all(bytes).await {
            Ok(()) => Ok(()),
            Err(e) => Err(link.why(&format!("write: {e}")).await),
        }
    }
    /// The next message before `deadline`, or why there is none.
    pub async fn next(&mut self, link: &Link, deadline: Instant) -> Result<Message, Failure> {
        match timeout_at(deadline, self.recv.next()).await {
            Ok(Ok(Some(message))) => Ok(message),
            Ok(Ok(None)) => Err(link.why("the control stream ended").await),
            Ok(Err(e)) => Err(link.why(&format!("control stream: {e}")).await),
            Err(_) => {
                Err(Failure { text: "no answer in time".into(), close: json!({ "by": "nobody" }) })
            }
        }
    }
    pub async fn expect(&mut self, link: &Link, deadline: Instant) -> Result<FromHost, Failure> {
        let message = self.next(link, deadline).await?;
        decode(self.gen, message.ty, &message.body).map_err(Failure::from)
    }
}

/// The first message of a client that wants to stream.
pub fn first_message(gen: Gen, offer: &Offer) -> Vec<u8> {
    match gen {
        Gen::One => framed(&offer.hello()),
        Gen::Two => offer.client_hello(),
    }
}

/// What waiting for admission was like.
#[derive(Default)]
pub struct Waiting {
    pub pending_at_ms: Vec<f64>,
}

impl Waiting {
    pub fn json(&self) -> Value {
        json!({ "count": self.pending_at_ms.len(), "at_ms": self.pending_at_ms })
    }
}

/// Waits for Welcome or ServerHello.
pub async fn admission(
    link: &Link,
    control: &mut Control,
    offer: &Offer,
    deadline: Instant,
    waiting: &mut Waiting,
) -> Result<Agreement, Failure> {
    let started = mono_ns();
    loop {
        match control.expect(link, deadline).await? {
            FromHost::Hello(body) => {
                return Ok(match link.gen {
                    Gen::One => Agreement::from_welcome(&body, offer.client_caps & EXT != 0),
                    Gen::Two => Agreement::from_server_hello(&body),
                }?);
            }
            FromHost::Pending => waiting.pending_at_ms.push(ms(mono_ns() - started)),
            FromHost::Other(_) if link.gen == Gen::Two => {}
            other => return Err(format!("{other:?} where the handshake's answer was due").into()),
        }
    }
}

/// The best of some clock rounds.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub offset_ns: i64,
    pub rtt_ns: i64,
}

impl Clock {
    pub fn round(t1: u64, t2: u64, t3: u64, t4: u64) -> Clock {
        let d = |a: u64, b: u64| a.wrapping_sub(b) as i64;
        Clock { offset_ns: (d(t2, t1) + d(t3, t4)) / 2, rtt_ns: d(t4, t1) - d(t3, t2) }
    }
    pub fn json(&self) -> Value {
        json!({ "offset_us": self.offset_ns / 1000, "rtt_us": self.rtt_ns / 1000 })
    }
}

pub struct Rounds {
    pub best: Option<Clock>,
    pub answered: u32,
    /// What came meanwhile; impatient clients lose it and stop.
    pub aside: Vec<Message>,
}

/// The eight rounds of a connect.
pub async fn clock_rounds(link: &Link, control: &mut Control) -> Result<Rounds, Failure> {
    let mut rounds = Rounds { best: None, answered: 0, aside: Vec::new() };
    'rounds: for _ in 0..8 {
        let t1 = unix_ns();
        control.say(link, &ToHost::ClockProbe(t1)).await?;
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let message = match control.next(link, deadline).await {
                Ok(message) => message,
                Err(f) if f.close["by"] == "nobody" => break 'rounds,
                Err(f) => return Err(f),
            };
            match decode(control.gen, message.ty, &message.body) {
                Ok(FromHost::ClockEcho { t1: echoed, t2, t3 }) => {
                    if echoed != t1 {
                        return Err(format!("ClockEcho of {echoed}, not {t1}").into());
                    }
                    let round = Clock::round(t1, t2, t3, message.unix_ns);
                    if rounds.best.is_none_or(|b| round.rtt_ns < b.rtt_ns) {
                        rounds.best = Some(round);
                    }
                    rounds.answered += 1;
                    break;
                }
                _ => rounds.aside.push(message),
            }
        }
    }
    Ok(rounds)
}
