// Whose sink is the desktop's default, what was configured before, and what its journal says. What
// asks and changes the sound server is pipewire/default_sink.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pf::audio {

// The desktop's own choice as its session manager keeps it (`{"name":"alsa_output.pci"}`), or
// nothing where nobody has chosen.
using Configured = std::optional<std::string>;

// The choice of the sink with that name.
std::string choice_of(std::string_view sink);
// The choice names a session's sink ("punktfunk-…"); of this run or of an earlier one.
bool is_ours(const Configured& choice);

// What a journal says: `before` is to be restored.
std::string journal_text(const Configured& before);
Result<Configured> read_journal_text(std::string_view text);

// The sinks that want to be the default, in the order in which they came. One thread at a time.
class DefaultClaims {
 public:
  bool empty() const { return sinks_.empty(); }
  // `now`: what is configured; `left`: what a journal of an earlier run says. Returns what must be
  // restored at last: on disk before the change.
  Configured take(std::string sink, const Configured& now, const std::optional<Configured>& left);

  // What is left to do when a sink goes: nothing, unless the choice is (still) one of ours.
  struct Leaving {
    bool change = false;
    Configured to;
  };
  Leaving leave(std::string_view sink, const Configured& now);

 private:
  std::vector<std::string> sinks_;
  Configured before_;
};

}  // namespace pf::audio
