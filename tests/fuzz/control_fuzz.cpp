// The control stream: ENet's CONNECT, the envelope of both schemes, and the messages inside
// (gamestream.md 5). The first byte chooses what the rest is.
#include "base/result.hpp"
#include "gamestream/control_envelope.hpp"
#include "gamestream/control_legacy.hpp"
#include "gamestream/control_messages.hpp"
#include "gamestream/enet_connect.hpp"

namespace {

using namespace pf;
using namespace pf::gamestream;

const Bytes kKey(16, 0x5A);

void seal_and_open(ControlScheme scheme, ByteSpan text) {
  auto client = *ControlCipher::create(kKey, scheme, ControlEnd::Client);
  auto host = *ControlCipher::create(kKey, scheme);
  const auto wire = client.seal(text);
  ByteSpan opened;
  if (wire.empty()) return;
  PF_ASSERT(host.open(wire, opened) == ControlCipher::Opened::Message);
  PF_ASSERT(std::equal(opened.begin(), opened.end(), text.begin(), text.end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan rest(data + 1, size - 1);
  const auto scheme = (data[0] & 1) != 0 ? ControlScheme::B : ControlScheme::A;
  switch (data[0] >> 1 & 7) {
    case 0: {
      auto host = *ControlCipher::create(kKey, scheme);
      ByteSpan text;
      // Nobody knows this key.
      PF_ASSERT(host.open(rest, text) != ControlCipher::Opened::Message);
      break;
    }
    case 1:
      seal_and_open(scheme, rest);
      break;
    case 2: {
      const auto message = parse_control(rest);
      if (message && std::holds_alternative<InputPacket>(*message))
        PF_ASSERT(std::get<InputPacket>(*message).bytes.size() + 4 == rest.size());
      break;
    }
    case 4: {
      auto host = *LegacyControl::create(kKey, 7);
      ByteSpan text;
      const bool input = rest.size() >= 2 && load_le<std::uint16_t>(rest.data()) == 0x0206;
      const auto opened = host.open(rest, text);
      // Nobody knows this key, so nothing reaches the input; the rest is a message of its length.
      PF_ASSERT(!input || opened != ControlCipher::Opened::Message);
      if (opened != ControlCipher::Opened::Message) break;
      PF_ASSERT(text.size() == rest.size() + 2);
      parse_control(text);
      break;
    }
    default: {
      std::uint32_t connect_data = 0;
      classify_enet(rest, connect_data);
      if (const auto echo = read_enet_echo(rest))
        PF_ASSERT(rest.size() >= 10 && echo->peer <= 0x0FFF);
      std::size_t carried = 0;
      const auto messages = read_enet_messages(rest);
      for (std::size_t i = 0; i < messages.count; ++i) carried += messages.all[i].size();
      PF_ASSERT(messages.count <= EnetMessages::kMost && carried <= rest.size());
      ReplayWindow window;
      ByteReader reader(rest);
      while (reader.remaining() >= 4) {
        const auto sequence = reader.le<std::uint32_t>();
        window.accept(sequence);
        PF_ASSERT(!window.accept(sequence));
      }
    }
  }
  return 0;
}
