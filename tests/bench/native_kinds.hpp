// The kinds of native media packets that the figures are taken of.
#pragma once

#include <numeric>

#include "native/media/media_keys.hpp"

namespace pf::bench {

struct NativeKind {
  const char* name;
  native::media::Generation generation;
  native::media::Suite suite;
};
inline constexpr NativeKind kNativeKinds[] = {
    {"pkf1 AES-128-GCM", native::media::Generation::V1, native::media::Suite::Aes128Gcm},
    {"pkf2 AES-128-GCM", native::media::Generation::V2, native::media::Suite::Aes128Gcm},
    {"pkf2 ChaCha20-Poly1305", native::media::Generation::V2,
     native::media::Suite::ChaCha20Poly1305}};

// The same for both ends.
inline native::media::Keys keys_of(const NativeKind& kind) {
  using native::media::Keys;
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{0});
  auto keys =
      kind.generation == native::media::Generation::V2
          ? Keys::v2(kind.suite, secret)
          : Keys::v1(kind.suite, ByteSpan(secret).first(native::media::key_bytes(kind.suite)), {});
  return *keys;
}

}  // namespace pf::bench
