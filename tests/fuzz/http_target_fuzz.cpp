// HTTP requests: the target by itself, and a byte stream in pieces of any size. The first byte of
// the input is the size of the pieces.
#include <algorithm>

#include "base/result.hpp"
#include "http/request_reader.hpp"
#include "http/target.hpp"

namespace {

using namespace pf;
using Progress = http::RequestReader::Progress;

bool clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7F;
  });
}

void check(std::string_view path, const http::Fields& query) {
  PF_ASSERT(!path.empty() && path.front() == '/' && clean(path));
  PF_ASSERT(query.size() <= http::kMaxQueryFields);
  for (const auto& [name, value] : query) PF_ASSERT(clean(name) && clean(value));
}

// Everything that the stream gives when it comes in pieces of that size.
std::vector<http::Request> read(ByteSpan bytes, std::size_t piece, bool& refused) {
  http::RequestReader reader({.header_bytes = 2048, .body_bytes = 512});
  std::vector<http::Request> requests;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto progress = reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    while (progress == Progress::Complete) {
      requests.push_back(reader.take());
      check(requests.back().path, requests.back().query);
      progress = reader.feed({});
    }
    refused = progress == Progress::Refused;
    if (refused) {
      PF_ASSERT(reader.refusal().status >= 400 && !reader.refusal().text.empty());
      break;
    }
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan bytes(data + 1, size - 1);
  if (const auto target = http::parse_target(as_text(bytes))) check(target->path, target->query);
  bool refused = false;
  read(bytes, std::max<std::size_t>(1, data[0]), refused);
  return 0;
}
