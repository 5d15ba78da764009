#include "display/virtual/sway_ipc.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "display/display.hpp"

namespace pf::display::virtual_display {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::string_view kMagic = "i3-ipc";
constexpr std::size_t kHeaderBytes = kMagic.size() + 8;

std::uint32_t number_at(const std::string& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::uint32_t field(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
}

}  // namespace

std::string encode_ipc(IpcType type, std::string_view payload) {
  std::string bytes(kMagic);
  const std::uint32_t numbers[2] = {static_cast<std::uint32_t>(payload.size()),
                                    static_cast<std::uint32_t>(type)};
  bytes.resize(kHeaderBytes);
  std::memcpy(bytes.data() + kMagic.size(), numbers, sizeof numbers);
  bytes += payload;
  return bytes;
}

Result<std::optional<IpcMessage>> IpcDecoder::next() {
  if (buffer_.size() < kHeaderBytes) return std::nullopt;
  const auto length = number_at(buffer_, kMagic.size());
  if (buffer_.compare(0, kMagic.size(), kMagic) != 0 || length > kMaxPayload)
    return fail(Errc::Lost, "the control socket speaks another language");
  if (buffer_.size() < kHeaderBytes + length) return std::nullopt;
  IpcMessage message{number_at(buffer_, kMagic.size() + 4), buffer_.substr(kHeaderBytes, length)};
  buffer_.erase(0, kHeaderBytes + length);
  return message;
}

std::optional<OutputState> parse_output(std::string_view text, std::string_view name) {
  const auto outputs = json::parse(text, nullptr, false);
  if (!outputs.is_array()) return std::nullopt;
  for (const auto& output : outputs) {
    if (!output.is_object() || output.value("name", std::string()) != name) continue;
    const auto mode = output.find("current_mode");
    if (mode == output.end() || !mode->is_object()) return std::nullopt;
    const auto active = output.find("active");
    return OutputState{field(*mode, "width"), field(*mode, "height"), field(*mode, "refresh"),
                       active != output.end() && active->is_boolean() && active->get<bool>()};
  }
  return std::nullopt;
}

Result<> parse_command_reply(std::string_view text) {
  const auto replies = json::parse(text, nullptr, false);
  if (!replies.is_array() || replies.empty()) return fail(Errc::Lost, "an empty command reply");
  for (const auto& reply : replies) {
    const auto success = reply.is_object() ? reply.find("success") : reply.end();
    if (success != reply.end() && success->is_boolean() && success->get<bool>()) continue;
    const bool has_reason =
        reply.is_object() && reply.contains("error") && reply["error"].is_string();
    return fail(Errc::ModeRejected,
                has_reason ? reply["error"].get<std::string>() : std::string(text));
  }
  return {};
}

Result<SwayIpc> SwayIpc::connect(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return fail_errno(ENAMETOOLONG, socket_path);
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail_errno(errno, socket_path);
  return SwayIpc(std::move(fd));
}

Result<std::string> SwayIpc::request(IpcType type, std::string_view payload, milliseconds limit) {
  const auto deadline = steady_now() + limit;
  const auto bytes = encode_ipc(type, payload);
  // Requests are shorter than any socket buffer, so this does not wait for the compositor.
  if (::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size()))
    return fail(Errc::Lost, "the control socket is closed");
  while (true) {
    auto message = decoder_.next();
    if (!message) return pass(message);
    if (*message && (*message)->type == static_cast<std::uint32_t>(type))
      return std::move((*message)->payload);
    if (*message) continue;
    pollfd item{fd_.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_now()).count();
    if (left <= 0 || ::poll(&item, 1, static_cast<int>(left)) == 0)
      return fail(Errc::Lost, "the compositor does not answer");
    char chunk[4096];
    const auto got = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Errc::Lost, "the control socket is closed");
    decoder_.feed({chunk, static_cast<std::size_t>(got)});
  }
}

}  // namespace pf::display::virtual_display
