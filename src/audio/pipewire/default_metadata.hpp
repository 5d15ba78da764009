// The desktop's choice of its default sink: a value of the metadata object "default", which its
// session manager keeps and follows.
#pragma once

#include <memory>
#include <string>

#include "audio/default_claims.hpp"

namespace pf::audio::pipewire {

class DefaultMetadata {
 public:
  // Worker thread. Unavailable where there is no such object: no session manager runs.
  static Result<std::unique_ptr<DefaultMetadata>> open(const std::string& socket);
  ~DefaultMetadata();
  DefaultMetadata(const DefaultMetadata&) = delete;
  DefaultMetadata& operator=(const DefaultMetadata&) = delete;

  // What is configured. Worker thread.
  Configured now() const;
  // Returns when the change is seen by everybody. Worker thread.
  Result<> set(const Configured& choice);

 private:
  struct Impl;
  explicit DefaultMetadata(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::audio::pipewire
