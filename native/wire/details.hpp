// Values of ClientDetails whose bytes are the same in the extension block of generation 1 and in
// the fields of generation 2 (punktfunk1.md 3.5, punktfunk2.md 4.1). Internal to the codecs.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "native/wire/hello.hpp"

namespace pf::native::wire {

inline constexpr std::size_t kMaxLabel = 96, kMaxPresetId = 32, kMaxPresetName = 64;

// len8 id, len8 name; malformed = none.
std::optional<StreamPreset> load_preset(ByteSpan value);
Bytes store_preset(const StreamPreset& preset);

// One tag, two meanings: two bytes are a delivery ask, five are link facts. Other lengths say
// nothing in generation 2; in generation 1 a short value reads as if zeros followed.
void load_link_or_delivery(ByteSpan value, bool short_is_link, ClientDetails& out);
// Empty when there is nothing to say.
Bytes store_link_or_delivery(const ClientDetails& details);

}  // namespace pf::native::wire
