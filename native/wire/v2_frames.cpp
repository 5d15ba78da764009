#include <algorithm>

#include "native/wire/message_types.hpp"
#include "native/wire/v2_codec.hpp"
#include "native/wire/varint.hpp"

namespace pf::native::wire::v2 {
namespace {

// Defined by the protocol, outside the model: AuthChallenge, AuthResponse (browsers), AudioConfig.
constexpr std::pair<std::uint64_t, std::size_t> kUnread[] = {
    {0x14, 256}, {0x15, 1024}, {0x23, 1024}};

std::size_t model_bound(std::uint64_t type) noexcept {
  std::size_t bound = 0;
  any_message([&]<class M>() {
    if (kType<M>.v2 == 0 || kType<M>.v2 != type) return false;
    bound = kType<M>.bound;
    return true;
  });
  return bound;
}

}  // namespace

bool known(std::uint64_t type) noexcept {
  return model_bound(type) != 0;
}

std::size_t body_bound(std::uint64_t type) noexcept {
  for (const auto& [unread, bound] : kUnread)
    if (unread == type) return bound;
  const auto bound = model_bound(type);
  return bound == 0 ? kMaxUnknownBody : bound;
}

Result<std::optional<Frame>> FrameReader::next(ByteSpan& bytes) {
  if (state_ == State::Done) {
    held_.clear();
    state_ = State::Head;
  }
  while (state_ == State::Head) {
    // One byte at a time until both varints are complete: at most 16.
    ByteSpan head(held_);
    const auto type = take_varint(head);
    const auto length = type ? take_varint(head) : std::nullopt;
    if (!length) {
      if (bytes.empty()) return std::optional<Frame>();
      held_.push_back(bytes[0]);
      bytes = bytes.subspan(1);
      continue;
    }
    type_ = *type;
    if (*length > body_bound(type_)) {
      state_ = State::Failed;
      break;
    }
    held_.clear();
    size_ = static_cast<std::size_t>(*length);
    state_ = known(type_) ? State::Body : State::Skip;
  }
  if (state_ == State::Failed) return fail(Errc::FrameTooLong, "type " + std::to_string(type_));

  if (state_ == State::Skip) {
    const auto take = std::min(size_, bytes.size());
    bytes = bytes.subspan(take);
    size_ -= take;
    if (size_ > 0) return std::optional<Frame>();
    state_ = State::Done;
    return std::optional<Frame>({type_, {}});
  }
  const auto take = std::min(size_ - held_.size(), bytes.size());
  held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
  bytes = bytes.subspan(take);
  if (held_.size() < size_) return std::optional<Frame>();
  state_ = State::Done;
  return std::optional<Frame>({type_, held_});
}

}  // namespace pf::native::wire::v2
