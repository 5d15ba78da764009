//! What a client asks for and what the host agrees to, in the bytes of both generations
//! (punktfunk1.md 3.2-3.7, punktfunk2.md 4).

use crate::fields::{feature_bytes, Body, Fields};
use crate::util::{Reader, Res, Writer};

pub const MAGIC: &[u8; 4] = b"PKF1";

// video_caps (feature bits 0-7)
pub const HOST_TIMING: u8 = 0x08;
pub const PROBE_SEQ: u8 = 0x10;
pub const STREAMED_AU: u8 = 0x20;
pub const CHACHA20: u8 = 0x40;
pub const MULTI_SLICE: u8 = 0x80;
// client_caps (feature bits 8-15)
pub const CURSOR: u8 = 0x01;
pub const AUDIO_RED: u8 = 0x04;
pub const EXT: u8 = 0x40;
// host_caps
pub const GAMEPAD_STATE: u8 = 0x01;
pub const HOST_CURSOR: u8 = 0x08;
pub const HOST_AUDIO_RED: u8 = 0x20;
// host_caps2
pub const HOST_EXT: u8 = 0x04;
pub const SCROLL: u8 = 0x08;
pub const DELIVERY: u8 = 0x20;
pub const INPUT_EDGES: u8 = 0x40;
// feature bits of the second generation only
pub const F_STREAM_CONFIG: u32 = 32;
pub const F_PAD_WRITES: u32 = 33;
pub const F_PROFILES: u32 = 34;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Mode {
    pub width: u32,
    pub height: u32,
    pub hz: u32,
}

impl Mode {
    /// "1920x1080x60" or "1920x1080@60".
    pub fn parse(text: &str) -> Option<Mode> {
        let mut parts = text.split(['x', '@', 'X']).map(|p| p.parse::<u32>().ok());
        let mode = Mode { width: parts.next()??, height: parts.next()??, hz: parts.next()?? };
        parts.next().is_none().then_some(mode)
    }
    pub fn text(&self) -> String {
        format!("{}x{}x{}", self.width, self.height, self.hz)
    }
}

/// What the client asks for.
#[derive(Clone)]
pub struct Offer {
    /// Version field of the first generation.
    pub version: u32,
    pub mode: Mode,
    pub compositor: u8,
    pub gamepad: u8,
    pub bitrate_kbps: u32,
    pub name: String,
    pub launch: Option<String>,
    pub video_caps: u8,
    pub audio_channels: u8,
    pub codecs: u8,
    pub preferred: u8,
    pub hdr: Option<[u8; 28]>,
    pub client_caps: u8,
    pub max_shard: u16,
    pub audio_rate: u32,
    pub audio_bits: u8,
    pub layout: u8,
    pub fit: u8,
    /// Text, ABR byte and preset of the Start block or of ClientHello 19-21.
    pub label: String,
    pub abr: u8,
    pub preset: Option<(String, String)>,
    // The second generation only.
    pub resume: Option<[u8; 16]>,
    pub suites: Vec<u8>,
    /// Feature bits from 32 on, already shifted into place.
    pub high_features: u128,
    /// The raw value of ClientHello 22, whose meaning changed between releases.
    pub tag22: Vec<u8>,
    pub probe_only: bool,
    pub access_only: bool,
    pub bpp_hundredths: u16,
    /// Adds fields, tags and bytes that no host knows.
    pub unknown: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Offer {
            version: 2,
            mode: Mode::default(),
            compositor: 0,
            gamepad: 0,
            bitrate_kbps: 0,
            name: String::new(),
            launch: None,
            video_caps: 0,
            audio_channels: 2,
            codecs: 0,
            preferred: 0,
            hdr: None,
            client_caps: 0,
            max_shard: 0,
            audio_rate: 48_000,
            audio_bits: 16,
            layout: 0,
            fit: 0,
            label: String::new(),
            abr: 0,
            preset: None,
            resume: None,
            suites: vec![0],
            high_features: 0,
            tag22: Vec::new(),
            probe_only: false,
            access_only: false,
            bpp_hundredths: 0,
            unknown: false,
        }
    }
}

impl Offer {
    /// punktfunk1.md 3.2. Trailing fields at their defaults are left out, earlier ones are written.
    pub fn hello(&self) -> Vec<u8> {
        let w = Writer::new;
        let head = w().bytes(MAGIC).u32(self.version).u32(self.mode.width).u32(self.mode.height);
        let launch = self.launch.clone().unwrap_or_default();
        let stereo = self.audio_channels == 2;
        let tail: Vec<(Writer, bool)> = vec![
            (w().u8(self.compositor), self.compositor == 0),
            (w().u8(self.gamepad), self.gamepad == 0),
            (w().u32(self.bitrate_kbps), self.bitrate_kbps == 0),
            (w().len8(self.name.as_bytes()), self.name.is_empty()),
            (w().len8(launch.as_bytes()), launch.is_empty()),
            (w().u8(self.video_caps), self.video_caps == 0),
            (w().u8(self.audio_channels), stereo),
            (w().u8(self.codecs), self.codecs == 0),
            (w().u8(self.preferred), self.preferred == 0),
            (self.hdr.map_or(w(), |h| w().bytes(&h)), self.hdr.is_none()),
            (w().u8(self.client_caps), self.client_caps == 0),
            (w().u16(self.max_shard), self.max_shard == 0),
            (w().u32(self.audio_rate), self.audio_rate == 48_000),
            (w().u8(self.audio_bits), self.audio_bits == 16),
            (w().u8(self.layout), self.layout == 0),
            (w().u8(self.fit), self.fit == 0),
            // Behind the last field; short enough that no decoder takes it for the HDR block.
            (w().bytes(if self.unknown { &[0xa5; 5] } else { &[] }), !self.unknown),
        ];
        let used = tail.iter().rposition(|(_, default)| !default).map_or(0, |last| last + 1);
        let mut out = head.u32(self.mode.hz).0;
        for (field, _) in &tail[..used] {
            out.extend_from_slice(&field.0);
        }
        out
    }

    /// punktfunk1.md 3.4; the block only when both sides speak it.
    pub fn start(&self, udp_port: u16, with_ext: bool) -> Vec<u8> {
        let start = Writer::new().bytes(MAGIC).u16(udp_port);
        if !with_ext {
            return start.0;
        }
        let mut ext = Writer::new();
        let mut entry = |tag: u16, value: &[u8]| {
            ext = std::mem::take(&mut ext).u16(tag).u16(value.len() as u16).bytes(value);
        };
        if !self.label.is_empty() {
            entry(2, self.label.as_bytes());
        }
        if self.abr != 0 {
            entry(3, &[self.abr]);
        }
        if let Some((id, name)) = &self.preset {
            entry(4, &Writer::new().len8(id.as_bytes()).len8(name.as_bytes()).0);
        }
        if self.unknown {
            entry(0x7a5a, &[1, 2, 3]);
        }
        start.u16(ext.0.len() as u16).bytes(&ext.0).0
    }

    pub fn features(&self) -> u128 {
        u128::from(self.video_caps) | u128::from(self.client_caps) << 8 | self.high_features
    }

    /// punktfunk2.md 4.1.
    pub fn client_hello(&self) -> Vec<u8> {
        let mut b = Body::default();
        if let Some(id) = &self.resume {
            b = b.bytes(1, id);
        }
        if !self.suites.is_empty() {
            b = b.bytes(2, &self.suites);
        }
        b = b.mode(3, self.mode).u8(4, self.compositor).u8(5, self.gamepad);
        b = b.u32(6, self.bitrate_kbps);
        if !self.name.is_empty() {
            b = b.bytes(7, self.name.as_bytes());
        }
        if let Some(launch) = &self.launch {
            b = b.bytes(8, launch.as_bytes());
        }
        b = b.bytes(9, &feature_bytes(self.features())).u8(10, self.audio_channels);
        b = b.u8(11, self.codecs).u8(12, self.preferred);
        if let Some(hdr) = &self.hdr {
            b = b.bytes(13, hdr);
        }
        b = b.u16(14, self.max_shard).u32(15, self.audio_rate).u8(16, self.audio_bits);
        b = b.u8(17, self.layout).u8(18, self.fit);
        if !self.label.is_empty() {
            b = b.bytes(19, self.label.as_bytes());
        }
        if self.abr != 0 {
            b = b.u8(20, self.abr);
        }
        if let Some((id, name)) = &self.preset {
            b = b.bytes(21, &Writer::new().len8(id.as_bytes()).len8(name.as_bytes()).0);
        }
        if !self.tag22.is_empty() {
            b = b.bytes(22, &self.tag22);
        }
        if self.probe_only {
            b = b.bool(24, true);
        }
        if self.bpp_hundredths != 0 {
            b = b.u16(25, self.bpp_hundredths);
        }
        if self.access_only {
            b = b.bool(26, true);
        }
        if self.unknown {
            b = b.bytes(61, b"what is this").bytes(0x2a5a, &[0; 70]);
        }
        b.frame(1)
    }
}

/// What the host agreed to, with every default filled in.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub mode: Mode,
    pub gf16: bool,
    pub fec_percent: u8,
    pub max_data: u16,
    pub shard_payload: u16,
    pub frames: u32,
    pub compositor: u8,
    pub gamepad: u8,
    pub bitrate_kbps: u32,
    pub bit_depth: u8,
    pub colour: [u8; 4],
    pub chroma: u8,
    pub channels: u8,
    pub codec: u8,
    pub host_caps: u8,
    pub host_caps2: u8,
    /// 0 AES-128-GCM, 1 ChaCha20-Poly1305.
    pub suite: u8,
    pub mgmt_port: u16,
    pub grants: Option<u32>,
    pub expires_in_secs: u32,
    pub audio_codec: u8,
    pub audio_rate: u32,
    pub audio_bits: u8,
    pub audio_frame_us: u16,
    pub layout: u8,
    // The first generation only.
    pub version: u32,
    pub udp_port: u16,
    pub encrypt: bool,
    pub key: [u8; 16],
    pub salt: [u8; 4],
    pub chacha_key: [u8; 32],
    pub ext: Vec<(u16, Vec<u8>)>,
    pub length: usize,
    // The second generation only.
    pub session_id: [u8; 16],
    pub clock_origin_ns: u64,
    pub features: u128,
    pub profile: Option<String>,
}

fn rate_or_default(rate: u32) -> u32 {
    match rate {
        44_100 | 48_000 | 88_200 | 96_000 | 176_400 | 192_000 => rate,
        _ => 48_000,
    }
}

fn codec_or_hevc(bits: u8) -> u8 {
    if matches!(bits, 1 | 2 | 4 | 8) {
        bits
    } else {
        2
    }
}

fn decode_ext(raw: &[u8]) -> Res<Vec<(u16, Vec<u8>)>> {
    let mut r = Reader::new(raw);
    let Some(len) = r.opt_u16() else { return Ok(Vec::new()) };
    let mut r = Reader::new(r.bytes(len as usize)?);
    let mut all: Vec<(u16, Vec<u8>)> = Vec::new();
    while r.left() > 0 {
        let (tag, n) = (r.u16()?, r.u16()?);
        if all.len() == 64 || all.iter().any(|(t, _)| *t == tag) {
            return Err(format!("ext block: tag {tag} again, or too many"));
        }
        all.push((tag, r.bytes(n as usize)?.to_vec()));
    }
    Ok(all)
}

impl Agreement {
    /// punktfunk1.md 3.3. `sent_ext` = the client set client_caps EXT.
    pub fn from_welcome(raw: &[u8], sent_ext: bool) -> Res<Agreement> {
        if raw.len() < 53 {
            return Err(format!("Welcome of {} bytes", raw.len()));
        }
        let mut r = Reader::new(raw);
        if r.bytes(4)? != MAGIC {
            return Err("Welcome without its magic".into());
        }
        let (version, udp_port) = (r.u32()?, r.u16()?);
        let mode = Mode { width: r.u32()?, height: r.u32()?, hz: r.u32()? };
        let (scheme, fec_percent) = (r.u8()?, r.u8()?);
        let (max_data, shard_payload) = (r.u16()?, r.u16()?);
        let (encrypt, key, salt, frames) = (r.u8()? != 0, r.array()?, r.array()?, r.u32()?);
        let compositor = r.opt_u8().unwrap_or(0);
        let gamepad = r.opt_u8().unwrap_or(0);
        let bitrate_kbps = r.opt_u32().unwrap_or(0);
        let bit_depth = r.opt_u8().unwrap_or(8);
        let mut colour = [1, 1, 1, 0];
        for c in &mut colour {
            *c = r.opt_u8().unwrap_or(*c);
        }
        let chroma = r.opt_u8().unwrap_or(1);
        let channels = r.opt_u8().unwrap_or(2);
        let codec = codec_or_hevc(r.opt_u8().unwrap_or(2));
        let host_caps = r.opt_u8().unwrap_or(0);
        let suite = r.opt_u8().unwrap_or(0);
        let mut chacha_key = [0; 32];
        match suite {
            0 => {}
            1 => chacha_key = r.array().map_err(|_| "ChaCha20 without its key")?,
            _ => return Err(format!("cipher {suite} is unknown")),
        }
        let mgmt_port = r.opt_u16().unwrap_or(0);
        let grants = r.opt_u32();
        let expires_in_secs = r.opt_u32().unwrap_or(0);
        let audio_codec = r.opt_u8().unwrap_or(0);
        let audio_rate = rate_or_default(r.opt_u32().unwrap_or(0));
        let audio_bits = if r.opt_u8() == Some(24) { 24 } else { 16 };
        let audio_frame_us = r.opt_u16().unwrap_or(0);
        let host_caps2 = r.opt_u8().unwrap_or(0);
        let layout = r.opt_u8().unwrap_or(0);
        let ext = if sent_ext { decode_ext(r.rest())? } else { Vec::new() };
        Ok(Agreement {
            mode,
            gf16: scheme == 1,
            fec_percent,
            max_data,
            shard_payload,
            frames,
            compositor,
            gamepad,
            bitrate_kbps,
            bit_depth,
            colour,
            chroma,
            channels,
            codec,
            host_caps,
            host_caps2,
            suite,
            mgmt_port,
            grants,
            expires_in_secs,
            audio_codec,
            audio_rate,
            audio_bits,
            audio_frame_us,
            layout,
            version,
            udp_port,
            encrypt,
            key,
            salt,
            chacha_key,
            ext,
            length: raw.len(),
            session_id: [0; 16],
            clock_origin_ns: 0,
            features: 0,
            profile: None,
        })
    }

    /// punktfunk2.md 4.2, the body of frame 0x02.
    pub fn from_server_hello(body: &[u8]) -> Res<Agreement> {
        let f = Fields::parse(body, None)?;
        let session_id = f.exact::<16>(1)?.ok_or("ServerHello without a session id")?;
        let suite = f.u8(3, 0xff)?;
        if suite > 1 {
            return Err(match f.raw(3) {
                None => "ServerHello without a suite".into(),
                Some(_) => format!("suite {suite} is unknown"),
            });
        }
        let features = f.bits(4);
        Ok(Agreement {
            mode: f.mode(5)?,
            gf16: f.u8(6, 1)? == 1,
            fec_percent: f.u8(7, 0)?,
            max_data: f.u16(8, 0)?,
            shard_payload: f.u16(9, 0)?,
            frames: f.u32(10, 0)?,
            compositor: f.u8(11, 0)?,
            gamepad: f.u8(12, 0)?,
            bitrate_kbps: f.u32(13, 0)?,
            bit_depth: f.u8(14, 8)?,
            colour: f.exact(15)?.unwrap_or([1, 1, 1, 0]),
            chroma: if f.u8(16, 1)? == 3 { 3 } else { 1 },
            channels: f.u8(17, 2)?,
            codec: codec_or_hevc(f.u8(18, 0)?),
            host_caps: (features >> 16) as u8,
            host_caps2: (features >> 24) as u8,
            suite,
            mgmt_port: f.u16(19, 0)?,
            grants: f.raw(20).map(|_| f.u32(20, 0)).transpose()?,
            expires_in_secs: f.u32(21, 0)?,
            audio_codec: f.u8(22, 0)?,
            audio_rate: rate_or_default(f.u32(23, 0)?),
            audio_bits: if f.u8(24, 16)? == 24 { 24 } else { 16 },
            audio_frame_us: f.u16(25, 0)?,
            layout: f.u8(26, 0)?,
            version: 2,
            udp_port: 0,
            encrypt: true,
            key: [0; 16],
            salt: [0; 4],
            chacha_key: [0; 32],
            ext: Vec::new(),
            length: body.len(),
            session_id,
            clock_origin_ns: f.u64(2, 0)?,
            features,
            profile: f.text(27, 64)?,
        })
    }

    /// The largest access unit that the client takes (punktfunk1.md 6.3).
    pub fn frame_cap(&self) -> u64 {
        const MIB: u64 = 1 << 20;
        if self.bitrate_kbps == 0 || self.mode.hz == 0 {
            return 64 * MIB;
        }
        let frame = u64::from(self.bitrate_kbps) * 125 / u64::from(self.mode.hz);
        (4 * frame).clamp(8 * MIB, 64 * MIB)
    }

    /// The checks that a client makes before it streams (punktfunk1.md 4.1, punktfunk2.md 4.2).
    pub fn check(&self, offer: &Offer, second: bool) -> Vec<String> {
        let mut bad = Vec::new();
        let p = u64::from(self.shard_payload);
        let d = u64::from(self.max_data);
        let top = if offer.max_shard > 0 { u64::from(offer.max_shard).min(9170) } else { 9152 };
        if p % 2 != 0 || p < 512 || p > top {
            bad.push(format!("shard_payload {p} is odd or outside 512…{top}"));
        }
        let limit = if self.gf16 { 65_535 } else { 255 };
        if d == 0 || d + (d * u64::from(self.fec_percent)).div_ceil(100) > limit {
            bad.push(format!("max_data_per_block {d} with {} % parity", self.fec_percent));
        } else if p > 0 && self.frame_cap().div_ceil(p).div_ceil(d) > 65_535 {
            bad.push("a frame could need more than 65535 blocks".into());
        }
        if self.fec_percent > 90 {
            bad.push(format!("fec_percent {}", self.fec_percent));
        }
        if !second && self.encrypt && self.suite == 0 && self.key == [0; 16] {
            bad.push("an all-zero key".into());
        }
        if self.suite == 1 && offer.video_caps & CHACHA20 == 0 {
            bad.push("ChaCha20 was not offered".into());
        }
        let codecs = if offer.codecs == 0 { 2 } else { offer.codecs };
        if codecs & self.codec == 0 {
            bad.push(format!("codec {:#x} was not offered", self.codec));
        }
        if self.mode.width == 0 || self.mode.height == 0 || self.mode.hz == 0 {
            bad.push(format!("mode {}", self.mode.text()));
        }
        if !matches!(self.channels, 2 | 6 | 8) || !matches!(self.audio_codec, 0 | 2) {
            bad.push(format!("{} channels of audio codec {}", self.channels, self.audio_codec));
        }
        if self.host_caps & HOST_AUDIO_RED != 0 && offer.client_caps & AUDIO_RED == 0 {
            bad.push("AUDIO_RED was not offered".into());
        }
        if self.host_caps & HOST_CURSOR != 0 && offer.client_caps & CURSOR == 0 {
            bad.push("CURSOR was not offered".into());
        }
        if second {
            let high = self.features >> 32 << 32;
            if high & !offer.high_features != 0 {
                bad.push(format!("feature bits {:#x} were not offered", high >> 32));
            }
            if self.features & 0xffff != 0 {
                bad.push("ServerHello carries client feature bits".into());
            }
        } else if self.version != 2 {
            bad.push(format!("Welcome with version {}", self.version));
        }
        bad
    }

    pub fn json(&self, second: bool) -> serde_json::Value {
        serde_json::json!({
            "mode": self.mode.text(), "gf16": self.gf16, "fec_percent": self.fec_percent,
            "max_data_per_block": self.max_data, "shard_payload": self.shard_payload,
            "bitrate_kbps": self.bitrate_kbps, "bit_depth": self.bit_depth, "colour": self.colour,
            "chroma": self.chroma, "channels": self.channels, "codec": self.codec,
            "host_caps": self.host_caps, "host_caps2": self.host_caps2, "suite": self.suite,
            "mgmt_port": self.mgmt_port, "grants": self.grants, "expires_in_secs": self.expires_in_secs,
            "audio_codec": self.audio_codec, "audio_rate": self.audio_rate, "layout": self.layout,
            "compositor": self.compositor, "gamepad": self.gamepad, "bytes": self.length,
            "session_id": second.then(|| crate::util::hex(&self.session_id)),
            "high_features": (self.features >> 32) as u64,
            "profile": self.profile,
        })
    }
}
