//! The PIN ceremony's arithmetic (punktfunk1.md 5.4): SPAKE2 from the crate that clients use, and two MACs.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use spake2::{Ed25519Group, Identity, Password, Spake2};

use crate::util::Res;

pub type Fingerprint = [u8; 32];

pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub struct Ceremony {
    state: Spake2<Ed25519Group>,
    pub message: Vec<u8>,
    client: Fingerprint,
    host: Fingerprint,
}

pub struct Confirmations {
    pub host: [u8; 32],
    pub client: [u8; 32],
}

impl Ceremony {
    /// The client's side; `host` is the certificate seen on this very connection.
    pub fn client(pin: &str, client: Fingerprint, host: Fingerprint) -> Self {
        let (state, message) = Spake2::<Ed25519Group>::start_a(
            &Password::new(pin.as_bytes()),
            &Identity::new(&client),
            &Identity::new(&host),
        );
        Ceremony { state, message, client, host }
    }
    /// The host's side, for a host inside a test.
    pub fn host(pin: &str, client: Fingerprint, host: Fingerprint) -> Self {
        let (state, message) = Spake2::<Ed25519Group>::start_b(
            &Password::new(pin.as_bytes()),
            &Identity::new(&client),
            &Identity::new(&host),
        );
        Ceremony { state, message, client, host }
    }
    pub fn finish(self, theirs: &[u8]) -> Res<Confirmations> {
        let key = self.state.finish(theirs).map_err(|e| format!("spake2: {e:?}"))?;
        Ok(confirmations(&key, &self.client, &self.host))
    }
}

fn mac(key: &[u8], label: &[u8], client: &Fingerprint, host: &Fingerprint) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any size");
    mac.update(label);
    mac.update(client);
    mac.update(host);
    mac.finalize().into_bytes().into()
}

pub fn confirmations(key: &[u8], client: &Fingerprint, host: &Fingerprint) -> Confirmations {
    Confirmations {
        host: mac(key, b"punktfunk-pair-host", client, host),
        client: mac(key, b"punktfunk-pair-client", client, host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::{hex, unhex};

    /// Gives exactly these bytes: the crate reduces 64 of them to its scalar.
    struct Fixed(Vec<u8>);
    impl rand_core::RngCore for Fixed {
        fn next_u32(&mut self) -> u32 {
            unreachable!()
        }
        fn next_u64(&mut self) -> u64 {
            unreachable!()
        }
        fn fill_bytes(&mut self, out: &mut [u8]) {
            out.fill(0);
            let n = out.len().min(self.0.len());
            out[..n].copy_from_slice(&self.0[..n]);
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
            self.fill_bytes(out);
            Ok(())
        }
    }
    impl rand_core::CryptoRng for Fixed {}

    fn run(pin: &str, a: &[u8; 32], b: &[u8; 32], x: &str, y: &str) -> [String; 5] {
        let pw = Password::new(pin.as_bytes());
        let (ida, idb) = (Identity::new(a), Identity::new(b));
        let rng = |t: &str| Fixed(unhex(t).unwrap());
        let (sa, ma) = Spake2::<Ed25519Group>::start_a_with_rng(&pw, &ida, &idb, rng(x));
        let (sb, mb) = Spake2::<Ed25519Group>::start_b_with_rng(&pw, &ida, &idb, rng(y));
        let key = sa.finish(&mb).unwrap();
        assert_eq!(key, sb.finish(&ma).unwrap());
        let c = confirmations(&key, a, b);
        [hex(&ma), hex(&mb), hex(&key), hex(&c.host), hex(&c.client)]
    }

    #[test]
    fn protocol_vector() {
        let a: [u8; 32] = std::array::from_fn(|i| i as u8);
        let b: [u8; 32] = std::array::from_fn(|i| 0x80 + i as u8);
        let x = "25184061a70b1142f1a9f043a52cf7033dc308b5a0a32e42b003ecd59c2ac605";
        let y = "9fb5e845084e0cbe27ac8b4d3af139b33f3f8a047d4234e2d45d33c5cd367b0f";
        assert_eq!(
            run("4321", &a, &b, x, y),
            [
                "41d042a6cb55725f7363be59245ab4105fae66eedd4648019988929a05e8f9ed9c",
                "42e78fac049a202b70d5df08d47a2f9fcccfac78b12afb25454dea1bf60eb2801c",
                "a10ce49aca511aeba78520056b66b54705addc892d522467c54946e4caceb413",
                "8c114a4ccc6cfe1c0f1ceb6820657277f74332c57a13eebf902bd0cdf1b81e57",
                "1f317776dfe2827fc60ab5212a65834030ce9ab8783e0d3f5da82ceeb41f5bd4",
            ]
        );
    }

    #[test]
    fn second_vector_and_its_wrong_pin() {
        let (a, b) = (sha256(b"client"), sha256(b"host"));
        let x = "f923f2c4c6ef7dfedad78af64a3adb1c3bcb18a661b68355e255f6229b9aee01";
        let y = "a73668a32bf0898644cd13cb08c399e09d24e0e64e6e71f5c4b4beed2a325708";
        assert_eq!(
            run("0042", &a, &b, x, y),
            [
                "41d3f14f6e4c186d3d4e24f72af75167edb5a55be5d382612280f24cd5e9fa7c6a",
                "42c4f8e04547940d7ba15eaeee706249cf211ff9bcc0a274ac1a25a4ad3ac96ab9",
                "a56d29c4e58a00bd550246755a3eeffb89f3dedc18a2a0b910e651c8446cce9d",
                "fd1fb8353ef6deb52b07b0b33af11c94869907fee4a6d12c12c49c007d4e9897",
                "897a86073b3f85551ff3aa80100bf3562d2b4fb7286d4cf23f4fcb4e4471d8bc",
            ]
        );
        let fixed = |t: &str| Fixed(unhex(t).unwrap());
        let ids = (Identity::new(&a), Identity::new(&b));
        let (client, ma) = Spake2::<Ed25519Group>::start_a_with_rng(
            &Password::new(b"0042"),
            &ids.0,
            &ids.1,
            fixed(x),
        );
        let (host, mb) = Spake2::<Ed25519Group>::start_b_with_rng(
            &Password::new(b"0043"),
            &ids.0,
            &ids.1,
            fixed(y),
        );
        assert_eq!(hex(&mb), "422548a12f7d98a63184dd0945a5536b7d722e862f8022f7ea2fa703d1eaa5034b");
        let sent = confirmations(&host.finish(&ma).unwrap(), &a, &b).host;
        let expected = confirmations(&client.finish(&mb).unwrap(), &a, &b).host;
        assert_eq!(hex(&sent), "80fb0f4c5965a9db2f4ba9d0b138d291a586daaec426c1dfd6aa2adaf1739802");
        assert_eq!(
            hex(&expected),
            "61d50cd5b4cb287abd088517b4a52b11a86d3240d6c87d331dee56d544ba5cbb"
        );
    }
}
