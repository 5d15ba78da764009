//! Clipboard transfers (punktfunk1.md 8, punktfunk2.md 10.1): one stream for each text, opened by who wants it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{json, Value};
use tokio::sync::mpsc;

use crate::control::{framed, FrameBuf, Gen, TYPED};
use crate::fields::{put_varint, Body, Fields};
use crate::util::{Reader, Res, Writer};

pub const TEXT: &str = "text/plain;charset=utf-8";
const LONGEST: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(60);
const NO_FILE: u32 = 0xffff_ffff;

fn mark(gen: Gen) -> Vec<u8> {
    match gen {
        Gen::One => b"PKFs\x01".to_vec(),
        Gen::Two => {
            let mut out = Vec::new();
            put_varint(&mut out, 2);
            out
        }
    }
}

fn question(gen: Gen, seq: u32) -> Vec<u8> {
    match gen {
        Gen::One => framed(
            &Writer::new().bytes(TYPED).u8(0x43).u32(seq).u32(NO_FILE).len8(TEXT.as_bytes()).0,
        ),
        Gen::Two => {
            Body::default().u32(1, seq).u32(2, NO_FILE).bytes(3, TEXT.as_bytes()).frame(0x43)
        }
    }
}

fn header(gen: Gen, status: u8, total: u64) -> Vec<u8> {
    match gen {
        Gen::One => framed(&Writer::new().bytes(TYPED).u8(0x44).u8(status).u64(total).0),
        Gen::Two => Body::default().u8(1, status).u64(2, total).frame(0x44),
    }
}

/// (seq, file, kind)
fn asked(gen: Gen, ty: u64, body: &[u8]) -> Res<(u32, u32, String)> {
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    if gen == Gen::One {
        let mut r = Reader::new(body);
        if r.bytes(4)? != TYPED || r.u8()? != 0x43 {
            return Err("no ClipFetch".into());
        }
        return Ok((r.u32()?, r.u32()?, text(r.len8()?)));
    }
    if ty != 0x43 {
        return Err("no ClipFetch".into());
    }
    let f = Fields::parse(body, None)?;
    Ok((f.u32(1, 0)?, f.u32(2, 0)?, text(f.raw(3).unwrap_or_default())))
}

/// (status, total)
fn answered(gen: Gen, ty: u64, body: &[u8]) -> Res<(u8, u64)> {
    if gen == Gen::One {
        let mut r = Reader::new(body);
        if r.bytes(4)? != TYPED || r.u8()? != 0x44 {
            return Err("no ClipFetchHdr".into());
        }
        return Ok((r.u8()?, r.u64()?));
    }
    if ty != 0x44 {
        return Err("no ClipFetchHdr".into());
    }
    let f = Fields::parse(body, None)?;
    Ok((f.u8(1, 0)?, f.u64(2, 0)?))
}

async fn read_all(recv: &mut quinn::RecvStream) -> Res<Vec<u8>> {
    let read = tokio::time::timeout(PATIENCE, recv.read_to_end(LONGEST)).await;
    read.map_err(|_| "no answer in time".to_string())?.map_err(|e| e.to_string())
}

/// The host's text.
async fn fetch(connection: &quinn::Connection, gen: Gen, seq: u32) -> Res<String> {
    let (mut send, mut recv) = connection.open_bi().await.map_err(|e| e.to_string())?;
    let mut ask = mark(gen);
    ask.extend(question(gen, seq));
    send.write_all(&ask).await.map_err(|e| e.to_string())?;
    let raw = read_all(&mut recv).await?;
    let mut frames = FrameBuf::new(gen);
    frames.push(&raw);
    let (ty, body) = frames.take()?.ok_or("the header is cut")?;
    let (status, total) = answered(gen, ty, &body)?;
    let text = frames.rest();
    if status != 0 {
        return Err(format!("status {status}"));
    }
    if text.len() as u64 != total {
        return Err(format!("{} bytes of {total}", text.len()));
    }
    String::from_utf8(text).map_err(|e| e.to_string())
}

pub fn fetch_later(
    connection: quinn::Connection,
    gen: Gen,
    seq: u32,
    told: mpsc::UnboundedSender<Value>,
) {
    tokio::spawn(async move {
        let _ = told.send(match fetch(&connection, gen, seq).await {
            Ok(text) => json!({ "clip_fetched": text }),
            Err(e) => json!({ "clip_not_fetched": e }),
        });
    });
}

async fn serve_one(
    gen: Gen,
    send: &mut quinn::SendStream,
    recv: &mut quinn::RecvStream,
    (seq, text): (u32, &str),
) -> Res<usize> {
    let expected = mark(gen);
    let mut head = vec![0; expected.len()];
    recv.read_exact(&mut head).await.map_err(|e| e.to_string())?;
    if head != expected {
        return Err("a stream that is no transfer".into());
    }
    let mut frames = FrameBuf::new(gen);
    let (ty, body) = loop {
        if let Some(frame) = frames.take()? {
            break frame;
        }
        let chunk = recv.read_chunk(4096, true).await.map_err(|e| e.to_string())?;
        frames.push(&chunk.ok_or("the question is cut")?.bytes);
    };
    let (wanted, file, kind) = asked(gen, ty, &body)?;
    if file != NO_FILE || kind != TEXT {
        return Err(format!("asked for {kind}, file {file:#x}"));
    }
    let status = u8::from(wanted != seq);
    let mut answer = header(gen, status, if status == 0 { text.len() as u64 } else { 0 });
    if status == 0 {
        answer.extend_from_slice(text.as_bytes());
    }
    send.write_all(&answer).await.map_err(|e| e.to_string())?;
    send.finish().map_err(|e| e.to_string())?;
    if status != 0 {
        return Err(format!("asked for number {wanted}"));
    }
    let _ = send.stopped().await;
    Ok(text.len())
}

/// Hands our text to whoever asks, as long as the connection lives.
pub fn serve(
    connection: quinn::Connection,
    gen: Gen,
    seq: u32,
    text: String,
    told: mpsc::UnboundedSender<Value>,
) {
    let text = Arc::new(text);
    tokio::spawn(async move {
        while let Ok((mut send, mut recv)) = connection.accept_bi().await {
            let _ = told.send(match serve_one(gen, &mut send, &mut recv, (seq, &text)).await {
                Ok(bytes) => json!({ "clip_served": bytes }),
                Err(e) => json!({ "clip_not_served": e }),
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_examples() {
        let one = |hex: &str| crate::util::unhex(hex).unwrap();
        // punktfunk1.md 3.8, with the kind of this client
        let body = one("43070000000affffff");
        assert_eq!(question(Gen::One, 7)[2 + 4], body[0]);
        assert_eq!(header(Gen::One, 0, 5), one("0e00504b466344000500000000000000"));
        assert_eq!(header(Gen::Two, 0, 5)[..2], [0x40, 0x44]);
        let (ty, body) = {
            let mut frames = FrameBuf::new(Gen::Two);
            frames.push(&question(Gen::Two, 9));
            frames.take().unwrap().unwrap()
        };
        assert_eq!(asked(Gen::Two, ty, &body).unwrap(), (9, NO_FILE, TEXT.to_string()));
    }
}
