//! Sound from the host: sequence, times and Opus framing checked, packets kept as Ogg (punktfunk1.md 7.1, 7.2).

use std::fs::File;
use std::io::Write;

use serde_json::{json, Value};

use crate::hello::{Agreement, AUDIO_RED, HOST_AUDIO_RED};
use crate::packet::Violations;
use crate::util::{Reader, Spread};

/// Length of an Opus packet in samples at 48 kHz, from its first two bytes (RFC 6716, 3.1).
pub fn opus_samples(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame = match config {
        0..=11 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..=15 => [480, 960][usize::from(config & 1)],
        _ => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    Some(frame * count)
}

/// An Ogg Opus file, one packet a page (RFC 7845).
struct Ogg {
    file: File,
    sequence: u32,
    granule: u64,
}

fn crc(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc: u32, b| {
        (0..8).fold(crc ^ u32::from(*b) << 24, |c, _| {
            c << 1 ^ if c & 0x8000_0000 != 0 { 0x04c1_1db7 } else { 0 }
        })
    })
}

impl Ogg {
    fn create(path: &str, channels: u8, layout: u8) -> std::io::Result<Ogg> {
        let mut ogg = Ogg { file: File::create(path)?, sequence: 0, granule: 0 };
        let mut head = b"OpusHead\x01".to_vec();
        head.push(channels);
        head.extend_from_slice(&[0x38, 1, 0x80, 0xbb, 0, 0, 0, 0]);
        let (streams, coupled, map): (u8, u8, &[u8]) = match (channels, layout) {
            (6, 1) => (4, 2, &[0, 1, 4, 5, 2, 3]),
            (6, 2) => (6, 0, &[0, 1, 2, 3, 4, 5]),
            (6, _) => (4, 2, &[0, 1, 2, 3, 4, 5]),
            (8, 1) => (5, 3, &[0, 1, 6, 7, 2, 3, 4, 5]),
            (8, 2) => (8, 0, &[0, 1, 2, 3, 4, 5, 6, 7]),
            (8, _) => (5, 3, &[0, 1, 2, 3, 4, 5, 6, 7]),
            _ => (1, 1, &[]),
        };
        if map.is_empty() {
            head.push(0);
        } else {
            head.extend_from_slice(&[255, streams, coupled]);
            head.extend_from_slice(map);
        }
        ogg.page(&head, 2)?;
        ogg.page(b"OpusTags\x04\0\0\0peer\0\0\0\0", 0)?;
        Ok(ogg)
    }
    fn page(&mut self, packet: &[u8], kind: u8) -> std::io::Result<()> {
        let mut page = b"OggS\0".to_vec();
        page.push(kind);
        page.extend_from_slice(&self.granule.to_le_bytes());
        page.extend_from_slice(b"peer");
        page.extend_from_slice(&self.sequence.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        let full = packet.len() / 255;
        page.push(full as u8 + 1);
        page.resize(page.len() + full, 255);
        page.push((packet.len() % 255) as u8);
        page.extend_from_slice(packet);
        let sum = crc(&page);
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        self.sequence += 1;
        self.file.write_all(&page)
    }
    fn packet(&mut self, packet: &[u8], samples: u32) -> std::io::Result<()> {
        self.granule += u64::from(samples);
        self.page(packet, 0)
    }
}

pub struct Audio {
    codec: u8,
    redundant: bool,
    last: Option<(u32, u64, Vec<u8>)>,
    last_ns: u64,
    pub first_ns: Option<u64>,
    packets: u64,
    bytes: u64,
    missing: u64,
    restored: u64,
    silent: u64,
    late: u64,
    by_tag: [u64; 3],
    arrival: Spread,
    pts_step_ms: Spread,
    ogg: Option<Ogg>,
}

impl Audio {
    pub fn new(agreed: &Agreement, offered_caps: u8, dump: Option<&str>) -> Result<Audio, String> {
        let ogg = dump
            .map(|path| Ogg::create(path, agreed.channels, agreed.layout))
            .transpose()
            .map_err(|e| e.to_string())?;
        Ok(Audio {
            codec: agreed.audio_codec,
            redundant: agreed.host_caps & HOST_AUDIO_RED != 0 && offered_caps & AUDIO_RED != 0,
            last: None,
            last_ns: 0,
            first_ns: None,
            packets: 0,
            bytes: 0,
            missing: 0,
            restored: 0,
            silent: 0,
            late: 0,
            by_tag: [0; 3],
            arrival: Spread::default(),
            pts_step_ms: Spread::default(),
            ogg,
        })
    }

    /// A datagram with tag 0xC9, 0xD2 or 0xD3.
    pub fn take(&mut self, datagram: &[u8], now_ns: u64, out: &mut Violations) {
        if let Err(e) = self.read(datagram, now_ns, out) {
            out.add("audio: layout of the datagram", || e);
        }
    }

    fn read(&mut self, datagram: &[u8], now_ns: u64, out: &mut Violations) -> Result<(), String> {
        let mut r = Reader::new(datagram);
        let (tag, seq, pts) = (r.u8()?, r.u32()?, r.u64()?);
        let (packet, copy) = match tag {
            0xd2 => {
                let n = r.u16()?;
                (r.bytes(n.into())?, r.rest())
            }
            _ => (r.rest(), &[][..]),
        };
        self.by_tag[match tag {
            0xc9 => 0,
            0xd2 => 1,
            _ => 2,
        }] += 1;
        if tag == 0xd2 && !self.redundant {
            out.add("audio: 0xD2 only where both sides agreed", || format!("seq {seq}"));
        }
        if (tag == 0xd3) != (self.codec == 2) {
            out.add("audio: the plane that was agreed", || format!("tag {tag:#x}"));
        }
        if let Some((last, last_pts, last_packet)) = &self.last {
            let ahead = seq.wrapping_sub(*last) as i32;
            if ahead <= 0 {
                self.late += 1;
                out.add("audio: sequence goes forward", || format!("{seq} after {last}"));
                return Ok(());
            }
            if pts <= *last_pts {
                out.add("audio: time goes forward", || format!("{pts} after {last_pts}"));
            }
            if ahead == 1 {
                self.pts_step_ms.add(pts.wrapping_sub(*last_pts) as f64 / 1e6);
                if !copy.is_empty() && copy != last_packet.as_slice() {
                    out.add("audio: the copy is the packet before", || format!("seq {seq}"));
                }
            } else {
                let gap = ahead as u64 - 1;
                self.missing += gap;
                self.restored += u64::from(!copy.is_empty());
            }
            self.arrival.add((now_ns - self.last_ns) as f64 / 1e6);
        }
        self.first_ns.get_or_insert(now_ns);
        self.last_ns = now_ns;
        self.packets += 1;
        self.bytes += packet.len() as u64;
        if packet.is_empty() {
            self.silent += 1;
        } else if self.codec == 0 {
            match opus_samples(packet) {
                Some(240) => {}
                other => out.add("audio: Opus packets of 5 ms", || {
                    format!("seq {seq}: {other:?} samples, first byte {:#x}", packet[0])
                }),
            }
            if let Some(ogg) = &mut self.ogg {
                ogg.packet(packet, 240).map_err(|e| e.to_string())?;
            }
        }
        self.last = Some((seq, pts, packet.to_vec()));
        Ok(())
    }

    pub fn packets(&self) -> u64 {
        self.packets
    }
    pub fn last_ns(&self) -> u64 {
        self.last_ns
    }
    pub fn json(&self) -> Value {
        json!({ "packets": self.packets, "bytes": self.bytes, "missing": self.missing,
            "restored_by_copy": self.restored, "silent": self.silent, "late": self.late,
            "plain": self.by_tag[0], "redundant": self.by_tag[1], "pcm": self.by_tag[2],
            "arrival_ms": self.arrival.json(), "pts_step_ms": self.pts_step_ms.json() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(opus_samples(&[0xec, 1]), Some(240));
        assert_eq!(opus_samples(&[0xf8, 0xff, 0xfe]), Some(960));
        assert_eq!(opus_samples(&[0xeb, 2]), Some(480));
        assert_eq!(opus_samples(&[]), None);
    }

    #[test]
    fn a_gap_a_copy_and_a_restart() {
        let welcome = crate::util::unhex("504b46310200000050c380070000380400003c000000010a0010800501000102030405060708090a0b0c0d0e0f706b6631000000000000204e0000080101010001020221").unwrap();
        let agreed = Agreement::from_welcome(&welcome, false).unwrap();
        let mut audio = Audio::new(&agreed, AUDIO_RED, None).unwrap();
        let mut bad = Violations::default();
        let datagram = |tag: u8, seq: u32, tail: &[u8]| {
            let mut d = vec![tag];
            d.extend(seq.to_le_bytes());
            d.extend((u64::from(seq) * 5_000_000).to_le_bytes());
            d.extend(tail);
            d
        };
        audio.take(&datagram(0xc9, 7, &[0xec, 1]), 1, &mut bad);
        audio.take(&datagram(0xd2, 8, &[2, 0, 0xec, 2, 0xec, 1]), 2, &mut bad);
        audio.take(&datagram(0xd2, 10, &[2, 0, 0xec, 4, 0xec, 3]), 3, &mut bad);
        assert!(bad.is_empty(), "{}", bad.json());
        assert_eq!((audio.missing, audio.restored, audio.packets), (1, 1, 3));
        audio.take(&datagram(0xd2, 11, &[2, 0, 0xec, 4, 0xec, 9]), 4, &mut bad);
        audio.take(&datagram(0xc9, 1, &[0xfc, 9]), 5, &mut bad);
        assert_eq!(bad.0.len(), 2, "{}", bad.json());
    }
}
