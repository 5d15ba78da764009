//! Input as a client sends it (punktfunk1.md 7.5), from scripts of one line an event.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::hello::{GAMEPAD_STATE, SCROLL};
use crate::util::{unhex, Writer};

pub type Event = [u8; 18];

pub fn event(kind: u8, code: u32, x: i32, y: i32, flags: u32) -> Event {
    let w = Writer::new().u8(0xc8).u8(kind).u32(code).i32(x).i32(y).u32(flags);
    w.0.try_into().expect("18 bytes")
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Key {
        vk: u32,
        down: bool,
    },
    Event(Event),
    Scroll {
        axis: u32,
        notches: i32,
    },
    PadArrive {
        pad: u8,
        kind: u32,
    },
    Pad {
        pad: u8,
        state: PadState,
    },
    PadRemove {
        pad: u8,
    },
    /// A datagram as it is, without the kind byte of the second generation.
    Raw(Vec<u8>),
}

#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct PadState {
    pub buttons: u32,
    pub ls: (i16, i16),
    pub rs: (i16, i16),
    pub lt: u8,
    pub rt: u8,
}

/// "MS WHAT ...": key VK down|up; move DX DY; abs X Y W H; button N down|up; scroll AXIS NOTCHES; text CHAR;
/// touch down|move|up ID X Y W H; arrive PAD KIND; pad PAD BUTTONS LSX LSY RSX RSY LT RT; remove PAD; raw HEX.
pub fn parse_line(line: &str) -> Result<(Duration, Action), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let bad = || format!("input line: {line}");
    let number = |i: usize| -> Result<i64, String> {
        let word = words.get(i).ok_or_else(bad)?;
        match word.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16),
            None => word.parse(),
        }
        .map_err(|_| bad())
    };
    let down = |i: usize| match words.get(i) {
        Some(&"down") => Ok(true),
        Some(&"up") => Ok(false),
        _ => Err(bad()),
    };
    let surface = |i: usize| Ok::<u32, String>((number(i)? as u32) << 16 | number(i + 1)? as u32);
    let at = Duration::from_millis(number(0)? as u64);
    let action = match *words.get(1).ok_or_else(bad)? {
        "key" => Action::Key { vk: number(2)? as u32, down: down(3)? },
        "move" => Action::Event(event(2, 0, number(2)? as i32, number(3)? as i32, 0)),
        "abs" => Action::Event(event(3, 0, number(2)? as i32, number(3)? as i32, surface(4)?)),
        "button" => Action::Event(event(if down(3)? { 4 } else { 5 }, number(2)? as u32, 0, 0, 0)),
        "scroll" => Action::Scroll { axis: number(2)? as u32, notches: number(3)? as i32 },
        "text" => {
            let c = words.get(2).and_then(|w| w.chars().next()).ok_or_else(bad)?;
            Action::Event(event(15, c.into(), 0, 0, 0))
        }
        "touch" => {
            let kind = match words.get(2) {
                Some(&"down") => 9,
                Some(&"move") => 10,
                Some(&"up") => 11,
                _ => return Err(bad()),
            };
            let (x, y) = (number(4)? as i32, number(5)? as i32);
            Action::Event(event(kind, number(3)? as u32, x, y, surface(6)?))
        }
        "arrive" => Action::PadArrive { pad: number(2)? as u8, kind: number(3)? as u32 },
        "pad" => Action::Pad {
            pad: number(2)? as u8,
            state: PadState {
                buttons: number(3)? as u32,
                ls: (number(4)? as i16, number(5)? as i16),
                rs: (number(6)? as i16, number(7)? as i16),
                lt: number(8)? as u8,
                rt: number(9)? as u8,
            },
        },
        "remove" => Action::PadRemove { pad: number(2)? as u8 },
        "raw" => Action::Raw(words.get(2).and_then(|w| unhex(w)).ok_or_else(bad)?),
        _ => return Err(bad()),
    };
    Ok((at, action))
}

/// Scripts that need no file.
pub fn builtin(name: &str) -> Option<&'static str> {
    Some(match name {
        "keys" => "0 key 0x41 down\n40 key 0x41 up\n80 key 0xA0 down\n90 key 0x42 down\n130 key 0x42 up\n140 key 0xA0 up",
        "mouse" => "0 move 5 -3\n20 abs 640 360 1280 720\n40 button 1 down\n60 button 1 up\n80 scroll 0 1\n100 scroll 1 -2",
        "pad" => "0 arrive 0 1\n150 pad 0 0x1000 100 -200 0 0 255 0\n300 pad 0 0 0 0 0 0 0 0\n600 remove 0",
        "all" => "0 key 0x41 down\n40 key 0x41 up\n60 move 5 -3\n80 abs 640 360 1280 720\n100 button 1 down\n\
                  120 button 1 up\n140 scroll 0 1\n160 touch down 1 10 10 1280 720\n180 touch up 1 10 10 1280 720\n\
                  200 text x\n220 arrive 0 1\n400 pad 0 0x1000 100 -200 0 0 255 0\n600 pad 0 0 0 0 0 0 0 0\n900 remove 0",
        _ => return None,
    })
}

pub fn parse_script(text: &str) -> Result<Vec<(Duration, Action)>, String> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let mut all = lines.map(parse_line).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|(at, _)| *at);
    Ok(all)
}

/// What leaves the client for one action.
#[derive(Debug, PartialEq)]
pub enum Sent {
    /// A key, which goes over the control stream where the host reads it there.
    Key(Event),
    Datagram(Vec<u8>),
}

#[derive(Default)]
struct Pad {
    seq: u8,
    kind: u32,
    state: PadState,
    present: bool,
    announce: u8,
    dismiss: u8,
}

/// Keeps pads alive: the state of each again every 100 ms, arrivals and removals twice more.
#[derive(Default)]
pub struct Sender {
    pads: BTreeMap<u8, Pad>,
    host_caps: u8,
    host_caps2: u8,
    pub events: u64,
}

impl Sender {
    pub fn new(host_caps: u8, host_caps2: u8) -> Sender {
        Sender { host_caps, host_caps2, ..Sender::default() }
    }

    pub fn act(&mut self, action: &Action) -> Vec<Sent> {
        self.events += 1;
        let datagram = |e: Event| Sent::Datagram(e.to_vec());
        match action {
            Action::Key { vk, down } => vec![Sent::Key(event(u8::from(!down), *vk, 0, 0, 0))],
            Action::Event(e) => vec![datagram(*e)],
            Action::Raw(raw) => vec![Sent::Datagram(raw.clone())],
            Action::Scroll { axis, notches } if self.host_caps2 & SCROLL != 0 => {
                // A wheel, without a phase: 120 per notch in 24.8 fixed point.
                vec![datagram(event(16, *axis, notches * 120 * 256, 0, 1))]
            }
            Action::Scroll { axis, notches } => {
                vec![datagram(event(6, *axis, notches * 120, 0, 0))]
            }
            Action::PadArrive { pad, kind } => {
                let p = self.pads.entry(*pad).or_default();
                (p.present, p.kind, p.announce, p.dismiss) = (true, *kind, 2, 0);
                p.state = PadState::default();
                vec![datagram(event(14, *kind, 0, 0, (*pad).into()))]
            }
            Action::Pad { pad, state } => {
                let p = self.pads.entry(*pad).or_default();
                let before = std::mem::replace(&mut p.state, *state);
                p.present = true;
                if self.host_caps & GAMEPAD_STATE != 0 {
                    return vec![datagram(snapshot(*pad, p))];
                }
                legacy(*pad, before, *state)
            }
            Action::PadRemove { pad } => {
                let p = self.pads.entry(*pad).or_default();
                (p.present, p.announce, p.dismiss) = (false, 0, 2);
                vec![datagram(removal(*pad, p))]
            }
        }
    }

    /// Every 100 ms.
    pub fn tick(&mut self) -> Vec<Sent> {
        let mut out = Vec::new();
        for (index, pad) in &mut self.pads {
            if pad.announce > 0 {
                pad.announce -= 1;
                out.push(Sent::Datagram(event(14, pad.kind, 0, 0, (*index).into()).to_vec()));
            }
            if pad.present && self.host_caps & GAMEPAD_STATE != 0 {
                out.push(Sent::Datagram(snapshot(*index, pad).to_vec()));
            }
            if pad.dismiss > 0 {
                pad.dismiss -= 1;
                out.push(Sent::Datagram(removal(*index, pad).to_vec()));
            }
        }
        out
    }
}

fn snapshot(index: u8, pad: &mut Pad) -> Event {
    pad.seq = pad.seq.wrapping_add(1);
    let s = &pad.state;
    let stick = |(x, y): (i16, i16)| i32::from(x) << 16 | i32::from(y as u16);
    let flags = u32::from(pad.seq) << 24 | u32::from(s.lt) << 16 | u32::from(s.rt) << 8;
    event(12, s.buttons, stick(s.ls), stick(s.rs), flags | u32::from(index))
}

fn removal(index: u8, pad: &mut Pad) -> Event {
    pad.seq = pad.seq.wrapping_add(1);
    event(13, 0, 0, 0, u32::from(pad.seq) << 24 | u32::from(index))
}

/// One event per change, toward hosts without snapshots.
fn legacy(pad: u8, before: PadState, now: PadState) -> Vec<Sent> {
    let mut out = Vec::new();
    let changed = before.buttons ^ now.buttons;
    for bit in (0..32).map(|i| 1u32 << i).filter(|bit| changed & bit != 0) {
        out.push(event(7, bit, i32::from(now.buttons & bit != 0), 0, pad.into()));
    }
    let axes = |s: PadState| {
        [
            s.ls.0.into(),
            s.ls.1.into(),
            s.rs.0.into(),
            s.rs.1.into(),
            i32::from(s.lt),
            i32::from(s.rt),
        ]
    };
    for (axis, (old, new)) in axes(before).into_iter().zip(axes(now)).enumerate() {
        if old != new {
            out.push(event(8, axis as u32, new, 0, pad.into()));
        }
    }
    out.into_iter().map(|e| Sent::Datagram(e.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::hex;

    #[test]
    fn vectors() {
        let text = |line: &str, sender: &mut Sender| {
            let sent = sender.act(&parse_line(line).unwrap().1);
            match &sent[0] {
                Sent::Key(e) => hex(e),
                Sent::Datagram(d) => hex(d),
            }
        };
        let mut s = Sender::new(GAMEPAD_STATE, 0);
        assert_eq!(text("0 key 0x41 down", &mut s), "c80041000000000000000000000000000000");
        assert_eq!(text("0 move 5 -3", &mut s), "c8020000000005000000fdffffff00000000");
        s.pads.entry(1).or_default().seq = 8;
        assert_eq!(
            text("0 pad 1 0x1000 100 -200 0 0 255 0", &mut s),
            "c80c0010000038ff6400000000000100ff09"
        );
    }

    #[test]
    fn scripts_read_and_pads_stay_alive() {
        for name in ["keys", "mouse", "pad", "all"] {
            parse_script(builtin(name).unwrap()).unwrap();
        }
        let mut s = Sender::new(GAMEPAD_STATE, 0);
        s.act(&Action::PadArrive { pad: 0, kind: 1 });
        assert_eq!([s.tick().len(), s.tick().len(), s.tick().len()], [2, 2, 1]);
        s.act(&Action::PadRemove { pad: 0 });
        assert_eq!([s.tick().len(), s.tick().len(), s.tick().len()], [1, 1, 0]);
    }
}
