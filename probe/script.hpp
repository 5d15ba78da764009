// Scripts of what the client does and when: one step per line, `<milliseconds> <word> <arguments>`,
// counted from the first moment of streaming. Empty lines and what follows a # are ignored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "native/wire/messages.hpp"
#include "probe/errc.hpp"
#include "probe/input_action.hpp"

namespace pf::probe {

struct MarkStep {
  std::string text;  // goes into the statistics with the time
};
struct LossStep {
  double percent = 0;
};
struct ResyncStep {};
struct StopStep {
  std::uint64_t code = 0x51;  // punktfunk1.md 2.4
};
struct ScriptStep {
  std::chrono::milliseconds at{};
  std::variant<InputAction, native::wire::ControlMessage, MarkStep, LossStep, ResyncStep, StopStep>
      what;
};

// In order of time; steps of one time keep the order of their lines. Errc::BadScript names the
// line.
Result<std::vector<ScriptStep>> parse_script(std::string_view text);

// The words, for --help.
const char* script_help();

}  // namespace pf::probe
