//! The PIN ceremony and the ways to get it wrong (punktfunk1.md 5, punktfunk2.md 4.7); knocking and probing.

use std::time::Duration;

use serde_json::{json, Value};
use tokio::time::Instant;

use crate::control::{encode, FromHost, Gen, ToHost};
use crate::handshake::{admission, first_message, Control, Waiting};
use crate::hello::Offer;
use crate::identity::Identity;
use crate::quic::{dial, Dial, Failure, Link};
use crate::spake::Ceremony;
use crate::util::{hex, mono_ns, ms, unhex};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Right,
    /// Another PIN than the host's.
    Wrong,
    /// The right PIN, but a proof that cannot hold.
    BadProof,
    /// The bytes of an earlier ceremony again.
    Replay,
}

pub struct PairOptions {
    pub pin: String,
    pub name: String,
    pub how: How,
    pub malformed: Option<String>,
}

/// A PairRequest that breaks one rule. Nothing = the kind is unknown.
fn malformed(gen: Gen, kind: &str, name: &str, good: &[u8]) -> Option<Vec<u8>> {
    let request =
        |name: &str, spake: Vec<u8>| encode(gen, &ToHost::PairRequest { name: name.into(), spake });
    let mut point = good.to_vec();
    Some(match kind {
        "short" => request(name, point[..32].to_vec()),
        "long" => request(name, [point, vec![0]].concat()),
        "side" => {
            point[0] = b'B';
            request(name, point)
        }
        // y = 2 is on no point of the curve.
        "point" => request(name, [vec![b'A', 2], vec![0; 31]].concat()),
        "empty" => request(name, Vec::new()),
        "name" => request(&"n".repeat(65), point),
        "order" => encode(gen, &ToHost::PairProof([7; 32])),
        "cut" => match gen {
            // The point's length says more than there is.
            Gen::One => {
                let mut raw = request(name, point);
                let at = 2 + 5 + 1 + name.len();
                raw[at] = 200;
                raw
            }
            Gen::Two => vec![0x10, 3, 1, 60, b'x'],
        },
        "garbage" => match gen {
            Gen::One => vec![4, 0, 1, 2, 3, 4],
            Gen::Two => vec![0x3f, 2, 0xff, 0xff],
        },
        _ => return None,
    })
}

pub async fn pair(d: &Dial, me: &Identity, host: &str, o: &PairOptions) -> (Value, bool) {
    let mut report = json!({ "command": "pair" });
    let started = mono_ns();
    let link = match dial(d, me).await {
        Ok(link) => link,
        Err(f) => return finish(report, f, false),
    };
    report["link"] = link.json();
    let result = ceremony(&link, me, o).await;
    report["ceremony_ms"] = json!(ms(mono_ns() - started));
    match result {
        Ok(true) => {
            link.close(0, "pair done").await;
            if let Err(e) = me.trust(host, &link.host_fingerprint) {
                return finish(report, e.into(), false);
            }
            report["paired"] = json!(true);
            (report, true)
        }
        Ok(false) => {
            // Newer hosts close by themselves; so learn how.
            let wait = Duration::from_secs(7);
            let why = tokio::time::timeout(wait, link.connection.closed()).await;
            report["paired"] = json!(false);
            report["result"] = json!("refused");
            let close = why.map_or(Value::Null, |e| crate::quic::close_json(&e));
            link.close(1, "").await;
            report["close"] = close;
            (report, false)
        }
        Err(f) => {
            link.close(1, "").await;
            report["paired"] = json!(false);
            finish(report, f, false)
        }
    }
}

fn finish(mut report: Value, f: Failure, good: bool) -> (Value, bool) {
    report["error"] = json!(f.text);
    report["close"] = f.close;
    (report, good)
}

async fn ceremony(link: &Link, me: &Identity, o: &PairOptions) -> Result<bool, Failure> {
    let minute = || Instant::now() + Duration::from_secs(60);
    let pin = match o.how {
        How::Wrong => {
            let n: u32 = o.pin.parse().map_err(|_| "a PIN of digits is needed".to_string())?;
            format!("{:04}", (n + 1) % 10_000)
        }
        _ => o.pin.clone(),
    };
    let mine = Ceremony::client(&pin, me.fingerprint, link.host_fingerprint);
    if let Some(kind) = &o.malformed {
        let raw = malformed(link.gen, kind, &o.name, &mine.message)
            .ok_or_else(|| format!("no malformed request is called {kind}"))?;
        let mut control = Control::open(link, &raw).await?;
        let answer = control.expect(link, minute()).await?;
        return Err(format!("the host answered {answer:?}").into());
    }
    if o.how == How::Replay {
        return replay(link, me).await;
    }
    let request = encode(
        link.gen,
        &ToHost::PairRequest { name: o.name.clone(), spake: mine.message.clone() },
    );
    let mut control = Control::open(link, &request).await?;
    let (spake, confirm) = match control.expect(link, minute()).await? {
        FromHost::PairChallenge { spake, confirm } => (spake, confirm),
        other => return Err(format!("{other:?} instead of PairChallenge").into()),
    };
    let expected = mine.finish(&spake)?;
    if expected.host != confirm {
        // A wrong PIN or an attacker in between: nothing more is said.
        return Err("the host's confirmation does not hold".to_string().into());
    }
    let mac = if o.how == How::BadProof { [0x5a; 32] } else { expected.client };
    let proof = encode(link.gen, &ToHost::PairProof(mac));
    let record = json!({ "gen": if link.gen == Gen::One { 1 } else { 2 },
        "request": hex(&request), "proof": hex(&proof) });
    std::fs::write(me.record(), record.to_string()).map_err(|e| e.to_string())?;
    control.write(link, &proof).await?;
    result(link, &mut control).await
}

async fn result(link: &Link, control: &mut Control) -> Result<bool, Failure> {
    match control.expect(link, Instant::now() + Duration::from_secs(60)).await? {
        FromHost::PairResult(ok) => Ok(ok),
        other => Err(format!("{other:?} instead of PairResult").into()),
    }
}

async fn replay(link: &Link, me: &Identity) -> Result<bool, Failure> {
    let raw = std::fs::read(me.record()).map_err(|e| format!("no recorded ceremony: {e}"))?;
    let record: Value = serde_json::from_slice(&raw).map_err(|e| e.to_string())?;
    let bytes = |key: &str| record[key].as_str().and_then(unhex).unwrap_or_default();
    let recorded = if record["gen"] == 1 { Gen::One } else { Gen::Two };
    if recorded != link.gen {
        return Err("the recorded ceremony is of the other generation".to_string().into());
    }
    let mut control = Control::open(link, &bytes("request")).await?;
    match control.expect(link, Instant::now() + Duration::from_secs(60)).await? {
        FromHost::PairChallenge { .. } => {}
        other => return Err(format!("{other:?} instead of PairChallenge").into()),
    }
    control.write(link, &bytes("proof")).await?;
    result(link, &mut control).await
}

/// Asks for admission and reports how it was decided.
pub async fn knock(
    d: &Dial,
    me: &Identity,
    host: &str,
    offer: &Offer,
    wait: Duration,
) -> (Value, bool) {
    let mut report = json!({ "command": "knock" });
    let link = match dial(d, me).await {
        Ok(link) => link,
        Err(f) => return finish(report, f, false),
    };
    report["link"] = link.json();
    let started = mono_ns();
    let mut waiting = Waiting::default();
    let decided = async {
        let mut control = Control::open(&link, &first_message(link.gen, offer)).await?;
        // A script learns from this line that the knock is at the host.
        eprintln!("knocked");
        admission(&link, &mut control, offer, Instant::now() + wait, &mut waiting).await
    }
    .await;
    report["waited_ms"] = json!(ms(mono_ns() - started));
    report["pending"] = waiting.json();
    match decided {
        Ok(agreed) => {
            link.close(0x51, if offer.access_only { "access only" } else { "" }).await;
            if let Err(e) = me.trust(host, &link.host_fingerprint) {
                return finish(report, e.into(), false);
            }
            report["decision"] = json!("approved");
            report["agreed"] = agreed.json(link.gen == Gen::Two);
            (report, true)
        }
        Err(f) => {
            report["decision"] = json!(match f.close["code"].as_u64() {
                Some(0x64) => "denied",
                Some(0x65) => "timeout",
                Some(0x66) => "superseded",
                Some(_) => "refused",
                None if f.close["by"] == "nobody" => "undecided",
                None => "failed",
            });
            link.close(0x51, "access request done").await;
            finish(report, f, false)
        }
    }
}

/// Says these bytes on a fresh control stream, stream type included, and reports how the host takes them.
pub async fn raw(d: &Dial, me: &Identity, bytes: &[u8], wait: Duration) -> (Value, bool) {
    let mut report = json!({ "command": "raw" });
    let link = match dial(d, me).await {
        Ok(link) => link,
        Err(f) => return finish(report, f, false),
    };
    report["link"] = link.json();
    let started = mono_ns();
    let said = async {
        let (mut send, mut recv) = link.connection.open_bi().await.map_err(|e| e.to_string())?;
        send.write_all(bytes).await.map_err(|e| e.to_string())?;
        let mut got = Vec::new();
        while let Ok(Some(chunk)) = recv.read_chunk(4096, true).await {
            got.extend_from_slice(&chunk.bytes);
        }
        Ok::<_, String>((send, got))
    };
    let answer = tokio::time::timeout(wait, said).await;
    if let Ok(Ok((_, got))) = &answer {
        report["answer"] = json!(hex(&got[..got.len().min(256)]));
    }
    let why = tokio::time::timeout(Duration::from_millis(300), link.connection.closed()).await;
    report["ended_ms"] = json!(ms(mono_ns() - started));
    report["close"] = why.map_or(Value::Null, |e| crate::quic::close_json(&e));
    let good = report["close"]["by"] == "host";
    link.close(0, "").await;
    (report, good)
}

/// Is a host there?
pub async fn probe(d: &Dial, me: &Identity) -> (Value, bool) {
    let mut report = json!({ "command": "probe" });
    match dial(d, me).await {
        Ok(link) => {
            report["link"] = link.json();
            link.close(0, "").await;
            (report, true)
        }
        Err(f) => finish(report, f, false),
    }
}
