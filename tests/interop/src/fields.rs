//! The number and field encoding of the second generation (punktfunk2.md 3).

use crate::util::Res;

/// RFC 9000 section 16, shortest form.
pub fn put_varint(out: &mut Vec<u8>, v: u64) {
    match v {
        0..=0x3f => out.push(v as u8),
        0x40..=0x3fff => out.extend_from_slice(&(v as u16 | 0x4000).to_be_bytes()),
        0x4000..=0x3fff_ffff => out.extend_from_slice(&(v as u32 | 0x8000_0000).to_be_bytes()),
        _ => out.extend_from_slice(&(v | 0xc000_0000_0000_0000).to_be_bytes()),
    }
}

/// The number at the front of `data` and how many bytes it took; nothing when it is cut off.
pub fn varint(data: &[u8]) -> Option<(u64, usize)> {
    let n = 1usize << (data.first()? >> 6);
    let raw = data.get(..n)?;
    let mut v = u64::from(raw[0] & 0x3f);
    for b in &raw[1..] {
        v = v << 8 | u64::from(*b);
    }
    Some((v, n))
}

/// Writes a message body field by field.
#[derive(Default)]
pub struct Body(pub Vec<u8>);

impl Body {
    pub fn bytes(mut self, tag: u64, v: &[u8]) -> Self {
        put_varint(&mut self.0, tag);
        put_varint(&mut self.0, v.len() as u64);
        self.0.extend_from_slice(v);
        self
    }
    pub fn u8(self, tag: u64, v: u8) -> Self {
        self.bytes(tag, &[v])
    }
    pub fn bool(self, tag: u64, v: bool) -> Self {
        self.u8(tag, v.into())
    }
    pub fn u16(self, tag: u64, v: u16) -> Self {
        self.bytes(tag, &v.to_le_bytes())
    }
    pub fn u32(self, tag: u64, v: u32) -> Self {
        self.bytes(tag, &v.to_le_bytes())
    }
    pub fn u64(self, tag: u64, v: u64) -> Self {
        self.bytes(tag, &v.to_le_bytes())
    }
    pub fn mode(self, tag: u64, m: crate::hello::Mode) -> Self {
        let mut v = m.width.to_le_bytes().to_vec();
        v.extend_from_slice(&m.height.to_le_bytes());
        v.extend_from_slice(&m.hz.to_le_bytes());
        self.bytes(tag, &v)
    }
    pub fn frame(self, ty: u64) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, ty);
        put_varint(&mut out, self.0.len() as u64);
        out.extend_from_slice(&self.0);
        out
    }
}

/// The fields of one received body, in order.
pub struct Fields<'a>(pub Vec<(u64, &'a [u8])>);

impl<'a> Fields<'a> {
    /// `repeats` = the one tag that may occur several times; every other tag must be single.
    pub fn parse(mut body: &'a [u8], repeats: Option<u64>) -> Res<Self> {
        let mut all: Vec<(u64, &[u8])> = Vec::new();
        while !body.is_empty() {
            let (tag, n) = varint(body).ok_or("a tag is cut off")?;
            body = &body[n..];
            let (len, n) = varint(body).ok_or("a length is cut off")?;
            body = &body[n..];
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let value = body.get(..len).ok_or_else(|| format!("tag {tag} runs past the body"))?;
            body = &body[len..];
            if repeats != Some(tag) && all.iter().any(|(t, _)| *t == tag) {
                return Err(format!("tag {tag} occurs twice"));
            }
            all.push((tag, value));
        }
        Ok(Fields(all))
    }
    pub fn raw(&self, tag: u64) -> Option<&'a [u8]> {
        self.0.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v)
    }
    /// Little-endian of any width 1…8; outside `max` is an error. Missing = `default`.
    pub fn int(&self, tag: u64, default: u64, max: u64) -> Res<u64> {
        let Some(raw) = self.raw(tag) else { return Ok(default) };
        if raw.is_empty() || raw.len() > 8 {
            return Err(format!("tag {tag} is an integer of {} bytes", raw.len()));
        }
        let v = raw.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
        if v > max {
            return Err(format!("tag {tag} = {v} is over {max}"));
        }
        Ok(v)
    }
    pub fn u8(&self, tag: u64, default: u8) -> Res<u8> {
        Ok(self.int(tag, default.into(), 0xff)? as u8)
    }
    pub fn u16(&self, tag: u64, default: u16) -> Res<u16> {
        Ok(self.int(tag, default.into(), 0xffff)? as u16)
    }
    pub fn u32(&self, tag: u64, default: u32) -> Res<u32> {
        Ok(self.int(tag, default.into(), 0xffff_ffff)? as u32)
    }
    pub fn u64(&self, tag: u64, default: u64) -> Res<u64> {
        self.int(tag, default, u64::MAX)
    }
    pub fn bool(&self, tag: u64) -> Res<bool> {
        Ok(self.u8(tag, 0)? != 0)
    }
    pub fn exact<const N: usize>(&self, tag: u64) -> Res<Option<[u8; N]>> {
        match self.raw(tag) {
            None => Ok(None),
            Some(v) => Ok(Some(
                v.try_into().map_err(|_| format!("tag {tag} has {} bytes, not {N}", v.len()))?,
            )),
        }
    }
    pub fn mode(&self, tag: u64) -> Res<crate::hello::Mode> {
        let Some(raw) = self.exact::<12>(tag)? else { return Ok(Default::default()) };
        let word = |i: usize| u32::from_le_bytes(raw[i..i + 4].try_into().unwrap());
        Ok(crate::hello::Mode { width: word(0), height: word(4), hz: word(8) })
    }
    pub fn text(&self, tag: u64, max: usize) -> Res<Option<String>> {
        let Some(raw) = self.raw(tag) else { return Ok(None) };
        let text = std::str::from_utf8(raw).map_err(|_| format!("tag {tag} is not UTF-8"))?;
        if raw.len() > max || text.contains('\0') {
            return Err(format!("tag {tag}: a text of {} bytes or with a NUL", raw.len()));
        }
        Ok(Some(text.into()))
    }
    /// Bits 0–127 of a feature set; the rest is not looked at.
    pub fn bits(&self, tag: u64) -> u128 {
        let raw = self.raw(tag).unwrap_or_default();
        raw.iter().take(16).enumerate().fold(0, |v, (i, b)| v | u128::from(*b) << (8 * i))
    }
}

/// A feature set without trailing zero bytes.
pub fn feature_bytes(bits: u128) -> Vec<u8> {
    let mut raw = bits.to_le_bytes().to_vec();
    while raw.last() == Some(&0) {
        raw.pop();
    }
    raw
}
