#include "native/pairing/ceremony.hpp"

#include "base/hex.hpp"

namespace pf::native::pairing {
namespace {

// Close codes (punktfunk1.md 2.4).
constexpr Refusal kNotArmed{0x60, "pairing is not armed"};
constexpr Refusal kBoundOther{0x61, "pairing is armed for another device"};
constexpr Refusal kRateLimited{0x62, "too many pairing attempts"};
constexpr Refusal kIdentityRequired{0x63, "a client certificate is required"};
constexpr Refusal kMalformed{0x68, "malformed pairing message"};

}  // namespace

Bytes raw_fingerprint(const crypto::Fingerprint& fingerprint) {
  if (!crypto::is_fingerprint(fingerprint)) return {};
  return from_hex(fingerprint).value_or(Bytes());
}

HostCeremony::HostCeremony(trust::NativeDesk& desk, HostPeer peer)
    : desk_(desk), peer_(std::move(peer)) {}

HostCeremony::~HostCeremony() {
  abandon();
}

std::variant<Challenge, Refusal> HostCeremony::on_request(std::string_view name, ByteSpan spake_a) {
  if (std::exchange(begun_, true)) return kMalformed;
  const auto client_id = raw_fingerprint(peer_.client);
  if (client_id.empty()) return kIdentityRequired;
  auto& window = desk_.window();
  const auto attempt = window.begin_attempt(peer_.client, peer_.from, peer_.source);
  switch (attempt.kind) {
    case trust::Attempt::Kind::RateLimited:
      return kRateLimited;
    case trust::Attempt::Kind::NotArmed:
      return kNotArmed;
    case trust::Attempt::Kind::BoundOther:
      return kBoundOther;
    case trust::Attempt::Kind::Armed:
      break;
  }
  const Spake2 spake(Role::Host, as_bytes(attempt.pin.text()), client_id,
                     raw_fingerprint(peer_.host));
  auto proofs = spake.finish(spake_a);
  if (!proofs) return kMalformed;
  if (!window.consume(attempt.generation)) return kNotArmed;
  name_ = trust::scrub_name(name, peer_.client);
  access_ = attempt.access;
  expected_ = *proofs;
  return Challenge{spake.message(), proofs->confirm_host};
}

std::variant<Verdict, Refusal> HostCeremony::on_proof(ByteSpan confirm_client) {
  if (!expected_) return kMalformed;
  const bool right = proof_matches(expected_->confirm_client, confirm_client);
  expected_.reset();  // one guess
  if (!right) {
    desk_.report_failure(peer_.client, name_ + ": the PIN was wrong");
    return Verdict{};
  }
  auto device =
      desk_.complete({peer_.client, trust::Plane::Native, name_, peer_.from.address()}, access_);
  if (!device) return Verdict{};
  return Verdict{true, std::move(*device)};
}

void HostCeremony::abandon() {
  if (!expected_) return;
  expected_.reset();
  desk_.report_failure(peer_.client, name_ + ": left without proving the PIN, which is used up");
}

ClientCeremony::ClientCeremony(std::string_view pin, ByteSpan client_id, ByteSpan host_id)
    : spake_(Role::Client, as_bytes(pin), client_id, host_id) {}

Result<Mac> ClientCeremony::on_challenge(ByteSpan spake_b, ByteSpan confirm_host) const {
  const auto proofs = spake_.finish(spake_b);
  if (!proofs) return Failure(proofs.error());
  if (!proof_matches(proofs->confirm_host, confirm_host)) return fail(Errc::WrongProof);
  return proofs->confirm_client;
}

}  // namespace pf::native::pairing
