//! The `stream` command: a whole client from the dial to the close.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{json, Value};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clipboard;
use crate::control::{decode, encode, FromHost, Gen, ToHost};
use crate::handshake::{admission, clock_rounds, first_message, Clock, Control, Waiting};
use crate::hello::{Mode, Offer, DELIVERY, EXT, HOST_EXT, INPUT_EDGES};
use crate::identity::Identity;
use crate::input::{Action, Sender, Sent};
use crate::profile::Profile;
use crate::quic::{big_buffers, close_json, dial, Dial, Failure, Link, Media, MEDIA_QUEUE};
use crate::recovery::{loss_ppm, Ask, WINDOW};
use crate::seal::{Opener, EXPORTER_LABEL};
use crate::session::{Loss, Session, Stamps};
use crate::util::{hex, mono_ns, ms, unix_ns, Res, Rng};

/// Things to do at a time after the stream has begun.
#[derive(Clone, Debug)]
pub enum Task {
    Reconfigure(Mode),
    SetBitrate(u32),
    SpeedTest {
        kbps: u32,
        ms: u32,
    },
    Keyframe,
    Resync,
    /// Who draws the pointer: the client?
    CursorRender(bool),
    /// The client's address changes.
    Move,
    Input(Action),
    End,
}

pub struct StreamOptions {
    pub profile: Profile,
    pub offer: Offer,
    pub wait: Duration,
    pub loss_percent: f64,
    pub loss_burst: u32,
    pub seed: u64,
    /// Shards are dropped and asked for again.
    pub nack: bool,
    pub dump_video: Option<String>,
    pub dump_opus: Option<String>,
    /// Sorted by time.
    pub tasks: Vec<(Duration, Task)>,
    pub mic: bool,
    pub clipboard: bool,
    /// What our user copied.
    pub copy: Option<String>,
    pub resume: bool,
    /// Close 0x51 at the end instead of 0.
    pub quit: bool,
    /// Leave without a word at the end.
    pub vanish: bool,
    pub expect_close: Option<u64>,
    pub stdin: bool,
}

pub async fn stream(d: &Dial, me: &Identity, host: &str, mut o: StreamOptions) -> (Value, bool) {
    let mut report = json!({ "command": "stream", "profile": o.profile.name() });
    let link = match dial(d, me).await {
        Ok(link) => link,
        Err(f) => return failed(report, &o, f),
    };
    report["link"] = link.json();
    if o.resume {
        o.offer.resume = me.take_lost_session(host);
        report["resumed"] = json!(o.offer.resume.map(|id| hex(&id)));
    }
    let mut link = link;
    match run(&mut link, me, host, &o, &mut report).await {
        Ok(good) => (report, good),
        Err(f) => {
            link.close(0, "").await;
            failed(report, &o, f)
        }
    }
}

/// An end that the script asked for is a good one.
fn failed(mut report: Value, o: &StreamOptions, f: Failure) -> (Value, bool) {
    let good = o.expect_close.is_some() && f.close["code"].as_u64() == o.expect_close;
    report["error"] = json!(f.text);
    report["close"] = f.close;
    (report, good)
}

async fn run(
    link: &mut Link,
    me: &Identity,
    host: &str,
    o: &StreamOptions,
    report: &mut Value,
) -> Result<bool, Failure> {
    let gen = link.gen;
    let mut stamps = Stamps { connect: link.started_ns, hello: mono_ns(), ..Stamps::default() };
    let mut control = Control::open(link, &first_message(gen, &o.offer)).await?;
    let mut waiting = Waiting::default();
    let deadline = Instant::now() + o.wait;
    let agreed = admission(link, &mut control, &o.offer, deadline, &mut waiting).await;
    report["pending"] = waiting.json();
    let agreed = agreed?;
    stamps.welcome = mono_ns();
    report["agreed"] = agreed.json(gen == Gen::Two);

    // A port is looked for before Start and bound only after the clock rounds.
    let mut port = 0;
    if gen == Gen::One {
        let spare = std::net::UdpSocket::bind("0.0.0.0:0").map_err(|e| e.to_string())?;
        port = spare.local_addr().map_err(|e| e.to_string())?.port();
        drop(spare);
        let ext = o.offer.client_caps & EXT != 0 && agreed.host_caps2 & HOST_EXT != 0;
        control.write(link, &crate::control::framed(&o.offer.start(port, ext))).await?;
    } else {
        control.say(link, &ToHost::Ready).await?;
    }
    stamps.ready = mono_ns();
    let rounds = clock_rounds(link, &mut control).await?;
    stamps.rounds_done = mono_ns();
    report["clock_rounds"] = json!(rounds.answered);
    let bad = agreed.check(&o.offer, gen == Gen::Two);
    if !bad.is_empty() {
        link.close(0, "").await;
        report["violations"] = json!(bad);
        return Ok(false);
    }

    let opener = match gen {
        Gen::One => Opener::one(&agreed),
        Gen::Two => {
            let mut exported = [0; 32];
            link.connection
                .export_keying_material(&mut exported, EXPORTER_LABEL, &agreed.session_id)
                .map_err(|_| "the exporter gives nothing".to_string())?;
            Opener::two(&exported, agreed.suite)
        }
    };
    let (media, socket) = match gen {
        Gen::Two => (link.media.take().ok_or("no media queue".to_string())?, None),
        Gen::One => {
            let target = SocketAddr::new(link.connection.remote_address().ip(), agreed.udp_port);
            let (socket, media) = media_socket(port, target)?;
            (media, Some(socket))
        }
    };
    let loss = Loss {
        percent: o.loss_percent,
        burst: o.loss_burst,
        rng: Rng(o.seed),
        left: 0,
        dropped: 0,
    };
    let session_id = agreed.session_id;
    let mut session = Session::new(
        gen,
        o.profile,
        agreed,
        o.offer.clone(),
        rounds.best,
        stamps,
        opener,
        loss,
        o.dump_video.as_deref(),
        o.dump_opus.as_deref(),
    )?;
    session.nack = o.nack.then(Default::default);
    if rounds.answered < 8 {
        session.violations.add("clock: eight echoes", || rounds.answered.to_string());
    }
    for message in rounds.aside {
        if !o.profile.patient_clock() {
            session
                .violations
                .add("control: nothing before the eight echoes", || hex(&message.body));
        }
        let answer = session.on_control(decode(gen, message.ty, &message.body));
        if let Some(answer) = answer {
            control.say(link, &answer).await?;
        }
    }
    let (clip_told, clip) = mpsc::unbounded_channel();
    let mut client = Client {
        link,
        o,
        session,
        socket,
        punch: Punch { next_ns: 0, sent: 0, stopped: false },
        input: Sender::new(0, 0),
        tasks: o.tasks.clone().into(),
        resync: Resync::default(),
        window: Window::default(),
        pads_ns: 0,
        mic: Mic::default(),
        marks: Vec::new(),
        begun_ns: mono_ns(),
        ended_ns: 0,
        unknown: Vec::new(),
        clip_told,
        clip_served: false,
    };
    client.input = Sender::new(client.session.agreed.host_caps, client.session.agreed.host_caps2);
    let Control { mut send, mut recv, .. } = control;
    let (to_session, inbox) = mpsc::channel(256);
    let reader = tokio::spawn(async move {
        loop {
            match recv.next().await {
                Ok(Some(m)) => {
                    if to_session.send(Ok(m)).await.is_err() {
                        return;
                    }
                }
                Ok(None) => {
                    return drop(to_session.send(Err("the control stream ended".into())).await)
                }
                Err(e) => return drop(to_session.send(Err(e)).await),
            }
        }
    });
    let end = client.live(&mut send, inbox, media, clip).await;
    let good = client.finish(end, me, host, &session_id, report).await;
    // Not before the close: a stream that is let go of ends, and its end would overtake the code.
    drop(send);
    reader.abort();
    Ok(good)
}

/// The first generation's socket: bound to the promised port, connected, read into a queue.
fn media_socket(
    port: u16,
    host: SocketAddr,
) -> Result<(Arc<UdpSocket>, mpsc::Receiver<Media>), String> {
    let text = |e: std::io::Error| format!("media socket: {e}");
    let any = if host.is_ipv4() { "0.0.0.0" } else { "::" };
    let socket = std::net::UdpSocket::bind((any, port)).map_err(text)?;
    socket.connect(host).map_err(text)?;
    socket.set_nonblocking(true).map_err(text)?;
    big_buffers(&socket);
    let socket = Arc::new(UdpSocket::from_std(socket).map_err(text)?);
    let (queue, media) = mpsc::channel(MEDIA_QUEUE);
    let reading = socket.clone();
    tokio::spawn(async move {
        let mut buf = vec![0; 65_536];
        loop {
            // An ICMP error is nothing that ends a stream.
            let Ok(n) = reading.recv(&mut buf).await else { continue };
            let media = Media { data: buf[..n].to_vec(), at_ns: mono_ns() };
            if let Err(mpsc::error::TrySendError::Closed(_)) = queue.try_send(media) {
                return;
            }
        }
    });
    Ok((socket, media))
}

enum End {
    Planned,
    Host(quinn::ConnectionError),
    Broken(String),
}

struct Punch {
    next_ns: u64,
    sent: u32,
    stopped: bool,
}

#[derive(Default)]
struct Resync {
    left: u32,
    next_ns: u64,
    batch: Vec<Clock>,
    floor: Option<i64>,
    periodic_ns: u64,
}

#[derive(Default)]
struct Window {
    closes_ns: u64,
    number: u32,
    /// Packets, recovered, late, given up at its start.
    before: (u64, u64, u64, u64),
    arrived: bool,
    reports: Vec<u32>,
}

#[derive(Default)]
struct Mic {
    seq: u32,
    next_ns: u64,
}

struct Client<'a> {
    link: &'a Link,
    o: &'a StreamOptions,
    session: Session,
    socket: Option<Arc<UdpSocket>>,
    punch: Punch,
    input: Sender,
    tasks: VecDeque<(Duration, Task)>,
    resync: Resync,
    window: Window,
    pads_ns: u64,
    mic: Mic,
    marks: Vec<Value>,
    begun_ns: u64,
    ended_ns: u64,
    unknown: Vec<Value>,
    clip_told: mpsc::UnboundedSender<Value>,
    clip_served: bool,
}

const MS: u64 = 1_000_000;

impl Client<'_> {
    async fn live(
        &mut self,
        send: &mut quinn::SendStream,
        mut inbox: mpsc::Receiver<Result<crate::handshake::Message, String>>,
        mut media: mpsc::Receiver<Media>,
        mut clip: mpsc::UnboundedReceiver<Value>,
    ) -> End {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        let mut stdin = self.o.stdin;
        let mut tick = tokio::time::interval(Duration::from_millis(4));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        let mut out = Vec::new();
        if self.o.offer.unknown {
            self.strange(&mut out).await;
        }
        if self.o.clipboard {
            out.push(ToHost::ClipControl { enabled: true, flags: 0 });
        }
        self.resync.periodic_ns = mono_ns() + 60_000 * MS;
        eprintln!("streaming");
        let end = loop {
            tokio::select! {
                n = media.recv_many(&mut batch, 512) => {
                    if n == 0 {
                        break End::Broken("the media queue ended".into());
                    }
                    batch.drain(..).for_each(|m| self.session.on_media(m));
                    self.reports(&mut out);
                }
                datagram = self.link.connection.read_datagram() => match datagram {
                    Ok(raw) => self.session.on_datagram(&raw),
                    Err(e) => break End::Host(e),
                },
                Some(note) = clip.recv() => self.session.note(note),
                message = inbox.recv() => match message {
                    Some(Ok(m)) => self.on_message(m, &mut out),
                    Some(Err(e)) => break self.ended(e).await,
                    None => break End::Broken("the control reader is gone".into()),
                },
                line = lines.next_line(), if stdin => match line {
                    Ok(Some(line)) => {
                        if self.on_line(&line, &mut out) {
                            break End::Planned;
                        }
                    }
                    _ => stdin = false,
                },
                _ = tick.tick() => {
                    if self.on_tick(&mut out).await {
                        break End::Planned;
                    }
                }
            }
            for message in out.drain(..) {
                if let Err(e) = send.write_all(&encode(self.link.gen, &message)).await {
                    self.ended_ns = mono_ns();
                    return self.ended(e.to_string()).await;
                }
            }
        };
        self.ended_ns = mono_ns();
        // Whatever the host still sends after its close is told by the last stamps.
        if !matches!(end, End::Planned) {
            let late = Instant::now() + Duration::from_millis(400);
            while let Ok(Some(m)) = tokio::time::timeout_at(late, media.recv()).await {
                self.session.on_media(m);
            }
        }
        end
    }

    async fn ended(&self, what: String) -> End {
        match tokio::time::timeout(Duration::from_millis(300), self.link.connection.closed()).await
        {
            Ok(e) => End::Host(e),
            Err(_) => End::Broken(what),
        }
    }

    fn on_message(&mut self, m: crate::handshake::Message, out: &mut Vec<ToHost>) {
        let message = decode(self.link.gen, m.ty, &m.body);
        if let Ok(crate::control::FromHost::ClockEcho { t1, t2, t3 }) = message {
            self.resync.batch.push(Clock::round(t1, t2, t3, m.unix_ns));
            if self.resync.batch.len() == 8 {
                self.judge();
            }
            return;
        }
        self.on_clipboard(&message, out);
        out.extend(self.session.on_control(message));
    }

    /// Our text is offered once it may be, the host's fetched as soon as it is offered.
    fn on_clipboard(&mut self, message: &Res<FromHost>, out: &mut Vec<ToHost>) {
        let (connection, gen) = (self.link.connection.clone(), self.link.gen);
        match message {
            Ok(FromHost::ClipState { enabled: true, .. }) if !self.clip_served => {
                let Some(text) = self.o.copy.clone() else { return };
                self.clip_served = true;
                out.push(ToHost::ClipOffer { seq: 1, bytes: text.len() as u64 });
                clipboard::serve(connection, gen, 1, text, self.clip_told.clone());
            }
            Ok(FromHost::ClipOffer { seq, kinds }) => {
                if kinds.iter().any(|(kind, _)| kind == clipboard::TEXT) {
                    clipboard::fetch_later(connection, gen, *seq, self.clip_told.clone());
                }
            }
            _ => {}
        }
    }

    /// A batch is taken when its best round is about as quick as the session's best ever.
    fn judge(&mut self) {
        let Some(best) = self.resync.batch.drain(..).min_by_key(|c| c.rtt_ns) else { return };
        let floor = self.resync.floor.unwrap_or(best.rtt_ns).min(best.rtt_ns);
        self.resync.floor = Some(floor);
        let taken = best.rtt_ns <= (floor * 3 / 2).max(2_000_000);
        if taken && self.session.clock.is_some() {
            self.session.clock = Some(best);
        }
        self.session.note(json!({ "clock_resync": best.json(), "taken": taken }));
    }

    /// A line of the script that drives us. True = end.
    fn on_line(&mut self, line: &str, out: &mut Vec<ToHost>) -> bool {
        let now = mono_ns();
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match word {
            "mark" => {
                self.marks.push(json!({ "label": rest, "mono_ns": now }));
                eprintln!("marked {rest} {now}");
            }
            "quit" => return true,
            "keyframe" => self.run_task(&Task::Keyframe, out),
            "bitrate" => match rest.parse() {
                Ok(kbps) => self.run_task(&Task::SetBitrate(kbps), out),
                Err(_) => eprintln!("not a bitrate: {rest}"),
            },
            "mode" => match Mode::parse(rest) {
                Some(mode) => self.run_task(&Task::Reconfigure(mode), out),
                None => eprintln!("not a mode: {rest}"),
            },
            "input" => match crate::input::parse_line(&format!("0 {rest}")) {
                Ok((_, action)) => self.run_task(&Task::Input(action), out),
                Err(e) => eprintln!("{e}"),
            },
            _ => eprintln!("not understood: {line}"),
        }
        false
    }

    fn run_task(&mut self, task: &Task, out: &mut Vec<ToHost>) {
        match task {
            Task::Reconfigure(mode) => {
                self.session.note(json!({ "reconfigure": mode.text() }));
                self.session.mode_asked_ns = mono_ns();
                out.push(ToHost::Reconfigure(*mode));
            }
            Task::SetBitrate(kbps) => {
                self.session.note(json!({ "set_bitrate": kbps }));
                out.push(ToHost::SetBitrate(*kbps));
            }
            Task::SpeedTest { kbps, ms } => {
                self.session.speed_test = Some((*kbps, *ms, mono_ns()));
                out.push(ToHost::ProbeRequest { kbps: *kbps, ms: *ms });
            }
            Task::Keyframe => {
                let ask = self.session.recovery.ask(Ask::Keyframe, mono_ns());
                if !self.o.profile.feedback() || self.link.gen == Gen::One {
                    out.push(ask.message());
                }
            }
            Task::Resync => self.resync.left = 8,
            Task::CursorRender(ours) => {
                self.session.cursor.host_draws(!*ours);
                out.push(ToHost::CursorRender(*ours));
            }
            Task::Move => match self.link.move_away() {
                Ok(to) => self.session.on_move(to.port()),
                Err(e) => self.session.note(json!({ "not_moved": e.to_string() })),
            },
            Task::Input(action) => {
                let sent = self.input.act(action);
                self.send_input(sent, out);
            }
            Task::End => {}
        }
    }

    fn send_input(&mut self, sent: Vec<Sent>, out: &mut Vec<ToHost>) {
        let edges =
            self.o.profile >= Profile::V0_43 && self.session.agreed.host_caps2 & INPUT_EDGES != 0;
        for one in sent {
            match one {
                Sent::Key(event) if edges => out.push(ToHost::InputEdge(event)),
                Sent::Key(event) => self.datagram(2, &event),
                Sent::Datagram(raw) => self.datagram(2, &raw),
            }
        }
    }

    /// `kind` is written in the second generation only.
    fn datagram(&mut self, kind: u8, body: &[u8]) {
        let mut raw = Vec::with_capacity(body.len() + 1);
        if self.link.gen == Gen::Two {
            raw.push(kind);
        }
        raw.extend_from_slice(body);
        if let Err(e) = self.link.connection.send_datagram(raw.into()) {
            let text = e.to_string();
            self.session.violations.add("datagram: the host takes datagrams", || text);
        }
    }

    /// True = the end was planned for now.
    async fn on_tick(&mut self, out: &mut Vec<ToHost>) -> bool {
        let now = mono_ns();
        let elapsed = Duration::from_nanos(now - self.begun_ns);
        while self.tasks.front().is_some_and(|(at, _)| *at <= elapsed) {
            let (_, task) = self.tasks.pop_front().expect("looked at");
            if matches!(task, Task::End) {
                return true;
            }
            self.run_task(&task, out);
        }
        self.punch(now).await;
        if now >= self.pads_ns + 100 * MS {
            self.pads_ns = now;
            let sent = self.input.tick();
            self.send_input(sent, out);
        }
        if self.o.mic {
            self.speak(now);
        }
        if now >= self.resync.periodic_ns {
            self.resync.periodic_ns = now + 60_000 * MS;
            self.resync.left = 8;
        }
        if self.resync.left > 0 && now >= self.resync.next_ns {
            self.resync.left -= 1;
            self.resync.next_ns = now + 7 * MS;
            out.push(ToHost::ClockProbe(unix_ns()));
        }
        if let Some((_, took, since)) = self.session.speed_test {
            if now.saturating_sub(since) > (u64::from(took) + 6_000) * MS {
                self.session.speed_test = None;
                self.session.violations.add("control: a ProbeRequest is answered", String::new);
            }
        }
        if self.session.mode_change.is_some_and(|since| now.saturating_sub(since) > 3_000 * MS) {
            self.session.mode_change = None;
            let mode = self.session.mode.text();
            self.session.violations.add("video: a keyframe of the new mode follows", || mode);
        }
        if let Some((epoch, since)) = self.session.unknown_epoch {
            if now.saturating_sub(since) > 250 * MS {
                self.session.unknown_epoch = None;
                let rule = "video: StreamConfig before its epoch";
                self.session.violations.add(rule, || epoch.to_string());
            }
        }
        self.reports(out);
        false
    }

    async fn punch(&mut self, now: u64) {
        let Some(socket) = &self.socket else { return };
        if self.punch.stopped || now < self.punch.next_ns {
            return;
        }
        let sent = socket.send(b"PFpunch1").await;
        self.punch.sent += 1;
        self.punch.next_ns = now + if self.punch.sent < 15 { 200 * MS } else { 2_000 * MS };
        // The first public clients take one ICMP error for the end of punching.
        self.punch.stopped = sent.is_err() && self.o.profile == Profile::June2026;
    }

    /// A tone in Opus packets of 20 ms; pts is our own clock.
    fn speak(&mut self, now: u64) {
        if now < self.mic.next_ns {
            return;
        }
        self.mic.next_ns = now.max(self.mic.next_ns) + 20 * MS;
        let mut raw = vec![0xcb];
        raw.extend_from_slice(&self.mic.seq.to_le_bytes());
        raw.extend_from_slice(&unix_ns().to_le_bytes());
        raw.extend_from_slice(crate::tone::packet(self.mic.seq));
        self.mic.seq = self.mic.seq.wrapping_add(1);
        self.datagram(1, &raw);
    }

    /// Asks, windows and acknowledgements that are due.
    fn reports(&mut self, out: &mut Vec<ToHost>) {
        let now = mono_ns();
        // Asks and reports of the newest clients are datagrams on the second generation only.
        let by_datagram = self.o.profile.feedback() && self.link.gen == Gen::Two;
        if let Some(ask) = self.session.recovery.due(now) {
            if !by_datagram {
                out.push(ask.message());
            }
        }
        let closed = now >= self.window.closes_ns;
        if closed {
            self.close_window(now, by_datagram, out);
        }
        if by_datagram {
            let session = &mut self.session;
            let said = session.nack.as_mut().and_then(|nack| {
                nack.datagram(|| session.recovery.next_number())
            });
            if let Some(raw) = said {
                self.datagram(raw[0], &raw[1..]);
            }
            let frame_ns = 1_000_000_000 / u64::from(self.session.agreed.mode.hz.max(1));
            if let Some(raw) = self.session.recovery.feedback(now, closed, frame_ns) {
                self.datagram(raw[0], &raw[1..]);
            }
        }
    }

    fn close_window(&mut self, now: u64, by_datagram: bool, out: &mut Vec<ToHost>) {
        let counts = &self.session.video.counts;
        let w = &mut self.window;
        let first = w.closes_ns == 0;
        w.closes_ns = now + WINDOW;
        let ppm = loss_ppm(&w.before, counts, self.o.profile.loss_addition());
        w.before = (counts.packets, counts.recovered, counts.late, counts.given_up);
        if first {
            return;
        }
        let spoiled =
            std::mem::take(&mut self.session.spoiled) || self.session.speed_test.is_some();
        if !spoiled {
            w.number += 1;
            w.reports.push(ppm);
            self.session.recovery.close_window(w.number, ppm, counts.packets);
            if !by_datagram {
                out.push(ToHost::LossReport(ppm));
            }
        }
        let asked = self.session.agreed.host_caps2 & DELIVERY != 0;
        if !by_datagram && self.o.profile >= Profile::V0_40 && (asked || !w.arrived) {
            w.arrived = counts.packets > 0;
            out.push(ToHost::DeliveryReport(counts.packets));
        }
    }

    /// Things that no host knows and that must do no harm.
    async fn strange(&mut self, out: &mut Vec<ToHost>) {
        out.push(ToHost::Nonsense);
        self.datagram(0x3a, &[0xee, 1, 2, 3]);
        self.datagram(2, &[0xc8, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        self.datagram(2, &[0xc8, 0, 1]);
        let Ok((mut send, mut recv)) = self.link.connection.open_bi().await else { return };
        let head: &[u8] = if self.link.gen == Gen::Two { &[7, 1, 2] } else { b"what is this" };
        let wrote = send.write_all(head).await.map_err(|e| e.to_string());
        let read = tokio::time::timeout(Duration::from_secs(1), recv.read_to_end(64)).await;
        let stopped = tokio::time::timeout(Duration::from_millis(200), send.stopped()).await;
        self.unknown.push(json!({ "unknown_stream": {
            "wrote": wrote.is_ok(), "read": format!("{read:?}"), "stopped": format!("{stopped:?}") } }));
    }

    async fn finish(
        mut self,
        end: End,
        me: &Identity,
        host: &str,
        id: &[u8; 16],
        report: &mut Value,
    ) -> bool {
        let ended_ns = self.ended_ns;
        let mut good;
        let expected = self.o.expect_close;
        match &end {
            End::Planned => {
                good = expected.is_none();
                report["ended"] = json!("planned");
                if self.o.vanish {
                    let _ = me.keep_lost_session(host, id);
                } else {
                    let code = if self.o.quit { 0x51 } else { 0 };
                    self.link.close(code, "").await;
                    report["close"] = json!({ "by": "client", "code": code });
                }
            }
            End::Host(e) => {
                let close = close_json(e);
                good = expected.is_some() && close["code"].as_u64() == expected;
                report["ended"] = json!("host");
                report["close"] = close;
                if !matches!(e, quinn::ConnectionError::ApplicationClosed(_)) {
                    let _ = me.keep_lost_session(host, id);
                }
            }
            End::Broken(text) => {
                good = false;
                report["ended"] = json!("broken");
                report["error"] = json!(text);
                self.link.close(0, "").await;
            }
        }
        let demux = &self.link.sockets.counts;
        let overflow = demux.overflow.load(std::sync::atomic::Ordering::Relaxed);
        let foreign = demux.foreign.load(std::sync::atomic::Ordering::Relaxed);
        let mut stats = self.session.json();
        let last_media = self.session.last_media_ns.max(self.session.audio.last_ns());
        for mark in &mut self.marks {
            let at = mark["mono_ns"].as_u64().unwrap_or(0) as i64;
            let after = |t: u64| (t as i64 - at) as f64 / 1e6;
            mark["last_media_after_ms"] = json!(after(self.session.last_media_ns));
            mark["last_audio_after_ms"] = json!(after(self.session.audio.last_ns()));
            mark["ended_after_ms"] = json!(after(ended_ns));
        }
        stats["marks"] = json!(self.marks);
        stats["last_media_mono_ns"] = json!(last_media);
        stats["streamed_ms"] = json!(ms(ended_ns - self.begun_ns));
        stats["loss_reports_ppm"] = json!(self.window.reports);
        stats["input_events"] = json!(self.input.events);
        stats["mic_packets"] = json!(self.mic.seq);
        stats["punches"] = json!(self.punch.sent);
        stats["demux"] = json!({ "overflow": overflow, "foreign": foreign });
        stats["unknown"] = json!(self.unknown);
        let violations = self.session.all_violations();
        good &= violations.is_empty();
        stats["violations"] = violations.json();
        for (key, value) in stats.as_object().cloned().unwrap_or_default() {
            report[key] = value;
        }
        good
    }
}
