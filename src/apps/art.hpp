// Covers of applications: which pictures are taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace pf::apps {

struct Art {
  static constexpr std::size_t kLargest = std::size_t{4} * 1024 * 1024;
  static constexpr std::uint32_t kLargestSide = 8192;
  std::string type;  // "image/png", "image/jpeg"
  Bytes bytes;
};

struct PictureFacts {
  std::string type;
  std::uint32_t width = 0, height = 0;
};
// What a picture says of itself in its header; nothing when it is neither PNG nor JPEG, ends before
// it is a picture, or has an impossible size (PNG, 5.2 and 11.2.2; ITU-T T.81, B.2.2).
std::optional<PictureFacts> picture_facts(ByteSpan bytes);

}  // namespace pf::apps
