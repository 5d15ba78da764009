// What senders without a connection are answered. Each answer is smaller than (or, for Retry, far
// below three times) what drew it, and each kind has its rate cap.
#include "crypto/digest.hpp"
#include "native/quic/engine.hpp"

namespace pf::native::quic {
namespace {

constexpr std::uint64_t kConnectionRefused = 0x2;  // RFC 9000 20.1
// Smaller packets could not be told from resets themselves (RFC 9000 10.3).
constexpr std::size_t kSmallestForReset = 43;

sockaddr_in6 token_address(const net::Endpoint& from) {
  return from.to_v6();  // port included: a Retry token is of use to one socket only
}

}  // namespace

void Engine::send_retry(const ngtcp2_pkt_hd& hd, std::size_t packet_bytes,
                        const net::Endpoint& from, const net::Endpoint& local, Timestamp now) {
  if (packet_bytes < kMinInitial) return;
  if (!retry_cap_.allow(now)) {
    counters_.retries_suppressed.add();
    return;
  }
  const auto scid = random_cid();
  const auto address = token_address(from);
  std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token;
  const auto token_size = ngtcp2_crypto_generate_retry_token(
      token.data(), token_secret_.data(), token_secret_.size(), hd.version,
      reinterpret_cast<const ngtcp2_sockaddr*>(&address), sizeof address, &scid, &hd.dcid, now);
  if (token_size < 0) return;
  std::array<std::uint8_t, kMinInitial> out;
  const auto size =
      ngtcp2_crypto_write_retry(out.data(), out.size(), hd.version, &hd.scid, &scid, &hd.dcid,
                                token.data(), static_cast<std::size_t>(token_size));
  if (size < 0) return;
  send(ByteSpan(out.data(), static_cast<std::size_t>(size)), from, local);
  counters_.retries_sent.add();
}

std::optional<ngtcp2_cid> Engine::check_token(const ngtcp2_pkt_hd& hd, const net::Endpoint& from,
                                              Timestamp now) const {
  const auto token = compat::token_of(hd);
  if (token.empty()) return std::nullopt;
  const auto address = token_address(from);
  const auto lifetime =
      static_cast<ngtcp2_duration>(std::chrono::nanoseconds(options_.token_lifetime).count());
  ngtcp2_cid original;
  if (ngtcp2_crypto_verify_retry_token(&original, token.data(), token.size(), token_secret_.data(),
                                       token_secret_.size(), hd.version,
                                       reinterpret_cast<const ngtcp2_sockaddr*>(&address),
                                       sizeof address, &hd.dcid, lifetime, now) != 0)
    return std::nullopt;
  return original;
}

void Engine::send_version_negotiation(const ngtcp2_version_cid& header, std::size_t packet_bytes,
                                      const net::Endpoint& from, const net::Endpoint& local,
                                      Timestamp now) {
  // Version 0 is a Version Negotiation packet itself.
  if (packet_bytes < kMinInitial || header.version == 0) {
    counters_.junk_packets.add();
    return;
  }
  if (!negotiation_cap_.allow(now)) {
    counters_.version_negotiations_suppressed.add();
    return;
  }
  static constexpr std::uint32_t kVersions[] = {NGTCP2_PROTO_VER_V1};
  std::array<std::uint8_t, 600> out;  // two connection IDs of up to 255 bytes
  const auto size = ngtcp2_pkt_write_version_negotiation(
      out.data(), out.size(), crypto::random_array<1>()[0], header.scid, header.scidlen,
      header.dcid, header.dcidlen, kVersions, 1);
  if (size < 0) return;
  send(ByteSpan(out.data(), static_cast<std::size_t>(size)), from, local);
  counters_.version_negotiations_sent.add();
}

void Engine::send_reset(const ngtcp2_version_cid& header, std::size_t packet_bytes,
                        const net::Endpoint& from, const net::Endpoint& local, Timestamp now) {
  if (packet_bytes < kSmallestForReset) return;
  if (!reset_cap_.allow(now)) {
    counters_.resets_suppressed.add();
    return;
  }
  ngtcp2_cid cid;
  ngtcp2_cid_init(&cid, header.dcid, header.dcidlen);
  std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token;
  if (!reset_token(cid, token.data())) return;
  // One byte less than what came, so that two hosts cannot reset each other for ever.
  const auto random = crypto::random_array<kSmallestForReset - 1 - token.size()>();
  std::array<std::uint8_t, kSmallestForReset> out;
  const auto size = ngtcp2_pkt_write_stateless_reset(out.data(), kSmallestForReset - 1,
                                                     token.data(), random.data(), random.size());
  if (size < 0) return;
  send(ByteSpan(out.data(), static_cast<std::size_t>(size)), from, local);
  counters_.resets_sent.add();
}

void Engine::send_refusal(const ngtcp2_pkt_hd& hd, const net::Endpoint& from,
                          const net::Endpoint& local, Timestamp now) {
  if (!refusal_cap_.allow(now)) return;
  std::array<std::uint8_t, kMinInitial> out;
  const auto size = ngtcp2_crypto_write_connection_close(
      out.data(), out.size(), hd.version, &hd.scid, &hd.dcid, kConnectionRefused, nullptr, 0);
  if (size < 0) return;
  send(ByteSpan(out.data(), static_cast<std::size_t>(size)), from, local);
  counters_.connections_refused.add();
}

}  // namespace pf::native::quic
