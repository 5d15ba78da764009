//! Keys, sealing and the replay window of both generations (punktfunk1.md 6.2, punktfunk2.md 7).

use std::collections::HashMap;

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::Aes128Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use hkdf::Hkdf;
use sha2::Sha256;

use crate::hello::Agreement;

pub const TAG: usize = 16;
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-punktfunk/2 media";
const PACKETS_PER_KEY: u64 = 1 << 23;

pub enum Cipher {
    Aes(Box<Aes128Gcm>),
    ChaCha(Box<ChaCha20Poly1305>),
}

impl Cipher {
    /// `key` has 16 bytes for suite 0 and 32 for suite 1.
    pub fn new(suite: u8, key: &[u8]) -> Cipher {
        match suite {
            0 => Cipher::Aes(Box::new(Aes128Gcm::new(key.into()))),
            _ => Cipher::ChaCha(Box::new(ChaCha20Poly1305::new(key.into()))),
        }
    }
    pub fn open(&self, nonce: &[u8; 12], aad: &[u8], data: &mut [u8], tag: &[u8]) -> bool {
        match self {
            Cipher::Aes(c) => c.decrypt_in_place_detached(nonce.into(), aad, data, tag.into()),
            Cipher::ChaCha(c) => c.decrypt_in_place_detached(nonce.into(), aad, data, tag.into()),
        }
        .is_ok()
    }
    pub fn seal(&self, nonce: &[u8; 12], aad: &[u8], data: &mut [u8]) -> [u8; TAG] {
        match self {
            Cipher::Aes(c) => c.encrypt_in_place_detached(nonce.into(), aad, data),
            Cipher::ChaCha(c) => c.encrypt_in_place_detached(nonce.into(), aad, data),
        }
        .expect("shorter than any limit")
        .into()
    }
}

pub fn expand(secret: &[u8], info: &[u8], out: &mut [u8]) {
    let kdf = Hkdf::<Sha256>::from_prk(secret).expect("32 bytes");
    kdf.expand(info, out).expect("at most one block");
}

/// The secret of one direction out of the exported 32 bytes.
pub fn direction_secret(exported: &[u8; 32], host_to_client: bool) -> [u8; 32] {
    let mut out = [0; 32];
    let info: &[u8] = if host_to_client { b"pf2 media h2c" } else { b"pf2 media c2h" };
    expand(exported, info, &mut out);
    out
}

/// IV and key number `n` of a direction.
pub fn key_at(secret: &[u8; 32], suite: u8, n: u64) -> ([u8; 12], Vec<u8>) {
    let with = |label: &[u8]| [label, &n.to_be_bytes()].concat();
    let mut iv = [0; 12];
    expand(secret, &with(b"pf2 iv"), &mut iv);
    let mut key = vec![0; if suite == 0 { 16 } else { 32 }];
    expand(secret, &with(b"pf2 key"), &mut key);
    (iv, key)
}

pub fn nonce_two(iv: &[u8; 12], number: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (n, b) in nonce[4..].iter_mut().zip(number.to_be_bytes()) {
        *n ^= b;
    }
    nonce
}

pub fn nonce_one(salt: &[u8; 4], number: u64, host_to_client: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..4].copy_from_slice(salt);
    nonce[0] = nonce[0] & 0x7f | if host_to_client { 0 } else { 0x80 };
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    nonce
}

/// Remembers which of the last 131 072 numbers came.
pub struct Replay {
    bits: Vec<u64>,
    /// One past the highest number seen; 0 = none.
    end: u64,
}

pub const WINDOW: u64 = 131_072;

#[derive(PartialEq, Eq, Debug)]
pub enum Seen {
    Fresh,
    Duplicate,
    TooOld,
}

impl Default for Replay {
    fn default() -> Self {
        Replay { bits: vec![0; (WINDOW / 64) as usize], end: 0 }
    }
}

impl Replay {
    pub fn look(&self, n: u64) -> Seen {
        if n >= self.end {
            return Seen::Fresh;
        }
        if self.end - n > WINDOW {
            return Seen::TooOld;
        }
        let at = n % WINDOW;
        match self.bits[(at / 64) as usize] >> (at % 64) & 1 {
            0 => Seen::Fresh,
            _ => Seen::Duplicate,
        }
    }
    pub fn mark(&mut self, n: u64) {
        if n >= self.end {
            if n - self.end >= WINDOW {
                self.bits.fill(0);
            } else {
                for passed in self.end..n {
                    self.bits[(passed % WINDOW / 64) as usize] &= !(1 << (passed % 64));
                }
            }
            self.end = n + 1;
        }
        self.bits[(n % WINDOW / 64) as usize] |= 1 << (n % 64);
    }
}

#[derive(PartialEq, Eq, Debug)]
pub enum Refused {
    Short,
    Tag,
    Number,
    Replay(Seen),
    Seal,
}

enum Keys {
    One { cipher: Cipher, salt: [u8; 4] },
    Two { secret: [u8; 32], suite: u8, made: HashMap<u64, ([u8; 12], Cipher)> },
    None,
}

/// Opens the host's media datagrams.
pub struct Opener {
    keys: Keys,
    replay: Replay,
    reference: u64,
    accepted: u64,
}

impl Opener {
    pub fn one(agreed: &Agreement) -> Opener {
        let keys = match (agreed.encrypt, agreed.suite) {
            (false, _) => Keys::None,
            (true, 0) => Keys::One { cipher: Cipher::new(0, &agreed.key), salt: agreed.salt },
            (true, s) => {
                Keys::One { cipher: Cipher::new(s, &agreed.chacha_key), salt: agreed.salt }
            }
        };
        Opener { keys, replay: Replay::default(), reference: 0, accepted: 0 }
    }
    pub fn two(exported: &[u8; 32], suite: u8) -> Opener {
        let secret = direction_secret(exported, true);
        let keys = Keys::Two { secret, suite, made: HashMap::new() };
        Opener { keys, replay: Replay::default(), reference: 0, accepted: 0 }
    }

    /// The packet's number, its stream (0 video, 1 probe; 0 in the first generation) and its plain text.
    pub fn open<'a>(&mut self, packet: &'a mut [u8]) -> Result<(u64, u8, &'a [u8]), Refused> {
        match &mut self.keys {
            Keys::None => {
                self.accepted += 1;
                Ok((self.accepted - 1, 0, packet))
            }
            Keys::One { cipher, salt } => {
                if packet.len() < 8 + TAG {
                    return Err(Refused::Short);
                }
                let (aad, sealed) = packet.split_at_mut(8);
                let number = u64::from_be_bytes((&*aad).try_into().unwrap());
                let (data, tag) = sealed.split_at_mut(sealed.len() - TAG);
                match self.replay.look(number) {
                    Seen::Fresh => {}
                    seen => return Err(Refused::Replay(seen)),
                }
                if !cipher.open(&nonce_one(salt, number, true), aad, data, tag) {
                    return Err(Refused::Seal);
                }
                self.replay.mark(number);
                self.accepted += 1;
                Ok((number, 0, data))
            }
            Keys::Two { secret, suite, made } => {
                if packet.len() < 30 + TAG {
                    return Err(Refused::Short);
                }
                let stream = packet[0];
                if stream > 1 {
                    return Err(Refused::Tag);
                }
                let (aad, sealed) = packet.split_at_mut(5);
                let low = u32::from_le_bytes((&aad[1..5]).try_into().unwrap());
                let ahead = low.wrapping_sub(self.reference as u32) as i32;
                let number = self.reference as i64 + i64::from(ahead);
                let Ok(number) = u64::try_from(number) else { return Err(Refused::Number) };
                let index = number / PACKETS_PER_KEY;
                if index > self.reference / PACKETS_PER_KEY + 1
                    || self.reference.saturating_sub(number) >= WINDOW
                {
                    return Err(Refused::Number);
                }
                match self.replay.look(number) {
                    Seen::Fresh => {}
                    seen => return Err(Refused::Replay(seen)),
                }
                let (iv, cipher) = made.entry(index).or_insert_with(|| {
                    let (iv, key) = key_at(secret, *suite, index);
                    (iv, Cipher::new(*suite, &key))
                });
                let (data, tag) = sealed.split_at_mut(sealed.len() - TAG);
                if !cipher.open(&nonce_two(iv, number), aad, data, tag) {
                    return Err(Refused::Seal);
                }
                self.replay.mark(number);
                self.reference = self.reference.max(number);
                self.accepted += 1;
                Ok((number, stream, data))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::{hex, unhex};

    #[test]
    fn key_schedule() {
        let exported: [u8; 32] = std::array::from_fn(|i| i as u8);
        let s = direction_secret(&exported, true);
        assert_eq!(hex(&s), "74bd7b18ded12f17086acae903812ffa157736161766297ff1d5fb7f548d74a6");
        assert_eq!(
            hex(&direction_secret(&exported, false)),
            "7b995b3e8ca4bb89b3684963f2e315e76936c7afdabe900cd4582698c179e1c6"
        );
        let (iv, key) = key_at(&s, 0, 0);
        assert_eq!(hex(&iv), "2d6b973895270114c94bca34");
        assert_eq!(hex(&key), "b02ec5055d496cec954eb379fc682c99");
        assert_eq!(
            hex(&key_at(&s, 1, 0).1),
            "b02ec5055d496cec954eb379fc682c9970feeb1fc71873ab42dc2f85c60906ed"
        );
        assert_eq!(hex(&nonce_two(&iv, 1)), "2d6b973895270114c94bca35");
        assert_eq!(hex(&nonce_two(&iv, (1 << 23) - 1)), "2d6b973895270114c93435cb");
        let (iv, key) = key_at(&s, 0, 1);
        assert_eq!(hex(&iv), "97aaf853746feb30eedeccd7");
        assert_eq!(hex(&key), "99695c8cf6fdfc75334867ce0a75337c");
        assert_eq!(hex(&nonce_two(&iv, 1 << 23)), "97aaf853746feb30ee5eccd7");
    }

    #[test]
    fn sealed_packets_of_the_second_generation() {
        let exported: [u8; 32] = std::array::from_fn(|i| i as u8);
        for (suite, sealed) in [
            (0, "000000000068d3a6a60594a7c960be265ab02c3d90c104a085d7feb093c475c7a680050d691cbbbe2640b8dc038f71a248353d0687d6f98606ac18fcbdac"),
            (1, "000000000047a67da6fe1d054747e091a13c8048e43f75d21cc84b5a80f6e9fa5a46ae690b3d0675572406589f54b2eb26b54457640eafbfe082e4f5d268"),
        ] {
            let mut opener = Opener::two(&exported, suite);
            let mut packet = unhex(sealed).unwrap();
            let (number, stream, plain) = opener.open(&mut packet).unwrap();
            assert_eq!((number, stream), (0, 0));
            assert_eq!(
                hex(plain),
                "000580000000008813000000000000000000000300010008000102030405060708090a0b0c0d0e0f10"
            );
            let mut again = unhex(sealed).unwrap();
            assert_eq!(opener.open(&mut again), Err(Refused::Replay(Seen::Duplicate)));
        }
        let mut opener = Opener::two(&exported, 0);
        opener.reference = (1 << 23) - 5;
        let mut packet = unhex("000000800003ddea86b19706568652f4ad1430e7a7396694f8d056122ecfe40fadbf72714bc0514ca926c4322d2399a1ae1d7e9330a5dc65e39f59604ce1").unwrap();
        let (number, _, plain) = opener.open(&mut packet).unwrap();
        assert_eq!((number, plain[0]), (1 << 23, 7));
    }

    #[test]
    fn sealed_packets_of_the_first_generation() {
        let welcome = unhex("504b46310200000050c380070000380400003c000000010a0010800501000102030405060708090a0b0c0d0e0f706b6631000000000000204e0000080101010001020201").unwrap();
        let agreed = Agreement::from_welcome(&welcome, false).unwrap();
        let mut opener = Opener::one(&agreed);
        let mut packet = unhex("0000000000000000f1d6f3b6d27022c0a034bffbe5380d2c58a62b3d3fe7cfb4e8432351ffdbf07f889b67eba3a8b59175749611104953251ae17dad6d7f7a33f9348b97420fb831a6d85f607e58b68f").unwrap();
        let (number, _, plain) = opener.open(&mut packet).unwrap();
        assert_eq!(number, 0);
        assert_eq!(
            hex(plain),
            "00ca9a3b0000000000000000000000002800000005000000000001000300010000001000c90101050102030405060708090a0b0c0d0e0f10"
        );
        let cipher = Cipher::new(1, &std::array::from_fn::<u8, 32, _>(|i| i as u8));
        let mut data = plain.to_vec();
        let tag = cipher.seal(&nonce_one(b"pkf1", 0, true), &[0; 8], &mut data);
        data.extend(tag);
        assert_eq!(
            hex(&data),
            "5585da0bab4aa4b9cd2af47869a8be0dbf87f059c54c6192ee3b7b56e968eb292ed09ff76c1734049af641ab1690d40c9bfac6bdd870e22e069cefd665b1b1bccd96b98a5336a7be"
        );
    }

    #[test]
    fn the_window() {
        let mut r = Replay::default();
        assert_eq!(r.look(1_000_000), Seen::Fresh);
        r.mark(1_000_000);
        assert_eq!(r.look(1_000_000), Seen::Duplicate);
        assert_eq!(r.look(1_000_001 - WINDOW), Seen::Fresh);
        assert_eq!(r.look(1_000_000 - WINDOW), Seen::TooOld);
        r.mark(1_000_010);
        assert_eq!(r.look(1_000_005), Seen::Fresh);
        assert_eq!(r.look(1_000_000), Seen::Duplicate);
    }
}
