//! A look into access units: do they start as their flags say, and how large are the pictures.

/// NAL units of an Annex-B stream, without start codes.
fn nals(data: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut i = 0;
    while i + 3 <= data.len() {
        if data[i..i + 3] == [0, 0, 1] {
            starts.push(i + 3);
            i += 3;
        } else {
            i += 1;
        }
        // Pictures are long and parameter sets come first.
        if starts.len() == 8 {
            break;
        }
    }
    let ends = starts.iter().skip(1).map(|s| s - 3).chain([data.len()]);
    starts.iter().zip(ends).map(|(s, e)| &data[*s..e.max(*s)]).collect()
}

/// What a unit is: `Some(true)` an IDR with its parameter sets, `Some(false)` another picture, `None` neither.
pub fn is_key(codec: u8, data: &[u8]) -> Option<bool> {
    let kinds = |shift: u8, mask: u8| -> Vec<u8> {
        nals(data).iter().filter_map(|n| n.first().map(|b| b >> shift & mask)).collect()
    };
    match codec {
        1 => {
            let k = kinds(0, 31);
            if k.contains(&5) {
                return (k.contains(&7) && k.contains(&8)).then_some(true);
            }
            k.contains(&1).then_some(false)
        }
        2 => {
            let k = kinds(1, 63);
            if k.iter().any(|t| (16..=21).contains(t)) {
                return [32, 33, 34].iter().all(|t| k.contains(t)).then_some(true);
            }
            k.iter().any(|t| *t < 16).then_some(false)
        }
        _ => Some(has_sequence(data)),
    }
}

/// Whether an AV1 temporal unit carries a sequence header among its first OBUs.
fn has_sequence(data: &[u8]) -> bool {
    let mut at = 0;
    while let Some(head) = data.get(at) {
        let (kind, extended, sized) = (head >> 3 & 15, head & 4 != 0, head & 2 != 0);
        if kind == 1 {
            return true;
        }
        at += 1 + usize::from(extended);
        if !sized {
            return false;
        }
        let mut size = 0usize;
        for i in 0..8 {
            let Some(b) = data.get(at) else { return false };
            at += 1;
            size |= usize::from(b & 0x7f) << (7 * i);
            if b & 0x80 == 0 {
                break;
            }
        }
        at += size;
    }
    false
}

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let b = self.data.get(self.at / 8)? >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(b.into())
    }
    fn bits(&mut self, n: u32) -> Option<u32> {
        (0..n).try_fold(0, |v, _| Some(v << 1 | self.bit()?))
    }
    fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.bits(zeros)?)
    }
}

/// Width and height out of the first H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1).
pub fn h264_size(data: &[u8]) -> Option<(u32, u32)> {
    let sps = nals(data).into_iter().find(|n| n.first().is_some_and(|b| b & 31 == 7))?;
    let mut raw = Vec::new();
    let mut zeros = 0;
    for b in &sps[1..] {
        if zeros >= 2 && *b == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *b == 0 { zeros + 1 } else { 0 };
        raw.push(*b);
    }
    let mut r = Bits { data: &raw, at: 0 };
    let profile = r.bits(8)?;
    r.bits(16)?;
    r.ue()?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128) {
        chroma = r.ue()?;
        if chroma == 3 {
            r.bit()?;
        }
        r.ue()?;
        r.ue()?;
        r.bit()?;
        if r.bit()? == 1 {
            return None;
        }
    }
    r.ue()?;
    match r.ue()? {
        0 => {
            r.ue()?;
        }
        1 => return None,
        _ => {}
    }
    r.ue()?;
    r.bit()?;
    let width = (r.ue()? + 1) * 16;
    let lines = (r.ue()? + 1) * 16;
    let frames_only = r.bit()?;
    if frames_only == 0 {
        r.bit()?;
    }
    r.bit()?;
    let height = lines * (2 - frames_only);
    if r.bit()? == 0 {
        return Some((width, height));
    }
    let (left, right, top, bottom) = (r.ue()?, r.ue()?, r.ue()?, r.ue()?);
    let (x, y) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    Some((width - x * (left + right), height - y * (2 - frames_only) * (top + bottom)))
}
