//! Packets to access units with every check that a client makes (punktfunk1.md 6.3-6.9, punktfunk2.md 6.3).
//! A packet that fails one is dropped as a client would, and the breach is written down.

use std::collections::{BTreeMap, BTreeSet};

use crate::packet::{Packet, Violations, F_SLICE_STREAM};

/// How this client receives.
#[derive(Clone)]
pub struct Limits {
    pub second: bool,
    /// Data shards of a block at most.
    pub d: u32,
    /// Bytes of an access unit at most.
    pub cap: u64,
    /// The only shard size, or every even one in 512…max.
    pub fixed_shard: Option<usize>,
    pub max_shard: usize,
    /// K + M at most.
    pub max_shards: u32,
    /// Frames behind the newest after which an incomplete one is given up.
    pub window: u64,
    /// 120 ms of pts in the unit of `Packet::pts`; nothing = no such rule.
    pub pts_window: Option<u64>,
    /// The last shard of a block tells that it is short.
    pub early_loss: bool,
    pub streamed: bool,
    pub multi_slice: bool,
    /// FEC scheme 0.
    pub gf8: bool,
}

pub struct Unit {
    pub index: u32,
    pub flags: u32,
    pub epoch: u8,
    /// As in `Packet::pts`, unwrapped.
    pub pts: u64,
    pub data: Vec<u8>,
    pub first_ns: u64,
    pub done_ns: u64,
    pub repaired: u32,
}

pub enum Outcome {
    Unit(Unit),
    /// Given up; when its first packet came.
    Lost {
        index: u32,
        first_ns: u64,
    },
}

struct Block {
    k: u16,
    m: u16,
    base: u32,
    shards: Vec<Option<Box<[u8]>>>,
    got: u32,
    done: bool,
}

struct Partial {
    first_ns: u64,
    pts: u64,
    flags: u32,
    epoch: u8,
    p: usize,
    blocks: BTreeMap<u16, Block>,
    /// Block count and bytes, once told.
    total: Option<(u32, u64)>,
    repaired: u32,
}

#[derive(Default)]
pub struct Counts {
    pub packets: u64,
    pub bytes: u64,
    pub recovered: u64,
    /// Came after parity had already stood in for them.
    pub late: u64,
    pub stale: u64,
    pub given_up: u64,
    pub units: u64,
    pub unit_bytes: u64,
    pub repaired_units: u64,
}

pub struct Reassembler {
    limits: Limits,
    partial: BTreeMap<u64, Partial>,
    /// Finished or given up, and which of their shards parity made.
    closed: BTreeSet<u64>,
    repaired: BTreeMap<u64, Vec<(u16, u16)>>,
    newest: Option<u64>,
    newest_pts: u64,
    newest_epoch: Option<u8>,
    pub counts: Counts,
    pub violations: Violations,
}

/// The value nearest to `near` whose low 32 bits are `low`.
pub fn unwrap32(near: u64, low: u32) -> u64 {
    let ahead = low.wrapping_sub(near as u32) as i32;
    (near as i64 + i64::from(ahead)).max(0) as u64
}

impl Reassembler {
    pub fn new(limits: Limits) -> Self {
        Reassembler {
            limits,
            partial: BTreeMap::new(),
            closed: BTreeSet::new(),
            repaired: BTreeMap::new(),
            newest: None,
            newest_pts: 0,
            newest_epoch: None,
            counts: Counts::default(),
            violations: Violations::default(),
        }
    }
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    pub fn take(&mut self, packet: &Packet, now_ns: u64, out: &mut Vec<Outcome>) {
        self.counts.packets += 1;
        self.counts.bytes += packet.data.len() as u64;
        if let Err((rule, detail)) = self.place(packet, now_ns, out) {
            self.violations.add(rule, || {
                format!(
                    "{detail}; packet {} frame {} block {} shard {} K {} M {}",
                    packet.number, packet.frame, packet.block, packet.shard, packet.k, packet.m
                )
            });
        }
        self.age(out);
    }

    fn place(
        &mut self,
        p: &Packet,
        now_ns: u64,
        out: &mut Vec<Outcome>,
    ) -> Result<(), (&'static str, String)> {
        let l = &self.limits;
        let gf8 = l.gf8;
        let size = p.data.len();
        let (k, m) = (u32::from(p.k), u32::from(p.m));
        let bad = |rule: &'static str, detail: String| Err((rule, detail));
        let size_ok = match l.fixed_shard {
            Some(fixed) => size == fixed,
            None => size % 2 == 0 && (512..=l.max_shard).contains(&size),
        };
        if !size_ok {
            return bad("shard size", format!("{size} bytes"));
        }
        if k == 0 || k > l.d || k + m > l.max_shards {
            return bad("block geometry", format!("D {} limit {}", l.d, l.max_shards));
        }
        if u32::from(p.shard) >= k + m {
            return bad("shard index", String::new());
        }
        let index = match self.newest {
            Some(newest) => unwrap32(newest, p.frame),
            None => u64::from(p.frame),
        };
        let pts = if l.second { unwrap32(self.newest_pts, p.pts as u32) } else { p.pts };
        if self.newest.is_some_and(|n| n >= l.window && index < n - l.window) {
            self.counts.stale += 1;
            return Ok(());
        }
        if self.closed.contains(&index) {
            if let Some(made) = self.repaired.get_mut(&index) {
                let before = made.len();
                made.retain(|s| *s != (p.block, p.shard));
                self.counts.late += (before - made.len()) as u64;
            }
            return Ok(());
        }
        if let Some(newest) = self.newest_epoch {
            if p.epoch != newest && p.epoch.wrapping_sub(newest) >= 128 {
                return bad("epoch goes back", format!("{} after {newest}", p.epoch));
            }
        }
        let (base, total) = geometry(l, p, size)?;
        let frame = self.partial.entry(index).or_insert_with(|| Partial {
            first_ns: now_ns,
            pts,
            flags: p.flags,
            epoch: p.epoch,
            p: size,
            blocks: BTreeMap::new(),
            total: None,
            repaired: 0,
        });
        if frame.p != size || frame.epoch != p.epoch || frame.flags != p.flags || frame.pts != pts {
            return bad("packets of a frame agree", format!("{size} bytes, flags {:#x}", p.flags));
        }
        if let Some(total) = total {
            if *frame.total.get_or_insert(total) != total {
                return bad(
                    "packets of a frame agree",
                    format!("{total:?} against {:?}", frame.total),
                );
            }
        }
        let block = frame.blocks.entry(p.block).or_insert_with(|| Block {
            k: p.k,
            m: p.m,
            base,
            shards: vec![None; (k + m) as usize],
            got: 0,
            done: false,
        });
        if block.k != p.k || block.m != p.m || block.base != base {
            return bad(
                "packets of a block agree",
                format!("K {} M {} base {}", block.k, block.m, block.base),
            );
        }
        // Only what passed every check moves the window.
        if self.newest.is_none_or(|n| index > n) {
            self.newest = Some(index);
        }
        self.newest_pts = self.newest_pts.max(pts);
        self.newest_epoch = Some(p.epoch);
        let slot = &mut block.shards[usize::from(p.shard)];
        if slot.is_some() {
            return bad("a shard comes once", String::new());
        }
        *slot = Some(p.data.into());
        block.got += 1;
        if !block.done && block.got >= k {
            block.done = true;
            let made = repair(block, size, gf8).map_err(|e| ("parity decodes", e))?;
            frame.repaired += made.len() as u32;
            self.counts.recovered += made.len() as u64;
            if !made.is_empty() {
                let all = self.repaired.entry(index).or_default();
                all.extend(made.into_iter().map(|shard| (p.block, shard)));
            }
        }
        let short = !block.done && u32::from(p.shard) == k + m - 1;
        if let Some((count, bytes)) = frame.total {
            if frame.blocks.len() == count as usize && frame.blocks.values().all(|b| b.done) {
                let frame = self.partial.remove(&index).unwrap();
                self.closed.insert(index);
                let whole = join(&frame, count, bytes).map_err(|e| ("blocks tile the unit", e))?;
                self.counts.units += 1;
                self.counts.unit_bytes += whole.len() as u64;
                self.counts.repaired_units += u64::from(frame.repaired > 0);
                out.push(Outcome::Unit(Unit {
                    index: p.frame,
                    flags: frame.flags,
                    epoch: frame.epoch,
                    pts: frame.pts,
                    data: whole,
                    first_ns: frame.first_ns,
                    done_ns: now_ns,
                    repaired: frame.repaired,
                }));
                return Ok(());
            }
        }
        if short && self.limits.early_loss {
            self.give_up(index, out);
        }
        Ok(())
    }

    fn give_up(&mut self, index: u64, out: &mut Vec<Outcome>) {
        if let Some(frame) = self.partial.remove(&index) {
            self.closed.insert(index);
            self.counts.given_up += 1;
            out.push(Outcome::Lost { index: index as u32, first_ns: frame.first_ns });
        }
    }

    fn age(&mut self, out: &mut Vec<Outcome>) {
        let Some(newest) = self.newest else { return };
        let floor = newest.saturating_sub(self.limits.window);
        let old: Vec<u64> = self
            .partial
            .iter()
            .filter(|(index, f)| {
                let aged = self.limits.pts_window.is_some_and(|w| f.pts + w < self.newest_pts);
                **index < floor || (**index < newest && aged)
            })
            .map(|(index, _)| *index)
            .collect();
        for index in old {
            self.give_up(index, out);
        }
        let floor = floor.saturating_sub(64);
        while self.closed.first().is_some_and(|first| *first < floor) {
            self.closed.pop_first();
        }
        while self.repaired.first_key_value().is_some_and(|(first, _)| *first < floor) {
            self.repaired.pop_first();
        }
    }
}

type Total = Option<(u32, u64)>;

/// Where the block lies, and block count and bytes of the unit when this packet tells them.
fn geometry(l: &Limits, p: &Packet, size: usize) -> Result<(u32, Total), (&'static str, String)> {
    let size = size as u64;
    let k = u64::from(p.k);
    let Some(one) = &p.one else {
        let base = u64::from(p.base.unwrap_or(0));
        let cap_blocks = l.cap.div_ceil(size) / u64::from(l.d.min(16)) + 2;
        if u64::from(p.block) + 1 > cap_blocks {
            return Err(("block number", format!("at most {cap_blocks}")));
        }
        let Some(pad) = p.last_pad else {
            if (base + k) * size > l.cap {
                return Err(("frame size", format!("base {base}, cap {}", l.cap)));
            }
            return Ok((base as u32, None));
        };
        let pad = u64::from(pad);
        if pad > size || (pad == size && base + k != 1) {
            return Err(("pad of the last block", format!("{pad} of {size}")));
        }
        let bytes = (base + k) * size - pad;
        if bytes > l.cap {
            return Err(("frame size", format!("{bytes}, cap {}", l.cap)));
        }
        return Ok((base as u32, Some((u32::from(p.block) + 1, bytes))));
    };
    let d = u64::from(l.d);
    let bytes = u64::from(one.frame_bytes);
    if bytes > l.cap {
        return Err(("frame size", format!("{bytes}, cap {}", l.cap)));
    }
    let sliced = p.flags & F_SLICE_STREAM != 0;
    if (sliced && !l.multi_slice) || (one.block_count == 0 && !l.streamed) {
        return Err(("streamed units only where offered", String::new()));
    }
    if one.block_count == 0 {
        if sliced {
            if bytes % size != 0 || k < 16 {
                return Err(("sentinel block", format!("offset {bytes}")));
            }
            return Ok(((bytes / size) as u32, None));
        }
        if bytes != 0 || k != d {
            return Err(("sentinel block", format!("frame_bytes {bytes}")));
        }
        return Ok((u32::from(p.block) * l.d, None));
    }
    let total = bytes.div_ceil(size).max(1);
    if p.block >= one.block_count {
        return Err(("block index < block count", format!("count {}", one.block_count)));
    }
    if sliced {
        let base = total.checked_sub(k).ok_or(("final block", format!("total {total}")))?;
        return Ok((base as u32, Some((one.block_count.into(), bytes))));
    }
    let count = total.div_ceil(d);
    let expected = if u64::from(p.block) + 1 == count { total - (count - 1) * d } else { d };
    if count != u64::from(one.block_count) || expected != k {
        return Err((
            "derived geometry",
            format!(
                "frame_bytes {bytes} gives {count} blocks and K {expected}, told {}",
                one.block_count
            ),
        ));
    }
    Ok((u32::from(p.block) * l.d, Some((count as u32, bytes))))
}

/// Fills in the missing data shards; tells which.
fn repair(block: &mut Block, size: usize, gf8: bool) -> Result<Vec<u16>, String> {
    let k = usize::from(block.k);
    let missing: Vec<u16> =
        (0..block.k).filter(|i| block.shards[usize::from(*i)].is_none()).collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    if gf8 {
        crate::gf8::restore(k, &mut block.shards)?;
        return Ok(missing);
    }
    let given = |range: std::ops::Range<usize>, shards: &'_ [Option<Box<[u8]>>]| {
        range
            .clone()
            .filter_map(|i| shards[i].clone().map(|s| (i - range.start, s)))
            .collect::<Vec<_>>()
    };
    let data = given(0..k, &block.shards);
    let parity = given(k..block.shards.len(), &block.shards);
    let made = reed_solomon_simd::decode(k, usize::from(block.m), data, parity)
        .map_err(|e| e.to_string())?;
    for i in &missing {
        let shard = made.get(&usize::from(*i)).ok_or("a shard stayed missing")?;
        if shard.len() != size {
            return Err("a repaired shard of another size".into());
        }
        block.shards[usize::from(*i)] = Some(shard.clone().into_boxed_slice());
    }
    Ok(missing)
}

fn join(frame: &Partial, count: u32, bytes: u64) -> Result<Vec<u8>, String> {
    let mut whole = Vec::with_capacity(bytes as usize + frame.p);
    let mut next = 0u32;
    for (i, (number, block)) in frame.blocks.iter().enumerate() {
        if usize::from(*number) != i || block.base != next {
            return Err(format!("block {number} of {count} starts at {}, not {next}", block.base));
        }
        next += u32::from(block.k);
        for shard in &block.shards[..usize::from(block.k)] {
            whole.extend_from_slice(shard.as_ref().ok_or("a hole")?);
        }
    }
    if (whole.len() as u64) < bytes {
        return Err(format!("{} bytes for a unit of {bytes}", whole.len()));
    }
    if whole[bytes as usize..].iter().any(|b| *b != 0) {
        return Err("the padding behind the unit is not zero".into());
    }
    whole.truncate(bytes as usize);
    Ok(whole)
}
