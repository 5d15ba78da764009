//! The crate gives the published parity, and the reassembler repairs with it.

use punktfunk_peer::packet::Packet;
use punktfunk_peer::reassemble::{Limits, Outcome, Reassembler};
use punktfunk_peer::spake::sha256;
use punktfunk_peer::util::{hex, unhex, Rng};

fn data(k: usize, len: usize) -> Vec<Vec<u8>> {
    (0..k).map(|i| (0..len).map(|j| (31 * i + 7 * j + 3) as u8).collect()).collect()
}

#[test]
fn published_parity() {
    for (k, m, len, want) in [
        (2, 1, 2, "2123"),
        (3, 2, 4, "edff015e8d946f27"),
        (3, 4, 8, "efe8833b1ca5ac39f621cfb39eccc07b7404298a1fe3e1070da60b7be18d8750"),
        (1, 2, 8, "030a11181f262d34030a11181f262d34"),
    ] {
        let parity = reed_solomon_simd::encode(k, m, data(k, len)).unwrap().concat();
        assert_eq!(hex(&parity), want, "{k} {m} {len}");
    }
    for (k, m, len, want) in [
        (10, 2, 64, "ef3e4cf02e6414f5b8b7861b4817ad334515a6d5e2fba7a6a0716be9c4dda42a"),
        (10, 2, 1408, "982927a3eeed805fb70fab5cfb3951aad25a1b3435689b0e65f8a2d6226e1bb4"),
        (5, 1, 66, "544eae0ac7b940b737e2611681f6d703cac8cb9a2033c2375d15f8b3f52c9710"),
        (9, 2, 1408, "a1f8167c4bf333f755423eaa0eaa65a18a8f1b64e37cfdfaa09068ccdc4cb90b"),
        (100, 10, 1408, "4be115fa943373ccb84ec9e75c7722ab03ed85cee014ad114dd55813b84ae088"),
        (20, 20, 1388, "549a31cd60b1b3aeec4f7236e28d01e9e6ba56ce5087b59648d904eeb0116d4f"),
        (33, 7, 512, "5065d4555dac71a39f937ff48e7c3abbe9d9203e4ba5b870faa07342c272ab82"),
        (200, 20, 64, "5a34a079b8907f5e4dc3924ea6e2582196457520cc50725fa30706287571ca91"),
    ] {
        let parity = reed_solomon_simd::encode(k, m, data(k, len)).unwrap().concat();
        assert_eq!(hex(&sha256(&parity)), want, "{k} {m} {len}");
    }
}

fn limits(second: bool) -> Limits {
    Limits {
        second,
        d: 8,
        cap: 1 << 20,
        fixed_shard: None,
        max_shard: 9152,
        max_shards: 16,
        window: 64,
        pts_window: Some(if second { 120_000 } else { 120_000_000 }),
        early_loss: false,
        streamed: true,
        multi_slice: false,
        gf8: false,
    }
}

struct Plain {
    shard: u16,
    block: u16,
    bytes: Vec<u8>,
}

/// One access unit as plain packets of either generation, P = 512, D = 8, M = 2 a block.
fn packets(second: bool, frame: u32, unit: &[u8]) -> Vec<Plain> {
    const P: usize = 512;
    let total = unit.len().div_ceil(P).max(1);
    let mut padded = unit.to_vec();
    padded.resize(total * P, 0);
    let shards: Vec<&[u8]> = padded.chunks(P).collect();
    let blocks: Vec<&[&[u8]]> = shards.chunks(8).collect();
    let mut out = Vec::new();
    for (b, block) in blocks.iter().enumerate() {
        let parity = reed_solomon_simd::encode(block.len(), 2, block.iter()).unwrap();
        let all = block.iter().map(|s| s.to_vec()).chain(parity);
        let last = b + 1 == blocks.len();
        for (i, shard) in all.enumerate() {
            let (b, i, k) = (b as u16, i as u16, block.len() as u16);
            let mut h = Vec::new();
            if second {
                h.push(0);
                h.extend((5u16 | if last { 0x8000 } else { 0 }).to_le_bytes());
                h.extend(frame.to_le_bytes());
                h.extend((frame * 16_667).to_le_bytes());
                h.extend(b.to_le_bytes());
                h.extend((u32::from(b) * 8).to_le_bytes());
                h.extend([i.to_le_bytes(), k.to_le_bytes(), 2u16.to_le_bytes()].concat());
                let pad = if last { (total * P - unit.len()) as u16 } else { 0 };
                h.extend(pad.to_le_bytes());
            } else {
                h.extend((u64::from(frame) * 16_667_000).to_le_bytes());
                h.extend([frame, 0, unit.len() as u32, 5].map(u32::to_le_bytes).concat());
                let words = [b, blocks.len() as u16, k, 2, i, P as u16];
                h.extend(words.map(u16::to_le_bytes).concat());
                h.extend([0xc9, 1, 1, 1]);
            }
            h.extend(shard);
            out.push(Plain { shard: i, block: b, bytes: h });
        }
    }
    out
}

fn feed(r: &mut Reassembler, second: bool, number: u64, plain: &[u8]) -> Vec<Outcome> {
    let packet = if second { Packet::two(number, 0, plain) } else { Packet::one(number, plain) };
    let mut out = Vec::new();
    r.take(&packet.unwrap(), number, &mut out);
    out
}

#[test]
fn units_survive_what_parity_covers() {
    for second in [false, true] {
        let mut r = Reassembler::new(limits(second));
        let mut rng = Rng(7);
        for frame in 0..200u32 {
            let len = (rng.draw() % 20_000) as usize;
            let unit: Vec<u8> = (0..len).map(|_| rng.draw() as u8).collect();
            let mut sent = packets(second, frame, &unit);
            let lost = (rng.draw() % 8) as u16;
            sent.retain(|p| p.shard != lost && (p.block % 2 == 0 || p.shard != lost + 1));
            let mut got = Vec::new();
            for p in &sent {
                got.extend(feed(&mut r, second, u64::from(frame) << 16, &p.bytes));
            }
            assert_eq!(got.len(), 1, "frame {frame} of {len} bytes");
            match &got[0] {
                Outcome::Unit(u) => assert!(u.data == unit && u.index == frame),
                Outcome::Lost { .. } => panic!("frame {frame} lost"),
            }
        }
        assert!(r.violations.is_empty(), "{}", r.violations.json());
        assert!(r.counts.recovered > 100);
    }
}

#[test]
fn breaches_are_told() {
    for second in [false, true] {
        let unit = vec![9; 10_000];
        let good = packets(second, 0, &unit);
        let twist = |at: usize, value: u8, rule: &str| {
            let mut r = Reassembler::new(limits(second));
            feed(&mut r, second, 0, &good[0].bytes);
            let mut bad = good[1].bytes.clone();
            bad[at] = value;
            feed(&mut r, second, 1, &bad);
            let list = r.violations.json().to_string();
            assert!(list.contains(rule), "second {second}: {list}");
        };
        if second {
            twist(19, 9, "block geometry");
            twist(17, 12, "shard index");
            twist(0, 1, "packets of a frame agree");
            twist(13, 1, "packets of a block agree");
            twist(17, 0, "a shard comes once");
            twist(21, 1, "packets of a block agree");
        } else {
            twist(28, 9, "block geometry");
            twist(28, 7, "derived geometry");
            twist(16, 0, "packets of a frame agree");
            twist(24, 9, "block index");
            twist(30, 1, "packets of a block agree");
        }
    }
    let mut r = Reassembler::new(limits(true));
    let mut all = packets(true, 0, &vec![1; 10_000]);
    for p in &mut all {
        if p.block == 1 {
            // One shard too far: a hole between the blocks.
            p.bytes[13] += 1;
        }
    }
    for p in &all {
        feed(&mut r, true, 0, &p.bytes);
    }
    assert!(r.violations.json().to_string().contains("tile"), "{}", r.violations.json());
}

#[test]
fn the_notes_example_of_each_generation() {
    let one = "00ca9a3b0000000000000000030000002800000005000000000001000300010003001000c901010331323334353637381010101010101030";
    let p = unhex(one).unwrap();
    let p = Packet::one(3, &p).unwrap();
    assert_eq!((p.pts, p.k, p.m, p.shard, p.data.len()), (1_000_000_000, 3, 1, 3, 16));
    let two = "0005800000000088130000000000000000030003000100080031323334353637381010101010101030";
    let p = unhex(two).unwrap();
    let p = Packet::two(3, 0, &p).unwrap();
    assert_eq!((p.pts, p.k, p.m, p.shard, p.last_pad), (5000, 3, 1, 3, Some(8)));
    let parity = reed_solomon_simd::encode(
        3,
        1,
        [
            unhex("0102030405060708090a0b0c0d0e0f10"),
            unhex("1112131415161718191a1b1c1d1e1f20"),
            unhex("21222324252627280000000000000000"),
        ]
        .map(Option::unwrap),
    )
    .unwrap();
    assert_eq!(parity[0], p.data);
}
