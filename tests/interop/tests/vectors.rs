//! The byte vectors of the two protocol notes.

use punktfunk_peer::control::{decode, encode, framed, FrameBuf, FromHost, Gen, ToHost};
use punktfunk_peer::cursor::Shape;
use punktfunk_peer::fields::{put_varint, varint};
use punktfunk_peer::hello::{Agreement, Mode, Offer};
use punktfunk_peer::util::{hex, unhex};

fn bytes(text: &str) -> Vec<u8> {
    unhex(text).unwrap()
}
fn flat(text: &str) -> String {
    text.split_whitespace().collect()
}
const FULL_HD: Mode = Mode { width: 1920, height: 1080, hz: 60 };

#[test]
fn hello_lengths_of_the_first_generation() {
    let mut o = Offer { mode: FULL_HD, ..Offer::default() };
    assert_eq!(hex(&o.hello()), "504b46310200000080070000380400003c000000");
    o.mode = Mode { width: 2560, height: 1440, hz: 120 };
    o.gamepad = 2;
    o.bitrate_kbps = 30_000;
    o.name = "Deck".into();
    o.video_caps = 0x38;
    o.codecs = 3;
    o.preferred = 2;
    o.client_caps = 4;
    o.max_shard = 9152;
    assert_eq!(
        hex(&o.hello()),
        "504b463102000000000a0000a005000078000000000230750000044465636b003802030204c023"
    );
    o.mode = Mode { width: 3840, height: 2160, hz: 120 };
    o.gamepad = 7;
    o.bitrate_kbps = 0;
    o.launch = Some("steam:570".into());
    o.video_caps = 0xbb;
    o.audio_channels = 6;
    o.codecs = 7;
    o.preferred = 4;
    o.hdr =
        Some(bytes("3421aa9b9619fc08488a0839133d42408096980001000000e8039001").try_into().unwrap());
    o.client_caps = 0x54;
    o.audio_rate = 96_000;
    o.audio_bits = 24;
    o.layout = 1;
    o.fit = 1;
    assert_eq!(
        hex(&o.hello()),
        "504b463102000000000f00007008000078000000000700000000044465636b09737465616d3a353730bb060704\
         3421aa9b9619fc08488a0839133d42408096980001000000e803900154c02300770100180101"
    );
}

#[test]
fn start_blocks() {
    let o = Offer { label: "linux 0.40".into(), abr: 1, ..Offer::default() };
    assert_eq!(hex(&o.start(49_152, false)), "504b463100c0");
    assert_eq!(
        hex(&o.start(49_152, true)),
        flat("504b463100c0 1300 0200 0a00 6c696e757820302e3430 0300 0100 01")
    );
}

const WELCOME: &str =
    "504b46310200000050c380070000380400003c000000010a0010800501000102030405060708090a0b\
    0c0d0e0f706b6631000000000000204e0000080101010001020201";

#[test]
fn welcome_of_every_length() {
    let raw = bytes(&flat(WELCOME));
    assert_eq!(raw.len(), 68);
    let a = Agreement::from_welcome(&raw, false).unwrap();
    assert_eq!((a.udp_port, a.mode, a.gf16, a.fec_percent), (50_000, FULL_HD, true, 10));
    assert_eq!((a.max_data, a.shard_payload, a.encrypt), (4096, 1408, true));
    assert_eq!((&a.key[..2], &a.salt), (&[0u8, 1][..], b"pkf1"));
    assert_eq!((a.bitrate_kbps, a.bit_depth, a.colour), (20_000, 8, [1, 1, 1, 0]));
    assert_eq!((a.channels, a.codec, a.host_caps, a.suite), (2, 2, 1, 0));
    let first = Agreement::from_welcome(&raw[..53], false).unwrap();
    assert_eq!((first.bitrate_kbps, first.codec, first.channels), (0, 2, 2));
    let mut long = raw.clone();
    long.extend(bytes("00 76bb 7f000000 100e0000 00 80bb0000 10 0000 0c 00"));
    assert_eq!(long.len(), 89);
    long.extend(bytes("0500 0900 0100 aa"));
    let a = Agreement::from_welcome(&long, true).unwrap();
    assert_eq!((a.mgmt_port, a.grants, a.expires_in_secs), (47_990, Some(0x7f), 3600));
    assert_eq!((a.audio_rate, a.audio_bits, a.host_caps2, a.layout), (48_000, 16, 0x0c, 0));
    assert_eq!(a.ext, vec![(9, vec![0xaa])]);
    let mut chacha = raw.clone();
    chacha.push(1);
    chacha.extend(0x40..0x60);
    let a = Agreement::from_welcome(&chacha, false).unwrap();
    assert_eq!((a.suite, a.chacha_key[31]), (1, 0x5f));
    let mut strange = raw;
    strange.push(9);
    assert!(Agreement::from_welcome(&strange, false).is_err());
}

#[test]
fn client_hellos() {
    let mut o = Offer {
        resume: Some([3; 16]),
        suites: vec![1, 0],
        mode: FULL_HD,
        name: "Deck".into(),
        video_caps: 0x40,
        client_caps: 0x40,
        high_features: 1 << 32,
        codecs: 2,
        max_shard: 1408,
        label: "android 0.43".into(),
        abr: 1,
        preset: Some(("p1".into(), "Couch".into())),
        tag22: bytes("01c4090000"),
        probe_only: true,
        bpp_hundredths: 120,
        ..Offer::default()
    };
    assert_eq!(
        hex(&o.client_hello()),
        flat(
            "0140830110030303030303030303030303030303030202010003 0c80070000380400003c000000 040100
             050100 060400000000 07044465636b 09054040000001 0a0102 0b0102 0c0100 0e028005
             0f0480bb0000 100110 110100 120100 130c616e64726f696420302e3433 140101
             150902703105436f756368 160501c4090000 180101 19027800"
        )
    );
    o = Offer {
        mode: Mode { width: 2560, height: 1440, hz: 120 },
        gamepad: 2,
        bitrate_kbps: 30_000,
        name: "Deck".into(),
        video_caps: 0x38,
        client_caps: 0x44,
        codecs: 3,
        preferred: 2,
        max_shard: 9152,
        abr: 1,
        ..Offer::default()
    };
    assert_eq!(
        hex(&o.client_hello()),
        "014046020100030c000a0000a00500007800000004010005010206043075000007044465636b090238440a0102\
         0b01030c01020e02c0230f0480bb0000100110110100120100140101"
    );
    o = Offer {
        mode: FULL_HD,
        gamepad: 2,
        name: "Deck".into(),
        video_caps: 0x38,
        client_caps: 0x44,
        high_features: 7 << 32,
        codecs: 7,
        preferred: 4,
        max_shard: 9170,
        label: "linux 0.44".into(),
        abr: 1,
        tag22: bytes("01e8030000"),
        ..Offer::default()
    };
    assert_eq!(
        hex(&o.client_hello()),
        "01405c020100030c80070000380400003c00000004010005010206040000000007044465636b09053844000007\
         0a01020b01070c01040e02d2230f0480bb0000100110110100120100130a6c696e757820302e34341401011605\
         01e8030000"
    );
    o = Offer {
        mode: Mode { width: 1280, height: 720, hz: 60 },
        name: "Deck".into(),
        max_shard: 9170,
        audio_rate: 0,
        audio_bits: 0,
        label: "linux 0.44".into(),
        access_only: true,
        ..Offer::default()
    };
    assert_eq!(
        hex(&o.client_hello()),
        "014050020100030c00050000d00200003c00000004010005010006040000000007044465636b09000a01020b01\
         000c01000e02d2230f0400000000100100110100120100130a6c696e757820302e34341a0101"
    );
}

#[test]
fn server_hellos() {
    let full = flat(
        "0240880110a0a1a2a3a4a5a6a7a8a9aaabacadaeaf020800002a36fe9c9717030100040400000140050c800700
         00380400003c00000006010107010a08020010090280050a04000000000b01000c01010d04204e00000e01080f
         0401010100100101110102120102130200001404ff000000150400000000160100170480bb0000180110190200
         001a0100",
    );
    let read = |text: &str| {
        let mut buf = FrameBuf::new(Gen::Two);
        buf.push(&bytes(text));
        let (ty, body) = buf.take().unwrap().unwrap();
        assert!(buf.is_empty());
        assert_eq!(ty, 2);
        Agreement::from_server_hello(&body).unwrap()
    };
    let a = read(&full);
    assert_eq!((a.mode, a.shard_payload, a.max_data), (FULL_HD, 1408, 4096));
    assert_eq!((a.host_caps, a.host_caps2, a.suite), (1, 0x40, 0));
    assert_eq!(a.clock_origin_ns, 1_700_000_000_000_000_000);
    assert_eq!((a.bitrate_kbps, a.grants, a.fec_percent), (20_000, Some(0xff), 10));
    let minimal = flat(
        "0240460110a0a1a2a3a4a5a6a7a8a9aaabacadaeaf020800002a36fe9c97170301000403000001050c80070000
         380400003c00000006010107010008020010090280050c0101120102",
    );
    let a = read(&minimal);
    assert_eq!((a.bitrate_kbps, a.grants, a.codec, a.channels), (0, None, 2, 2));
    assert_eq!((a.session_id[0], a.session_id[15]), (0xa0, 0xaf));
}

#[test]
fn control_messages_of_the_first_generation() {
    let mode = Mode { width: 1920, height: 1080, hz: 120 };
    for (message, text) in [
        (ToHost::Reconfigure(mode), "01 80070000 38040000 78000000"),
        (ToHost::RequestKeyframe, "03"),
        (ToHost::LossReport(0x0102_0304), "04 04030201"),
        (ToHost::SetBitrate(50_000), "05 50c30000"),
        (ToHost::Rfi(10, 12), "07 0a000000 0c000000"),
        (ToHost::ShardAck(1200), "09 b004"),
        (ToHost::DeliveryReport(0x0102_0304_0506_0708), "0b 0807060504030201"),
        (ToHost::ProbeRequest { kbps: 100_000, ms: 500 }, "20 a0860100 f4010000"),
        (ToHost::ClockProbe(0x0102_0304_0506_0708), "30 0807060504030201"),
        (ToHost::ClipControl { enabled: true, flags: 1 }, "40 01 01"),
        (ToHost::CursorRender(true), "51 01"),
    ] {
        let mut payload = b"PKFc".to_vec();
        payload.extend(bytes(text));
        assert_eq!(hex(&encode(Gen::One, &message)), hex(&framed(&payload)), "{message:?}");
    }
    let read = |text: &str| {
        let mut payload = b"PKFc".to_vec();
        payload.extend(bytes(text));
        decode(Gen::One, 0, &payload)
    };
    for (text, message) in [
        ("0201 80070000 38040000 78000000", FromHost::Reconfigured { accepted: true, mode }),
        ("06 50c30000", FromHost::BitrateChanged { kbps: 50_000, reason: None }),
        ("06 50c30000 02", FromHost::BitrateChanged { kbps: 50_000, reason: Some(2) }),
        ("08 b004", FromHost::ShardPayloadChanged(1200)),
        ("0a fa000000", FromHost::PipelineGap(250)),
        (
            "21 8877665544332211 01000000 02000000 03000000 04000000",
            FromHost::ProbeResult {
                bytes: 0x1122_3344_5566_7788,
                units: 1,
                ms: 2,
                packets: 3,
                drops: 4,
            },
        ),
        (
            "31 0100000000000000 0200000000000000 0300000000000000",
            FromHost::ClockEcho { t1: 1, t2: 2, t3: 3 },
        ),
        ("41 01 03 04", FromHost::ClipState { enabled: true, policy: 3, reason: 4 }),
        (
            "42 07000000 01 0a746578742f706c61696e 0500000000000000",
            FromHost::ClipOffer { seq: 7, kinds: vec![("text/plain".into(), 5)] },
        ),
        (
            "50 09000000 0100 0100 0000 0000 01020304",
            FromHost::CursorShape(Shape {
                serial: 9,
                width: 1,
                height: 1,
                hot: (0, 0),
                pixels: vec![1, 2, 3, 4],
            }),
        ),
        ("58 1f000000 100e0000", FromHost::AccessUpdate { grants: 0x1f, secs: 3600 }),
        ("59 01", FromHost::AudioState(true)),
        ("5a 04 04 676f6e65", FromHost::LaunchOutcome { kind: 4, text: "gone".into() }),
        ("5b 0500", FromHost::PadSlots(5)),
        ("7d 01 02", FromHost::Other(0x7d)),
    ] {
        assert_eq!(read(text).unwrap(), message, "{text}");
    }
    assert!(read("5b 050000").is_err());
    assert!(read("31 01").is_err());
}

#[test]
fn control_frames_of_the_second_generation() {
    let mode = Mode { width: 1920, height: 1080, hz: 120 };
    for (message, text) in [
        (ToHost::SetBitrate(80_000), "24 06 01 04 80380100"),
        (ToHost::Reconfigure(mode), "20 0e 01 0c 80070000 38040000 78000000"),
        (
            ToHost::ProbeRequest { kbps: 100_000, ms: 500 },
            "2b 1c 0104a0860100 0204f4010000 03020000 040400000000 050400000000",
        ),
        (ToHost::LossReport(1200), "2e 06 0104b0040000"),
        (ToHost::DeliveryReport(99), "2f 0a 0108 6300000000000000"),
        (ToHost::Rfi(10, 12), "36 0c 01040a000000 02040c000000"),
        (ToHost::RequestKeyframe, "37 00"),
        (ToHost::ShardAck(1200), "39 04 0102b004"),
        (ToHost::ClockProbe(0x0102_0304_0506_0708), "3a 0a 0108 0807060504030201"),
        (ToHost::ClipControl { enabled: true, flags: 1 }, "40 40 06 010101 020101"),
        (
            ToHost::InputEdge(
                bytes("c8 00 41000000 00000000 00000000 00000000").try_into().unwrap(),
            ),
            "40 50 12 c8 00 41000000 00000000 00000000 00000000",
        ),
        (ToHost::Ready, "03 00"),
    ] {
        assert_eq!(hex(&encode(Gen::Two, &message)), flat(text), "{message:?}");
    }
    let read = |text: &str| {
        let mut buf = FrameBuf::new(Gen::Two);
        let raw = bytes(text);
        for b in &raw {
            assert!(buf.take().unwrap().is_none());
            buf.push(&[*b]);
        }
        let (ty, body) = buf.take().unwrap().unwrap();
        decode(Gen::Two, ty, &body)
    };
    for (text, message) in [
        ("25 09 01 04 01000000 02 01 02", FromHost::BitrateChanged { kbps: 1, reason: Some(2) }),
        (
            "21 11 01 01 01 02 0c 80070000 38040000 78000000",
            FromHost::Reconfigured { accepted: true, mode },
        ),
        (
            "22 20 010100 020c80070000380400003c000000 030102 040108 050401010100 060101",
            FromHost::StreamConfig {
                epoch: 0,
                mode: FULL_HD,
                codec: 2,
                depth: 8,
                colour: [1, 1, 1, 0],
                chroma: 1,
            },
        ),
        ("26 06 0104 fa000000", FromHost::PipelineGap(250)),
        (
            "2c 22 01080000000000000000 020400000000 030400000000 040400000000 050400000000",
            FromHost::ProbeResult { bytes: 0, units: 0, ms: 0, packets: 0, drops: 0 },
        ),
        ("32 0c 01041f000000 0204100e0000", FromHost::AccessUpdate { grants: 0x1f, secs: 3600 }),
        ("33 03 010101", FromHost::AudioState(true)),
        ("35 04 01020500", FromHost::PadSlots(5)),
        ("34 09 010104 0204676f6e65", FromHost::LaunchOutcome { kind: 4, text: "gone".into() }),
        ("38 04 0102b004", FromHost::ShardPayloadChanged(1200)),
        (
            "3b 1e 01080100000000000000 02080200000000000000 03080300000000000000",
            FromHost::ClockEcho { t1: 1, t2: 2, t3: 3 },
        ),
        (
            "40 41 09 010100 020100 030101",
            FromHost::ClipState { enabled: false, policy: 0, reason: 1 },
        ),
        (
            "40 42 1a 010407000000 0212 746578742f706c61696e 0500000000000000",
            FromHost::ClipOffer { seq: 7, kinds: vec![("text/plain".into(), 5)] },
        ),
        ("13 03 01 01 01", FromHost::PairResult(true)),
        ("04 00", FromHost::Pending),
    ] {
        assert_eq!(read(text).unwrap(), message, "{text}");
    }
    let mut buf = FrameBuf::new(Gen::Two);
    buf.push(&bytes("37 41 01"));
    assert!(buf.take().is_err(), "over the bound of its type");
}

#[test]
fn pairing_messages() {
    let spake = bytes("41d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a");
    let request = ToHost::PairRequest { name: "TV".into(), spake };
    let proof = ToHost::PairProof(
        bytes("897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc")
            .try_into()
            .unwrap(),
    );
    assert_eq!(
        hex(&encode(Gen::One, &request)),
        "2b00504b466310025456210041d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a"
    );
    assert_eq!(
        hex(&encode(Gen::Two, &request)),
        "102901025456022141d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a0300"
    );
    assert_eq!(
        hex(&encode(Gen::One, &proof)),
        "2500504b466312897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc"
    );
    assert_eq!(
        hex(&encode(Gen::Two, &proof)),
        "12220120897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc"
    );
    let mut buf = FrameBuf::new(Gen::One);
    buf.push(&bytes(
        "4800504b466311210042c4f8e04547940d7ba15eaeee706249cf211ff9bcc0a274ac1a25a4ad3ac96ab9fd1fb8353e\
         f6deb52b07b0b33af11c94869907fee4a6d12c12c49c007d4e9897 0600504b46631300",
    ));
    let (_, body) = buf.take().unwrap().unwrap();
    match decode(Gen::One, 0, &body).unwrap() {
        FromHost::PairChallenge { spake, confirm } => {
            assert_eq!((spake.len(), spake[0], confirm[0], confirm[31]), (33, 0x42, 0xfd, 0x97));
        }
        other => panic!("{other:?}"),
    }
    let (_, body) = buf.take().unwrap().unwrap();
    assert_eq!(decode(Gen::One, 0, &body).unwrap(), FromHost::PairResult(false));
}

#[test]
fn varints() {
    for (text, value) in [
        ("c2197c5eff14e88c", 151_288_809_941_952_652),
        ("9d7f3e7d", 494_878_333),
        ("7bbd", 15_293),
        ("25", 37),
    ] {
        assert_eq!(varint(&bytes(text)), Some((value, text.len() / 2)));
        let mut out = Vec::new();
        put_varint(&mut out, value);
        assert_eq!(hex(&out), text);
    }
    assert_eq!(varint(&bytes("4025")), Some((37, 2)));
    assert_eq!(varint(&bytes("40")), None);
}
