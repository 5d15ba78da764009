//! Bounded little-endian reading and writing, clocks, percentiles and a seeded generator.

use std::fmt::Write as _;

/// A sentence that says what went wrong; the peer reports it and stops.
pub type Res<T> = Result<T, String>;

/// Reads a slice front to back. `get_*` fail at the end, `opt_*` give `None` and then stay there.
pub struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Reader { data, at: 0 }
    }
    pub fn at(&self) -> usize {
        self.at
    }
    pub fn left(&self) -> usize {
        self.data.len() - self.at
    }
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = &self.data[self.at..];
        self.at = self.data.len();
        rest
    }
    pub fn opt(&mut self, n: usize) -> Option<&'a [u8]> {
        if self.left() < n {
            self.at = self.data.len();
            return None;
        }
        self.at += n;
        Some(&self.data[self.at - n..self.at])
    }
    pub fn bytes(&mut self, n: usize) -> Res<&'a [u8]> {
        let at = self.at;
        self.opt(n)
            .ok_or_else(|| format!("{n} bytes wanted at {at}, message has {}", self.data.len()))
    }
    pub fn array<const N: usize>(&mut self) -> Res<[u8; N]> {
        Ok(self.bytes(N)?.try_into().unwrap())
    }
    pub fn u8(&mut self) -> Res<u8> {
        Ok(self.bytes(1)?[0])
    }
    pub fn u16(&mut self) -> Res<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }
    pub fn u32(&mut self) -> Res<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    pub fn u64(&mut self) -> Res<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    pub fn opt_u8(&mut self) -> Option<u8> {
        self.opt(1).map(|b| b[0])
    }
    pub fn opt_u16(&mut self) -> Option<u16> {
        self.opt(2).map(|b| u16::from_le_bytes(b.try_into().unwrap()))
    }
    pub fn opt_u32(&mut self) -> Option<u32> {
        self.opt(4).map(|b| u32::from_le_bytes(b.try_into().unwrap()))
    }
    /// A length byte, then that many bytes.
    pub fn len8(&mut self) -> Res<&'a [u8]> {
        let n = self.u8()? as usize;
        self.bytes(n)
    }
    pub fn end(&self) -> Res<()> {
        match self.left() {
            0 => Ok(()),
            n => Err(format!("{n} bytes too many")),
        }
    }
}

/// Appends little-endian values to a vector.
#[derive(Default, Clone)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn new() -> Self {
        Writer(Vec::new())
    }
    pub fn u8(mut self, v: u8) -> Self {
        self.0.push(v);
        self
    }
    pub fn u16(mut self, v: u16) -> Self {
        self.0.extend_from_slice(&v.to_le_bytes());
        self
    }
    pub fn u32(mut self, v: u32) -> Self {
        self.0.extend_from_slice(&v.to_le_bytes());
        self
    }
    pub fn i32(self, v: i32) -> Self {
        self.u32(v as u32)
    }
    pub fn u64(mut self, v: u64) -> Self {
        self.0.extend_from_slice(&v.to_le_bytes());
        self
    }
    pub fn bytes(mut self, v: &[u8]) -> Self {
        self.0.extend_from_slice(v);
        self
    }
    pub fn len8(self, v: &[u8]) -> Self {
        self.u8(v.len() as u8).bytes(v)
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

/// Hex with blanks anywhere.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect())
}

fn clock(id: libc::clockid_t) -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // Cannot fail: both clocks exist on every kernel, and `t` is ours.
    unsafe { libc::clock_gettime(id, &mut t) };
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// CLOCK_MONOTONIC in ns: comparable between processes of one machine.
pub fn mono_ns() -> u64 {
    clock(libc::CLOCK_MONOTONIC)
}

/// The wall clock in ns since the Unix epoch.
pub fn unix_ns() -> u64 {
    clock(libc::CLOCK_REALTIME)
}

pub fn ms(ns: u64) -> f64 {
    (ns as f64 / 1e4).round() / 100.0
}

/// Collects values and tells their distribution.
#[derive(Default)]
pub struct Spread(Vec<f64>);

impl Spread {
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn json(&self) -> serde_json::Value {
        if self.0.is_empty() {
            return serde_json::Value::Null;
        }
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |p: f64| {
            let i = ((sorted.len() - 1) as f64 * p).round() as usize;
            (sorted[i] * 1000.0).round() / 1000.0
        };
        serde_json::json!({ "count": sorted.len(), "min": at(0.0), "p50": at(0.5), "p95": at(0.95),
            "p99": at(0.99), "max": at(1.0) })
    }
}

/// SplitMix64: the same seed gives the same losses on every machine.
pub struct Rng(pub u64);

impl Rng {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }
}
