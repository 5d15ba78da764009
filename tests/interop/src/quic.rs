//! The connection as the released clients make it: quinn and rustls, fixed server name, pinned leaf, and for
//! the second generation one UDP socket for QUIC and media (punktfunk2.md 2.4).

use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{ready, Context, Poll};
use std::time::Duration;

use quinn::crypto::rustls::{HandshakeData, QuicClientConfig};
use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, ConnectionError, Runtime, UdpPoller, VarInt};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, NamedGroup, SignatureScheme};
use serde_json::{json, Value};
use tokio::sync::mpsc;

use crate::control::Gen;
use crate::identity::Identity;
use crate::spake::{sha256, Fingerprint};
use crate::util::{hex, mono_ns, Res};

#[cfg(feature = "aws-lc")]
pub fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}
#[cfg(all(feature = "ring", not(feature = "aws-lc")))]
pub fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Any self-signed leaf is taken; with a pin, only that one. The signature is checked for real.
#[derive(Debug)]
struct Pinned {
    provider: Arc<CryptoProvider>,
    pin: Option<Fingerprint>,
    seen: Arc<Mutex<Option<Fingerprint>>>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let fingerprint = sha256(leaf);
        *self.seen.lock().unwrap() = Some(fingerprint);
        match self.pin {
            Some(pin) if pin != fingerprint => {
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// One media datagram and when it came (CLOCK_MONOTONIC).
pub struct Media {
    pub data: Vec<u8>,
    pub at_ns: u64,
}

/// As deep as a client's queue; the newest is dropped when it is full.
pub const MEDIA_QUEUE: usize = 8192;

#[derive(Default)]
pub struct DemuxCounts {
    pub foreign: AtomicU64,
    pub overflow: AtomicU64,
}

/// Takes media out before QUIC sees it, segment by segment.
struct Shared {
    inner: Arc<dyn AsyncUdpSocket>,
    host: SocketAddr,
    queue: mpsc::Sender<Media>,
    counts: Arc<DemuxCounts>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared({})", self.host)
    }
}

impl Shared {
    fn filter(&self, buf: &mut [u8], meta: &mut RecvMeta) {
        let (len, stride) = (meta.len, meta.stride.max(1));
        let now = mono_ns();
        let mut kept = 0;
        let mut at = 0;
        while at < len {
            let n = stride.min(len - at);
            if buf[at] & 0xc0 == 0 {
                if meta.addr != self.host {
                    self.counts.foreign.fetch_add(1, Ordering::Relaxed);
                } else {
                    let media = Media { data: buf[at..at + n].to_vec(), at_ns: now };
                    if self.queue.try_send(media).is_err() {
                        self.counts.overflow.fetch_add(1, Ordering::Relaxed);
                    }
                }
            } else {
                buf.copy_within(at..at + n, kept);
                kept += n;
            }
            at += n;
        }
        meta.len = kept;
    }
}

impl AsyncUdpSocket for Shared {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        self.inner.clone().create_io_poller()
    }
    fn try_send(&self, transmit: &Transmit) -> io::Result<()> {
        self.inner.try_send(transmit)
    }
    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let n = ready!(self.inner.poll_recv(cx, bufs, meta))?;
        for (buf, meta) in bufs.iter_mut().zip(meta.iter_mut()).take(n) {
            self.filter(buf, meta);
        }
        Poll::Ready(Ok(n))
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
    fn max_transmit_segments(&self) -> usize {
        self.inner.max_transmit_segments()
    }
    fn max_receive_segments(&self) -> usize {
        self.inner.max_receive_segments()
    }
    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }
}

/// Makes the UDP sockets of one endpoint, each on another port.
pub struct Sockets {
    host: SocketAddr,
    /// Where media goes that comes over the QUIC socket.
    queue: Option<mpsc::Sender<Media>>,
    pub counts: Arc<DemuxCounts>,
}

impl Sockets {
    fn open(&self) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let any = if self.host.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = std::net::UdpSocket::bind(any)?;
        big_buffers(&socket);
        let inner = quinn::TokioRuntime.wrap_udp_socket(socket)?;
        Ok(match &self.queue {
            None => inner,
            Some(queue) => Arc::new(Shared {
                inner,
                host: self.host,
                queue: queue.clone(),
                counts: self.counts.clone(),
            }),
        })
    }
}

/// How to dial.
#[derive(Clone)]
pub struct Dial {
    pub host: SocketAddr,
    pub alpn: Vec<&'static str>,
    pub pin: Option<Fingerprint>,
    pub with_certificate: bool,
    /// Without the hybrid key share in front.
    pub classic: bool,
    pub budget: Duration,
    pub idle: Duration,
}

pub struct Link {
    pub endpoint: quinn::Endpoint,
    pub connection: quinn::Connection,
    pub gen: Gen,
    pub host_fingerprint: Fingerprint,
    /// Present on endpoints that offer the second generation.
    pub media: Option<mpsc::Receiver<Media>>,
    pub sockets: Sockets,
    pub started_ns: u64,
    pub connected_ns: u64,
}

fn client_config(
    dial: &Dial,
    me: &Identity,
    seen: Arc<Mutex<Option<Fingerprint>>>,
) -> Res<quinn::ClientConfig> {
    let mut provider = provider();
    if dial.classic {
        provider.kx_groups.retain(|g| g.name() != NamedGroup::X25519MLKEM768);
    }
    let provider = Arc::new(provider);
    let verifier = Arc::new(Pinned { provider: provider.clone(), pin: dial.pin, seen });
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut tls = if dial.with_certificate {
        builder
            .with_client_auth_cert(vec![me.certificate.clone()], me.key.clone_key())
            .map_err(|e| e.to_string())?
    } else {
        builder.with_no_client_auth()
    };
    tls.alpn_protocols = dial.alpn.iter().map(|a| a.as_bytes().to_vec()).collect();
    tls.resumption = rustls::client::Resumption::disabled();
    let mut transport = quinn::TransportConfig::default();
    transport
        .max_idle_timeout(Some(dial.idle.try_into().map_err(|_| "an idle time-out too long")?))
        .keep_alive_interval(Some((dial.idle / 2).min(Duration::from_secs(4))))
        .datagram_send_buffer_size(4096);
    let mut mtu = quinn::MtuDiscoveryConfig::default();
    mtu.upper_bound(1472);
    transport.mtu_discovery_config(Some(mtu));
    let crypto = QuicClientConfig::try_from(tls).map_err(|e| e.to_string())?;
    let mut config = quinn::ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport));
    Ok(config)
}

/// Dials until the budget is spent; only silence is tried again.
pub async fn dial(dial: &Dial, me: &Identity) -> Result<Link, Failure> {
    let started_ns = mono_ns();
    let deadline = tokio::time::Instant::now() + dial.budget;
    let shared = dial.alpn.contains(&"pkf2");
    let local = |e: String| Failure { text: e, close: Value::Null };
    let seen = Arc::new(Mutex::new(None));
    let config = client_config(dial, me, seen.clone()).map_err(local)?;
    let mut endpoint_config = quinn::EndpointConfig::default();
    endpoint_config.max_udp_payload_size(1472).map_err(|e| local(e.to_string()))?;
    let counts = Arc::new(DemuxCounts::default());
    let (queue, media) = mpsc::channel(MEDIA_QUEUE);
    if shared {
        endpoint_config.grease_quic_bit(false);
    }
    let sockets = Sockets { host: dial.host, queue: shared.then_some(queue), counts };
    let socket = sockets.open().map_err(|e| local(e.to_string()))?;
    let runtime = Arc::new(quinn::TokioRuntime);
    let mut endpoint =
        quinn::Endpoint::new_with_abstract_socket(endpoint_config, None, socket, runtime)
            .map_err(|e| local(e.to_string()))?;
    endpoint.set_default_client_config(config);
    let connection = loop {
        let attempt = endpoint.connect(dial.host, "punktfunk").map_err(|e| local(e.to_string()))?;
        match tokio::time::timeout(Duration::from_secs(3), attempt).await {
            Ok(Ok(connection)) => break connection,
            Ok(Err(ConnectionError::TimedOut)) | Err(_) => {}
            Ok(Err(e)) => return Err(Failure::of("connect", &e)),
        }
        if tokio::time::Instant::now() >= deadline {
            return Err(local("nobody answers".into()));
        }
    };
    let connected_ns = mono_ns();
    let data = connection.handshake_data().and_then(|d| d.downcast::<HandshakeData>().ok());
    let gen = match data.and_then(|d| d.protocol).as_deref() {
        Some(b"pkf1") => Gen::One,
        Some(b"pkf2") => Gen::Two,
        other => return Err(local(format!("the host chose ALPN {other:?}"))),
    };
    let host_fingerprint =
        seen.lock().unwrap().ok_or_else(|| local("no certificate seen".into()))?;
    Ok(Link {
        endpoint,
        connection,
        gen,
        host_fingerprint,
        media: shared.then_some(media),
        sockets,
        started_ns,
        connected_ns,
    })
}

/// Clients ask for up to 32 MB and take what they get.
pub fn big_buffers(socket: &std::net::UdpSocket) {
    let socket = socket2::SockRef::from(socket);
    let _ = socket.set_recv_buffer_size(32 << 20);
    let _ = socket.set_send_buffer_size(32 << 20);
}

/// Why something ended, for the report.
#[derive(Debug)]
pub struct Failure {
    pub text: String,
    pub close: Value,
}

impl Failure {
    pub fn of(what: &str, e: &ConnectionError) -> Failure {
        Failure { text: format!("{what}: {e}"), close: close_json(e) }
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Failure {
        Failure { text, close: Value::Null }
    }
}

pub fn close_json(e: &ConnectionError) -> Value {
    match e {
        ConnectionError::ApplicationClosed(c) => json!({
            "by": "host", "code": c.error_code.into_inner(), "reason": String::from_utf8_lossy(&c.reason),
        }),
        ConnectionError::ConnectionClosed(c) => json!({
            "by": "host", "transport": u64::from(c.error_code), "reason": String::from_utf8_lossy(&c.reason),
        }),
        ConnectionError::TransportError(e) => json!({
            "by": "client", "transport": u64::from(e.code), "reason": e.reason,
        }),
        ConnectionError::TimedOut => json!({ "by": "silence" }),
        ConnectionError::Reset => json!({ "by": "reset" }),
        ConnectionError::LocallyClosed => json!({ "by": "client" }),
        other => json!({ "by": "client", "reason": other.to_string() }),
    }
}

impl Link {
    /// After a read failed: the host's close, for which clients wait up to 300 ms.
    pub async fn why(&self, what: &str) -> Failure {
        match tokio::time::timeout(Duration::from_millis(300), self.connection.closed()).await {
            Ok(e) => Failure::of(what, &e),
            Err(_) => Failure { text: format!("{what}: no close followed"), close: Value::Null },
        }
    }
    /// Moves to another port, as a client whose network has changed.
    pub fn move_away(&self) -> io::Result<SocketAddr> {
        let socket = self.sockets.open()?;
        let address = socket.local_addr()?;
        self.endpoint.rebind_abstract(socket)?;
        Ok(address)
    }
    pub async fn close(&self, code: u32, reason: &str) {
        self.connection.close(VarInt::from_u32(code), reason.as_bytes());
        let _ = tokio::time::timeout(Duration::from_secs(2), self.endpoint.wait_idle()).await;
    }
    pub fn json(&self) -> Value {
        json!({
            "alpn": if self.gen == Gen::One { "pkf1" } else { "pkf2" },
            "host_fingerprint": hex(&self.host_fingerprint),
            "connect_ms": crate::util::ms(self.connected_ns - self.started_ns),
            "max_datagram": self.connection.max_datagram_size(),
        })
    }
}
