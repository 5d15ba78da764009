//! Asks for single shards again (punktfunk2.md 9.4, tags 13 and 17) and holds the host to its answer: the
//! same shard of the same frame, byte for byte, under a packet number of its own.

use serde_json::{json, Value};

use crate::fields::Body;
use crate::packet::Packet;
use crate::util::{ms, Spread};

/// Frames between two asks.
const EVERY: u32 = 7;

struct Wanted {
    frame: u32,
    block: u16,
    shard: u16,
    number: u64,
    data: Vec<u8>,
    at_ns: u64,
}

#[derive(Default)]
pub struct Nack {
    next_frame: u32,
    wanted: Option<Wanted>,
    unsaid: Option<(u32, u16)>,
    asked: u64,
    answered: u64,
    wrong: u64,
    times_ms: Spread,
}

/// What a packet is to us.
pub enum Seen {
    /// One like any other.
    Usual,
    /// Thrown away, to be asked for.
    Lost,
    /// The answer to an ask.
    Answer,
}

impl Nack {
    pub fn look(&mut self, p: &Packet, now_ns: u64) -> Seen {
        if p.probe {
            return Seen::Usual;
        }
        if let Some(w) = &self.wanted {
            if (w.frame, w.block, w.shard) == (p.frame, p.block, p.shard) {
                if p.number > w.number && p.data == w.data {
                    self.answered += 1;
                    self.times_ms.add(ms(now_ns - w.at_ns));
                } else {
                    self.wrong += 1;
                }
                self.wanted = None;
                return Seen::Answer;
            }
            // Nobody answers for ever: the next frame's turn.
            if p.frame.wrapping_sub(w.frame) < EVERY {
                return Seen::Usual;
            }
        }
        if p.frame < self.next_frame || p.shard != p.k / 2 {
            return Seen::Usual;
        }
        let Some(base) = p.base else { return Seen::Usual };
        self.next_frame = p.frame + EVERY;
        self.unsaid = Some((p.frame, base as u16 + p.shard));
        self.wanted = Some(Wanted {
            frame: p.frame,
            block: p.block,
            shard: p.shard,
            number: p.number,
            data: p.data.to_vec(),
            at_ns: now_ns,
        });
        Seen::Lost
    }

    /// The datagram (kind 0x03) that says it, under an ask number of its own.
    pub fn datagram(&mut self, mut ask_number: impl FnMut() -> u16) -> Option<Vec<u8>> {
        let (frame, place) = self.unsaid.take()?;
        self.asked += 1;
        Some(Body(vec![3]).u16(4, ask_number()).u32(17, frame).u16(13, place).0)
    }

    pub fn json(&self) -> Value {
        json!({ "asked": self.asked, "answered": self.answered, "wrong": self.wrong,
            "times_ms": self.times_ms.json() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::{hex, unhex};

    #[test]
    fn a_shard_is_asked_for_and_its_answer_known() {
        let mut plain = unhex("00 0080 2c030000 88130000 0000 00000000 0900 1400 0000 0000").unwrap();
        plain.extend([7; 512]);
        plain[17] = 10;
        let first = Packet::two(40, 0, &plain).unwrap();
        let mut nack = Nack::default();
        assert!(matches!(nack.look(&first, 1), Seen::Lost));
        let said = nack.datagram(|| 11).unwrap();
        assert_eq!(hex(&said), "0304020b0011042c0300000d020a00");
        assert!(nack.datagram(|| 12).is_none());
        let again = Packet { number: 90, ..first.clone() };
        assert!(matches!(nack.look(&again, 2_000_001), Seen::Answer));
        assert_eq!((nack.asked, nack.answered, nack.wrong), (1, 1, 0));
        assert!(matches!(nack.look(&again, 3), Seen::Usual));
    }
}
