#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/result.hpp"
#include "crypto/ossl.hpp"

namespace pf::crypto {

Sha256 sha256(std::initializer_list<ByteSpan> parts) {
  Sha256 digest{};
  const MdCtxPtr ctx(EVP_MD_CTX_new());
  bool ok = ctx && EVP_DigestInit_ex(ctx.get(), EVP_sha256(), nullptr) == 1;
  for (const auto part : parts)
    ok = ok && EVP_DigestUpdate(ctx.get(), part.data(), part.size()) == 1;
  ok = ok && EVP_DigestFinal_ex(ctx.get(), digest.data(), nullptr) == 1;
  PF_ASSERT(ok);  // only out of memory can get here
  return digest;
}

bool equal_constant_time(ByteSpan a, ByteSpan b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(MutableByteSpan out) {
  const int ok = RAND_bytes(out.data(), static_cast<int>(out.size()));
  PF_ASSERT(ok == 1);
}

void wipe(MutableByteSpan secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
}

}  // namespace pf::crypto
