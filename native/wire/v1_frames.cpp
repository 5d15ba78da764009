#include <algorithm>

#include "native/wire/v1_codec.hpp"

namespace pf::native::wire::v1 {

std::optional<ByteSpan> FrameReader::next(ByteSpan& bytes) {
  if (complete_) {
    held_.clear();
    complete_ = false;
  }
  const auto fill = [&](std::size_t size) {
    const auto take = std::min(size - held_.size(), bytes.size());
    held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
    bytes = bytes.subspan(take);
    return held_.size() == size;
  };
  if (held_.size() < 2 && !fill(2)) return std::nullopt;
  // Memory follows what has arrived, not what the length promises.
  if (!fill(2U + load_le<std::uint16_t>(held_.data()))) return std::nullopt;
  complete_ = true;
  return ByteSpan(held_).subspan(2);
}

}  // namespace pf::native::wire::v1
