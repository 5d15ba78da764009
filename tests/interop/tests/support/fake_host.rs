//! A host of a few hundred lines, for tests of the peer alone: it pairs, it streams a fake picture and fake
//! sound, it answers what has to be answered, and it can misbehave on request.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use punktfunk_peer::control::{framed, Gen};
use punktfunk_peer::fields::{Body, Fields};
use punktfunk_peer::handshake::{Message, Receiving};
use punktfunk_peer::hello::{CHACHA20, HOST_TIMING, MAGIC};
use punktfunk_peer::quic::provider;
use punktfunk_peer::seal::{
    direction_secret, key_at, nonce_one, nonce_two, Cipher, EXPORTER_LABEL,
};
use punktfunk_peer::spake::{sha256, Ceremony};
use punktfunk_peer::util::{mono_ns, unix_ns, Writer};
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

#[derive(Default)]
pub struct Twist {
    /// Leaves one packet of this frame unsent and gives no parity.
    pub lose_frame: AtomicU32,
    /// Sends the third packet twice.
    pub repeat: AtomicBool,
    /// Ends the stream with this code after 30 frames.
    pub close: AtomicU32,
    /// Answers an unpaired client only after Pending.
    pub knock_ms: AtomicU32,
}

pub struct FakeHost {
    pub address: SocketAddr,
    pub twist: Arc<Twist>,
    _endpoint: quinn::Endpoint,
}

#[derive(Debug)]
struct AnyClient;
impl rustls::server::danger::ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }
    fn client_auth_mandatory(&self) -> bool {
        false
    }
    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::server::danger::ClientCertVerified, rustls::Error> {
        Ok(rustls::server::danger::ClientCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 only".into()))
    }
    fn verify_tls13_signature(
        &self,
        m: &[u8],
        c: &CertificateDer<'_>,
        d: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            m,
            c,
            d,
            &provider().signature_verification_algorithms,
        )
    }
    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

impl FakeHost {
    pub fn start(alpn: &[&str]) -> FakeHost {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["punktfunk".to_string()]).unwrap();
        let cert = params.self_signed(&key).unwrap().der().clone();
        let fingerprint = sha256(&cert);
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(Arc::new(AnyClient))
            .with_single_cert(vec![cert], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        tls.alpn_protocols = alpn.iter().map(|a| a.as_bytes().to_vec()).collect();
        let crypto = QuicServerConfig::try_from(tls).unwrap();
        let config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let media = Arc::new(socket.try_clone().unwrap());
        let mut endpoint_config = quinn::EndpointConfig::default();
        endpoint_config.grease_quic_bit(false);
        let endpoint = quinn::Endpoint::new(
            endpoint_config,
            Some(config),
            socket,
            Arc::new(quinn::TokioRuntime),
        )
        .unwrap();
        let twist = Arc::new(Twist { lose_frame: u32::MAX.into(), ..Twist::default() });
        let (accepting, t) = (endpoint.clone(), twist.clone());
        tokio::spawn(async move {
            while let Some(incoming) = accepting.accept().await {
                let (t, media) = (t.clone(), media.clone());
                tokio::spawn(async move {
                    if let Ok(connection) = incoming.await {
                        let _ = serve(connection, fingerprint, t, media).await;
                    }
                });
            }
        });
        FakeHost { address, twist, _endpoint: endpoint }
    }
}

struct Host {
    gen: Gen,
    connection: quinn::Connection,
    send: quinn::SendStream,
    recv: Receiving,
    twist: Arc<Twist>,
}

async fn serve(
    connection: quinn::Connection,
    mine: [u8; 32],
    twist: Arc<Twist>,
    media: Arc<UdpSocket>,
) -> Option<()> {
    let data = connection.handshake_data()?.downcast::<HandshakeData>().ok()?;
    let gen = if data.protocol.as_deref() == Some(b"pkf2") { Gen::Two } else { Gen::One };
    let (send, mut recv) = connection.accept_bi().await.ok()?;
    if gen == Gen::Two {
        let mut kind = [9];
        recv.read_exact(&mut kind).await.ok()?;
        assert_eq!(kind, [0]);
    }
    let recv = Receiving::new(recv, gen);
    let mut host = Host { gen, connection, send, recv, twist };
    let first = host.recv.next().await.ok()??;
    let is_pairing = match gen {
        Gen::One => !first.body.starts_with(MAGIC),
        Gen::Two => first.ty == 0x10,
    };
    if is_pairing {
        let chain = host.connection.peer_identity()?.downcast::<Vec<CertificateDer>>().ok()?;
        let theirs = sha256(chain.first()?);
        return host.pair(first, "4321", theirs, mine).await;
    }
    host.stream(first, media).await
}

fn v1(ty: u8, body: &[u8]) -> Vec<u8> {
    framed(&Writer::new().bytes(b"PKFc").u8(ty).bytes(body).0)
}

impl Host {
    async fn pair(
        &mut self,
        first: Message,
        pin: &str,
        theirs: [u8; 32],
        mine: [u8; 32],
    ) -> Option<()> {
        let spake = match self.gen {
            Gen::One => {
                let name = usize::from(first.body[5]);
                first.body[6 + name + 2..].to_vec()
            }
            Gen::Two => Fields::parse(&first.body, None).ok()?.raw(2)?.to_vec(),
        };
        let ceremony = Ceremony::host(pin, theirs, mine);
        let message = ceremony.message.clone();
        let Ok(confirm) = ceremony.finish(&spake) else {
            self.connection.close(0x68u32.into(), b"");
            return None;
        };
        let challenge = match self.gen {
            Gen::One => v1(0x11, &Writer::new().u16(33).bytes(&message).bytes(&confirm.host).0),
            Gen::Two => Body::default().bytes(1, &message).bytes(2, &confirm.host).frame(0x11),
        };
        self.send.write_all(&challenge).await.ok()?;
        let proof = self.recv.next().await.ok()??;
        let right = proof.body.ends_with(&confirm.client);
        let result = match self.gen {
            Gen::One => v1(0x13, &[right.into()]),
            Gen::Two => Body::default().bool(1, right).frame(0x13),
        };
        self.send.write_all(&result).await.ok()?;
        let _ = tokio::time::timeout(Duration::from_secs(5), self.connection.closed()).await;
        self.connection.close(0u32.into(), b"pairing done");
        None
    }

    async fn stream(&mut self, first: Message, shared: Arc<UdpSocket>) -> Option<()> {
        const P: usize = 1408;
        let (suite, timing) = match self.gen {
            // The short Hello asks for nothing.
            Gen::One if first.body.len() > 27 => {
                let name = usize::from(first.body[26]);
                let launch = usize::from(first.body[27 + name]);
                let caps = first.body[28 + name + launch];
                (u8::from(caps & CHACHA20 != 0), caps & HOST_TIMING != 0)
            }
            Gen::One => (0, false),
            Gen::Two => (Fields::parse(&first.body, None).ok()?.raw(2)?[0], true),
        };
        let wait = self.twist.knock_ms.load(Ordering::Relaxed);
        if wait > 0 {
            if self.gen == Gen::Two {
                self.send.write_all(&[4, 0]).await.ok()?;
            }
            tokio::time::sleep(Duration::from_millis(wait.into())).await;
        }
        let own = UdpSocket::bind("127.0.0.1:0").unwrap();
        let key: [u8; 32] = std::array::from_fn(|i| i as u8 + 1);
        let origin = unix_ns();
        let epoch = mono_ns();
        let mode = Writer::new().u32(1280).u32(720).u32(60).0;
        let (sealer, answer) = match self.gen {
            Gen::One => {
                let w = Writer::new().bytes(MAGIC).u32(2);
                let w = w.u16(own.local_addr().unwrap().port()).bytes(&mode).u8(1).u8(10);
                let w = w.u16(4096).u16(P as u16).u8(1).bytes(&key[..16]).bytes(b"salt").u32(0);
                let w = w.u8(0).u8(1).u32(20_000).u8(8).bytes(&[1, 1, 1, 0, 1, 2, 1, 1]);
                let w = w.u8(suite).bytes(if suite == 1 { &key } else { &[] });
                let cipher = Cipher::new(suite, if suite == 1 { &key } else { &key[..16] });
                (Sealer::One { cipher }, framed(&w.0))
            }
            Gen::Two => {
                let id = [7; 16];
                let mut exported = [0; 32];
                self.connection.export_keying_material(&mut exported, EXPORTER_LABEL, &id).ok()?;
                let (iv, key) = key_at(&direction_secret(&exported, true), suite, 0);
                let b = Body::default().bytes(1, &id).u64(2, origin).u8(3, suite);
                let b = b.bytes(4, &[0, 0, 1]).bytes(5, &mode).u8(6, 1).u8(7, 10);
                let b = b.u16(8, 4096).u16(9, P as u16).u32(13, 20_000).u8(18, 1);
                (Sealer::Two { cipher: Cipher::new(suite, &key), iv }, b.frame(2))
            }
        };
        self.send.write_all(&answer).await.ok()?;
        let clock = move || origin + (mono_ns() - epoch) / 1000 * 1000;
        self.recv.next().await.ok()??;
        let target = Arc::new(Mutex::new(self.connection.remote_address()));
        let keyframe = Arc::new(AtomicBool::new(true));
        let socket = if self.gen == Gen::One {
            own.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let own = Arc::new(own);
            let (listening, target) = (own.clone(), target.clone());
            let punched = tokio::task::spawn_blocking(move || {
                let mut buf = [0; 64];
                let (n, from) = listening.recv_from(&mut buf).ok()?;
                assert_eq!(&buf[..n], b"PFpunch1");
                *target.lock().unwrap() = from;
                Some(())
            });
            (own, Some(punched))
        } else {
            (shared, None)
        };
        let mut video = Video {
            sealer,
            socket: socket.0,
            target,
            number: 0,
            frame: 0,
            origin,
            pts: 0,
            twist: self.twist.clone(),
        };
        let mut punched = socket.1;
        let mut tick = tokio::time::interval(Duration::from_micros(16_667));
        let mut sound = tokio::time::interval(Duration::from_millis(5));
        let mut seq = 0u32;
        loop {
            tokio::select! {
                message = self.recv.next() => {
                    let message = message.ok()??;
                    let answer = self.answer(&message, &keyframe, clock());
                    self.send.write_all(&answer).await.ok()?;
                }
                datagram = self.connection.read_datagram() => {
                    let datagram = datagram.ok()?;
                    // Feedback with an ask.
                    if self.gen == Gen::Two && datagram[0] == 3 {
                        let fields = Fields::parse(&datagram[1..], Some(13)).unwrap();
                        if fields.raw(4).is_some() {
                            keyframe.store(true, Ordering::Relaxed);
                        }
                    }
                }
                _ = tick.tick() => {
                    if punched.as_ref().is_some_and(|p| !p.is_finished()) {
                        continue;
                    }
                    punched = None;
                    let key = keyframe.swap(false, Ordering::Relaxed);
                    let parity = self.twist.lose_frame.load(Ordering::Relaxed) != video.frame;
                    video.send(key, parity, clock(), self.gen);
                    let w = Writer::new().bytes(if self.gen == Gen::Two { &[8] } else { &[] });
                    let w = w.u8(0xcf).u64(video.pts).u32(900);
                    if timing {
                        let _ = self.connection.send_datagram(w.0.into());
                    }
                    let close = self.twist.close.load(Ordering::Relaxed);
                    if close != 0 && video.frame == 30 {
                        self.connection.close(close.into(), "es reicht".as_bytes());
                    }
                }
                _ = sound.tick() => {
                    let w = Writer::new().bytes(if self.gen == Gen::Two { &[1] } else { &[] });
                    let w = w.u8(0xc9).u32(seq).u64(origin + u64::from(seq) * 5_000_000).bytes(&[0xec, 1, 2, 3]);
                    seq += 1;
                    let _ = self.connection.send_datagram(w.0.into());
                }
            }
        }
    }

    fn answer(&self, message: &Message, keyframe: &AtomicBool, now: u64) -> Vec<u8> {
        let body = &message.body;
        match self.gen {
            Gen::One => match body.get(4) {
                Some(0x30) => v1(0x31, &Writer::new().bytes(&body[5..13]).u64(now).u64(now).0),
                Some(0x01) => {
                    keyframe.store(true, Ordering::Relaxed);
                    v1(0x02, &[&[1], &body[5..17]].concat())
                }
                Some(0x05) => v1(0x06, &body[5..9]),
                Some(0x20) => v1(0x21, &[0; 24]),
                Some(0x03 | 0x07) => {
                    keyframe.store(true, Ordering::Relaxed);
                    Vec::new()
                }
                _ => Vec::new(),
            },
            Gen::Two => {
                let fields = Fields::parse(body, None);
                match message.ty {
                    0x3a => {
                        let t1 = fields.unwrap().u64(1, 0).unwrap();
                        Body::default().u64(1, t1).u64(2, now).u64(3, now).frame(0x3b)
                    }
                    0x20 => {
                        keyframe.store(true, Ordering::Relaxed);
                        let fields = fields.unwrap();
                        Body::default().bool(1, true).bytes(2, fields.raw(1).unwrap()).frame(0x21)
                    }
                    0x24 => {
                        let kbps = fields.unwrap().u32(1, 0).unwrap();
                        Body::default().u32(1, kbps).frame(0x25)
                    }
                    0x2b => Body::default().u64(1, 0).frame(0x2c),
                    0x36 | 0x37 => {
                        keyframe.store(true, Ordering::Relaxed);
                        Vec::new()
                    }
                    _ => Vec::new(),
                }
            }
        }
    }
}

enum Sealer {
    One { cipher: Cipher },
    Two { cipher: Cipher, iv: [u8; 12] },
}

struct Video {
    sealer: Sealer,
    socket: Arc<UdpSocket>,
    target: Arc<Mutex<SocketAddr>>,
    number: u64,
    frame: u32,
    origin: u64,
    pts: u64,
    twist: Arc<Twist>,
}

impl Video {
    fn send(&mut self, key: bool, parity: bool, pts: u64, gen: Gen) {
        const P: usize = 1408;
        self.pts = pts;
        let mut unit = if key {
            vec![0, 0, 0, 1, 0x67, 0x42, 0, 30, 0xff, 0, 0, 1, 0x68, 1, 0, 0, 1, 0x65]
        } else {
            vec![0, 0, 0, 1, 0x41]
        };
        unit.resize(if key { 30_000 } else { 5_000 }, 0x55);
        let total = unit.len().div_ceil(P);
        let len = unit.len();
        unit.resize(total * P, 0);
        let shards: Vec<&[u8]> = unit.chunks(P).collect();
        let m = total.div_ceil(10).max(2);
        let rest = reed_solomon_simd::encode(total, m, &shards).unwrap();
        let all: Vec<Vec<u8>> = shards.iter().map(|s| s.to_vec()).chain(rest).collect();
        let flags: u16 = if key { 5 } else { 1 };
        for (i, shard) in all.iter().enumerate() {
            let words = [i as u16, total as u16, m as u16];
            let w = Writer::new();
            let plain = match gen {
                Gen::One => {
                    let edge = u8::from(i == 0) << 2 | u8::from(i + 1 == all.len()) << 1;
                    let w = w.u64(pts).u32(self.frame).u32(self.number as u32).u32(len as u32);
                    let w = w.u32(flags.into()).u16(0).u16(1).u16(words[1]).u16(words[2]);
                    w.u16(words[0]).u16(P as u16).bytes(&[0xc9, 1, 1, 1 | edge]).bytes(shard).0
                }
                Gen::Two => {
                    let us = ((pts - self.origin) / 1000) as u32;
                    let w = w.u8(0).u16(flags | 0x8000).u32(self.frame).u32(us).u16(0).u32(0);
                    let w = w.u16(words[0]).u16(words[1]).u16(words[2]);
                    w.u16((total * P - len) as u16).bytes(shard).0
                }
            };
            let packet = self.seal(plain);
            self.number += 1;
            if !parity && (i == 1 || i >= total) {
                continue;
            }
            let target = *self.target.lock().unwrap();
            let _ = self.socket.send_to(&packet, target);
            if i == 2 && self.twist.repeat.load(Ordering::Relaxed) {
                let _ = self.socket.send_to(&packet, target);
            }
        }
        self.frame += 1;
    }

    fn seal(&self, mut plain: Vec<u8>) -> Vec<u8> {
        match &self.sealer {
            Sealer::One { cipher } => {
                let aad = self.number.to_be_bytes();
                let tag = cipher.seal(&nonce_one(b"salt", self.number, true), &aad, &mut plain);
                [&aad[..], &plain, &tag].concat()
            }
            Sealer::Two { cipher, iv } => {
                let mut aad = vec![0];
                aad.extend((self.number as u32).to_le_bytes());
                let tag = cipher.seal(&nonce_two(iv, self.number), &aad, &mut plain);
                [&aad[..], &plain, &tag].concat()
            }
        }
    }
}
