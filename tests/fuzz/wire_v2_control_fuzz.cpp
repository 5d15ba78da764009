// The control stream of generation 2 (punktfunk2.md 3 to 5). The first byte says in which pieces
// the rest arrives. A message that was understood must survive being written and read again, unless
// it is too long in the writer's form.
#include <algorithm>

#include "base/result.hpp"
#include "native/wire/codec.hpp"

namespace {

using namespace pf;
using namespace pf::native::wire;

void check(const ControlMessage& message) {
  Bytes frame;
  PF_ASSERT(encode(Generation::V2, message, frame));
  ControlReader reader(Generation::V2, End::Host);
  ByteSpan rest(frame);
  const auto again = reader.next(rest);
  PF_ASSERT(again && *again && rest.empty());
  PF_ASSERT((*again)->message && *(*again)->message == message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] + 1U;
  StreamTypeReader opening(Generation::V2);
  ByteSpan stream(data + 1, size - 1);
  const auto type = opening.next(stream);
  PF_ASSERT(type);
  ControlReader reader(Generation::V2, End::Host);
  while (!stream.empty()) {
    auto part = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(part.size());
    for (;;) {
      const auto next = reader.next(part);
      if (!next) return 0;
      if (!*next) break;
      if ((*next)->message) check(*(*next)->message);
    }
    PF_ASSERT(part.empty());
  }
  return 0;
}
