// The compositor's control socket (sway-ipc(7)): "i3-ipc", payload length and type as native
// 32-bit numbers, then JSON or a command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "media/mode.hpp"

namespace pf::display::virtual_display {

enum class IpcType : std::uint32_t { RunCommand = 0, GetOutputs = 3 };

struct IpcMessage {
  std::uint32_t type = 0;
  std::string payload;
};

std::string encode_ipc(IpcType type, std::string_view payload);

// Cuts a byte stream into messages.
class IpcDecoder {
 public:
  static constexpr std::uint32_t kMaxPayload = 4 << 20;
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole message, nothing when more bytes are needed, Lost when the stream is not ours.
  Result<std::optional<IpcMessage>> next();

 private:
  std::string buffer_;
};

struct OutputState {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t refresh_millihertz = 0;
  bool active = false;
  bool operator==(const OutputState&) const = default;
};
// The named output in a reply to GetOutputs; nothing when it is not there or not active.
std::optional<OutputState> parse_output(std::string_view json, std::string_view name);
// True when every command of a RunCommand reply succeeded; otherwise the compositor's own words.
Result<> parse_command_reply(std::string_view json);

// One connection; used by one thread at a time.
class SwayIpc {
 public:
  // errno of connect(2) when nobody listens (yet).
  static Result<SwayIpc> connect(const std::string& socket_path);
  // Sends one request and waits for its reply.
  Result<std::string> request(IpcType type, std::string_view payload,
                              std::chrono::milliseconds limit);

 private:
  explicit SwayIpc(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
  IpcDecoder decoder_;
};

}  // namespace pf::display::virtual_display
