#include "crypto/ipsec_mb/ipsec_mb.hpp"

#include <dlfcn.h>
#include <intel-ipsec-mb.h>

#include "crypto/digest.hpp"

namespace pf::crypto::ipsec_mb {
namespace {

// The structures are those of the header, so it must be the library of that major version.
const std::string kFile = "libIPSec_MB.so." + std::to_string(IMB_VERSION_NUM >> 16);

// The kernels for this processor. Plain functions: the manager that named them is not needed to
// call them.
struct Library {
  std::string reason;
  aes_gcm_pre_t gcm_key = nullptr;
  aes_gcm_enc_dec_t gcm_seal = nullptr;
  aes_gcm_enc_dec_t gcm_open = nullptr;
  chacha_poly_init_t chacha_begin = nullptr;
  chacha_poly_enc_dec_update_t chacha_seal = nullptr;
  chacha_poly_enc_dec_update_t chacha_open = nullptr;
  chacha_poly_finalize_t chacha_end = nullptr;
};

Library load() {
  Library library;
  // Never unloaded: its functions are called until the process ends.
  void* file = ::dlopen(kFile.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (file == nullptr) {
    library.reason = kFile + " is not installed (package libipsec-mb" +
                     std::to_string(IMB_VERSION_NUM >> 16) + ")";
    return library;
  }
  const auto version =
      reinterpret_cast<decltype(&imb_get_version)>(::dlsym(file, "imb_get_version"));
  const auto make = reinterpret_cast<decltype(&alloc_mb_mgr)>(::dlsym(file, "alloc_mb_mgr"));
  const auto init =
      reinterpret_cast<decltype(&init_mb_mgr_auto)>(::dlsym(file, "init_mb_mgr_auto"));
  const auto destroy = reinterpret_cast<decltype(&free_mb_mgr)>(::dlsym(file, "free_mb_mgr"));
  if (version == nullptr || make == nullptr || init == nullptr || destroy == nullptr ||
      version() < IMB_VERSION_NUM) {
    library.reason = kFile + " is older than the one that this program was built for";
    return library;
  }
  IMB_MGR* manager = make(0);
  if (manager == nullptr) {
    library.reason = kFile + " does not know this processor";
    return library;
  }
  init(manager, nullptr);
  constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  if ((manager->features & kNeeded) != kNeeded) {
    library.reason = "this processor has no AES instructions";
  } else if ((manager->features & IMB_FEATURE_SELF_TEST) != 0 &&
             (manager->features & IMB_FEATURE_SELF_TEST_PASS) == 0) {
    library.reason = kFile + " failed its own test";
  } else {
    library.gcm_key = manager->gcm128_pre;
    library.gcm_seal = manager->gcm128_enc;
    library.gcm_open = manager->gcm128_dec;
    library.chacha_begin = manager->chacha20_poly1305_init;
    library.chacha_seal = manager->chacha20_poly1305_enc_update;
    library.chacha_open = manager->chacha20_poly1305_dec_update;
    library.chacha_end = manager->chacha20_poly1305_finalize;
    if (library.gcm_key == nullptr || library.gcm_seal == nullptr || library.gcm_open == nullptr ||
        library.chacha_begin == nullptr || library.chacha_seal == nullptr ||
        library.chacha_open == nullptr || library.chacha_end == nullptr)
      library.reason = kFile + " lacks a cipher";
  }
  destroy(manager);
  return library;
}

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

// The library refuses a null pointer even where the size is 0.
const std::uint8_t* pointer(ByteSpan bytes) {
  static constexpr std::uint8_t kNothing = 0;
  return bytes.empty() ? &kNothing : bytes.data();
}

// What both ciphers do around run(), which makes the text and computes its tag.
template <class Cipher>
class Engine final : public AeadEngine {
 public:
  bool set_key(const std::uint8_t* key) noexcept override {
    cipher_.set_key(library_, key);
    return true;
  }
  bool seal(const AeadPiece& piece, std::uint8_t* tag) noexcept override {
    cipher_.run(library_, library_.*Cipher::kSeal, piece, tag);
    return true;
  }
  bool seal(const SealBatch& batch) noexcept override {
    for (std::size_t i = 0; i < batch.count; ++i)
      seal(piece_of(batch, i), batch.packets + i * batch.stride + batch.tag_offset);
    return true;
  }
  bool open(const AeadPiece& piece, const std::uint8_t* tag) noexcept override {
    std::uint8_t computed[Aead::kTagBytes];
    cipher_.run(library_, library_.*Cipher::kOpen, piece, computed);
    return equal_constant_time(computed, {tag, Aead::kTagBytes});
  }

 private:
  const Library& library_ = library();
  Cipher cipher_;
};

class Gcm {
 public:
  static constexpr auto kSeal = &Library::gcm_seal, kOpen = &Library::gcm_open;

  Gcm() = default;
  ~Gcm() { wipe({reinterpret_cast<std::uint8_t*>(&key_), sizeof key_}); }
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  void set_key(const Library& library, const std::uint8_t* key) noexcept {
    library.gcm_key(key, &key_);
  }
  void run(const Library&, aes_gcm_enc_dec_t kernel, const AeadPiece& piece,
           std::uint8_t* tag) noexcept {
    std::uint8_t nothing = 0;
    std::uint8_t* text = piece.text.empty() ? &nothing : piece.text.data();
    kernel(&key_, &context_, text, text, piece.text.size(), piece.nonce, pointer(piece.additional),
           piece.additional.size(), tag, Aead::kTagBytes);
  }

 private:
  gcm_key_data key_{};
  gcm_context_data context_{};
};

class ChaCha {
 public:
  static constexpr auto kSeal = &Library::chacha_seal, kOpen = &Library::chacha_open;

  ChaCha() = default;
  ~ChaCha() {
    wipe(key_);
    wipe({reinterpret_cast<std::uint8_t*>(&context_), sizeof context_});
  }
  ChaCha(const ChaCha&) = delete;
  ChaCha& operator=(const ChaCha&) = delete;

  void set_key(const Library&, const std::uint8_t* key) noexcept {
    std::copy_n(key, sizeof key_, key_);
  }
  void run(const Library& library, chacha_poly_enc_dec_update_t kernel, const AeadPiece& piece,
           std::uint8_t* tag) noexcept {
    library.chacha_begin(key_, &context_, piece.nonce, pointer(piece.additional),
                         piece.additional.size());
    if (!piece.text.empty())
      kernel(key_, &context_, piece.text.data(), piece.text.data(), piece.text.size());
    library.chacha_end(&context_, tag, Aead::kTagBytes);
  }

 private:
  alignas(64) std::uint8_t key_[32] = {};
  chacha20_poly1305_context_data context_{};
};

}  // namespace

std::string probe() {
  return library().reason;
}

std::unique_ptr<AeadEngine> make_engine(AeadKind kind) {
  if (!library().reason.empty()) return nullptr;
  if (kind == AeadKind::Aes128Gcm) return std::make_unique<Engine<Gcm>>();
  return std::make_unique<Engine<ChaCha>>();
}

}  // namespace pf::crypto::ipsec_mb
