#include <fmt/format.h>

#include "native/quic/connection.hpp"

namespace pf::native::quic {
namespace {

const char* kind_text(CloseKind kind) {
  switch (kind) {
    case CloseKind::Application:
      return "application";
    case CloseKind::Transport:
      return "transport error";
    case CloseKind::TlsAlert:
      return "TLS alert";
    case CloseKind::IdleTimeout:
      return "idle timeout";
    case CloseKind::HandshakeTimeout:
      return "handshake timeout";
    case CloseKind::StatelessReset:
      return "stateless reset";
    case CloseKind::Refused:
      return "refused";
    case CloseKind::EndpointStopped:
      return "endpoint stopped";
  }
  return "unknown";
}

}  // namespace

std::string CloseInfo::text() const {
  std::string line = fmt::format("{} 0x{:x} by {}", kind_text(kind), code, by_peer ? "peer" : "us");
  if (reason.empty()) return line;
  line += ": ";
  // A peer's words must not forge log lines or move a terminal's cursor.
  for (const char c : reason) line += c >= 0x20 && c < 0x7F ? c : '?';
  return line;
}

}  // namespace pf::native::quic
