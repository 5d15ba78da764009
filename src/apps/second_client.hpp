// What happens when a device wants an application that another one has already.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pf::apps {

enum class SecondClient : std::uint8_t {
  Separate = 1,  // a display, sound, input and process of its own
  Join,          // the same picture and sound, with its own rights
  Steal,         // the earlier stream ends; the application goes on for the newcomer
  Refuse,        // the newcomer is told who has it
};
const char* name(SecondClient policy);  // "separate"
std::optional<SecondClient> second_client(std::string_view name);

}  // namespace pf::apps
