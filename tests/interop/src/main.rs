//! `punktfunk-peer`: plays a released client against a host and reports what it saw as JSON on stdout.
//! Exit code 0: as it should be; 2: the host or the protocol failed; 1: not understood.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use serde_json::json;

use punktfunk_peer::hello::{Mode, CHACHA20, CURSOR, MULTI_SLICE};
use punktfunk_peer::identity::Identity;
use punktfunk_peer::input::{builtin, parse_script};
use punktfunk_peer::pair::{knock, pair, probe, raw, How, PairOptions};
use punktfunk_peer::profile::Profile;
use punktfunk_peer::quic::Dial;
use punktfunk_peer::stream::{stream, StreamOptions, Task};
use punktfunk_peer::util::hex;

const HELP: &str = "\
punktfunk-peer COMMAND [OPTIONS]

commands
  pair --pin NNNN [--name NAME] [--wrong | --bad-proof | --replay | --malformed KIND]
       KIND: short long side point empty name order cut garbage
  knock [--access-only] [--wait S]
  probe
  stream [--mode WxHxHZ] [--seconds S] [--bitrate KBPS] [--codec h264,hevc,av1] [--audio 2|6|8]
         [--suite aes|chacha] [--loss PCT] [--loss-burst N] [--seed S] [--dump-video F] [--dump-opus F]
         [--input FILE | --input-script keys|mouse|pad|all] [--reconfigure-at S WxHxHZ]
         [--move-at S] [--set-bitrate-at S KBPS] [--speed-test KBPS MS] [--keyframe-at S] [--resync-at S] [--mic-tone]
         [--cursor] [--cursor-render-at S client|host]
         [--clipboard] [--copy TEXT] [--launch ID] [--resume] [--quit | --vanish] [--version-field N]
         [--unknown-fields] [--max-shard N] [--wait S] [--expect-close CODE]
         stdin: mark LABEL | keyframe | bitrate KBPS | mode WxHxHZ | input LINE | quit
  raw --hex BYTES [--wait S]     says this on a fresh stream and reports the close
  identity                       print the client's fingerprint

options of all commands
  --host ADDRESS (127.0.0.1)  --port N (9777)  --state DIR (./peer-state)
  --profile june2026|v0_40|v0_43|g3 (v0_43)  --gen 1|2|both (as the profile)
  --key p256|rsa|ed25519 (of a new identity)
  --no-cert  --classic (no hybrid key share)  --pin-host HEX  --no-pin  --idle MS (8000)
";

struct Options {
    command: String,
    host: String,
    port: u16,
    state: PathBuf,
    profile: Profile,
    gen: Option<String>,
    certificate: bool,
    classic: bool,
    pin_host: Option<[u8; 32]>,
    no_pin: bool,
    idle: Duration,
    pair: PairOptions,
    access_only: bool,
    wait: Option<f64>,
    mode: Mode,
    seconds: f64,
    bitrate: Option<u32>,
    codecs: Option<u8>,
    audio: u8,
    chacha: bool,
    loss: f64,
    burst: u32,
    seed: u64,
    nack: bool,
    dump_video: Option<String>,
    dump_opus: Option<String>,
    tasks: Vec<(Duration, Task)>,
    mic: bool,
    cursor: bool,
    clipboard: bool,
    copy: Option<String>,
    launch: Option<String>,
    resume: bool,
    quit: bool,
    vanish: bool,
    version: u32,
    unknown: bool,
    max_shard: Option<u16>,
    expect_close: Option<u64>,
    slices: bool,
    name: Option<String>,
    key: String,
    hex: Vec<u8>,
}

fn number(text: &str) -> Result<u64, String> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .map_err(|_| format!("not a number: {text}"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs_f64).map_err(|_| format!("not a time: {text}"))
}

fn codec_bits(text: &str) -> Result<u8, String> {
    text.split(',').try_fold(0, |bits, name| {
        Ok(bits
            | match name {
                "h264" => 1,
                "hevc" => 2,
                "av1" => 4,
                _ => return Err(format!("no codec is called {name}")),
            })
    })
}

fn parse() -> Result<Options, String> {
    let mut o = Options {
        command: String::new(),
        host: "127.0.0.1".into(),
        port: 9777,
        state: "peer-state".into(),
        profile: Profile::V0_43,
        gen: None,
        certificate: true,
        classic: false,
        pin_host: None,
        no_pin: false,
        idle: Duration::from_secs(8),
        pair: PairOptions {
            pin: String::new(),
            name: "interop".into(),
            how: How::Right,
            malformed: None,
        },
        access_only: false,
        wait: None,
        mode: Mode { width: 1280, height: 720, hz: 60 },
        seconds: 3.0,
        bitrate: None,
        codecs: None,
        audio: 2,
        chacha: false,
        loss: 0.0,
        burst: 1,
        seed: 1,
        nack: false,
        dump_video: None,
        dump_opus: None,
        tasks: Vec::new(),
        mic: false,
        cursor: false,
        clipboard: false,
        copy: None,
        launch: None,
        resume: false,
        quit: false,
        vanish: false,
        version: 2,
        unknown: false,
        max_shard: None,
        expect_close: None,
        slices: false,
        name: None,
        key: "p256".into(),
        hex: Vec::new(),
    };
    let mut args = lexopt::Parser::from_env();
    let text = |p: &mut lexopt::Parser| -> Result<String, String> {
        p.value().and_then(|v| v.parse()).map_err(|e| e.to_string())
    };
    let int = |p: &mut lexopt::Parser| text(p).and_then(|t| number(&t));
    while let Some(arg) = args.next().map_err(|e| e.to_string())? {
        let name = match arg {
            Value(v) if o.command.is_empty() => {
                o.command = v.string().map_err(|e| e.to_string())?;
                continue;
            }
            Short('h') | Long("help") => {
                print!("{HELP}");
                std::process::exit(0);
            }
            Long(name) => name.to_string(),
            other => return Err(other.unexpected().to_string()),
        };
        let p = &mut args;
        match name.as_str() {
            "host" => o.host = text(p)?,
            "port" => o.port = int(p)? as u16,
            "state" => o.state = text(p)?.into(),
            "profile" => {
                let name = text(p)?;
                o.profile = Profile::parse(&name).ok_or(format!("no profile {name}"))?;
            }
            "gen" => o.gen = Some(text(p)?),
            "no-cert" => o.certificate = false,
            "classic" => o.classic = true,
            "pin-host" => {
                let hex = text(p)?;
                let raw = punktfunk_peer::util::unhex(&hex).and_then(|r| r.try_into().ok());
                o.pin_host = Some(raw.ok_or("a fingerprint has 64 hex digits")?);
            }
            "no-pin" => o.no_pin = true,
            "idle" => o.idle = Duration::from_millis(int(p)?),
            "pin" => o.pair.pin = text(p)?,
            "name" => {
                o.pair.name = text(p)?;
                o.name = Some(o.pair.name.clone());
            }
            "wrong" => o.pair.how = How::Wrong,
            "bad-proof" => o.pair.how = How::BadProof,
            "replay" => o.pair.how = How::Replay,
            "malformed" => o.pair.malformed = Some(text(p)?),
            "access-only" => o.access_only = true,
            "wait" => o.wait = Some(seconds(&text(p)?)?.as_secs_f64()),
            "mode" => {
                let mode = text(p)?;
                o.mode = Mode::parse(&mode).ok_or(format!("not a mode: {mode}"))?;
            }
            "seconds" => o.seconds = seconds(&text(p)?)?.as_secs_f64(),
            "bitrate" => o.bitrate = Some(int(p)? as u32),
            "codec" => o.codecs = Some(codec_bits(&text(p)?)?),
            "audio" => o.audio = int(p)? as u8,
            "suite" => o.chacha = text(p)? == "chacha",
            "loss" => o.loss = seconds(&text(p)?)?.as_secs_f64(),
            "loss-burst" => o.burst = int(p)? as u32,
            "seed" => o.seed = int(p)?,
            "dump-video" => o.dump_video = Some(text(p)?),
            "dump-opus" => o.dump_opus = Some(text(p)?),
            "input" => {
                let file = text(p)?;
                let script = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
                add_script(&mut o.tasks, &script)?;
            }
            "input-script" => {
                let name = text(p)?;
                add_script(&mut o.tasks, builtin(&name).ok_or(format!("no script {name}"))?)?;
            }
            "reconfigure-at" => {
                let (at, mode) = (seconds(&text(p)?)?, text(p)?);
                let mode = Mode::parse(&mode).ok_or(format!("not a mode: {mode}"))?;
                o.tasks.push((at, Task::Reconfigure(mode)));
            }
            "set-bitrate-at" => {
                let (at, kbps) = (seconds(&text(p)?)?, int(p)? as u32);
                o.tasks.push((at, Task::SetBitrate(kbps)));
            }
            "speed-test" => {
                let (kbps, ms) = (int(p)? as u32, int(p)? as u32);
                o.tasks.push((Duration::from_secs(1), Task::SpeedTest { kbps, ms }));
            }
            "keyframe-at" => {
                let at = seconds(&text(p)?)?;
                o.tasks.push((at, Task::Keyframe));
            }
            "resync-at" => {
                let at = seconds(&text(p)?)?;
                o.tasks.push((at, Task::Resync));
            }
            "move-at" => {
                let at = seconds(&text(p)?)?;
                o.tasks.push((at, Task::Move));
            }
            "key" => o.key = text(p)?,
            "hex" => {
                let digits = text(p)?;
                o.hex = punktfunk_peer::util::unhex(&digits).ok_or("not hex")?;
            }
            "nack" => o.nack = true,
            "mic-tone" => o.mic = true,
            "cursor" => o.cursor = true,
            "cursor-render-at" => {
                let (at, who) = (seconds(&text(p)?)?, text(p)?);
                o.tasks.push((at, Task::CursorRender(who == "client")));
            }
            "clipboard" => o.clipboard = true,
            "copy" => {
                o.clipboard = true;
                o.copy = Some(text(p)?);
            }
            "launch" => o.launch = Some(text(p)?),
            "resume" => o.resume = true,
            "quit" => o.quit = true,
            "vanish" => o.vanish = true,
            "version-field" => o.version = int(p)? as u32,
            "unknown-fields" => o.unknown = true,
            "max-shard" => o.max_shard = Some(int(p)? as u16),
            "expect-close" => o.expect_close = Some(int(p)?),
            "multi-slice" => o.slices = true,
            other => return Err(format!("no option --{other}")),
        }
    }
    if o.command.is_empty() {
        return Err("a command is needed; --help lists them".into());
    }
    Ok(o)
}

fn add_script(tasks: &mut Vec<(Duration, Task)>, script: &str) -> Result<(), String> {
    // A moment after the stream's begin, when devices had time to appear.
    let start = Duration::from_millis(500);
    let script = parse_script(script)?;
    tasks.extend(script.into_iter().map(|(at, action)| (start + at, Task::Input(action))));
    Ok(())
}

impl Options {
    fn alpn(&self) -> Result<Vec<&'static str>, String> {
        Ok(match self.gen.as_deref() {
            None if self.command == "pair" => self.profile.pair_alpn(),
            None => self.profile.stream_alpn(),
            Some("1") => vec!["pkf1"],
            Some("2") => vec!["pkf2"],
            Some("both") => vec!["pkf2", "pkf1"],
            Some(other) => return Err(format!("no generation {other}")),
        })
    }

    fn offer(&self) -> punktfunk_peer::hello::Offer {
        let mut offer = self.profile.offer(self.mode);
        offer.version = self.version;
        if let Some(bits) = self.codecs {
            offer.codecs = bits;
        }
        if self.profile > Profile::June2026 {
            offer.bitrate_kbps = self.bitrate.unwrap_or(20_000);
        } else if let Some(kbps) = self.bitrate {
            offer.bitrate_kbps = kbps;
        }
        if let Some(name) = &self.name {
            offer.name = name.clone();
        }
        offer.audio_channels = self.audio;
        offer.launch = self.launch.clone();
        if self.cursor {
            offer.client_caps |= CURSOR;
        }
        if self.chacha {
            offer.video_caps |= CHACHA20;
            offer.suites = vec![1, 0];
        }
        if self.slices {
            offer.video_caps |= MULTI_SLICE;
        }
        if let Some(most) = self.max_shard {
            offer.max_shard = most;
        }
        if self.access_only {
            offer = punktfunk_peer::hello::Offer {
                name: offer.name,
                mode: Mode { width: 1280, height: 720, hz: 60 },
                max_shard: offer.max_shard,
                label: offer.label,
                audio_rate: 0,
                audio_bits: 0,
                access_only: true,
                ..Default::default()
            };
        }
        offer.unknown = self.unknown;
        offer
    }
}

async fn run(mut o: Options) -> Result<(serde_json::Value, bool), String> {
    let address: SocketAddr = (o.host.as_str(), o.port)
        .to_socket_addrs()
        .map_err(|e| format!("{}: {e}", o.host))?
        .find(SocketAddr::is_ipv4)
        .or_else(|| (o.host.as_str(), o.port).to_socket_addrs().ok()?.next())
        .ok_or("the host has no address")?;
    let me = Identity::open(&o.state, &o.key)?;
    let host = address.to_string();
    let known = if o.no_pin || o.command == "pair" { None } else { me.pin(&host) };
    let dial = Dial {
        host: address,
        alpn: o.alpn()?,
        pin: o.pin_host.or(known),
        with_certificate: o.certificate,
        classic: o.classic,
        budget: Duration::from_secs(10),
        idle: o.idle,
    };
    let wait = |default: f64| Duration::from_secs_f64(o.wait.unwrap_or(default));
    match o.command.as_str() {
        "identity" => Ok((json!({ "fingerprint": hex(&me.fingerprint) }), true)),
        "probe" => Ok(probe(&dial, &me).await),
        "raw" => Ok(raw(&dial, &me, &o.hex, wait(15.0)).await),
        "pair" => Ok(pair(&dial, &me, &host, &o.pair).await),
        "knock" => Ok(knock(&dial, &me, &host, &o.offer(), wait(185.0)).await),
        "stream" => {
            let mut tasks = std::mem::take(&mut o.tasks);
            let offer = o.offer();
            if offer.bitrate_kbps == 0 && o.profile > Profile::June2026 {
                // What an automatic client does first.
                let test = Task::SpeedTest { kbps: 2_000_000, ms: 800 };
                tasks.push((Duration::from_secs(2), test));
            }
            tasks.push((Duration::from_secs_f64(o.seconds), Task::End));
            tasks.sort_by_key(|(at, _)| *at);
            let options = StreamOptions {
                profile: o.profile,
                offer,
                wait: Duration::from_secs_f64(o.wait.unwrap_or(10.0)),
                loss_percent: o.loss,
                loss_burst: o.burst,
                seed: o.seed,
                nack: o.nack,
                dump_video: o.dump_video,
                dump_opus: o.dump_opus,
                tasks,
                mic: o.mic,
                clipboard: o.clipboard,
                copy: o.copy,
                resume: o.resume,
                quit: o.quit,
                vanish: o.vanish,
                expect_close: o.expect_close,
                stdin: true,
            };
            Ok(stream(&dial, &me, &host, options).await)
        }
        other => Err(format!("no command {other}")),
    }
}

fn main() {
    let refuse = |e: String| -> ! {
        eprintln!("punktfunk-peer: {e}");
        std::process::exit(1);
    };
    let options = parse().unwrap_or_else(|e| refuse(e));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap_or_else(|e| refuse(e.to_string()));
    let (report, good) = runtime.block_on(run(options)).unwrap_or_else(|e| refuse(e));
    println!("{}", serde_json::to_string_pretty(&report).unwrap_or_default());
    // Not by returning: a reader of stdin may still be waiting, and a client that vanishes says nothing.
    std::process::exit(if good { 0 } else { 2 });
}
