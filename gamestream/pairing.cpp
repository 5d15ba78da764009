#include "gamestream/pairing.hpp"

#include <algorithm>

#include "crypto/cbc.hpp"

namespace pf::gamestream::pairing {

Block derive_key(const Block& salt, std::string_view pin) {
  auto digest = crypto::sha256({salt, as_bytes(pin)});
  Block key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  crypto::wipe(digest);
  return key;
}

Result<Bytes> answer_challenge(const Block& key, ByteSpan client_challenge, ByteSpan host_signature,
                               const Block& server_secret, const Block& server_challenge) {
  if (client_challenge.size() != sizeof(Block))
    return fail(crypto::Errc::BadKey, "a challenge has 16 bytes");
  const auto challenge = crypto::ecb_decrypt(key, client_challenge);
  if (!challenge) return challenge;
  const auto commitment = crypto::sha256({*challenge, host_signature, server_secret});
  Bytes plain(commitment.begin(), commitment.end());
  plain.insert(plain.end(), server_challenge.begin(), server_challenge.end());
  return crypto::ecb_encrypt(key, plain);
}

Result<crypto::Sha256> open_commitment(const Block& key, ByteSpan encrypted) {
  crypto::Sha256 commitment{};
  if (encrypted.size() != commitment.size())
    return fail(crypto::Errc::BadKey, "a commitment has 32 bytes");
  auto plain = crypto::ecb_decrypt(key, encrypted);
  if (!plain) return pass(plain);
  std::copy(plain->begin(), plain->end(), commitment.begin());
  return commitment;
}

Result<Bytes> pairing_secret(const crypto::Identity& host, const Block& server_secret) {
  auto signature = host.sign_rsa_sha256(server_secret);
  if (!signature) return signature;
  Bytes secret(server_secret.begin(), server_secret.end());
  secret.insert(secret.end(), signature->begin(), signature->end());
  return secret;
}

Verdict judge_client(const crypto::Certificate& client, const Block& server_challenge,
                     const crypto::Sha256& commitment, ByteSpan client_pairing_secret) {
  if (client_pairing_secret.size() <= sizeof(Block)) return Verdict::Malformed;
  const auto secret = client_pairing_secret.first(sizeof(Block));
  const auto signature = client_pairing_secret.subspan(sizeof(Block));
  const auto expected = crypto::sha256({server_challenge, client.signature(), secret});
  if (!crypto::equal_constant_time(expected, commitment)) return Verdict::WrongHash;
  return client.verify_rsa_sha256(secret, signature) ? Verdict::Good : Verdict::WrongSignature;
}

}  // namespace pf::gamestream::pairing
