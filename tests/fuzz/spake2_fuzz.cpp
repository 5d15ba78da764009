// Peer messages of the pairing ceremony. First byte: which side reads; the rest is what the peer
// sent as its public part and, after 33 bytes, as its proof.
#include <cstdlib>

#include "native/pairing/spake2.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf::native::pairing;
  if (size == 0) return 0;
  static const std::array<std::uint8_t, 32> client_id{1}, host_id{2};
  static const Scalar scalar{3};
  static const Spake2 client(Role::Client, pf::as_bytes("4321"), client_id, host_id, scalar);
  static const Spake2 host(Role::Host, pf::as_bytes("4321"), client_id, host_id, scalar);
  const bool to_host = (data[0] & 1) != 0;
  const pf::ByteSpan input(data + 1, size - 1);
  const auto message = input.first(std::min<std::size_t>(input.size(), 33));
  const auto proofs = (to_host ? host : client).finish(message);
  if (!proofs) return 0;
  if (!Spake2::acceptable(to_host ? Role::Client : Role::Host, message)) std::abort();
  const auto& expected = to_host ? proofs->confirm_client : proofs->confirm_host;
  const auto proof = input.subspan(message.size());
  // Only the honest peer of this very exchange could know it.
  const auto& honest = to_host ? client.message() : host.message();
  const bool is_honest = std::equal(message.begin(), message.end(), honest.begin(), honest.end());
  if (proof_matches(expected, proof) && !is_honest) std::abort();
  return 0;
}
