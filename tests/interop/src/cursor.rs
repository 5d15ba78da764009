//! The cursor channel of a client that draws the pointer itself (punktfunk1.md 3.8 and 7.9): shapes by control
//! message, places by datagram.

use std::collections::BTreeSet;

use serde_json::{json, Value};

use crate::hello::Mode;
use crate::packet::Violations;
use crate::util::{mono_ns, Reader};

/// What may still be on its way after the host was told to draw the pointer.
const ON_ITS_WAY_NS: u64 = 500_000_000;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    pub serial: u32,
    pub width: u16,
    pub height: u16,
    pub hot: (u16, u16),
    /// Straight alpha, RGBA.
    pub pixels: Vec<u8>,
}

#[derive(Default)]
pub struct Cursor {
    /// Both ends have the capability.
    agreed: bool,
    host_draws_since: Option<u64>,
    shapes: BTreeSet<u32>,
    sizes: Vec<(u16, u16)>,
    states: u64,
    visible: u64,
    hints: u64,
    named: BTreeSet<u32>,
    last: Option<(bool, i32, i32)>,
    moved: u64,
}

impl Cursor {
    pub fn new(agreed: bool) -> Cursor {
        Cursor { agreed, ..Cursor::default() }
    }

    pub fn host_draws(&mut self, on: bool) {
        self.host_draws_since = on.then(mono_ns);
    }

    fn allowed(&self) -> bool {
        self.agreed && self.host_draws_since.is_none_or(|t| mono_ns() < t + ON_ITS_WAY_NS)
    }

    pub fn on_shape(&mut self, shape: &Shape, violations: &mut Violations) {
        let place = || format!("shape {} of {}x{}", shape.serial, shape.width, shape.height);
        if !self.allowed() {
            violations.add("cursor: shapes only where the client draws", place);
        }
        if shape.hot.0 >= shape.width || shape.hot.1 >= shape.height {
            violations.add("cursor: the hot spot lies in the shape", place);
        }
        if !shape.pixels.chunks(4).any(|p| p[3] != 0) {
            violations.add("cursor: a shape can be seen", place);
        }
        if !self.shapes.insert(shape.serial) {
            violations.add("cursor: a serial for each shape", place);
        }
        self.sizes.push((shape.width, shape.height));
    }

    /// A datagram with its tag; without a mode while that is changing.
    pub fn on_state(&mut self, body: &[u8], mode: Option<Mode>, violations: &mut Violations) {
        let mut r = Reader::new(&body[1..]);
        let (Ok(serial), Ok(flags), Ok(x), Ok(y)) = (r.u32(), r.u8(), r.u32(), r.u32()) else {
            return; // its length is complained about elsewhere
        };
        let (x, y) = (x as i32, y as i32);
        if !self.allowed() {
            violations.add("cursor: places only where the client draws", || format!("{x},{y}"));
        }
        if flags & !3 != 0 {
            violations.add("cursor: known flags", || format!("{flags:#x}"));
        }
        let visible = flags & 1 != 0;
        let inside = |m: Mode| x >= 0 && x < m.width as i32 && y >= 0 && y < m.height as i32;
        if visible && mode.is_some_and(|m| !inside(m)) {
            violations.add("cursor: a place in the picture", || format!("{x},{y}"));
        }
        self.states += 1;
        self.visible += u64::from(visible);
        self.hints += u64::from(flags & 2 != 0);
        if visible {
            self.named.insert(serial);
        }
        let now = (visible, x, y);
        self.moved += u64::from(self.last.is_some_and(|last| last != now));
        self.last = Some(now);
    }

    /// At the end: what was named was sent as well. The newest may still be on its way.
    pub fn json(&self) -> Value {
        let newest = self.shapes.last().copied().unwrap_or(0);
        let unknown: Vec<u32> = self
            .named
            .iter()
            .filter(|s| **s <= newest && !self.shapes.contains(s))
            .copied()
            .collect();
        json!({ "agreed": self.agreed, "shapes": self.shapes.len(), "sizes": self.sizes,
            "states": self.states, "visible": self.visible, "hints": self.hints, "moved": self.moved,
            "named": self.named, "unknown": unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(serial: u32, hot: (u16, u16)) -> Shape {
        Shape { serial, width: 1, height: 1, hot, pixels: vec![1, 2, 3, 4] }
    }

    #[test]
    fn breaches_are_seen() {
        let mode = Some(Mode { width: 1280, height: 720, hz: 60 });
        let golden = crate::util::unhex("d003000000018002000068010000").unwrap();
        let mut cursor = Cursor { agreed: true, ..Cursor::default() };
        let mut v = Violations::default();
        cursor.on_shape(&shape(3, (0, 0)), &mut v);
        cursor.on_state(&golden, mode, &mut v);
        assert!(v.is_empty());
        assert_eq!(cursor.last, Some((true, 640, 360)));
        cursor.on_shape(&shape(3, (1, 0)), &mut v);
        assert_eq!(v.0.len(), 2);
        let mut silent = Cursor::default();
        silent.on_state(&golden, mode, &mut v);
        assert_eq!(v.0.len(), 3);
        let small = Some(Mode { width: 640, height: 360, hz: 60 });
        cursor.on_state(&golden, small, &mut v);
        cursor.on_state(&golden, None, &mut v);
        assert_eq!(v.0["cursor: a place in the picture"].0, 1);
    }
}
