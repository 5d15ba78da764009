// The control stream of generation 1 (punktfunk1.md 3). The first byte says which end reads (bit
// 0), whether extensions were agreed (bit 1) and in which pieces the rest arrives. A message that
// was understood must survive being written and read again.
#include <algorithm>

#include "base/result.hpp"
#include "native/wire/codec.hpp"

namespace {

using namespace pf;
using namespace pf::native::wire;

void check(const ControlMessage& message, End end) {
  Bytes frame;
  PF_ASSERT(encode(Generation::V1, message, frame));
  ControlReader reader(Generation::V1, end);
  reader.expect_extensions(true);
  ByteSpan rest(frame);
  if (std::holds_alternative<Ready>(message)) {
    Bytes hello;
    PF_ASSERT(encode(Generation::V1, ClientHello{}, hello));
    ByteSpan before(hello);
    PF_ASSERT(reader.next(before));
  }
  const auto again = reader.next(rest);
  PF_ASSERT(again && *again && rest.empty());
  PF_ASSERT((*again)->message && *(*again)->message == message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto end = (data[0] & 1) != 0 ? End::Client : End::Host;
  const std::size_t piece = 1U + (data[0] >> 2U);
  ControlReader reader(Generation::V1, end);
  reader.expect_extensions((data[0] & 2) != 0);
  for (ByteSpan stream(data + 1, size - 1); !stream.empty();) {
    auto part = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(part.size());
    for (;;) {
      const auto next = reader.next(part);
      PF_ASSERT(next);  // nothing is fatal to this framing
      if (!*next) break;
      if ((*next)->message) check(*(*next)->message, end);
    }
    PF_ASSERT(part.empty());
  }
  return 0;
}
