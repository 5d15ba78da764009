// The PIN ceremony without its carrier (punktfunk1.md 5.1-5.3, punktfunk2.md 4.7): messages in,
// messages or a refusal out, the same for both generations of the wire.
//
//   client                      host
//   PairRequest(name, A) ─────▶ limits, window, A well-formed; window used up
//                        ◀───── PairChallenge(B, host's proof)
//   host's proof right?
//   PairProof ────────────────▶ client's proof right? stored?
//                        ◀───── PairResult
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "native/pairing/spake2.hpp"
#include "trust/native_desk.hpp"

namespace pf::native::pairing {

// How long either side waits for the next message, and the host for the client's close after
// PairResult (punktfunk1.md 5.1).
inline constexpr std::chrono::seconds kStepWait{60};
inline constexpr std::chrono::seconds kCloseWait{5};

// The connection is to be closed with this code (punktfunk1.md 2.4) and reason.
struct Refusal {
  std::uint32_t code = 0;
  const char* reason = "";
};

struct Challenge {
  SpakeMessage spake_b{};
  Mac confirm_host{};
};

struct Verdict {
  bool ok = false;                              // goes into PairResult
  std::shared_ptr<const trust::Device> device;  // when ok
};

struct HostPeer {
  crypto::Fingerprint client;  // of the certificate on this connection; empty = it has none
  crypto::Fingerprint host;
  net::Endpoint from;
  trust::Source source = trust::Source::Wan;
};

// The host's side of one ceremony. Control thread.
class HostCeremony {
 public:
  HostCeremony(trust::NativeDesk& desk, HostPeer peer);
  HostCeremony(const HostCeremony&) = delete;
  HostCeremony& operator=(const HostCeremony&) = delete;
  ~HostCeremony();

  // PairRequest. Charges the limits first and looks then. On a Challenge the window is used up, so
  // that what leaves can be tried against once and never again. Refusals: 0x60 … 0x63, and 0x68 for
  // a malformed message, which uses nothing up.
  std::variant<Challenge, Refusal> on_request(std::string_view name, ByteSpan spake_a);
  // PairProof. The device is in the allow-list exactly when Verdict::ok; it waits for the disk.
  // Not ok: wrong proof, or the store failed. Refusal 0x68: there was no challenge.
  std::variant<Verdict, Refusal> on_proof(ByteSpan confirm_client);
  // The connection ended or a step took too long; tells the console when a window was used up for
  // it. Also done by the destructor.
  void abandon();

 private:
  trust::NativeDesk& desk_;
  const HostPeer peer_;
  std::string name_;
  std::optional<Proofs> expected_;  // after the challenge, until the proof
  trust::AccessChoice access_;
  bool begun_ = false;
};

// The client's side, for the reference client and tests. Any one thread.
class ClientCeremony {
 public:
  // `pin` as typed; ids: raw SHA-256 of the certificates of this connection.
  ClientCeremony(std::string_view pin, ByteSpan client_id, ByteSpan host_id);

  // For PairRequest.
  const SpakeMessage& spake_a() const { return spake_.message(); }
  // PairChallenge in, PairProof out. Errc::WrongProof: the PIN was wrong or somebody is in between;
  // close with code 1 and send no proof.
  Result<Mac> on_challenge(ByteSpan spake_b, ByteSpan confirm_host) const;

 private:
  Spake2 spake_;
};

// 64 hex digits as 32 bytes. Empty for anything else.
Bytes raw_fingerprint(const crypto::Fingerprint& fingerprint);

}  // namespace pf::native::pairing
