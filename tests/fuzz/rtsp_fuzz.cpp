// RTSP messages of clients, in the clear and wrapped (gamestream.md 4).
#include "base/result.hpp"
#include "gamestream/rtsp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  using namespace pf::gamestream;
  const ByteSpan bytes(data, size);
  RtspRequest request;
  if (parse_rtsp(as_text(bytes), request) == RtspParse::Done) {
    PF_ASSERT(!request.verb.empty() && !request.target.empty());
    PF_ASSERT(request.body.size() < size);
    PF_ASSERT(request.stream_id().size() < request.target.size());
    request.header("Session");
  }
  RtspEnvelope envelope;
  if (parse_rtsp_envelope(bytes, envelope) == RtspParse::Done) {
    PF_ASSERT(envelope.cipher.size() + kRtspEnvelopeHeader == size);
    // Nobody knows this key.
    static const Bytes key(16, 0x5A);
    PF_ASSERT(!open_rtsp(key, envelope));
  }
  return 0;
}
