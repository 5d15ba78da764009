//! Control messages: one meaning, two encodings (punktfunk1.md 3.1, 3.8; punktfunk2.md 3, 5).

use crate::cursor::Shape;
use crate::fields::{put_varint, varint, Body, Fields};
use crate::hello::Mode;
use crate::util::{Reader, Res, Writer};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gen {
    One,
    Two,
}

pub const TYPED: &[u8; 4] = b"PKFc";

#[derive(Clone, PartialEq, Debug)]
pub enum ToHost {
    Reconfigure(Mode),
    RequestKeyframe,
    LossReport(u32),
    SetBitrate(u32),
    Rfi(u32, u32),
    ShardAck(u16),
    DeliveryReport(u64),
    ProbeRequest {
        kbps: u32,
        ms: u32,
    },
    ClockProbe(u64),
    ClipControl {
        enabled: bool,
        flags: u8,
    },
    /// One text of so many bytes.
    ClipOffer {
        seq: u32,
        bytes: u64,
    },
    CursorRender(bool),
    InputEdge([u8; 18]),
    PairRequest {
        name: String,
        spake: Vec<u8>,
    },
    PairProof([u8; 32]),
    Ready,
    /// A type that no registry has.
    Nonsense,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FromHost {
    Reconfigured {
        accepted: bool,
        mode: Mode,
    },
    BitrateChanged {
        kbps: u32,
        reason: Option<u8>,
    },
    ShardPayloadChanged(u16),
    PipelineGap(u32),
    ProbeResult {
        bytes: u64,
        units: u32,
        ms: u32,
        packets: u32,
        drops: u32,
    },
    ClockEcho {
        t1: u64,
        t2: u64,
        t3: u64,
    },
    ClipState {
        enabled: bool,
        policy: u8,
        reason: u8,
    },
    ClipOffer {
        seq: u32,
        kinds: Vec<(String, u64)>,
    },
    CursorShape(Shape),
    AccessUpdate {
        grants: u32,
        secs: u32,
    },
    AudioState(bool),
    LaunchOutcome {
        kind: u8,
        text: String,
    },
    PadSlots(u16),
    StreamConfig {
        epoch: u8,
        mode: Mode,
        codec: u8,
        depth: u8,
        colour: [u8; 4],
        chroma: u8,
    },
    PairChallenge {
        spake: Vec<u8>,
        confirm: [u8; 32],
    },
    PairResult(bool),
    /// Handshake messages, whose bodies `hello` reads.
    Hello(Vec<u8>),
    Pending,
    Other(u64),
}

/// A whole message as it lies in the stream.
pub fn encode(gen: Gen, message: &ToHost) -> Vec<u8> {
    match gen {
        Gen::One => one(message),
        Gen::Two => two(message),
    }
}

/// A first-generation payload behind its length.
pub fn framed(payload: &[u8]) -> Vec<u8> {
    Writer::new().u16(payload.len() as u16).bytes(payload).0
}

fn one(message: &ToHost) -> Vec<u8> {
    let t = |ty: u8| Writer::new().bytes(TYPED).u8(ty);
    framed(
        &match message {
            ToHost::Reconfigure(m) => t(0x01).u32(m.width).u32(m.height).u32(m.hz),
            ToHost::RequestKeyframe => t(0x03),
            ToHost::LossReport(ppm) => t(0x04).u32(*ppm),
            ToHost::SetBitrate(kbps) => t(0x05).u32(*kbps),
            ToHost::Rfi(first, last) => t(0x07).u32(*first).u32(*last),
            ToHost::ShardAck(p) => t(0x09).u16(*p),
            ToHost::DeliveryReport(n) => t(0x0b).u64(*n),
            ToHost::ProbeRequest { kbps, ms } => t(0x20).u32(*kbps).u32(*ms),
            ToHost::ClockProbe(t1) => t(0x30).u64(*t1),
            ToHost::ClipControl { enabled, flags } => t(0x40).u8((*enabled).into()).u8(*flags),
            ToHost::ClipOffer { seq, bytes } => {
                t(0x42).u32(*seq).u8(1).len8(crate::clipboard::TEXT.as_bytes()).u64(*bytes)
            }
            ToHost::CursorRender(on) => t(0x51).u8((*on).into()),
            ToHost::InputEdge(event) => t(0x5c).bytes(event),
            ToHost::PairRequest { name, spake } => {
                t(0x10).len8(name.as_bytes()).u16(spake.len() as u16).bytes(spake)
            }
            ToHost::PairProof(mac) => t(0x12).bytes(mac),
            ToHost::Nonsense | ToHost::Ready => t(0x7e).bytes(b"nobody knows this"),
        }
        .0,
    )
}

fn two(message: &ToHost) -> Vec<u8> {
    let b = Body::default;
    match message {
        ToHost::Reconfigure(m) => b().mode(1, *m).frame(0x20),
        ToHost::RequestKeyframe => b().frame(0x37),
        ToHost::LossReport(ppm) => b().u32(1, *ppm).frame(0x2e),
        ToHost::SetBitrate(kbps) => b().u32(1, *kbps).frame(0x24),
        ToHost::Rfi(first, last) => b().u32(1, *first).u32(2, *last).frame(0x36),
        ToHost::ShardAck(p) => b().u16(1, *p).frame(0x39),
        ToHost::DeliveryReport(n) => b().u64(1, *n).frame(0x2f),
        ToHost::ProbeRequest { kbps, ms } => {
            b().u32(1, *kbps).u32(2, *ms).u16(3, 0).u32(4, 0).u32(5, 0).frame(0x2b)
        }
        ToHost::ClockProbe(t1) => b().u64(1, *t1).frame(0x3a),
        ToHost::ClipControl { enabled, flags } => b().bool(1, *enabled).u8(2, *flags).frame(0x40),
        ToHost::ClipOffer { seq, bytes } => {
            let mut kind = crate::clipboard::TEXT.as_bytes().to_vec();
            kind.extend_from_slice(&bytes.to_le_bytes());
            b().u32(1, *seq).bytes(2, &kind).frame(0x42)
        }
        ToHost::CursorRender(on) => b().bool(1, *on).frame(0x31),
        ToHost::InputEdge(event) => {
            let mut out = vec![0x40, 0x50, 18];
            out.extend_from_slice(event);
            out
        }
        ToHost::PairRequest { name, spake } => {
            b().bytes(1, name.as_bytes()).bytes(2, spake).bytes(3, &[]).frame(0x10)
        }
        ToHost::PairProof(mac) => b().bytes(1, mac).frame(0x12),
        ToHost::Ready => b().frame(0x03),
        ToHost::Nonsense => b().bytes(7, b"nobody knows this").frame(0x1f5f),
    }
}

/// The largest body of a second-generation frame type.
fn bound(ty: u64) -> usize {
    match ty {
        0x01 | 0x02 => 16_384,
        0x05 | 0x06 | 0x11 | 0x15 | 0x20 | 0x21 | 0x23 | 0x34 | 0x43 => 1024,
        0x10 | 0x22 => 4096,
        0x30 => 131_072,
        0x42 | 0x51 => 8192,
        0x03 | 0x04 | 0x12..=0x14 | 0x24..=0x41 | 0x44 | 0x52 => 256,
        _ => 65_536,
    }
}

/// Cuts a stream into messages; keeps what is not whole yet.
pub struct FrameBuf {
    gen: Gen,
    data: Vec<u8>,
}

impl FrameBuf {
    pub fn new(gen: Gen) -> Self {
        FrameBuf { gen, data: Vec::new() }
    }
    pub fn push(&mut self, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
    }
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }
    /// What is left behind the last message.
    pub fn rest(self) -> Vec<u8> {
        self.data
    }
    /// The next whole message as (type, body); the type is 0 in the first generation.
    pub fn take(&mut self) -> Res<Option<(u64, Vec<u8>)>> {
        let (ty, head, len) = match self.gen {
            Gen::One => {
                let Some(raw) = self.data.get(..2) else { return Ok(None) };
                (0, 2, usize::from(u16::from_le_bytes([raw[0], raw[1]])))
            }
            Gen::Two => {
                let Some((ty, a)) = varint(&self.data) else { return Ok(None) };
                let Some((len, b)) = varint(&self.data[a..]) else { return Ok(None) };
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                if len > bound(ty) {
                    return Err(format!("frame {ty:#x} of {len} bytes is over its bound"));
                }
                (ty, a + b, len)
            }
        };
        if self.data.len() < head + len {
            return Ok(None);
        }
        let body = self.data[head..head + len].to_vec();
        self.data.drain(..head + len);
        Ok(Some((ty, body)))
    }
}

/// Reads one message. An error names the rule of its layout that was broken.
pub fn decode(gen: Gen, ty: u64, body: &[u8]) -> Res<FromHost> {
    match gen {
        Gen::One => decode_one(body),
        Gen::Two => decode_two(ty, body),
    }
}

fn decode_one(payload: &[u8]) -> Res<FromHost> {
    if payload.starts_with(crate::hello::MAGIC) {
        return Ok(FromHost::Hello(payload.to_vec()));
    }
    let mut r = Reader::new(payload);
    if r.bytes(4)? != TYPED {
        return Err(format!("a message of {} bytes without a magic", payload.len()));
    }
    let ty = r.u8()?;
    let named = |e: String| format!("message {ty:#04x}: {e}");
    let message = (|| {
        Ok(match ty {
            0x02 => FromHost::Reconfigured {
                accepted: r.u8()? != 0,
                mode: Mode { width: r.u32()?, height: r.u32()?, hz: r.u32()? },
            },
            0x06 => FromHost::BitrateChanged { kbps: r.u32()?, reason: r.opt_u8() },
            0x08 => FromHost::ShardPayloadChanged(r.u16()?),
            0x0a => FromHost::PipelineGap(r.u32()?),
            0x11 => {
                let n = r.u16()? as usize;
                FromHost::PairChallenge { spake: r.bytes(n)?.to_vec(), confirm: r.array()? }
            }
            0x13 => FromHost::PairResult(r.u8()? != 0),
            0x21 => FromHost::ProbeResult {
                bytes: r.u64()?,
                units: r.u32()?,
                ms: r.u32()?,
                packets: r.opt_u32().unwrap_or(0),
                drops: r.opt_u32().unwrap_or(0),
            },
            0x31 => FromHost::ClockEcho { t1: r.u64()?, t2: r.u64()?, t3: r.u64()? },
            0x41 => FromHost::ClipState { enabled: r.u8()? != 0, policy: r.u8()?, reason: r.u8()? },
            0x42 => {
                let (seq, n) = (r.u32()?, r.u8()?);
                let mut kinds = Vec::new();
                for _ in 0..n {
                    let mime = String::from_utf8_lossy(r.len8()?).into_owned();
                    kinds.push((mime, r.u64()?));
                }
                FromHost::ClipOffer { seq, kinds }
            }
            0x50 => {
                let (serial, width, height) = (r.u32()?, r.u16()?, r.u16()?);
                let hot = (r.u16()?, r.u16()?);
                shape(serial, (width, height), hot, r.rest())?
            }
            0x58 => FromHost::AccessUpdate { grants: r.u32()?, secs: r.u32()? },
            0x59 => FromHost::AudioState(r.u8()? != 0),
            0x5a => FromHost::LaunchOutcome {
                kind: r.u8()?,
                text: String::from_utf8_lossy(r.len8()?).into_owned(),
            },
            0x5b => FromHost::PadSlots(r.u16()?),
            _ => {
                r.rest();
                FromHost::Other(ty.into())
            }
        })
    })()
    .map_err(named)?;
    r.end().map_err(named)?;
    Ok(message)
}

fn shape(serial: u32, size: (u16, u16), hot: (u16, u16), pixels: &[u8]) -> Res<FromHost> {
    let (width, height) = size;
    if width == 0 || height == 0 || width > 120 || height > 120 {
        return Err(format!("a cursor of {width}x{height}"));
    }
    if pixels.len() != 4 * usize::from(width) * usize::from(height) {
        return Err(format!("a cursor of {width}x{height} with {} bytes", pixels.len()));
    }
    Ok(FromHost::CursorShape(Shape { serial, width, height, hot, pixels: pixels.to_vec() }))
}

fn decode_two(ty: u64, body: &[u8]) -> Res<FromHost> {
    if ty == 0x02 {
        return Ok(FromHost::Hello(body.to_vec()));
    }
    let named = |e: String| format!("frame {ty:#04x}: {e}");
    let f = Fields::parse(body, (ty == 0x42).then_some(2)).map_err(named)?;
    (|| {
        Ok(match ty {
            0x04 => FromHost::Pending,
            0x11 => FromHost::PairChallenge {
                spake: f.raw(1).unwrap_or_default().to_vec(),
                confirm: f.exact(2)?.ok_or("no confirmation")?,
            },
            0x13 => FromHost::PairResult(f.bool(1)?),
            0x21 => FromHost::Reconfigured { accepted: f.bool(1)?, mode: f.mode(2)? },
            0x22 => FromHost::StreamConfig {
                epoch: f.u8(1, 0)?,
                mode: f.mode(2)?,
                codec: f.u8(3, 0)?,
                depth: f.u8(4, 0)?,
                colour: f.exact(5)?.unwrap_or_default(),
                chroma: f.u8(6, 0)?,
            },
            0x25 => FromHost::BitrateChanged {
                kbps: f.u32(1, 0)?,
                reason: f.raw(2).map(|_| f.u8(2, 0)).transpose()?,
            },
            0x26 => FromHost::PipelineGap(f.u32(1, 0)?),
            0x2c => FromHost::ProbeResult {
                bytes: f.u64(1, 0)?,
                units: f.u32(2, 0)?,
                ms: f.u32(3, 0)?,
                packets: f.u32(4, 0)?,
                drops: f.u32(5, 0)?,
            },
            0x30 => {
                let size = (f.u16(2, 0)?, f.u16(3, 0)?);
                let hot = (f.u16(4, 0)?, f.u16(5, 0)?);
                shape(f.u32(1, 0)?, size, hot, f.raw(6).unwrap_or_default())?
            }
            0x32 => FromHost::AccessUpdate { grants: f.u32(1, 0)?, secs: f.u32(2, 0)? },
            0x33 => FromHost::AudioState(f.bool(1)?),
            0x34 => FromHost::LaunchOutcome {
                kind: f.u8(1, 0)?,
                text: f.text(2, 200)?.unwrap_or_default(),
            },
            0x35 => FromHost::PadSlots(f.u16(1, 0)?),
            0x38 => FromHost::ShardPayloadChanged(f.u16(1, 0)?),
            0x3b => FromHost::ClockEcho { t1: f.u64(1, 0)?, t2: f.u64(2, 0)?, t3: f.u64(3, 0)? },
            0x41 => FromHost::ClipState {
                enabled: f.bool(1)?,
                policy: f.u8(2, 0)?,
                reason: f.u8(3, 0)?,
            },
            0x42 => {
                let mut kinds = Vec::new();
                for (_, v) in f.0.iter().filter(|(t, _)| *t == 2) {
                    let cut = v.len().checked_sub(8).ok_or("a kind without a size")?;
                    let size = u64::from_le_bytes(v[cut..].try_into().unwrap());
                    kinds.push((String::from_utf8_lossy(&v[..cut]).into_owned(), size));
                }
                FromHost::ClipOffer { seq: f.u32(1, 0)?, kinds }
            }
            _ => FromHost::Other(ty),
        })
    })()
    .map_err(named)
}

/// The stream type in front of a client's control stream (punktfunk2.md 2.5).
pub fn stream_head(gen: Gen) -> Vec<u8> {
    let mut out = Vec::new();
    if gen == Gen::Two {
        put_varint(&mut out, 0);
    }
    out
}
