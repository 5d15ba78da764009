// Type numbers of the typed messages in both generations, and the largest body in generation 2
// (punktfunk1.md 3.8, punktfunk2.md 5). Internal to the codecs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "native/wire/messages.hpp"

namespace pf::native::wire {

struct TypeInfo {
  std::uint8_t v1 = 0;    // 0 = generation 1 has no such type
  std::uint8_t v2 = 0;    // 0 = generation 2 has no such type
  std::size_t bound = 0;  // bytes of a body in generation 2
};

template <class M>
inline constexpr TypeInfo kType{};
template <>
inline constexpr TypeInfo kType<ClientHello>{0, 0x01, 16'384};
template <>
inline constexpr TypeInfo kType<ServerHello>{0, 0x02, 16'384};
template <>
inline constexpr TypeInfo kType<Ready>{0, 0x03, 256};
template <>
inline constexpr TypeInfo kType<Pending>{0, 0x04, 1024};
template <>
inline constexpr TypeInfo kType<Redirect>{0, 0x05, 1024};
template <>
inline constexpr TypeInfo kType<Refused>{0, 0x06, 1024};
template <>
inline constexpr TypeInfo kType<PairRequest>{0x10, 0x10, 4096};
template <>
inline constexpr TypeInfo kType<PairChallenge>{0x11, 0x11, 1024};
template <>
inline constexpr TypeInfo kType<PairProof>{0x12, 0x12, 256};
template <>
inline constexpr TypeInfo kType<PairResult>{0x13, 0x13, 256};
template <>
inline constexpr TypeInfo kType<Reconfigure>{0x01, 0x20, 1024};
template <>
inline constexpr TypeInfo kType<Reconfigured>{0x02, 0x21, 1024};
template <>
inline constexpr TypeInfo kType<StreamConfig>{0, 0x22, 4096};
template <>
inline constexpr TypeInfo kType<SetBitrate>{0x05, 0x24, 256};
template <>
inline constexpr TypeInfo kType<BitrateChanged>{0x06, 0x25, 256};
template <>
inline constexpr TypeInfo kType<PipelineGap>{0x0A, 0x26, 256};
template <>
inline constexpr TypeInfo kType<LossReport>{0x04, 0x2E, 256};
template <>
inline constexpr TypeInfo kType<DeliveryReport>{0x0B, 0x2F, 256};
template <>
inline constexpr TypeInfo kType<LinkReport>{0x0C, 0x27, 256};
template <>
inline constexpr TypeInfo kType<SetDelivery>{0x0D, 0x28, 256};
template <>
inline constexpr TypeInfo kType<DeliveryChanged>{0x0E, 0x29, 256};
template <>
inline constexpr TypeInfo kType<HostFacts>{0x0F, 0x2A, 256};
template <>
inline constexpr TypeInfo kType<ProbeRequest>{0x20, 0x2B, 256};
template <>
inline constexpr TypeInfo kType<ProbeResult>{0x21, 0x2C, 256};
template <>
inline constexpr TypeInfo kType<PhaseReport>{0x32, 0x2D, 256};
template <>
inline constexpr TypeInfo kType<RfiRequest>{0x07, 0x36, 256};
template <>
inline constexpr TypeInfo kType<RequestKeyframe>{0x03, 0x37, 256};
template <>
inline constexpr TypeInfo kType<ShardPayloadChanged>{0x08, 0x38, 256};
template <>
inline constexpr TypeInfo kType<ShardPayloadAck>{0x09, 0x39, 256};
template <>
inline constexpr TypeInfo kType<ClockProbe>{0x30, 0x3A, 256};
template <>
inline constexpr TypeInfo kType<ClockEcho>{0x31, 0x3B, 256};
template <>
inline constexpr TypeInfo kType<CursorShape>{0x50, 0x30, 131'072};
template <>
inline constexpr TypeInfo kType<CursorRender>{0x51, 0x31, 256};
template <>
inline constexpr TypeInfo kType<AccessUpdate>{0x58, 0x32, 256};
template <>
inline constexpr TypeInfo kType<AudioState>{0x59, 0x33, 256};
template <>
inline constexpr TypeInfo kType<LaunchOutcome>{0x5A, 0x34, 1024};
template <>
inline constexpr TypeInfo kType<PadSlots>{0x5B, 0x35, 256};
template <>
inline constexpr TypeInfo kType<ClipControl>{0x40, 0x40, 256};
template <>
inline constexpr TypeInfo kType<ClipState>{0x41, 0x41, 256};
template <>
inline constexpr TypeInfo kType<ClipOffer>{0x42, 0x42, 8192};
template <>
inline constexpr TypeInfo kType<ClipFetch>{0x43, 0x43, 1024};
template <>
inline constexpr TypeInfo kType<ClipFetchHeader>{0x44, 0x44, 256};
template <>
inline constexpr TypeInfo kType<InputEdge>{0x5C, 0x50, 256};
template <>
inline constexpr TypeInfo kType<PadIdentity>{0, 0x51, 8192};
template <>
inline constexpr TypeInfo kType<PadFeature>{0, 0x52, 256};

// ProbeRequest with shaping is a type of its own in generation 1.
inline constexpr std::uint8_t kV1ProbeShaped = 0x22;

// Calls visit.operator()<M>() for every message type until one returns true; whether one did.
template <class Visit>
constexpr bool any_message(Visit visit) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (visit.template operator()<std::variant_alternative_t<I, ControlMessage>>() || ...);
  }(std::make_index_sequence<std::variant_size_v<ControlMessage>>{});
}

}  // namespace pf::native::wire
