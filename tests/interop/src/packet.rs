//! The plain header of a media packet (punktfunk1.md 6.3, punktfunk2.md 6.1).

use crate::util::{Reader, Res};

// user_flags
pub const F_PIC: u32 = 0x001;
pub const F_KEY: u32 = 0x004;
pub const F_PROBE: u32 = 0x008;
pub const F_RECOVERY_POINT: u32 = 0x010;
pub const F_ANCHOR: u32 = 0x020;
pub const F_SLICE_STREAM: u32 = 0x080;
/// Second generation: this block is the access unit's last.
const LAST_BLOCK: u16 = 0x8000;

pub const HEADER_ONE: usize = 40;
pub const HEADER_TWO: usize = 25;

/// What only the first generation states.
#[derive(Clone, Copy, Debug)]
pub struct One {
    pub stream_seq: u32,
    pub frame_bytes: u32,
    pub block_count: u16,
    pub version: u8,
    pub scheme: u8,
    pub transport: u8,
}

#[derive(Clone, Debug)]
pub struct Packet<'a> {
    pub number: u64,
    pub probe: bool,
    pub frame: u32,
    /// ns in the first generation; µs since the origin, low 32 bits, in the second.
    pub pts: u64,
    pub flags: u32,
    pub epoch: u8,
    pub block: u16,
    /// Data shards before this block, where stated.
    pub base: Option<u32>,
    pub shard: u16,
    pub k: u16,
    pub m: u16,
    /// Second generation: pad of the last block.
    pub last_pad: Option<u16>,
    pub one: Option<One>,
    pub data: &'a [u8],
}

impl<'a> Packet<'a> {
    pub fn one(number: u64, plain: &'a [u8]) -> Res<Packet<'a>> {
        let mut r = Reader::new(plain);
        let (pts, frame, stream_seq, frame_bytes) = (r.u64()?, r.u32()?, r.u32()?, r.u32()?);
        let (flags, block, block_count) = (r.u32()?, r.u16()?, r.u16()?);
        let (k, m, shard, shard_bytes) = (r.u16()?, r.u16()?, r.u16()?, r.u16()?);
        let (magic, version, scheme, transport) = (r.u8()?, r.u8()?, r.u8()?, r.u8()?);
        if magic != 0xc9 {
            return Err(format!("magic {magic:#x}"));
        }
        let data = r.bytes(shard_bytes.into())?;
        let one = One { stream_seq, frame_bytes, block_count, version, scheme, transport };
        Ok(Packet {
            number,
            probe: flags & F_PROBE != 0,
            frame,
            pts,
            flags,
            epoch: 0,
            block,
            base: None,
            shard,
            k,
            m,
            last_pad: None,
            one: Some(one),
            data,
        })
    }

    pub fn two(number: u64, stream: u8, plain: &'a [u8]) -> Res<Packet<'a>> {
        let mut r = Reader::new(plain);
        let (epoch, flags, frame, pts) = (r.u8()?, r.u16()?, r.u32()?, r.u32()?);
        let (block, base, shard) = (r.u16()?, r.u32()?, r.u16()?);
        let (k, m, pad) = (r.u16()?, r.u16()?, r.u16()?);
        let last = flags & LAST_BLOCK != 0;
        if !last && pad != 0 {
            return Err(format!("pad {pad} on a block that is not the last"));
        }
        Ok(Packet {
            number,
            probe: stream == 1,
            frame,
            pts: pts.into(),
            flags: (flags & !LAST_BLOCK).into(),
            epoch,
            block,
            base: Some(base),
            shard,
            k,
            m,
            last_pad: last.then_some(pad),
            one: None,
            data: r.rest(),
        })
    }
}

/// Breaches of the protocol, counted by rule; the first of each rule is told in full.
#[derive(Default)]
pub struct Violations(pub std::collections::BTreeMap<String, (u64, String)>);

impl Violations {
    pub fn add(&mut self, rule: &str, detail: impl FnOnce() -> String) {
        match self.0.get_mut(rule) {
            Some(entry) => entry.0 += 1,
            None => {
                self.0.insert(rule.into(), (1, detail()));
            }
        }
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn json(&self) -> serde_json::Value {
        let list = self.0.iter();
        list.map(
            |(rule, (n, first))| serde_json::json!({ "rule": rule, "count": n, "first": first }),
        )
        .collect()
    }
}

/// What a sender owes beyond what receivers check (punktfunk1.md 6.3-6.5, punktfunk2.md 6.2): seen only
/// between packets with consecutive numbers, so that losses prove nothing.
#[derive(Default)]
pub struct SenderRules {
    last: Option<Last>,
    frame_of: [Option<(u32, u64)>; 2],
    seq_offset: Option<u32>,
    /// FEC scheme 0 was announced.
    gf8: bool,
}

struct Last {
    number: u64,
    probe: bool,
    frame: u32,
    block: u16,
    shard: u16,
    eof: bool,
}

impl SenderRules {
    pub fn new(gf8: bool) -> SenderRules {
        SenderRules { gf8, ..SenderRules::default() }
    }
    /// A packet that was asked for stands between the others.
    pub fn skip(&mut self) {
        self.last = None;
    }
    pub fn look(&mut self, p: &Packet, out: &mut Violations) {
        let place =
            || format!("packet {} frame {} block {} shard {}", p.number, p.frame, p.block, p.shard);
        if let Some(one) = &p.one {
            if one.version != 1 || one.scheme != u8::from(!self.gf8) {
                out.add("sender: version and FEC scheme bytes", place);
            }
            if one.transport & 1 == 0 || (one.transport & 8 != 0) != p.probe {
                out.add("sender: PIC and PROBE transport flags", place);
            }
            let offset = one.stream_seq.wrapping_sub(p.number as u32);
            if *self.seq_offset.get_or_insert(offset) != offset {
                out.add("sender: stream_seq +1 per packet", place);
            }
        }
        if p.flags & F_PIC == 0 && !p.probe {
            out.add("sender: PIC on every picture", place);
        }
        if p.number == 0 && p.frame != 0 {
            out.add("sender: frame index starts at 0", place);
        }
        let seen = &mut self.frame_of[usize::from(p.probe)];
        if let Some((frame, pts)) = *seen {
            if p.frame == frame && p.pts != pts {
                out.add("sender: one pts per access unit", place);
            }
            if p.one.is_some() && p.frame != frame && p.pts < pts && !p.probe {
                out.add("sender: pts goes backwards", place);
            }
        }
        *seen = Some((p.frame, p.pts));
        let (sof, eof) = match &p.one {
            Some(one) => (one.transport & 4 != 0, one.transport & 2 != 0),
            None => (false, false),
        };
        if let Some(last) = &self.last {
            if last.number + 1 == p.number && last.probe == p.probe {
                if last.frame == p.frame {
                    let next = if last.block == p.block {
                        p.shard == last.shard + 1
                    } else {
                        p.shard == 0 || p.shard == p.k
                    };
                    if !next {
                        out.add("sender: ascending shards and blocks", place);
                    }
                    if p.one.is_some() && (sof || last.eof) {
                        out.add("sender: SOF and EOF inside an access unit", place);
                    }
                } else {
                    if last.frame.wrapping_add(1) != p.frame {
                        out.add("sender: frame index +1 per access unit", place);
                    }
                    if p.shard != 0 || p.block != 0 {
                        out.add("sender: an access unit starts with its first shard", place);
                    }
                    if p.one.is_some() && !(sof && last.eof) {
                        out.add("sender: SOF on the first and EOF on the last packet", place);
                    }
                }
            }
        }
        self.last = Some(Last {
            number: p.number,
            probe: p.probe,
            frame: p.frame,
            block: p.block,
            shard: p.shard,
            eof,
        });
    }
}
