#include "app/ctl_watch.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "app/ctl_report.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kAgain{1};

// Puts lines together to events (the format of Server-Sent Events) and prints them.
class Watcher {
 public:
  Watcher(std::ostream& out, const WatchOptions& options)
      : out_(out), kinds_(options.kinds), since_(options.since), left_(options.count) {
    if (left_ == 0) endless_ = true;
  }

  std::string path() const {
    std::string path = "/events";
    if (!kinds_.empty()) path += "?kinds=" + escaped(kinds_);
    if (since_) path += fmt::format("{}since={}", kinds_.empty() ? '?' : '&', *since_);
    return path;
  }
  // False when there is nobody to tell any more.
  bool feed(std::string_view bytes) {
    text_ += bytes;
    for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
      const auto block = text_.substr(0, end);
      text_.erase(0, end + 2);
      if (!tell(block)) return false;
    }
    return true;
  }
  bool disconnected() {
    text_.clear();
    return print(R"({"kind":"ctl.disconnected"})");
  }
  bool done() const { return !endless_ && left_ == 0; }

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '*' || c == ',';
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
  }

  bool tell(std::string_view block) {
    std::string kind, data;
    std::optional<std::uint64_t> id;
    while (!block.empty()) {
      const auto line = block.substr(0, block.find('\n'));
      block.remove_prefix(std::min(block.size(), line.size() + 1));
      const auto colon = line.find(": ");
      if (colon == std::string_view::npos || colon == 0) continue;
      const auto name = line.substr(0, colon);
      const auto value = std::string(line.substr(colon + 2));
      if (name == "event") kind = value;
      if (name == "data") data = value;
      if (name == "id") id = std::strtoull(value.c_str(), nullptr, 10);
    }
    if (kind == "dropped") return print(R"({"kind":"ctl.resync"})");
    if (!id || data.empty()) return true;  // a ping, or the mark where live begins
    since_ = id;
    if (!print(data)) return false;
    return endless_ || --left_ > 0;
  }
  bool print(std::string_view line) {
    out_ << line << '\n' << std::flush;
    return static_cast<bool>(out_);
  }

  std::ostream& out_;
  const std::string kinds_;
  std::optional<std::uint64_t> since_;
  std::uint64_t left_;
  bool endless_ = false;
  std::string text_;
};

}  // namespace

int watch_events(const Context& context, const WatchOptions& options) {
  Watcher watcher(context.io.out, options);
  bool connected = false;  // ever
  bool told = false;       // that it is away
  for (;;) {
    // Anew each time: a host that started again has another port, perhaps.
    std::optional<CtlError> error;
    if (const auto client = open_client(context)) {
      const auto ended = client->stream(watcher.path(), [&](std::string_view bytes) {
        connected = true;
        told = false;
        return watcher.feed(bytes);
      });
      if (!ended) error = ended.error();
    } else {
      error = client.error();
    }
    if (watcher.done() || !context.io.out) return kExitOk;
    const bool away = !error || error->exit_code == kExitNotReachable;
    if (error && (!connected || !away)) return report_error(context, *error);
    if (!told && !watcher.disconnected()) return kExitOk;
    told = true;
    std::this_thread::sleep_for(kAgain);
  }
}

}  // namespace pf::app::ctl
