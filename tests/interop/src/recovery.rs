//! What a client does about lost frames, and its reports (punktfunk1.md 6.9, 6.10; punktfunk2.md 9.4).

use serde_json::{json, Value};

use crate::control::ToHost;
use crate::fields::Body;
use crate::packet::{F_ANCHOR, F_KEY, F_RECOVERY_POINT};
use crate::profile::Profile;
use crate::reassemble::Counts;
use crate::util::{ms, Spread};

const MS: u64 = 1_000_000;
/// Between two requests for a range.
const RFI_PAUSE: u64 = 100 * MS;
/// An ask without an answer is made again.
const ASK_AGAIN: u64 = 500 * MS;
/// Without any video.
const NOTHING_AT_ALL: u64 = 2_600 * MS;
pub const WINDOW: u64 = 750 * MS;

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Ask {
    Range(u32, u32),
    Keyframe,
}

impl Ask {
    pub fn message(self) -> ToHost {
        match self {
            Ask::Range(first, last) => ToHost::Rfi(first, last),
            Ask::Keyframe => ToHost::RequestKeyframe,
        }
    }
}

/// An ask that a datagram repeats until it is answered.
struct Open {
    number: u16,
    ask: Ask,
    made_ns: u64,
    sent_ns: u64,
}

pub struct Recovery {
    profile: Profile,
    next: Option<u32>,
    /// When the first missing packet's frame began; no picture is shown until a recovery frame.
    hole_ns: Option<u64>,
    last_lost: u32,
    points: u8,
    /// Lost, and not asked for yet.
    unasked: Option<(u32, u32)>,
    asked_ns: u64,
    ranged_ns: u64,
    seen_any: bool,
    open: Option<Open>,
    ask_number: u16,
    window: Option<(u32, u32, u64)>,
    newest_done: Option<(u32, u16)>,
    ack_due: bool,
    pub lost: u64,
    pub keyframes: u64,
    pub ranges: u64,
    shown: u64,
    held: u64,
    times_ms: Spread,
    by: [u64; 3],
}

fn ahead(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}

impl Recovery {
    pub fn new(profile: Profile, now: u64) -> Recovery {
        Recovery {
            profile,
            next: None,
            hole_ns: None,
            last_lost: 0,
            points: 0,
            unasked: None,
            asked_ns: now,
            ranged_ns: 0,
            seen_any: false,
            open: None,
            ask_number: 0,
            window: None,
            newest_done: None,
            ack_due: false,
            lost: 0,
            keyframes: 0,
            ranges: 0,
            shown: 0,
            held: 0,
            times_ms: Spread::default(),
            by: [0; 3],
        }
    }
    pub fn waiting(&self) -> bool {
        self.hole_ns.is_some()
    }
    pub fn shown(&self) -> u64 {
        self.shown
    }

    /// A frame that will not come, or a run of them.
    pub fn on_lost(&mut self, first: u32, last: u32, hole_ns: u64) {
        if let Some(next) = self.next {
            if !ahead(last.wrapping_add(1), next) {
                return;
            }
        }
        let first = self.next.filter(|n| ahead(*n, first)).unwrap_or(first);
        self.next = Some(last.wrapping_add(1));
        self.lost += u64::from(last.wrapping_sub(first)) + 1;
        self.last_lost = last;
        self.points = 0;
        self.hole_ns.get_or_insert(hole_ns);
        self.unasked = Some((self.unasked.map_or(first, |(oldest, _)| oldest), last));
    }

    /// A whole frame. True = a decoder may have it.
    pub fn on_frame(&mut self, index: u32, flags: u32, first_ns: u64, done_ns: u64) -> bool {
        match self.next {
            None if flags & F_KEY == 0 => {
                // Attached in the middle: nothing can be shown before a keyframe.
                self.hole_ns.get_or_insert(first_ns);
            }
            Some(next) if ahead(index, next) => self.on_lost(next, index.wrapping_sub(1), first_ns),
            _ => {}
        }
        self.seen_any = true;
        self.next = Some(index.wrapping_add(1));
        let map = match self.newest_done {
            Some((old, map)) => {
                let step = index.wrapping_sub(old);
                if step > 16 {
                    0
                } else {
                    (u32::from(map) << step | 1 << (step - 1).min(31)) as u16
                }
            }
            None => 0,
        };
        self.newest_done = Some((index, map));
        let Some(hole) = self.hole_ns else {
            self.shown += 1;
            self.ack_due = true;
            return true;
        };
        let by = if flags & F_KEY != 0 {
            0
        } else if flags & F_ANCHOR != 0 && self.shown > 0 {
            1
        } else if flags & F_RECOVERY_POINT != 0 && self.shown > 0 {
            self.points += 1;
            if self.points < 2 {
                self.held += 1;
                return false;
            }
            2
        } else {
            self.held += 1;
            return false;
        };
        if self.shown > 0 {
            self.times_ms.add(ms(done_ns.saturating_sub(hole)));
            self.by[by] += 1;
        }
        self.hole_ns = None;
        self.unasked = None;
        let answered = match &self.open {
            Some(open) => by == 0 || matches!(open.ask, Ask::Range(..)),
            None => false,
        };
        if answered {
            self.open = None;
        }
        self.shown += 1;
        self.ack_due = true;
        true
    }

    /// What to ask for now.
    pub fn due(&mut self, now: u64) -> Option<Ask> {
        if !self.seen_any {
            return (now.saturating_sub(self.asked_ns) >= NOTHING_AT_ALL)
                .then(|| self.ask(Ask::Keyframe, now));
        }
        self.hole_ns?;
        if let Some((first, last)) = self.unasked {
            if now.saturating_sub(self.ranged_ns) < RFI_PAUSE {
                return None;
            }
            self.unasked = None;
            let wide = last.wrapping_sub(first) > 256;
            let ask = if self.profile.rfi() && !wide && self.shown > 0 {
                Ask::Range(first, last)
            } else {
                Ask::Keyframe
            };
            return Some(self.ask(ask, now));
        }
        let never = self.shown == 0 && self.keyframes == 0;
        (never || now.saturating_sub(self.asked_ns) >= ASK_AGAIN)
            .then(|| self.ask(Ask::Keyframe, now))
    }

    /// Asks whatever the state.
    pub fn ask(&mut self, ask: Ask, now: u64) -> Ask {
        self.asked_ns = now;
        match ask {
            Ask::Range(..) => self.ranges += 1,
            Ask::Keyframe => self.keyframes += 1,
        }
        self.ranged_ns = now;
        if self.profile.feedback() {
            let number = self.next_number();
            self.open = Some(Open { number, ask, made_ns: now, sent_ns: 0 });
        }
        ask
    }

    /// Of asks that are datagrams; never 0.
    pub fn next_number(&mut self) -> u16 {
        self.ask_number = self.ask_number.checked_add(1).unwrap_or(1);
        self.ask_number
    }

    pub fn close_window(&mut self, number: u32, ppm: u32, packets: u64) {
        self.window = Some((number, ppm, packets));
    }

    /// The feedback datagram that is due, if one is (kind 0x03 and its fields).
    pub fn feedback(&mut self, now: u64, window_closed: bool, frame_ns: u64) -> Option<Vec<u8>> {
        if self
            .open
            .as_ref()
            .is_some_and(|o| now.saturating_sub(o.made_ns) >= ASK_AGAIN && self.hole_ns.is_none())
        {
            self.open = None;
        }
        let ask_due = self.open.as_ref().is_some_and(|o| now.saturating_sub(o.sent_ns) >= frame_ns);
        if !(window_closed || ask_due || self.ack_due) {
            return None;
        }
        self.ack_due = false;
        let mut b = Body(vec![3]);
        if let Some((number, ppm, packets)) = self.window {
            b = b.u32(1, number).u32(2, ppm).u64(3, packets);
        }
        if let Some(open) = &mut self.open {
            open.sent_ns = now;
            b = b.u16(4, open.number);
            b = match open.ask {
                Ask::Range(first, last) => b.u32(5, first).u32(6, last),
                Ask::Keyframe => b.bool(7, true),
            };
        }
        if let Some((newest, map)) = self.newest_done {
            b = b.u32(14, newest).u16(15, map);
        }
        Some(b.0)
    }

    pub fn json(&self) -> Value {
        json!({ "lost_frames": self.lost, "shown_frames": self.shown, "held_frames": self.held,
            "keyframe_asks": self.keyframes, "range_asks": self.ranges, "times_ms": self.times_ms.json(),
            "by_keyframe": self.by[0], "by_anchor": self.by[1], "by_points": self.by[2],
            "still_waiting": self.hole_ns.is_some() })
    }
}

/// Loss of one window in ppm, as clients count it.
pub fn loss_ppm(before: &(u64, u64, u64, u64), now: &Counts, addition: bool) -> u32 {
    let received = now.packets - before.0;
    let late = now.late - before.2;
    let repaired = (now.recovered - before.1).saturating_sub(late);
    let all = received + repaired;
    let mut ppm = (repaired * 1_000_000).checked_div(all).unwrap_or(0);
    if addition && now.given_up > before.3 {
        ppm += 50_000;
    }
    ppm.min(1_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::{hex, unhex};

    #[test]
    fn a_hole_is_asked_for_once_and_healed_by_an_anchor() {
        let mut r = Recovery::new(Profile::V0_40, 0);
        assert!(r.on_frame(0, 5, 1, 2));
        assert!(!r.on_frame(3, 1, 10 * MS, 11 * MS));
        assert_eq!(r.due(200 * MS), Some(Ask::Range(1, 2)));
        assert_eq!(r.due(201 * MS), None);
        r.on_lost(4, 4, 210 * MS);
        assert_eq!(r.due(250 * MS), None);
        assert_eq!(r.due(300 * MS), Some(Ask::Range(4, 4)));
        assert_eq!(r.due(800 * MS), Some(Ask::Keyframe));
        assert!(r.on_frame(5, 0x21, 820 * MS, 821 * MS));
        assert_eq!(r.due(2000 * MS), None);
        assert_eq!((r.lost, r.shown, r.held), (3, 2, 1));
        let mut old = Recovery::new(Profile::June2026, 0);
        assert_eq!(old.due(2600 * MS), Some(Ask::Keyframe));
        old.on_frame(0, 5, 1, 2);
        old.on_frame(2, 1, 1, 2);
        assert_eq!(old.due(3000 * MS), Some(Ask::Keyframe));
    }

    #[test]
    fn feedback_datagrams() {
        let mut r = Recovery::new(Profile::G3, 0);
        r.close_window(4, 1200, 0x10_0000_0000);
        let flat = |t: &str| hex(&unhex(t).unwrap());
        assert_eq!(
            hex(&r.feedback(MS, true, 16 * MS).unwrap()),
            flat("03 01 04 04000000 02 04 b0040000 03 08 0000000010000000")
        );
        let mut r = Recovery::new(Profile::G3, 0);
        r.ask_number = 8;
        r.ask(Ask::Range(100, 103), 1);
        let ask = "03 04 02 0900 05 04 64000000 06 04 67000000";
        assert_eq!(hex(&r.feedback(20 * MS, false, 16 * MS).unwrap()), flat(ask));
        assert!(r.feedback(21 * MS, false, 16 * MS).is_none());
        assert!(r.feedback(40 * MS, false, 16 * MS).is_some());
        r.next = Some(7001);
        r.newest_done = Some((7000, 0));
        r.open = None;
        r.on_frame(7001, 1, 1, 2);
        assert_eq!(
            hex(&r.feedback(60 * MS, false, 16 * MS).unwrap()),
            flat("03 0e 04 591b0000 0f 02 0100")
        );
    }
}
