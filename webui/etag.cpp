#include "webui/etag.hpp"

#include <nlohmann/json.hpp>

#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {

std::string etag_of(const nlohmann::json& content) {
  const auto text = content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto digest = crypto::sha256(as_bytes(text));
  return '"' + to_hex(ByteSpan(digest).first(8)) + '"';
}

bool matches(const http::Request& request, const std::string& etag) {
  const auto* wanted = request.header("If-Match");
  if (wanted == nullptr || *wanted == "*") return true;
  return wanted->find(etag) != std::string::npos;  // a list of quoted tags
}

}  // namespace pf::webui
