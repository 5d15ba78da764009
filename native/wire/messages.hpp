// The typed messages of the control stream, one struct each for both generations. What a message is
// for: punktfunk1.md 3.8, punktfunk2.md 4.3 to 4.7 and 5. A comment names the generation where only
// one of them has the message.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "native/wire/hello.hpp"

namespace pf::native::wire {

// The client has its reassembler and decoder: send the first frame. Generation 1 calls it Start and
// adds the two fields; in generation 2 it is empty.
struct Ready {
  std::uint16_t client_udp_port = 0;
  ClientDetails details;
  bool operator==(const Ready&) const = default;
};
// Generation 2: a person still decides.
struct Pending {
  bool operator==(const Pending&) const = default;
};
// Generation 2: dial elsewhere, once.
struct Redirect {
  std::string address;  // at most 253 bytes; empty = the one just dialled
  std::uint16_t port = 0;
  std::string profile;  // at most 64 bytes, as the next ones
  std::uint8_t seat = 0;
  std::string seat_name;
  std::string occupant;     // the device that is already there, when joining
  std::string fingerprint;  // 64 hex digits, or empty = keep the pin
  bool operator==(const Redirect&) const = default;
};
// Generation 2, browsers only: native peers are refused by the close code.
struct Refused {
  std::uint32_t code = 0;
  std::string sentence;  // at most 256 bytes
  bool operator==(const Refused&) const = default;
};

struct PairRequest {
  std::string name;  // at most 64 bytes
  Bytes spake_a;     // 33 bytes from an honest peer; not checked here
  Bytes device_key;  // browsers only; native clients of generation 2 send it empty
  bool operator==(const PairRequest&) const = default;
};
struct PairChallenge {
  Bytes spake_b;  // as spake_a
  std::array<std::uint8_t, 32> confirm{};
  bool operator==(const PairChallenge&) const = default;
};
struct PairProof {
  std::array<std::uint8_t, 32> confirm{};
  bool operator==(const PairProof&) const = default;
};
struct PairResult {
  bool ok = false;
  bool operator==(const PairResult&) const = default;
};

struct Reconfigure {
  WireMode mode;
  bool operator==(const Reconfigure&) const = default;
};
struct Reconfigured {
  bool accepted = false;
  WireMode mode;  // the one now active
  bool operator==(const Reconfigured&) const = default;
};
// Generation 2.
struct StreamConfig {
  std::uint8_t epoch = 0;
  WireMode mode;
  std::uint8_t codec = codec_bit::kHevc;  // one codec_bit
  std::uint8_t bit_depth = 8;
  Cicp colour;
  std::uint8_t chroma_format = 1;
  bool operator==(const StreamConfig&) const = default;
};
struct SetBitrate {
  std::uint32_t kbps = 0;
  bool operator==(const SetBitrate&) const = default;
};
struct BitrateChanged {
  std::uint32_t kbps = 0;
  std::optional<BitrateReason> reason;  // only toward clients with abr_feature::kReadsReason
  bool operator==(const BitrateChanged&) const = default;
};
struct PipelineGap {
  std::uint32_t ms = 0;
  bool operator==(const PipelineGap&) const = default;
};
struct LossReport {
  std::uint32_t ppm = 0;  // of a window of 750 ms
  bool operator==(const LossReport&) const = default;
};
struct DeliveryReport {
  std::uint64_t packets = 0;  // received so far
  bool operator==(const DeliveryReport&) const = default;
};
struct LinkReport {
  std::uint32_t kbps = 0;
  bool operator==(const LinkReport&) const = default;
};
struct SetDelivery {
  std::uint8_t profile = 0;
  bool operator==(const SetDelivery&) const = default;
};
struct DeliveryChanged {
  std::uint8_t profile = 0;
  bool forced = false;
  bool operator==(const DeliveryChanged&) const = default;
};
struct HostFacts {
  LinkKind link = LinkKind::Unknown;
  std::uint32_t link_mbps = 0;
  std::uint32_t send_buffer_kb = 0;
  std::uint8_t forced_profile = 0;
  bool operator==(const HostFacts&) const = default;
};
// A speed test. The last three fields, all zero for a smooth burst, are ProbeShaped in
// generation 1.
struct ProbeRequest {
  std::uint32_t target_kbps = 0;
  std::uint32_t duration_ms = 0;
  std::uint16_t burst_hz = 0;
  std::uint32_t group_bytes = 0;
  std::uint32_t group_rate_kbps = 0;
  bool operator==(const ProbeRequest&) const = default;
};
struct ProbeResult {
  std::uint64_t bytes = 0;
  std::uint32_t access_units = 0;
  std::uint32_t duration_ms = 0;
  std::uint32_t wire_packets = 0;
  std::uint32_t send_drops = 0;
  bool operator==(const ProbeResult&) const = default;
};
struct PhaseReport {  // retired; ignore
  std::uint64_t next_latch_ns = 0;
  std::uint32_t period_ns = 0;
  std::uint32_t uncertainty_ns = 0;
  std::uint32_t lead_ns = 0;
  std::uint16_t coherence_permille = 0;
  bool operator==(const PhaseReport&) const = default;
};
struct RfiRequest {
  std::uint32_t first = 0;  // lost frame indices, both inclusive, wrapping
  std::uint32_t last = 0;
  bool operator==(const RfiRequest&) const = default;
};
struct RequestKeyframe {
  bool operator==(const RequestKeyframe&) const = default;
};
struct ShardPayloadChanged {
  std::uint16_t shard_payload = 0;
  bool operator==(const ShardPayloadChanged&) const = default;
};
struct ShardPayloadAck {
  std::uint16_t shard_payload = 0;
  bool operator==(const ShardPayloadAck&) const = default;
};
struct ClockProbe {
  std::uint64_t t1 = 0;  // client clock, ns
  bool operator==(const ClockProbe&) const = default;
};
struct ClockEcho {
  std::uint64_t t1 = 0;
  std::uint64_t t2 = 0, t3 = 0;  // media clock, ns: receipt and answer
  bool operator==(const ClockEcho&) const = default;
};

struct CursorShape {
  static constexpr std::uint16_t kMaxSide = 120;
  std::uint32_t serial = 0;
  std::uint16_t width = 0, height = 0;  // 1..kMaxSide
  std::uint16_t hot_x = 0, hot_y = 0;
  Bytes rgba;  // rows of straight-alpha RGBA8, exactly 4·width·height bytes
  bool operator==(const CursorShape&) const = default;
};
struct CursorRender {
  bool client_draws = false;
  bool operator==(const CursorRender&) const = default;
};
struct AccessUpdate {
  std::uint32_t grants = 0;
  std::uint32_t remaining_s = 0;  // 0 = permanent
  bool operator==(const AccessUpdate&) const = default;
};
struct AudioState {
  bool muted = false;
  bool operator==(const AudioState&) const = default;
};
struct LaunchOutcome {
  LaunchKind kind = LaunchKind::Started;
  std::string text;  // at most 200 bytes
  bool operator==(const LaunchOutcome&) const = default;
};
struct PadSlots {
  std::uint16_t bitmap = 0;  // pads for which the host has a device
  bool operator==(const PadSlots&) const = default;
};

struct ClipControl {
  bool enabled = false;
  std::uint8_t flags = 0;  // clip_flag
  bool operator==(const ClipControl&) const = default;
};
struct ClipState {
  bool enabled = false;
  std::uint8_t policy = 0;  // clip_policy
  ClipReason reason = ClipReason::Ok;
  bool operator==(const ClipState&) const = default;
};
struct ClipFormat {
  std::string mime;        // at most 128 bytes
  std::uint64_t size = 0;  // a hint; 0 = unknown
  bool operator==(const ClipFormat&) const = default;
};
struct ClipOffer {
  static constexpr std::size_t kMaxFormats = 16;
  std::uint32_t seq = 0;
  std::vector<ClipFormat> formats;
  bool operator==(const ClipOffer&) const = default;
};
// The next two travel on a transfer stream of their own.
struct ClipFetch {
  std::uint32_t seq = 0;
  std::uint32_t file_index = kNoFile;
  std::string mime;  // at most 128 bytes
  bool operator==(const ClipFetch&) const = default;
};
struct ClipFetchHeader {
  ClipStatus status = ClipStatus::Ok;
  std::uint64_t total = 0;  // bytes that follow
  bool operator==(const ClipFetchHeader&) const = default;
};

// A reliable copy of an input event, only toward hosts with host_cap2::kInputEdges.
struct InputEdge {
  std::array<std::uint8_t, 18> event{};  // punktfunk1.md 7.5, with its tag 0xC8
  bool operator==(const InputEdge&) const = default;
};
// Generation 2: who a captured controller is; sent before the arrival of its pad.
struct PadIdentity {
  std::uint8_t pad = 0;
  std::string serial;     // at most 32 bytes
  Bytes replies;          // (len8 request, len8 reply) pairs, at most 4096 bytes
  std::uint8_t slot = 0;  // 0..3
  bool operator==(const PadIdentity&) const = default;
};
// Generation 2, only under feature::kPadWrites.
struct PadFeature {
  std::uint8_t pad = 0;
  Bytes report;  // report id first, 1..64 bytes
  bool operator==(const PadFeature&) const = default;
};

using ControlMessage =
    std::variant<ClientHello, ServerHello, Ready, Pending, Redirect, Refused, PairRequest,
                 PairChallenge, PairProof, PairResult, Reconfigure, Reconfigured, StreamConfig,
                 SetBitrate, BitrateChanged, PipelineGap, LossReport, DeliveryReport, LinkReport,
                 SetDelivery, DeliveryChanged, HostFacts, ProbeRequest, ProbeResult, PhaseReport,
                 RfiRequest, RequestKeyframe, ShardPayloadChanged, ShardPayloadAck, ClockProbe,
                 ClockEcho, CursorShape, CursorRender, AccessUpdate, AudioState, LaunchOutcome,
                 PadSlots, ClipControl, ClipState, ClipOffer, ClipFetch, ClipFetchHeader, InputEdge,
                 PadIdentity, PadFeature>;

}  // namespace pf::native::wire
