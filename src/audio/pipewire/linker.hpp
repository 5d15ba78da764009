// The little session management that our private PipeWire needs: gives programs' streams the
// channels of the sink (to record: of the microphone) that they name and links them to it. (A
// desktop's PipeWire has its own session manager.)
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace pf::audio::pipewire {

class Linker {
 public:
  // Worker thread.
  static Result<std::unique_ptr<Linker>> start(const std::string& socket);
  ~Linker();
  Linker(const Linker&) = delete;
  Linker& operator=(const Linker&) = delete;

 private:
  struct Impl;
  explicit Linker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::audio::pipewire
