//! What a client keeps between runs: its certificate, the hosts it trusts, the sessions it lost.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Map, Value};

use crate::spake::{sha256, Fingerprint};
use crate::util::{hex, unhex, Res};

pub struct Identity {
    folder: PathBuf,
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
    pub fingerprint: Fingerprint,
}

impl Identity {
    /// Loads the folder's identity, or makes one as clients do: self-signed, `punktfunk-client`, P-256 unless
    /// `kind` says `rsa` or `ed25519`.
    pub fn open(folder: &Path, kind: &str) -> Res<Identity> {
        let say = |e: &dyn std::fmt::Display| format!("{}: {e}", folder.display());
        fs::create_dir_all(folder).map_err(|e| say(&e))?;
        let (cert, key) = (folder.join("client-cert.pem"), folder.join("client-key.pem"));
        if !cert.exists() {
            let pair = match kind {
                #[cfg(feature = "aws-lc")]
                "rsa" => rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256),
                "ed25519" => rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519),
                "p256" => rcgen::KeyPair::generate(),
                other => return Err(format!("no key is called {other}")),
            }
            .map_err(|e| say(&e))?;
            let made = rcgen::CertificateParams::new(vec!["punktfunk-client".to_string()])
                .and_then(|params| params.self_signed(&pair))
                .map_err(|e| say(&e))?;
            fs::write(&key, pair.serialize_pem()).map_err(|e| say(&e))?;
            fs::write(&cert, made.pem()).map_err(|e| say(&e))?;
        }
        let certificate = CertificateDer::from_pem_file(&cert).map_err(|e| say(&e))?;
        let fingerprint = sha256(&certificate);
        Ok(Identity {
            folder: folder.into(),
            key: PrivateKeyDer::from_pem_file(&key).map_err(|e| say(&e))?,
            certificate,
            fingerprint,
        })
    }

    fn table(&self, name: &str) -> Map<String, Value> {
        fs::read(self.folder.join(name))
            .ok()
            .and_then(|raw| serde_json::from_slice(&raw).ok())
            .unwrap_or_default()
    }
    fn store(&self, name: &str, table: Map<String, Value>) -> Res<()> {
        fs::write(self.folder.join(name), Value::Object(table).to_string())
            .map_err(|e| format!("{name}: {e}"))
    }

    pub fn pin(&self, host: &str) -> Option<Fingerprint> {
        unhex(self.table("hosts.json").get(host)?.as_str()?)?.try_into().ok()
    }
    pub fn trust(&self, host: &str, fingerprint: &Fingerprint) -> Res<()> {
        let mut table = self.table("hosts.json");
        table.insert(host.into(), hex(fingerprint).into());
        self.store("hosts.json", table)
    }

    /// The id of a session that ended by loss; it is good for one try.
    pub fn take_lost_session(&self, host: &str) -> Option<[u8; 16]> {
        let mut table = self.table("sessions.json");
        let id = unhex(table.remove(host)?.as_str()?)?.try_into().ok();
        self.store("sessions.json", table).ok()?;
        id
    }
    pub fn keep_lost_session(&self, host: &str, id: &[u8; 16]) -> Res<()> {
        let mut table = self.table("sessions.json");
        table.insert(host.into(), hex(id).into());
        self.store("sessions.json", table)
    }

    /// A pair request and proof as they went over the wire, for a later replay.
    pub fn record(&self) -> PathBuf {
        self.folder.join("ceremony.json")
    }
}
