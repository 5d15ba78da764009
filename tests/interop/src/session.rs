//! The state of one stream: media, sound, datagrams and control messages as they come.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;

use serde_json::{json, Value};

use crate::audio::Audio;
use crate::control::{FromHost, Gen, ToHost};
use crate::cursor::Cursor;
use crate::fields::varint;
use crate::handshake::Clock;
use crate::hello::{Agreement, Mode, Offer, F_STREAM_CONFIG, HOST_CURSOR, HOST_TIMING};
use crate::packet::{Packet, SenderRules, Violations, F_KEY};
use crate::profile::Profile;
use crate::quic::Media;
use crate::reassemble::{Limits, Outcome, Reassembler, Unit};
use crate::recovery::Recovery;
use crate::nack::{Nack, Seen};
use crate::seal::{Opener, Refused};
use crate::util::{hex, mono_ns, ms, unix_ns, Reader, Rng, Spread};

/// Packets that the peer throws away to play a bad link.
pub struct Loss {
    pub percent: f64,
    pub burst: u32,
    pub rng: Rng,
    pub left: u32,
    pub dropped: u64,
}

impl Loss {
    fn hits(&mut self) -> bool {
        if self.left == 0 && self.percent > 0.0 {
            let chance = self.percent / 100.0 / f64::from(self.burst.max(1));
            if self.rng.unit() < chance {
                self.left = self.burst.max(1);
            }
        }
        let hit = self.left > 0;
        self.left -= u32::from(hit);
        self.dropped += u64::from(hit);
        hit
    }
}

/// Stamps of the way to the first picture, CLOCK_MONOTONIC.
#[derive(Default, Clone, Copy)]
pub struct Stamps {
    pub connect: u64,
    pub hello: u64,
    pub welcome: u64,
    pub ready: u64,
    pub rounds_done: u64,
}

pub struct Session {
    pub gen: Gen,
    pub profile: Profile,
    pub agreed: Agreement,
    pub offer: Offer,
    pub cursor: Cursor,
    pub clock: Option<Clock>,
    pub stamps: Stamps,
    pub opener: Opener,
    pub video: Reassembler,
    pub probe: Reassembler,
    rules: SenderRules,
    pub loss: Loss,
    pub nack: Option<Nack>,
    pub recovery: Recovery,
    pub audio: Audio,
    pub violations: Violations,
    dump: Option<File>,
    /// CLOCK_REALTIME minus CLOCK_MONOTONIC, to place arrivals on the wall clock.
    wall: u64,
    highest: Option<u64>,
    opened: u64,
    pub last_media_ns: u64,
    pub media_datagrams: u64,
    pub first_frame_ns: u64,
    first_media_ns: u64,
    last_frame_ns: u64,
    arrival_ms: Spread,
    latency_ms: Spread,
    host_us: Spread,
    assembly_ms: Spread,
    idr: u64,
    recent_pts: VecDeque<u64>,
    unmatched_timing: std::collections::BTreeSet<u64>,
    timing: u64,
    datagrams: std::collections::BTreeMap<String, u64>,
    rumble_seq: std::collections::BTreeMap<u16, u8>,
    rumble: Vec<Value>,
    pub events: Vec<Value>,
    pub sizes: Vec<Value>,
    last_size: Option<(u32, u32)>,
    pub mode: Mode,
    pub mode_asked_ns: u64,
    moved_ns: u64,
    last_key_ns: u64,
    epochs: Vec<u8>,
    /// Seen in media before its StreamConfig; the two race for a moment.
    pub unknown_epoch: Option<(u8, u64)>,
    /// After a mode change: the next unit has to be an IDR within a time.
    pub mode_change: Option<u64>,
    pub probes: Vec<Value>,
    pub speed_test: Option<(u32, u32, u64)>,
    /// Spoils the report window it falls into.
    pub spoiled: bool,
    start_ns: u64,
}

impl Session {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        gen: Gen,
        profile: Profile,
        agreed: Agreement,
        offer: Offer,
        clock: Option<Clock>,
        stamps: Stamps,
        opener: Opener,
        loss: Loss,
        dump_video: Option<&str>,
        dump_opus: Option<&str>,
    ) -> Result<Session, String> {
        let d = u32::from(agreed.max_data);
        let old = profile == Profile::June2026;
        let percent = if old { u32::from(agreed.fec_percent) } else { 90 };
        let limits = Limits {
            second: gen == Gen::Two,
            d,
            cap: agreed.frame_cap(),
            fixed_shard: (offer.max_shard == 0).then_some(agreed.shard_payload.into()),
            max_shard: offer.max_shard.max(512).into(),
            max_shards: (d + (d * percent).div_ceil(100)).min(if agreed.gf16 {
                65_535
            } else {
                255
            }),
            window: if old { 16 } else { 64 },
            pts_window: (!old).then_some(if gen == Gen::Two { 120_000 } else { 120_000_000 }),
            early_loss: profile.early_loss(),
            streamed: offer.video_caps & crate::hello::STREAMED_AU != 0,
            gf8: !agreed.gf16,
            multi_slice: offer.video_caps & crate::hello::MULTI_SLICE != 0,
        };
        let now = mono_ns();
        let gf8 = !agreed.gf16;
        let cursor_agreed = agreed.host_caps & HOST_CURSOR != 0;
        Ok(Session {
            gen,
            profile,
            audio: Audio::new(&agreed, offer.client_caps, dump_opus)?,
            mode: agreed.mode,
            agreed,
            offer,
            clock,
            stamps,
            opener,
            probe: Reassembler::new(Limits { early_loss: false, ..limits.clone() }),
            video: Reassembler::new(limits),
            rules: SenderRules::new(gf8),
            loss,
            nack: None,
            recovery: Recovery::new(profile, now),
            violations: Violations::default(),
            cursor: Cursor::new(cursor_agreed),
            dump: dump_video.map(File::create).transpose().map_err(|e| e.to_string())?,
            wall: unix_ns() - now,
            highest: None,
            opened: 0,
            last_media_ns: 0,
            media_datagrams: 0,
            first_frame_ns: 0,
            first_media_ns: 0,
            last_frame_ns: 0,
            arrival_ms: Spread::default(),
            latency_ms: Spread::default(),
            host_us: Spread::default(),
            assembly_ms: Spread::default(),
            idr: 0,
            recent_pts: VecDeque::new(),
            unmatched_timing: Default::default(),
            timing: 0,
            datagrams: Default::default(),
            rumble_seq: Default::default(),
            rumble: Vec::new(),
            events: Vec::new(),
            sizes: Vec::new(),
            last_size: None,
            mode_asked_ns: 0,
            moved_ns: 0,
            last_key_ns: 0,
            epochs: vec![0],
            unknown_epoch: None,
            mode_change: None,
            probes: Vec::new(),
            speed_test: None,
            spoiled: false,
            start_ns: now,
        })
    }

    pub fn note(&mut self, what: Value) {
        self.note_at(mono_ns(), what);
    }
    fn note_at(&mut self, at_ns: u64, mut what: Value) {
        what["at_ms"] = json!(ms(at_ns.saturating_sub(self.start_ns)));
        what["mono_ns"] = json!(at_ns);
        self.events.push(what);
    }

    /// From now on media comes to another port.
    pub fn on_move(&mut self, port: u16) {
        self.moved_ns = mono_ns();
        self.note(json!({ "moved_to": port }));
    }

    /// One datagram of the media plane.
    pub fn on_media(&mut self, mut media: Media) {
        if self.moved_ns != 0 && media.at_ns > self.moved_ns {
            // The old socket is closed: this came to the new one.
            let silence = ms(media.at_ns - self.last_media_ns.min(media.at_ns));
            self.note(json!({ "media_follows_after_ms": silence }));
            self.moved_ns = 0;
        }
        self.last_media_ns = media.at_ns;
        self.media_datagrams += 1;
        self.first_media_ns =
            if self.first_media_ns == 0 { media.at_ns } else { self.first_media_ns };
        if self.loss.hits() {
            return;
        }
        let len = media.data.len();
        let (number, stream, plain) = match self.opener.open(&mut media.data) {
            Ok(opened) => opened,
            Err(refused) => {
                let rule = match refused {
                    Refused::Short => "media: at least a header and a tag",
                    Refused::Tag => "media: stream 0 or 1",
                    Refused::Number => "media: a plausible packet number",
                    Refused::Replay(_) => "media: a packet number is used once",
                    Refused::Seal => "media: the seal holds",
                };
                self.violations.add(rule, || format!("{len} bytes, {refused:?}"));
                return;
            }
        };
        self.opened += 1;
        self.highest = self.highest.max(Some(number));
        let packet = match self.gen {
            Gen::One => Packet::one(number, plain),
            Gen::Two => Packet::two(number, stream, plain),
        };
        let packet = match packet {
            Ok(packet) => packet,
            Err(e) => return self.violations.add("media: the header", || e),
        };
        match self.nack.as_mut().map_or(Seen::Usual, |n| n.look(&packet, media.at_ns)) {
            Seen::Usual => self.rules.look(&packet, &mut self.violations),
            Seen::Lost => return self.rules.look(&packet, &mut self.violations),
            Seen::Answer => self.rules.skip(),
        }
        if packet.probe && self.offer.video_caps & crate::hello::PROBE_SEQ == 0 {
            self.violations.add("media: probes only toward PROBE_SEQ clients", String::new);
        }
        let mut out = Vec::new();
        let probe = packet.probe;
        if probe { &mut self.probe } else { &mut self.video }.take(&packet, media.at_ns, &mut out);
        if !probe {
            out.into_iter().for_each(|o| self.on_outcome(o));
        }
    }

    fn on_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Lost { index, first_ns } => self.recovery.on_lost(index, index, first_ns),
            Outcome::Unit(unit) => self.on_unit(unit),
        }
    }

    fn on_unit(&mut self, unit: Unit) {
        let key = unit.flags & F_KEY != 0;
        self.idr += u64::from(key);
        if self.last_frame_ns != 0 {
            self.arrival_ms.add((unit.done_ns.saturating_sub(self.last_frame_ns)) as f64 / 1e6);
        } else if !key && self.loss.percent == 0.0 {
            self.violations
                .add("video: the first unit is a keyframe", || format!("{:#x}", unit.flags));
        }
        self.last_frame_ns = unit.done_ns;
        self.assembly_ms.add((unit.done_ns.saturating_sub(unit.first_ns)) as f64 / 1e6);
        let pts_ns = match self.gen {
            Gen::One => unit.pts,
            Gen::Two => self.agreed.clock_origin_ns.wrapping_add(unit.pts.wrapping_mul(1000)),
        };
        if let Some(clock) = &self.clock {
            let arrived = (unit.done_ns + self.wall) as i64 + clock.offset_ns;
            self.latency_ms.add((arrived - pts_ns as i64) as f64 / 1e6);
        }
        self.unmatched_timing.remove(&pts_ns);
        self.recent_pts.push_back(pts_ns);
        if self.recent_pts.len() > 256 {
            self.recent_pts.pop_front();
        }
        match crate::bitstream::is_key(self.agreed.codec, &unit.data) {
            Some(is) if is == key => {}
            other => self.violations.add("video: the key flag tells what the unit is", || {
                let start = hex(&unit.data[..unit.data.len().min(24)]);
                format!("frame {} flags {:#x} looks {other:?}: {start}", unit.index, unit.flags)
            }),
        }
        if self.gen == Gen::Two && !self.epochs.contains(&unit.epoch) {
            self.unknown_epoch.get_or_insert((unit.epoch, unit.done_ns));
        }
        if key {
            self.last_key_ns = unit.done_ns;
        }
        if let Some(since) = self.mode_change {
            if key {
                self.mode_change = None;
                self.note(
                    json!({ "key_after_mode_change_ms": ms(unit.done_ns.saturating_sub(since)) }),
                );
            }
        }
        if key && self.agreed.codec == 1 {
            let size = crate::bitstream::h264_size(&unit.data);
            if let (Some((w, h)), true) = (size, size != self.last_size) {
                self.last_size = size;
                let at = ms(unit.done_ns.saturating_sub(self.start_ns));
                self.sizes
                    .push(json!({ "frame": unit.index, "width": w, "height": h, "at_ms": at }));
            }
        }
        let shown = self.recovery.on_frame(unit.index, unit.flags, unit.first_ns, unit.done_ns);
        if !shown {
            return;
        }
        if self.first_frame_ns == 0 {
            self.first_frame_ns = unit.done_ns;
            eprintln!("first-frame");
        }
        if let Some(dump) = &mut self.dump {
            if let Err(e) = dump.write_all(&unit.data) {
                self.violations.add("peer: the dump can be written", || e.to_string());
            }
        }
    }

    /// One QUIC datagram.
    pub fn on_datagram(&mut self, raw: &[u8]) {
        let now = mono_ns();
        let body = match self.gen {
            Gen::One => raw,
            Gen::Two => {
                let Some((kind, n)) = varint(raw) else {
                    return self.violations.add("datagram: a kind", || hex(raw));
                };
                let body = &raw[n..];
                let fits = match (kind, body.first().copied().unwrap_or(0)) {
                    (1, 0xc9 | 0xd1 | 0xd2 | 0xd3) => true,
                    (5, tag) => tag == 0xca,
                    (6, tag) => tag == 0xcd,
                    (7, tag) => tag == 0xd0,
                    (8, tag) => tag == 0xcf,
                    (9, tag) => tag == 0xce,
                    _ => false,
                };
                if !fits {
                    let head = hex(&raw[..raw.len().min(8)]);
                    return self.violations.add("datagram: kind and tag", || head);
                }
                body
            }
        };
        let Some(tag) = body.first().copied() else { return };
        *self.datagrams.entry(format!("{tag:02x}")).or_default() += 1;
        match tag {
            0xc9 | 0xd2 | 0xd3 => self.audio.take(body, now, &mut self.violations),
            0xcf => self.on_timing(body),
            0xca => self.on_rumble(body),
            0xd0 => {
                let settled = now > self.mode_asked_ns + 2_000_000_000;
                let mode = settled.then_some(self.mode);
                self.cursor.on_state(body, mode, &mut self.violations);
            }
            0xcd | 0xd1 | 0xce => {}
            _ => self.violations.add("datagram: a known tag", || format!("{tag:#x}")),
        }
        let least = match tag {
            0xcf | 0xd1 => 13,
            0xce => 29,
            0xd0 => 14,
            _ => 1,
        };
        if body.len() < least {
            self.violations
                .add("datagram: its length", || format!("{tag:#x} with {} bytes", body.len()));
        }
    }

    fn on_timing(&mut self, body: &[u8]) {
        if !matches!(body.len(), 13 | 25 | 29) {
            self.violations.add("host timing: 13, 25 or 29 bytes", || format!("{}", body.len()));
        }
        if self.offer.video_caps & HOST_TIMING == 0 {
            self.violations.add("host timing: only where asked for", String::new);
        }
        let mut r = Reader::new(&body[1..]);
        let (Ok(pts), Ok(us)) = (r.u64(), r.u32()) else { return };
        self.timing += 1;
        self.host_us.add(us.into());
        // Media and datagrams race: a stamp may wait for its frame.
        if !self.recent_pts.contains(&pts) {
            self.unmatched_timing.insert(pts);
        }
    }

    fn on_rumble(&mut self, body: &[u8]) {
        let mut r = Reader::new(&body[1..]);
        let (Ok(pad), Ok(low), Ok(high)) = (r.u16(), r.u16(), r.u16()) else {
            return self.violations.add("rumble: its length", || hex(body));
        };
        if !matches!(body.len(), 7 | 10 | 14) || pad > 15 {
            self.violations.add("rumble: its length and pad", || hex(body));
        }
        let seq = r.opt_u8();
        if let Some(seq) = seq {
            if self
                .rumble_seq
                .insert(pad, seq)
                .is_some_and(|last| seq.wrapping_sub(last) as i8 <= 0)
            {
                self.violations.add("rumble: sequence goes forward", || hex(body));
            }
        }
        if self.rumble.len() < 64 {
            let at = ms(mono_ns() - self.start_ns);
            self.rumble.push(json!({ "at_ms": at, "pad": pad, "low": low, "high": high,
                "ttl_ms": r.opt_u16(), "left": r.opt_u16(), "right": r.opt_u16() }));
        }
    }

    /// A control message; gives the answer that it wants.
    pub fn on_control(&mut self, message: Result<FromHost, String>) -> Option<ToHost> {
        let message = match message {
            Ok(message) => message,
            Err(e) => {
                self.violations.add("control: the layout of a message", || e);
                return None;
            }
        };
        match message {
            FromHost::Reconfigured { accepted, mode } => {
                self.note(json!({ "reconfigured": mode.text(), "accepted": accepted }));
                if accepted {
                    self.await_mode(mode);
                }
            }
            FromHost::BitrateChanged { kbps, reason } => {
                self.note(json!({ "bitrate_changed": kbps, "reason": reason }));
                if reason.is_some() && self.offer.abr & 1 == 0 {
                    self.violations
                        .add("control: BitrateChanged with a reason only where read", String::new);
                }
            }
            FromHost::ShardPayloadChanged(p) => {
                self.note(json!({ "shard_payload_changed": p }));
                if self.offer.max_shard == 0 || p > self.offer.max_shard || p < 512 || p % 2 != 0 {
                    self.violations
                        .add("control: a shard size this client can follow", || p.to_string());
                }
                return Some(ToHost::ShardAck(p));
            }
            FromHost::PipelineGap(gap) => {
                self.spoiled = true;
                self.note(json!({ "pipeline_gap_ms": gap }));
            }
            FromHost::ProbeResult { bytes, units, ms: took, packets, drops } => {
                let c = &self.probe.counts;
                let asked = self.speed_test.take();
                let result = json!({ "asked_kbps": asked.map(|a| a.0), "asked_ms": asked.map(|a| a.1),
                    "answer_ms": asked.map(|a| ms(mono_ns() - a.2)), "bytes": bytes, "units": units,
                    "took_ms": took, "packets": packets, "drops": drops,
                    "received_packets": c.packets, "received_units": c.units,
                    "received_bytes": c.unit_bytes,
                    "offered_kbps": if took > 0 { bytes * 8 / u64::from(took) } else { 0 } });
                self.probes.push(result);
                self.spoiled = true;
            }
            FromHost::AccessUpdate { grants, secs } => {
                self.note(json!({ "access_update": grants, "remaining_s": secs }));
                eprintln!("access {grants}");
            }
            FromHost::AudioState(muted) => self.note(json!({ "audio_muted": muted })),
            FromHost::LaunchOutcome { kind, text } => {
                self.note(json!({ "launch_outcome": kind, "text": text }));
            }
            FromHost::PadSlots(slots) => self.note(json!({ "pad_slots": slots })),
            FromHost::StreamConfig { epoch, mode, codec, .. } => {
                self.epochs.push(epoch);
                if let Some((early, seen)) = self.unknown_epoch.filter(|(e, _)| *e == epoch) {
                    self.unknown_epoch = None;
                    let late = ms(mono_ns().saturating_sub(seen));
                    self.note(json!({ "stream_config_after_its_frames": early, "late_ms": late }));
                }
                self.note(json!({ "stream_config": epoch, "mode": mode.text(), "codec": codec }));
                if self.agreed.features >> F_STREAM_CONFIG & 1 != 0 && mode != self.mode {
                    self.await_mode(mode);
                }
            }
            FromHost::ClipState { enabled, policy, reason } => {
                self.note(json!({ "clip_state": enabled, "policy": policy, "reason": reason }));
            }
            FromHost::ClipOffer { seq, kinds } => {
                let kinds: Vec<String> = kinds.into_iter().map(|k| k.0).collect();
                self.note(json!({ "clip_offer": seq, "kinds": kinds }));
            }
            FromHost::CursorShape(shape) => {
                self.cursor.on_shape(&shape, &mut self.violations);
                self.note(json!({ "cursor_shape": shape.serial, "width": shape.width,
                    "height": shape.height, "hot": shape.hot }));
            }
            FromHost::Other(ty) => self.note(json!({ "unknown_message": ty })),
            other => {
                self.violations.add("control: a message of session time", || format!("{other:?}"))
            }
        }
        None
    }

    /// A keyframe of the new size has to follow, unless it has overtaken the message.
    fn await_mode(&mut self, mode: Mode) {
        self.mode = mode;
        let come = match self.last_size {
            Some(size) => size == (mode.width, mode.height),
            None => self.last_key_ns > self.mode_asked_ns,
        };
        if !come {
            self.mode_change.get_or_insert(mono_ns());
        }
    }

    /// Every breach, of the session and of both reassemblers.
    pub fn all_violations(&mut self) -> Violations {
        let mut all = std::mem::take(&mut self.violations);
        for (name, part) in
            [("receiver", &self.video.violations), ("probe", &self.probe.violations)]
        {
            for (rule, (n, first)) in &part.0 {
                all.0.insert(format!("{name}: {rule}"), (*n, first.clone()));
            }
        }
        all
    }

    pub fn json(&self) -> Value {
        // The first frame may be there before the clock rounds are over.
        let since = |from: u64| {
            (self.first_frame_ns > 0).then(|| ms(self.first_frame_ns.saturating_sub(from)))
        };
        let s = &self.stamps;
        let v = &self.video.counts;
        let sent = self.highest.map_or(0, |h| h + 1);
        json!({
            "first_frame_ms": { "since_connect": since(s.connect), "since_hello": since(s.hello),
                "since_welcome": since(s.welcome), "since_ready": since(s.ready),
                "since_clock_rounds": since(s.rounds_done) },
            "handshake_ms": { "welcome": ms(s.welcome - s.hello), "rounds": ms(s.rounds_done - s.ready) },
            "first_audio_since_hello_ms": self.audio.first_ns.map(|t| ms(t.saturating_sub(s.hello))),
            "clock": self.clock.map(|c| c.json()),
            "mode": self.mode.text(),
            "video": {
                "frames": v.units, "bytes": v.unit_bytes, "idr": self.idr,
                "repaired_frames": v.repaired_units, "given_up": v.given_up, "stale_packets": v.stale,
                "packets": v.packets, "repaired_shards": v.recovered, "late_shards": v.late,
                "arrival_ms": self.arrival_ms.json(), "latency_ms": self.latency_ms.json(),
                "assembly_ms": self.assembly_ms.json(), "sizes": self.sizes,
            },
            "network": { "datagrams": self.media_datagrams, "opened": self.opened,
                "numbers": sent, "dropped_by_peer": self.loss.dropped,
                "missing": sent.saturating_sub(self.opened + self.loss.dropped) },
            "host_timing": { "count": self.timing, "us": self.host_us.json(), "unmatched": self.unmatched_timing.len() },
            "recovery": self.recovery.json(),
            "nack": self.nack.as_ref().map(Nack::json),
            "audio": self.audio.json(),
            "datagrams": self.datagrams,
            "rumble": self.rumble,
            "cursor": self.cursor.json(),
            "probes": self.probes,
            "events": self.events,
        })
    }
}
