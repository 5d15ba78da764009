// AEAD ciphers by the IPsec multi-buffer library, whose kernels use the processor's widest AES and
// carry-less multiplication. The library is loaded when it is first asked for, so that the host
// starts without it.
#pragma once

#include <memory>
#include <string>

#include "crypto/aead_engine.hpp"

namespace pf::crypto::ipsec_mb {

// Empty when it can be used here, otherwise why not. Any thread; the work is done once.
std::string probe();

// Null unless probe() is content. Nothing but these engines' own memory is used by them, so that
// several may work at once on threads of their own.
std::unique_ptr<AeadEngine> make_engine(AeadKind kind);

}  // namespace pf::crypto::ipsec_mb
