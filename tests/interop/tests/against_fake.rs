//! The peer against a host that is part of the test, so that it is right before it judges others.

#[path = "support/fake_host.rs"]
mod fake_host;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fake_host::FakeHost;
use punktfunk_peer::hello::{Mode, Offer, CHACHA20};
use punktfunk_peer::identity::Identity;
use punktfunk_peer::pair::{knock, pair, How, PairOptions};
use punktfunk_peer::profile::Profile;
use punktfunk_peer::quic::Dial;
use punktfunk_peer::stream::{stream, StreamOptions, Task};
use serde_json::Value;

struct Bench {
    host: FakeHost,
    me: Identity,
    folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const MODE: Mode = Mode { width: 1280, height: 720, hz: 60 };

impl Bench {
    fn new(alpn: &[&str]) -> Bench {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("peer-test-{}-{n}", std::process::id()));
        let me = Identity::open(&folder, "p256").unwrap();
        Bench { host: FakeHost::start(alpn), me, folder }
    }
    fn dial(&self, alpn: Vec<&'static str>) -> Dial {
        Dial {
            host: self.host.address,
            alpn,
            pin: None,
            with_certificate: true,
            classic: false,
            budget: Duration::from_secs(10),
            idle: Duration::from_secs(8),
        }
    }
    async fn pair(&self, alpn: &'static str, how: How, malformed: Option<&str>) -> (Value, bool) {
        let options = PairOptions {
            pin: "4321".into(),
            name: "test".into(),
            how,
            malformed: malformed.map(Into::into),
        };
        pair(&self.dial(vec![alpn]), &self.me, "host", &options).await
    }
    async fn stream(
        &self,
        profile: Profile,
        twist: impl FnOnce(&mut StreamOptions, &mut Offer),
    ) -> (Value, bool) {
        let mut offer = profile.offer(MODE);
        // This host's pictures are H.264.
        offer.codecs = if profile == Profile::June2026 { 1 } else { 3 };
        let mut options = StreamOptions {
            profile,
            offer: offer.clone(),
            wait: Duration::from_secs(10),
            loss_percent: 0.0,
            loss_burst: 1,
            seed: 3,
            nack: false,
            dump_video: None,
            dump_opus: None,
            tasks: vec![(Duration::from_millis(1500), Task::End)],
            mic: false,
            clipboard: false,
            copy: None,
            resume: false,
            quit: true,
            vanish: false,
            expect_close: None,
            stdin: false,
        };
        twist(&mut options, &mut offer);
        options.offer = offer;
        stream(&self.dial(profile.stream_alpn()), &self.me, "host", options).await
    }
}

fn frames(report: &Value) -> u64 {
    report["recovery"]["shown_frames"].as_u64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn pairing_right_wrong_and_again() {
    for alpn in ["pkf1", "pkf2"] {
        let bench = Bench::new(&["pkf2", "pkf1"]);
        let (report, good) = bench.pair(alpn, How::Right, None).await;
        assert!(good && report["paired"] == true, "{report}");
        assert!(bench.me.pin("host").is_some());
        for how in [How::Replay, How::BadProof] {
            let (report, good) = bench.pair(alpn, how, None).await;
            assert!(!good && report["result"] == "refused", "{report}");
        }
        let (report, good) = bench.pair(alpn, How::Wrong, None).await;
        assert!(!good, "{report}");
        assert!(report["error"].as_str().unwrap().contains("confirmation"), "{report}");
        let (report, good) = bench.pair(alpn, How::Right, Some("side")).await;
        assert!(!good && report["close"]["code"] == 0x68, "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_profile_streams() {
    for profile in [Profile::June2026, Profile::V0_40, Profile::V0_43, Profile::G3] {
        let bench = Bench::new(&["pkf2", "pkf1"]);
        let (report, good) = bench
            .stream(profile, |o, _| {
                let at = |ms, task| (Duration::from_millis(ms), task);
                o.tasks.insert(0, at(200, Task::SetBitrate(5000)));
                o.tasks.insert(1, at(300, Task::Reconfigure(MODE)));
                o.tasks.insert(2, at(400, Task::Resync));
                o.tasks.insert(3, at(500, Task::SpeedTest { kbps: 1000, ms: 100 }));
            })
            .await;
        assert!(good, "{profile:?}: {report:#}");
        assert!(frames(&report) > 30, "{report:#}");
        assert!(report["audio"]["packets"].as_u64().unwrap() > 100, "{report:#}");
        assert_eq!(report["probes"].as_array().unwrap().len(), 1);
        assert_eq!(report["network"]["missing"], 0, "{report:#}");
        let events = report["events"].to_string();
        for word in ["bitrate_changed", "reconfigured", "clock_resync"] {
            assert!(events.contains(word), "{word}: {events}");
        }
        if profile != Profile::June2026 {
            assert!(report["host_timing"]["count"].as_u64().unwrap() > 30);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holes_are_asked_for_and_healed() {
    for profile in [Profile::V0_40, Profile::V0_43, Profile::G3] {
        let bench = Bench::new(&["pkf2", "pkf1"]);
        bench.host.twist.lose_frame.store(20, Ordering::Relaxed);
        let (report, good) = bench.stream(profile, |_, _| {}).await;
        assert!(good, "{profile:?}: {report:#}");
        assert_eq!(report["recovery"]["lost_frames"], 1, "{report:#}");
        assert_eq!(report["recovery"]["by_keyframe"], 1, "{report:#}");
        assert_eq!(report["recovery"]["range_asks"], 1, "{report:#}");
        assert!(report["recovery"]["times_ms"]["max"].as_f64().unwrap() < 500.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn played_losses_are_repaired() {
    for profile in [Profile::V0_40, Profile::G3] {
        let bench = Bench::new(&["pkf2", "pkf1"]);
        let (report, good) = bench
            .stream(profile, |o, offer| {
                o.loss_percent = 5.0;
                offer.video_caps |= CHACHA20;
                offer.suites = vec![1, 0];
            })
            .await;
        assert!(good, "{report:#}");
        assert_eq!(report["agreed"]["suite"], 1);
        assert!(report["video"]["repaired_frames"].as_u64().unwrap() > 5, "{report:#}");
        assert!(frames(&report) > 30);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misbehaving_host_is_found_out() {
    let bench = Bench::new(&["pkf2", "pkf1"]);
    bench.host.twist.repeat.store(true, Ordering::Relaxed);
    let (report, good) = bench.stream(Profile::G3, |_, _| {}).await;
    assert!(!good && report["violations"].to_string().contains("used once"), "{report:#}");
    bench.host.twist.repeat.store(false, Ordering::Relaxed);
    bench.host.twist.close.store(0x69, Ordering::Relaxed);
    let (report, good) = bench.stream(Profile::V0_40, |_, _| {}).await;
    assert!(!good && report["close"]["code"] == 0x69, "{report:#}");
    assert_eq!(report["close"]["reason"], "es reicht");
    let (report, good) = bench.stream(Profile::V0_43, |o, _| o.expect_close = Some(0x69)).await;
    assert!(good, "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_knock_waits_and_alpn_decides() {
    let bench = Bench::new(&["pkf2", "pkf1"]);
    bench.host.twist.knock_ms.store(300, Ordering::Relaxed);
    let offer = Profile::G3.offer(MODE);
    let wait = Duration::from_secs(5);
    let (report, good) = knock(&bench.dial(vec!["pkf2"]), &bench.me, "host", &offer, wait).await;
    assert!(good && report["decision"] == "approved", "{report}");
    assert_eq!(report["pending"]["count"], 1);
    let old = Bench::new(&["pkf1"]);
    let (report, good) = old.stream(Profile::V0_43, |_, _| {}).await;
    assert!(good && report["link"]["alpn"] == "pkf1", "{report:#}");
    let (report, good) = old.stream(Profile::G3, |_, _| {}).await;
    assert!(!good && report["close"]["transport"] == 0x178, "{report:#}");
}
