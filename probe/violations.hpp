// What a host did that the protocol does not allow: counted by rule, the first case kept in words.
// One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pf::probe {

struct Violation {
  std::string rule;  // "media.forged", "audio.sequence", ...
  std::string first;
  std::uint64_t count = 0;
};

class Violations {
 public:
  void add(std::string_view rule, std::string_view what = {}, std::uint64_t count = 1) {
    if (count == 0) return;
    for (auto& v : list_) {
      if (v.rule != rule) continue;
      v.count += count;
      return;
    }
    list_.push_back({std::string(rule), std::string(what), count});
  }
  const std::vector<Violation>& list() const { return list_; }
  bool empty() const { return list_.empty(); }

 private:
  std::vector<Violation> list_;
};

}  // namespace pf::probe
