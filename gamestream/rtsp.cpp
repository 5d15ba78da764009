#include "gamestream/rtsp.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "crypto/aead.hpp"

namespace pf::gamestream {
namespace {

constexpr std::size_t kMaxHeaders = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool printable(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

bool parse_request_line(std::string_view line, RtspRequest& out) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last == first) return false;
  const auto target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) return false;
  if (line.substr(last + 1) != "RTSP/1.0") return false;
  out.verb = line.substr(0, first);
  out.target = target;
  return true;
}

bool parse_header(std::string_view line, RtspRequest& out) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || out.headers.size() == kMaxHeaders)
    return false;
  const auto name = line.substr(0, colon);
  if (name.find_first_of(" \t") != std::string_view::npos) return false;
  out.headers.emplace_back(name, trim(line.substr(colon + 1)));
  return true;
}

// The body length that the headers announce; nothing when it is not a number or given twice.
std::optional<std::size_t> body_length(const RtspRequest& request) {
  std::size_t length = 0;
  bool seen = false;
  for (const auto& [name, value] : request.headers) {
    if (!same_name(name, "Content-length")) continue;
    const auto* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, length);
    if (seen || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    seen = true;
  }
  return length;
}

std::string_view reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::array<std::uint8_t, 12> rtsp_iv(std::uint32_t sequence, char direction) {
  std::array<std::uint8_t, 12> iv{};
  store_le(iv.data(), sequence);
  iv[10] = static_cast<std::uint8_t>(direction);
  iv[11] = 'R';
  return iv;
}

}  // namespace

const std::string* RtspRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return &value;
  return nullptr;
}

std::string_view RtspRequest::stream_id() const {
  const std::string_view text = target;
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  const auto rest = text.substr(equals + 1);
  return rest.substr(0, rest.find('/'));
}

RtspParse parse_rtsp(std::string_view bytes, RtspRequest& out) {
  if (bytes.size() > kRtspMaxMessage) return RtspParse::Bad;
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos)
    return bytes.size() == kRtspMaxMessage ? RtspParse::Bad : RtspParse::NeedMore;

  out = {};
  auto head = bytes.substr(0, head_end);
  bool first = true;
  while (true) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    if (!printable(line)) return RtspParse::Bad;
    if (!(first ? parse_request_line(line, out) : parse_header(line, out))) return RtspParse::Bad;
    first = false;
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }

  const auto body = bytes.substr(head_end + 4);
  const auto length = body_length(out);
  if (!length || *length > kRtspMaxMessage - (head_end + 4) || body.size() > *length)
    return RtspParse::Bad;
  if (body.size() < *length) return RtspParse::NeedMore;
  out.body = body;
  return RtspParse::Done;
}

std::string write_rtsp(const RtspResponse& response, std::string_view cseq) {
  auto text =
      fmt::format("RTSP/1.0 {} {}\r\nCSeq: {}\r\n", response.status, reason(response.status), cseq);
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += "\r\n";
  text += response.body;
  return text;
}

RtspParse parse_rtsp_envelope(ByteSpan bytes, RtspEnvelope& out) {
  if (bytes.empty()) return RtspParse::NeedMore;
  if (!is_encrypted_rtsp(bytes[0])) return RtspParse::Bad;
  if (bytes.size() < kRtspEnvelopeHeader) return RtspParse::NeedMore;
  const std::size_t length = load_be<std::uint32_t>(bytes.data()) & 0x7FFFFFFFU;
  if (length == 0 || length > kRtspMaxMessage) return RtspParse::Bad;
  if (bytes.size() > kRtspEnvelopeHeader + length) return RtspParse::Bad;
  if (bytes.size() < kRtspEnvelopeHeader + length) return RtspParse::NeedMore;
  out.sequence = load_be<std::uint32_t>(bytes.data() + 4);
  out.tag = bytes.subspan(8, 16);
  out.cipher = bytes.subspan(kRtspEnvelopeHeader);
  return RtspParse::Done;
}

std::optional<std::string> open_rtsp(ByteSpan key, const RtspEnvelope& envelope) {
  auto cipher = crypto::Aes128Gcm::create(key);
  if (!cipher) return std::nullopt;
  Bytes text(envelope.cipher.begin(), envelope.cipher.end());
  if (!cipher->open(rtsp_iv(envelope.sequence, 'C'), text, envelope.tag)) return std::nullopt;
  return std::string(as_text(text));
}

Bytes seal_rtsp(ByteSpan key, std::uint32_t sequence, std::string_view message) {
  auto cipher = crypto::Aes128Gcm::create(key);
  if (!cipher) return {};
  Bytes wire;
  wire.reserve(kRtspEnvelopeHeader + message.size());
  ByteWriter writer(wire);
  writer.be<std::uint32_t>(0x80000000U | static_cast<std::uint32_t>(message.size())).be(sequence);
  wire.resize(kRtspEnvelopeHeader);
  writer.bytes(as_bytes(message));
  const MutableByteSpan all(wire);
  if (!cipher->seal(rtsp_iv(sequence, 'H'), all.subspan(kRtspEnvelopeHeader), all.subspan(8, 16)))
    return {};
  return wire;
}

}  // namespace pf::gamestream
