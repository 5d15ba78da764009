#include "native/wire/codec.hpp"

#include <algorithm>

#include "native/wire/varint.hpp"

namespace pf::native::wire {
namespace {
constexpr std::uint8_t kTransferMark[] = {'P', 'K', 'F', 's', 0x01};  // punktfunk1.md 8
}

Result<std::optional<Incoming>> ControlReader::next(ByteSpan& bytes) {
  if (generation_ == Generation::V1) {
    const auto payload = v1_frames_.next(bytes);
    if (!payload) return std::optional<Incoming>();
    Incoming incoming{0, fail(Errc::Truncated)};
    incoming.message = v1_.decode(*payload, incoming.type);
    return std::optional<Incoming>(std::move(incoming));
  }
  auto frame = v2_frames_.next(bytes);
  if (!frame) return pass(frame);
  if (!*frame) return std::optional<Incoming>();
  return std::optional<Incoming>({(*frame)->type, v2::decode(**frame)});
}

bool ControlReader::partial() const noexcept {
  return generation_ == Generation::V1 ? v1_frames_.partial() : v2_frames_.partial();
}

bool encode(Generation generation, const ControlMessage& message, Bytes& out) {
  return generation == Generation::V1 ? v1::encode(message, out) : v2::encode(message, out);
}

Result<std::optional<std::uint64_t>> StreamTypeReader::next(ByteSpan& bytes) {
  while (!bytes.empty()) {
    held_.push_back(bytes[0]);
    bytes = bytes.subspan(1);
    if (generation_ == Generation::V2) {
      ByteSpan held(held_);
      if (const auto type = take_varint(held)) return std::optional(*type);
      continue;
    }
    if (held_.size() > std::size(kTransferMark) ||
        !std::equal(held_.begin(), held_.end(), std::begin(kTransferMark)))
      return fail(Errc::UnknownType, "stream mark");
    if (held_.size() == std::size(kTransferMark)) return std::optional(stream_type::kTransfer);
  }
  return std::optional<std::uint64_t>();
}

void encode_stream_type(Generation generation, std::uint64_t type, Bytes& out) {
  if (generation == Generation::V2)
    put_varint(out, type);
  else if (type == stream_type::kTransfer)
    ByteWriter(out).bytes(kTransferMark);
}

}  // namespace pf::native::wire
