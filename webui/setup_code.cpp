#include "webui/setup_code.hpp"

#include "base/atomic_file.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

// Crockford's base 32: no I, L, O and U.
constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 8;  // 40 bits, against a few guesses a minute

std::string plain(std::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    out += c;
    if (out.size() > kLength) break;
  }
  return out;
}

}  // namespace

Result<SetupCode> SetupCode::make(const std::filesystem::path& folder) {
  std::string text;
  for (const auto byte : crypto::random_array<kLength>()) {
    if (text.size() == kLength / 2) text += '-';
    text += kDigits[byte % kDigits.size()];
  }
  SetupCode code(text, folder / kSetupCodeFile);
  if (auto stored = write_file_atomically(code.file_, text + "\n", 0600); !stored)
    return pass(stored);
  return code;
}

void SetupCode::remove(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::remove(folder / kSetupCodeFile, ignored);
}

bool SetupCode::fits(std::string_view typed) const {
  const auto digest = [](const std::string& text) {
    return crypto::sha256(
        ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  };
  return crypto::equal_constant_time(digest(plain(typed)), digest(plain(text_)));
}

}  // namespace pf::webui
