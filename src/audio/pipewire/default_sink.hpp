// A session's sink as the desktop's default: programs that already run there play into it. What
// was configured before is on disk before the change, and comes back at the end or at the next
// start.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace pf::audio::pipewire {

class DefaultSink {
 public:
  // Worker thread. Makes `sink` (a node's name) the default of the desktop whose PipeWire listens
  // at `socket`, for as long as the object lives; of several the newest one. Unavailable: no
  // session manager there, or no `journal` that can be written; nothing is changed then.
  static Result<std::unique_ptr<DefaultSink>> take(const std::string& socket,
                                                   const std::string& sink,
                                                   const std::filesystem::path& journal);
  // Worker thread. The former choice comes back, unless a person has made another one meanwhile.
  ~DefaultSink();
  DefaultSink(const DefaultSink&) = delete;
  DefaultSink& operator=(const DefaultSink&) = delete;

 private:
  DefaultSink(std::string socket, std::string sink, std::filesystem::path journal)
      : socket_(std::move(socket)), sink_(std::move(sink)), journal_(std::move(journal)) {}
  Result<> give_back();

  const std::string socket_, sink_;
  const std::filesystem::path journal_;
};

// Worker thread. Restores what a killed run changed, as its journal says; nothing without one. An
// error leaves the journal for the next time.
Result<> restore_default_sink(const std::string& socket, const std::filesystem::path& journal);

}  // namespace pf::audio::pipewire
