//! What released clients do to a host, one function a story. Sources: punktfunk1.md, punktfunk2.md.

use std::time::Duration;

use punktfunk_peer::util::mono_ns;
use serde_json::json;

use crate::bench::{Check, Host, Report};

pub type Story = fn(&mut Host) -> Result<String, String>;

const SHORT: Duration = Duration::from_secs(10);

pub fn all() -> Vec<(&'static str, Story)> {
    vec![
        ("probe", probe),
        ("not armed", not_armed),
        ("pair without certificate", no_certificate),
        ("pair right, first generation", |h| pair_right(h, "a", "v0_43")),
        ("pair right, second generation", |h| pair_right(h, "b", "g3")),
        ("pair wrong PIN", wrong_pin),
        ("pair wrong proof", wrong_proof),
        ("pair replay", replay),
        ("pair malformed", malformed),
        ("pair too soon", too_soon),
        ("knock approved", |h| knock(h, "k1", "g3", true)),
        ("knock denied", |h| knock(h, "k2", "g3", false)),
        ("knock approved, first generation", |h| knock(h, "k3", "v0_40", true)),
        ("knock denied, first generation", |h| knock(h, "k4", "v0_40", false)),
        ("knock superseded", superseded),
        ("knock for access only", access_only),
        ("knock announced again and again", patience),
        ("stranger without certificate", stranger),
        ("hellos that break the rules, first generation", rude_one),
        ("hellos that break the rules, second generation", rude_two),
        ("clients that say nothing", silent),
        ("identities with other keys", other_keys),
        ("stream v0_40", |h| clean(h, &["--profile", "v0_40"])),
        ("stream v0_43", |h| clean(h, &["--profile", "v0_43"])),
        ("stream g3", |h| clean(h, &["--profile", "g3"])),
        ("stream v0_43 over the first generation", |h| {
            clean(h, &["--profile", "v0_43", "--gen", "1"])
        }),
        ("stream june2026", |h| clean(h, &["--profile", "june2026", "--codec", "h264"])),
        ("june2026 with 20 bytes", june),
        ("stream over IPv6 v0_40", |h| clean(h, &["--profile", "v0_40", "--host", "::1"])),
        ("stream over IPv6 g3", |h| clean(h, &["--profile", "g3", "--host", "::1"])),
        ("small packets v0_40", |h| small(h, "v0_40")),
        ("small packets g3", |h| small(h, "g3")),
        ("40 Mbps at 1080p", |h| {
            clean(h, &["--profile", "v0_43", "--mode", "1920x1080x60", "--bitrate", "40000"])
        }),
        ("automatic bitrate v0_40", |h| automatic(h, "v0_40")),
        ("automatic bitrate g3", |h| automatic(h, "g3")),
        ("the client's address changes", moves),
        ("stream with a classic key share", |h| clean(h, &["--profile", "g3", "--classic"])),
        ("single shards again", again_please),
        ("chacha v0_40", |h| chacha(h, "v0_40")),
        ("chacha g3", |h| chacha(h, "g3")),
        ("5 % loss v0_40", |h| lossy(h, "v0_40", "5", "1")),
        ("5 % loss g3", |h| lossy(h, "g3", "5", "1")),
        ("2 % loss in bursts v0_40", |h| lossy(h, "v0_40", "2", "12")),
        ("2 % loss in bursts v0_43", |h| lossy(h, "v0_43", "2", "12")),
        ("2 % loss in bursts g3", |h| lossy(h, "g3", "2", "12")),
        ("the other parity code v0_40", |h| other_code(h, "v0_40")),
        ("the other parity code g3", |h| other_code(h, "g3")),
        ("input v0_40", |h| input(h, "v0_40")),
        ("input g3", |h| input(h, "g3")),
        ("mode change v0_40", |h| mode_change(h, "v0_40")),
        ("mode change g3", |h| mode_change(h, "g3")),
        ("bitrate v0_40", |h| bitrate(h, "v0_40")),
        ("bitrate g3", |h| bitrate(h, "g3")),
        ("speed test v0_40", |h| speed_test(h, "v0_40")),
        ("speed test g3", |h| speed_test(h, "g3")),
        ("keyframe and clock on demand", on_demand),
        ("microphone and surround", microphone),
        ("cursor v0_40", |h| cursor(h, "v0_40")),
        ("cursor v0_43", |h| cursor(h, "v0_43")),
        ("cursor g3", |h| cursor(h, "g3")),
        ("clipboard v0_40", |h| clipboard(h, "v0_40")),
        ("clipboard g3", |h| clipboard(h, "g3")),
        ("resume g3", |h| resume(h, "g3")),
        ("resume v0_40", |h| resume(h, "v0_40")),
        ("quit", quit),
        ("wrong version", wrong_version),
        ("unknown fields v0_40", |h| unknown(h, "v0_40")),
        ("unknown fields g3", |h| unknown(h, "g3")),
        ("rights change while streaming", |h| rights(h, "v0_40")),
        ("rights change while streaming, g3", |h| rights(h, "g3")),
        ("access ends by itself", expiry),
        ("two clients at once", two_at_once),
        ("the same client again", again),
        ("an application that ends", application),
        ("an application that nobody has", no_application),
        ("the operator stops a stream", operator_stop),
        ("revoke v0_40", |h| revoke(h, "r1", "v0_40")),
        ("revoke g3", |h| revoke(h, "r2", "g3")),
        ("real pictures and sound", pictures),
        ("one stream at a time", one_at_a_time),
        ("a second client is refused", refused),
        ("the host goes away", goodbye),
    ]
}

fn probe(h: &mut Host) -> Result<String, String> {
    let report = h.peer("probe", "a", &[])?;
    report.must_be_good("probe")?;
    Ok(format!("{} in {} ms", report.json["link"]["alpn"], report.json["link"]["connect_ms"]))
}

fn not_armed(h: &mut Host) -> Result<String, String> {
    h.pair("a", "0000", &[])?.must_close(0x60)?;
    h.pair("a", "0000", &["--profile", "g3"])?.must_close(0x60)?;
    Ok(String::new())
}

fn no_certificate(h: &mut Host) -> Result<String, String> {
    let pin = h.arm()?;
    h.pair("a", &pin, &["--no-cert"])?.must_close(0x63)?;
    h.pair("a", &pin, &["--no-cert", "--profile", "g3"])?.must_close(0x63)?;
    Ok(String::new())
}

fn pair_right(h: &mut Host, who: &str, profile: &str) -> Result<String, String> {
    let pin = h.arm()?;
    let report = h.pair(who, &pin, &["--profile", profile, "--name", profile])?;
    report.must_be_good("pairing")?;
    h.device_of(who)?;
    // The window was good for one.
    h.pair("stranger", &pin, &["--profile", profile])?.must_close(0x60)?;
    Ok(format!("{} ms", report.json["ceremony_ms"]))
}

fn wrong_pin(h: &mut Host) -> Result<String, String> {
    for profile in ["v0_43", "g3"] {
        let pin = h.arm()?;
        let report = h.pair("w", &pin, &["--profile", profile, "--wrong"])?;
        let told = report.json["error"].as_str().unwrap_or("").contains("confirmation");
        report.must(!report.good && told, "the host's own confirmation shows the wrong PIN")?;
        // One guess: the right PIN comes too late.
        h.pair("w", &pin, &["--profile", profile])?.must_close(0x60)?;
    }
    not_paired(h, "w")
}

fn not_paired(h: &Host, who: &str) -> Result<String, String> {
    match h.device_of(who) {
        Ok(id) => Err(format!("the host keeps device {id}")),
        Err(_) => Ok(String::new()),
    }
}

fn wrong_proof(h: &mut Host) -> Result<String, String> {
    for profile in ["v0_43", "g3"] {
        let pin = h.arm()?;
        let report = h.pair("w", &pin, &["--profile", profile, "--bad-proof"])?;
        report.must(!report.good && report.json["result"] == "refused", "PairResult 0")?;
    }
    not_paired(h, "w")
}

fn replay(h: &mut Host) -> Result<String, String> {
    for (who, profile) in [("a", "v0_43"), ("b", "g3")] {
        h.arm()?;
        let report = h.pair(who, "0000", &["--profile", profile, "--replay"])?;
        report.must(!report.good && report.json["result"] == "refused", "PairResult 0")?;
    }
    Ok(String::new())
}

const KINDS: [&str; 8] = ["short", "long", "side", "point", "empty", "order", "cut", "garbage"];

fn malformed(h: &mut Host) -> Result<String, String> {
    let pin = h.arm()?;
    let mut said = String::new();
    for profile in ["v0_43", "g3"] {
        for kind in KINDS {
            let report = h.pair("m", &pin, &["--profile", profile, "--malformed", kind])?;
            let closed = report.json["close"]["by"] == "host";
            report.must(!report.good && closed, &format!("{profile} {kind} is refused"))?;
            said += &format!("{kind} {:#x} ", report.code().unwrap_or(0));
        }
    }
    // None of them has used the window up.
    let report = h.pair("m", &pin, &["--name", "m"])?;
    report.must_be_good("pairing after sixteen malformed requests")?;
    Ok(said)
}

fn too_soon(h: &mut Host) -> Result<String, String> {
    let pin = h.arm()?;
    h.pair("t", &pin, &["--malformed", "side"])?;
    let report = h.peer("pair", "t", &["--pin", &pin])?;
    report.must_close(0x62)?;
    Ok(String::new())
}

fn pending_id(h: &mut Host) -> Result<u64, String> {
    let mut id = None;
    h.wait("a device waits", SHORT, |h| {
        let list = h.ctl(&["pending"])?;
        let all = list["pending"].as_array().or(list.as_array()).cloned().unwrap_or_default();
        // Whoever left stays listed; the last one is ours.
        id = all.iter().filter_map(|p| p["id"].as_u64()).max();
        Ok(id.is_some())
    })?;
    id.ok_or("no id".into())
}

fn decide(h: &mut Host, approve: bool) -> Check {
    let id = pending_id(h)?.to_string();
    h.ctl(&[if approve { "approve" } else { "deny" }, &id]).map(|_| ())
}

fn knock(h: &mut Host, who: &str, profile: &str, approve: bool) -> Result<String, String> {
    let args = ["--profile", profile, "--wait", "30", "--name", who, "--codec", "h264"];
    let mut waiting = h.background("knock", who, &args)?;
    waiting.hear("knocked", SHORT)?;
    decide(h, approve)?;
    let report = waiting.end()?;
    if !approve {
        report.must_close(0x64)?;
        return not_paired(h, who);
    }
    report.must_be_good("knock")?;
    if profile == "g3" {
        report.must(report.number("/pending/count") >= 1.0, "Pending came")?;
    }
    let id = h.device_of(who)?;
    Ok(format!("device {id} after {} ms", report.json["waited_ms"]))
}

fn superseded(h: &mut Host) -> Result<String, String> {
    let args = ["--profile", "g3", "--wait", "30", "--name", "twice", "--codec", "h264"];
    let mut first = h.background("knock", "k5", &args)?;
    first.hear("knocked", SHORT)?;
    pending_id(h)?;
    let mut second = h.background("knock", "k5", &args)?;
    second.hear("knocked", SHORT)?;
    first.end()?.must_close(0x66)?;
    decide(h, true)?;
    second.end()?.must_be_good("the newer knock")?;
    Ok(String::new())
}

fn access_only(h: &mut Host) -> Result<String, String> {
    let args = ["--profile", "g3", "--wait", "30", "--name", "access", "--access-only"];
    let mut waiting = h.background("knock", "k6", &args)?;
    waiting.hear("knocked", SHORT)?;
    decide(h, true)?;
    waiting.end()?.must_be_good("access")?;
    h.wait_until_gone("k6")?;
    Ok(String::new())
}

fn patience(h: &mut Host) -> Result<String, String> {
    let args = ["--profile", "g3", "--wait", "11", "--name", "patient", "--codec", "h264"];
    let report = h.peer("knock", "k7", &args)?;
    report.must(report.json["decision"] == "undecided", "nobody has decided")?;
    report.must(report.number("/pending/count") == 2.0, "Pending at once and after 10 s")?;
    // Whoever waits in silence is kept all the same.
    let args = ["--profile", "v0_40", "--wait", "10", "--name", "patient", "--codec", "h264"];
    let old = h.peer("knock", "k7", &args)?;
    old.must(old.json["decision"] == "undecided", "the connection is held")?;
    Ok(report.json["pending"]["at_ms"].to_string())
}

/// Each is answered by a close, most by one with a code that notes give.
fn rude(h: &mut Host, gen: &str, list: &[(&str, &str, Option<u64>)]) -> Result<String, String> {
    h.paired("a")?;
    let mut said = String::new();
    for (name, hex, code) in list {
        let report = h.peer("raw", "a", &["--gen", gen, "--hex", hex, "--wait", "15"])?;
        report.must(report.json["close"]["by"] == "host", &format!("{name}: a close"))?;
        if let Some(code) = code {
            report.must_close(*code).map_err(|e| format!("{name}: {e}"))?;
        }
        let quick = report.number("/ended_ms") < 5000.0;
        report.must(quick, &format!("{name}: refused, not timed out"))?;
        said += &format!("{name} {:#x}; ", report.code().unwrap_or(0));
    }
    clean(h, &["--gen", gen, "--seconds", "3"])?;
    Ok(said)
}

fn rude_one(h: &mut Host) -> Result<String, String> {
    let hello = "504b4631 02000000 80070000 38040000";
    let list = [
        ("19 bytes", format!("1300{hello}3c0000"), None),
        ("nothing", "0000".into(), None),
        ("no magic", "0400 01020304".into(), None),
        ("version 3000", "1400504b4631 b80b0000 80070000 38040000 3c000000".into(), Some(0x67)),
        ("version 0", "1400504b4631 00000000 80070000 38040000 3c000000".into(), Some(0x67)),
        ("no picture", format!("1400504b4631 02000000 {:024}", 0), Some(0x68)),
    ];
    let list: Vec<_> = list.iter().map(|(n, t, c)| (*n, t.as_str(), *c)).collect();
    rude(h, "1", &list)
}

fn rude_two(h: &mut Host) -> Result<String, String> {
    let list = [
        ("a repeated tag", "00 01 06 0a0102 0a0102", Some(0x68)),
        ("a repeated unknown tag", "00 01 06 3d0102 3d0102", Some(0x68)),
        ("over its bound", "00 01 80005000 00", Some(0x68)),
        ("a field past the body", "00 01 03 030c00", Some(0x68)),
        ("a mode of two bytes", "00 01 04 03020000", Some(0x68)),
        ("an integer of nine bytes", "00 01 0b 0609 000000000000000000", Some(0x68)),
        ("another frame first", "00 24 06 010480380100", Some(0x68)),
        ("an unknown stream first", "07 010203", None),
        ("a management stream", "03 00000002 7b7d", None),
    ];
    rude(h, "2", &list)
}

/// 10 s for the stream, 10 s for its first message.
fn silent(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    let args = ["--gen", "2", "--wait", "25", "--hex"];
    let without = h.background("raw", "a", &[&args[..], &[""]].concat())?;
    let half = h.background("raw", "a", &[&args[..], &["0001"]].concat())?;
    let mut said = String::new();
    for (name, peer) in [("no stream", without), ("half a message", half)] {
        let report = peer.end()?;
        report.must(report.json["close"]["by"] == "host", &format!("{name}: a close"))?;
        let after = report.number("/ended_ms") / 1000.0;
        report.must((8.0..15.0).contains(&after), &format!("{name}: after about 10 s"))?;
        said += &format!("{name} {after:.1} s {}; ", report.json["close"]);
    }
    Ok(said)
}

fn other_keys(h: &mut Host) -> Result<String, String> {
    for kind in ["rsa", "ed25519"] {
        let pin = h.arm()?;
        h.pair(kind, &pin, &["--key", kind])?.must_be_good("pairing")?;
        let report = h.peer("stream", kind, &["--profile", "g3", "--seconds", "1", "--quit"])?;
        report.must_be_good("stream")?;
    }
    Ok(String::new())
}

fn stranger(h: &mut Host) -> Result<String, String> {
    for profile in ["v0_40", "g3"] {
        let args = ["--profile", profile, "--no-cert", "--wait", "5"];
        h.peer("knock", "nobody", &args)?.must_close(0x63)?;
    }
    Ok(String::new())
}

/// Streams as client `a` and looks at what every stream owes.
fn stream(h: &mut Host, args: &[&str]) -> Result<Report, String> {
    h.paired("a")?;
    let mut all = vec!["--seconds", "3"];
    all.extend(args);
    let report = h.peer("stream", "a", &all)?;
    report.must_be_good("stream")?;
    report.must(report.number("/recovery/shown_frames") >= 60.0, "60 frames in 3 s")?;
    report.must(report.number("/audio/packets") >= 200.0, "200 packets of sound in 3 s")?;
    Ok(report)
}

fn told(report: &Report) -> String {
    let n = |p: &str| report.number(p);
    format!(
        "{} frames, first {:.0} ms after Hello, latency p50 {:.1} p95 {:.1} ms, host p50 {:.0} us, {} sound",
        n("/recovery/shown_frames"),
        n("/first_frame_ms/since_hello"),
        n("/video/latency_ms/p50"),
        n("/video/latency_ms/p95"),
        n("/host_timing/us/p50"),
        n("/audio/packets"),
    )
}

fn clean(h: &mut Host, args: &[&str]) -> Result<String, String> {
    let report = stream(h, args)?;
    report.must(report.number("/network/missing") == 0.0, "no packet number is skipped")?;
    report.must(report.number("/recovery/lost_frames") == 0.0, "no frame is lost")?;
    report.must(report.number("/audio/missing") == 0.0, "no sound is lost")?;
    report.must(report.number("/video/idr") == 1.0, "one IDR where nothing is lost")?;
    Ok(told(&report))
}

fn june(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    // It says nothing of codecs, which means HEVC and nothing else.
    let report = h.peer("stream", "a", &["--profile", "june2026", "--seconds", "3"])?;
    if report.code() == Some(0x68) {
        return Ok("no HEVC here: close 0x68".into());
    }
    report.must_be_good("stream")?;
    Ok(told(&report))
}

fn small(h: &mut Host, profile: &str) -> Result<String, String> {
    let report = stream(h, &["--profile", profile, "--max-shard", "1000"])?;
    report.must(report.number("/agreed/shard_payload") <= 1000.0, "what the client can take")?;
    Ok(format!("{} bytes a shard", report.number("/agreed/shard_payload")))
}

/// What clients do that leave the rate to themselves: a burst of 2 Gbps is asked for after 2 s.
fn automatic(h: &mut Host, profile: &str) -> Result<String, String> {
    let report = stream(h, &["--profile", profile, "--bitrate", "0", "--seconds", "5"])?;
    if report.number("/agreed/bitrate_kbps") == 0.0 {
        return Ok("the client's controller is switched off".into());
    }
    let probe = &report.json["probes"][0];
    report.must(!probe.is_null(), "ProbeRequest is answered")?;
    Ok(format!(
        "{} kbps offered, {} of {} packets, {} frames lost",
        probe["offered_kbps"],
        probe["received_packets"],
        probe["packets"],
        report.number("/recovery/lost_frames")
    ))
}

fn moves(h: &mut Host) -> Result<String, String> {
    let report = stream(h, &["--profile", "g3", "--move-at", "1.5", "--seconds", "4"])?;
    let shown = report.number("/recovery/shown_frames");
    report.must(shown >= 150.0, "the picture follows")?;
    report.must(event(&report, "moved_to").is_some(), "it has moved")?;
    Ok(format!("{shown} frames, at most {} ms apart", report.number("/video/arrival_ms/max")))
}

fn chacha(h: &mut Host, profile: &str) -> Result<String, String> {
    let report = stream(h, &["--profile", profile, "--suite", "chacha"])?;
    report.must(report.json["agreed"]["suite"] == 1, "the client's wish is met")?;
    Ok(told(&report))
}

fn lossy(h: &mut Host, profile: &str, percent: &str, burst: &str) -> Result<String, String> {
    let loss = ["--loss", percent, "--loss-burst", burst, "--seed", "11"];
    let mut args = vec!["--profile", profile, "--seconds", "6", "--bitrate", "20000"];
    args.extend(loss);
    let report = stream(h, &args)?;
    report.must(report.number("/network/dropped_by_peer") > 20.0, "something was lost")?;
    report.must(report.number("/video/repaired_frames") > 0.0, "parity repairs")?;
    let lost = report.number("/recovery/lost_frames");
    let shown = report.number("/recovery/shown_frames");
    report.must(shown > 100.0, "the picture goes on")?;
    report.must(lost <= 3.0, "parity is enough from the first frame on")?;
    Ok(format!(
        "{shown} shown, {lost} lost, {} repaired, healed {} by IDR {} by anchor, p50 {} max {} ms",
        report.number("/video/repaired_frames"),
        report.number("/recovery/by_keyframe"),
        report.number("/recovery/by_anchor"),
        report.number("/recovery/times_ms/p50"),
        report.number("/recovery/times_ms/max"),
    ))
}

/// Single shards are sent again to who asks for them.
fn again_please(h: &mut Host) -> Result<String, String> {
    let report = stream(h, &["--profile", "g3", "--nack", "--seconds", "4"])?;
    let n = |key: &str| report.number(&format!("/nack/{key}"));
    report.must(n("asked") >= 10.0, "shards are asked for")?;
    report.must(n("wrong") == 0.0, "the same shard under a new number")?;
    // The answer to the last ask may be on its way; a frame that left the host's window is not answered.
    report.must(n("answered") >= n("asked") * 0.9 - 1.0, "asks are answered")?;
    report.must(report.number("/recovery/lost_frames") == 0.0, "no frame is lost")?;
    Ok(format!(
        "{} of {} shards came again, p50 {} max {} ms",
        n("answered"),
        n("asked"),
        n("times_ms/p50"),
        n("times_ms/max")
    ))
}

/// A host whose Welcome names FEC scheme 0; it lets everybody in, so nobody pairs.
fn other_code(h: &mut Host, profile: &str) -> Result<String, String> {
    let beside = h.beside(&["--fec", "gf8"])?;
    let mut args = vec!["--profile", profile, "--port", &beside.port, "--no-pin"];
    args.extend(["--mode", "1920x1080x60", "--bitrate", "40000", "--loss", "4", "--seconds", "4"]);
    let report = h.peer("stream", "nobody", &args)?;
    report.must_be_good("stream")?;
    report.must(report.json["agreed"]["gf16"] == false, "the Welcome names the other code")?;
    report.must(report.number("/video/repaired_shards") > 20.0, "shards are repaired")?;
    let (shown, lost) =
        (report.number("/recovery/shown_frames"), report.number("/recovery/lost_frames"));
    report.must(shown >= 150.0 && lost < shown / 20.0, "the picture stays whole")?;
    Ok(format!(
        "{} shards repaired, {lost} of {shown} frames lost",
        report.number("/video/repaired_shards")
    ))
}

fn input(h: &mut Host, profile: &str) -> Result<String, String> {
    let report = stream(h, &["--profile", profile, "--input-script", "all"])?;
    let sent = report.number("/input_events");
    // The session waits for its client and still tells.
    let session = h.session_of("a")?.ok_or("the session is gone")?;
    let taken = session["input_events"].as_f64().unwrap_or(0.0);
    if taken + 2.0 < sent || session["input_refused"].as_f64() != Some(0.0) {
        return Err(format!("{sent} events sent, the host tells {session}"));
    }
    Ok(format!("{sent} actions sent, the host took {taken} events"))
}

fn event<'a>(report: &'a Report, key: &str) -> Option<&'a serde_json::Value> {
    report.json["events"].as_array()?.iter().find(|e| !e[key].is_null())
}

/// The pointer of generated pictures: an arrow for two seconds, a cross for one, hidden for one, and again.
fn cursor(h: &mut Host, profile: &str) -> Result<String, String> {
    let plain = stream(h, &["--profile", profile, "--seconds", "2"])?;
    report_silence(&plain)?;
    let args = ["--cursor", "--cursor-render-at", "5", "host", "--seconds", "6.5"];
    let report = stream(h, &[&["--profile", profile][..], &args].concat())?;
    let c = &report.json["cursor"];
    report.must(c["agreed"] == true, "the host knows its pointer")?;
    report.must(report.number("/cursor/shapes") >= 3.0, "a shape each time it changes")?;
    report.must(c["unknown"] == json!([]), "each shape that is named was sent")?;
    report.must(report.number("/cursor/hints") > 0.0, "a hidden pointer is a hint")?;
    // One with each picture while the client draws; losses aside.
    let states = report.number("/cursor/states");
    report.must(states > 5.0 * 60.0 * 0.8, "a place with each picture")?;
    report.must(report.number("/cursor/moved") > states * 0.5, "it moves")?;
    Ok(format!("{states} places, shapes {}", c["sizes"]))
}

fn report_silence(report: &Report) -> Check {
    report.must(report.json["cursor"]["agreed"] == false, "who does not draw it is not told")?;
    report.must(report.number("/cursor/states") == 0.0, "not a word about the pointer")
}

/// What one session copies is what the next one finds: the desktop of generated pictures keeps it.
fn clipboard(h: &mut Host, profile: &str) -> Result<String, String> {
    let text = format!("kopiert von {profile} \u{20ac}\nzweite Zeile");
    let report = stream(h, &["--profile", profile, "--copy", &text])?;
    let state = event(&report, "clip_state").map_or(json!(null), |e| e["clip_state"].clone());
    report.must(state == true, "the clipboard is shared")?;
    let served = event(&report, "clip_served").map_or(0.0, |e| e["clip_served"].as_f64().unwrap());
    report.must(served == text.len() as f64, "the host fetches what was offered")?;
    let report = stream(h, &["--profile", profile, "--clipboard", "--quit"])?;
    let fetched = event(&report, "clip_fetched").map_or(json!(null), |e| e["clip_fetched"].clone());
    report.must(fetched == text.as_str(), "the next session finds it")?;
    Ok(format!("{served} bytes to the host and back"))
}

fn mode_change(h: &mut Host, profile: &str) -> Result<String, String> {
    let change = ["--reconfigure-at", "1.5", "1920x1080x60"];
    let mut args = vec!["--profile", profile, "--seconds", "5"];
    args.extend(change);
    let report = stream(h, &args)?;
    let answer = event(&report, "reconfigured");
    report.must(answer.is_some(), "Reconfigure is answered")?;
    let answer = answer.unwrap();
    if answer["accepted"] == false {
        return Ok("declined".into());
    }
    report.must(answer["reconfigured"] == "1920x1080x60", "the mode that was asked for")?;
    report.must(report.json["mode"] == "1920x1080x60", "the mode in the end")?;
    // A synthetic picture does not say how large it is.
    let sizes = report.json["video"]["sizes"].to_string();
    report.must(sizes == "[]" || sizes.contains("1920"), "pictures of the new size")?;
    report.must(report.number("/video/idr") >= 2.0, "a keyframe of the new mode")?;
    let late = event(&report, "stream_config_after_its_frames").cloned();
    Ok(format!("sizes {sizes}; StreamConfig late: {}", late.unwrap_or_default()["late_ms"]))
}

fn bitrate(h: &mut Host, profile: &str) -> Result<String, String> {
    let change = ["--set-bitrate-at", "2", "6000"];
    let mut args = vec!["--profile", profile, "--bitrate", "20000", "--seconds", "4"];
    args.extend(change);
    let report = stream(h, &args)?;
    let answer = event(&report, "bitrate_changed");
    report.must(answer.is_some(), "SetBitrate is answered")?;
    report.must(report.number("/video/idr") <= 2.0, "no IDR for a change of rate")?;
    Ok(answer.unwrap().to_string())
}

fn speed_test(h: &mut Host, profile: &str) -> Result<String, String> {
    let report =
        stream(h, &["--profile", profile, "--speed-test", "50000", "500", "--seconds", "4"])?;
    let probe = &report.json["probes"][0];
    report.must(!probe.is_null(), "ProbeRequest is answered")?;
    let sent = probe["packets"].as_f64().unwrap_or(0.0);
    let got = probe["received_packets"].as_f64().unwrap_or(0.0);
    report.must(got >= 0.9 * sent, "most of the burst arrives")?;
    Ok(format!("{} kbps offered, {got} of {sent} packets", probe["offered_kbps"]))
}

fn on_demand(h: &mut Host) -> Result<String, String> {
    for profile in ["v0_40", "v0_43", "g3"] {
        let args = ["--profile", profile, "--keyframe-at", "1", "--resync-at", "1.5"];
        let report = stream(h, &args)?;
        let idr = report.number("/video/idr");
        report.must((2.0..=3.0).contains(&idr), "a keyframe for an ask, however often repeated")?;
        report.must(event(&report, "clock_resync").is_some(), "eight more echoes")?;
    }
    Ok(String::new())
}

fn microphone(h: &mut Host) -> Result<String, String> {
    let report = stream(h, &["--profile", "g3", "--mic-tone", "--audio", "6", "--clipboard"])?;
    Ok(format!(
        "{} packets of speech, {} channels of sound",
        report.number("/mic_packets"),
        report.number("/agreed/channels")
    ))
}

fn resume(h: &mut Host, profile: &str) -> Result<String, String> {
    h.paired("a")?;
    let gone = h.peer("stream", "a", &["--profile", profile, "--seconds", "2", "--vanish"])?;
    gone.must_be_good("the stream that is lost")?;
    let report = stream(h, &["--profile", profile, "--resume", "--quit"])?;
    h.wait_until_gone("a")?;
    Ok(format!("first frame {} ms after Hello", report.number("/first_frame_ms/since_hello")))
}

fn quit(h: &mut Host) -> Result<String, String> {
    stream(h, &["--profile", "g3", "--quit"])?;
    h.wait_until_gone("a")?;
    Ok(String::new())
}

fn wrong_version(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    let args = ["--profile", "v0_40", "--version-field", "7", "--expect-close", "0x67"];
    h.peer("stream", "a", &args)?.must_close(0x67)?;
    Ok(String::new())
}

fn unknown(h: &mut Host, profile: &str) -> Result<String, String> {
    let report = stream(h, &["--profile", profile, "--unknown-fields"])?;
    Ok(report.json["unknown"].to_string())
}

fn rights(h: &mut Host, profile: &str) -> Result<String, String> {
    h.paired("a")?;
    let device = h.device_of("a")?.to_string();
    let mut live = h.background("stream", "a", &["--profile", profile, "--seconds", "20"])?;
    live.hear("first-frame", SHORT)?;
    h.ctl(&["devices", "access", &device, "view"])?;
    live.hear("access", SHORT)?;
    live.say("input key 0x41 down")?;
    live.say("mark asked")?;
    live.hear("marked", SHORT)?;
    h.ctl(&["devices", "access", &device, "full"])?;
    live.hear("access", SHORT)?;
    live.say("mark asked again")?;
    live.hear("marked", SHORT)?;
    live.say("quit")?;
    let report = live.end()?;
    report.must_be_good("the stream whose rights change")?;
    let told: Vec<_> = report.json["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|e| e["access_update"].as_u64())
        .collect();
    report.must(told == [0, 0xff], "an AccessUpdate for each change")?;
    Ok(String::new())
}

fn expiry(h: &mut Host) -> Result<String, String> {
    let args = ["--profile", "g3", "--wait", "30", "--name", "guest", "--codec", "h264"];
    let mut waiting = h.background("knock", "guest", &args)?;
    waiting.hear("knocked", SHORT)?;
    let id = pending_id(h)?.to_string();
    h.ctl(&["approve", &id, "--expires-in", "4"])?;
    waiting.end()?.must_be_good("knock")?;
    let args = ["--profile", "g3", "--seconds", "30", "--expect-close", "0x69"];
    let report = h.peer("stream", "guest", &args)?;
    report.must_be_good("the guest's stream")?;
    let left = report.number("/agreed/expires_in_secs");
    report.must((1.0..=4.0).contains(&left), "the client is told when its access ends")?;
    // From now on it knocks like anybody.
    let report = h.peer("knock", "guest", &["--profile", "g3", "--wait", "1"])?;
    report.must(!report.good && report.number("/pending/count") >= 1.0, "a knock")?;
    Ok(format!("{left} s were left"))
}

fn two_at_once(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    h.paired("b2")?;
    let args = ["--profile", "v0_40", "--seconds", "20"];
    let mut first = h.background("stream", "a", &args)?;
    first.hear("first-frame", SHORT)?;
    let second = h.peer("stream", "b2", &["--profile", "g3", "--seconds", "3"])?;
    second.must_be_good("the second stream")?;
    first.say("quit")?;
    let report = first.end()?;
    report.must_be_good("the first stream")?;
    report.must(report.number("/recovery/lost_frames") == 0.0, "the first loses nothing")?;
    Ok(told(&second))
}

fn again(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    let mut first = h.background("stream", "a", &["--profile", "v0_40", "--seconds", "30"])?;
    first.hear("first-frame", SHORT)?;
    let second = stream(h, &["--profile", "v0_40"])?;
    let report = first.end()?;
    report.must(report.json["ended"] == "host", "the older session is ended by the host")?;
    Ok(format!("the older one got {}; {}", report.json["close"], told(&second)))
}

fn application(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    h.ctl(&["apps", "add", "Nap", "--", "sleep", "4"])?;
    let args = ["--profile", "g3", "--seconds", "30", "--launch", "Nap", "--expect-close", "0x52"];
    let report = h.peer("stream", "a", &args)?;
    report.must_close(0x52)?;
    report.must_be_good("a stream until the application's end")?;
    let outcome = event(&report, "launch_outcome").cloned().unwrap_or_default();
    Ok(format!("{} s, outcome {outcome}", report.number("/streamed_ms") / 1000.0))
}

fn no_application(h: &mut Host) -> Result<String, String> {
    let report = stream(h, &["--profile", "v0_40", "--launch", "steam:570", "--quit"])?;
    let outcome = event(&report, "launch_outcome").cloned().unwrap_or_default();
    Ok(outcome.to_string())
}

fn operator_stop(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    let mut live = h.background("stream", "a", &["--profile", "g3", "--seconds", "30"])?;
    live.hear("first-frame", SHORT)?;
    let session = h.session_of("a")?.ok_or("no session")?;
    let id = session["id"].as_u64().ok_or("no id")?;
    h.ctl(&["sessions", "stop", &id.to_string()])?;
    let report = live.end()?;
    report.must(report.json["close"]["by"] == "host", "the host closes")?;
    Ok(report.json["close"].to_string())
}

/// With the software encoder: ffmpeg, where it is, finds nothing wrong.
fn pictures(h: &mut Host) -> Result<String, String> {
    let mut other = Host::start(&h.binary, h.folder.join("x264"), &["--encoder", "x264"])?;
    other.paired("a")?;
    let mut said = String::new();
    for profile in ["v0_40", "g3"] {
        let video = other.folder.join(format!("{profile}.h264")).display().to_string();
        let sound = other.folder.join(format!("{profile}.opus")).display().to_string();
        let change =
            ["--reconfigure-at", "3", "1280x720x60", "--seconds", "6", "--mode", "640x360x30"];
        let mut args = vec!["--profile", profile, "--codec", "h264", "--loss", "3"];
        args.extend(["--dump-video", &video, "--dump-opus", &sound]);
        args.extend(change);
        let report = other.peer("stream", "a", &args)?;
        report.must_be_good("stream")?;
        let sizes = report.json["video"]["sizes"].to_string();
        report.must(sizes.contains("640") && sizes.contains("1280"), "both sizes")?;
        for file in [&video, &sound] {
            let out = std::process::Command::new("ffmpeg")
                .args(["-v", "error", "-xerror", "-i", file, "-f", "null", "-"])
                .stdin(std::process::Stdio::null())
                .output();
            match out {
                Ok(out) if out.status.success() => said += "decoded ",
                Ok(out) => return Err(format!("{file}: {}", String::from_utf8_lossy(&out.stderr))),
                Err(_) => said += "no ffmpeg ",
            }
        }
        said += &told(&report);
        said += "; ";
    }
    Ok(said)
}

fn one_at_a_time(h: &mut Host) -> Result<String, String> {
    let mut other = Host::start(&h.binary, h.folder.join("one"), &["--max-streams", "1"])?;
    other.paired("a")?;
    other.paired("b")?;
    let mut first = other.background("stream", "a", &["--profile", "g3", "--seconds", "30"])?;
    first.hear("first-frame", SHORT)?;
    let args = ["--profile", "v0_40", "--seconds", "2", "--wait", "25"];
    let mut second = other.background("stream", "b", &args)?;
    second.hear("streaming", Duration::from_secs(2)).expect_err("it has to wait");
    first.say("quit")?;
    first.end()?.must_be_good("the first")?;
    let report = second.end()?;
    report.must_be_good("the one in line")?;
    Ok(format!("admitted after {} ms", report.number("/handshake_ms/welcome")))
}

fn refused(h: &mut Host) -> Result<String, String> {
    let flags = ["--second-client", "refuse"];
    let mut other = Host::start(&h.binary, h.folder.join("reject"), &flags)?;
    other.paired("a")?;
    other.paired("b")?;
    let mut first = other.background("stream", "a", &["--profile", "v0_40", "--seconds", "30"])?;
    first.hear("first-frame", SHORT)?;
    let report = other.peer("stream", "b", &["--profile", "g3", "--expect-close", "0x42"])?;
    report.must_close(0x42)?;
    first.say("quit")?;
    first.end()?.must_be_good("the first")?;
    Ok(report.json["close"]["reason"].to_string())
}

/// Last: it takes the host down.
fn goodbye(h: &mut Host) -> Result<String, String> {
    h.paired("a")?;
    let args = ["--profile", "g3", "--seconds", "30", "--expect-close", "0x6b"];
    let mut live = h.background("stream", "a", &args)?;
    live.hear("first-frame", SHORT)?;
    h.terminate();
    let report = live.end()?;
    report.must_close(0x6b)?;
    Ok(report.json["close"].to_string())
}

/// The product's promise: 100 ms from the call to the last datagram.
fn revoke(h: &mut Host, who: &str, profile: &str) -> Result<String, String> {
    h.paired(who)?;
    let device = h.device_of(who)?.to_string();
    let args = ["--profile", profile, "--seconds", "20", "--expect-close", "0x69"];
    let mut live = h.background("stream", who, &args)?;
    live.hear("first-frame", SHORT)?;
    let called = mono_ns();
    h.ctl(&["devices", "revoke", &device, "--yes"])?;
    let returned = mono_ns();
    let report = live.end()?;
    report.must_be_good("the stream that is revoked")?;
    report.must_close(0x69)?;
    let last = report.number("/last_media_mono_ns");
    let (called, returned) = ((last - called as f64) / 1e6, (last - returned as f64) / 1e6);
    report.must(returned <= 100.0, "silence 100 ms after the revocation")?;
    // It is a stranger now.
    let args = ["--profile", profile, "--wait", "1"];
    let again = h.peer("knock", who, &args)?;
    again.must(!again.good, "not let in again")?;
    Ok(format!("last datagram {called:.1} ms after ctl began, {returned:.1} ms after it returned"))
}
