// Streams that run: their figures and what can be done to them.
#include "trust/grants.hpp"
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"

namespace pf::webui::schemas {
const Schema kSample{"Sample",
                     "One second of a stream. What is not known is absent.",
                     {integer("t_ms", "When, in milliseconds since 1970."),
                      number("fps", "Pictures sent in the second before."),
                      number("mbps", "Megabits of video sent in the second before."),
                      maybe(integer("loss_ppm", "Packets the client missed, per million.")),
                      maybe(integer("host_p50_us", "Capture to last packet, median.")),
                      maybe(integer("host_p99_us", "Capture to last packet, 99 of 100.")),
                      maybe(integer("encode_p50_us", "Encoding, median.")),
                      maybe(integer("encode_p99_us", "Encoding, 99 of 100.")),
                      maybe(integer("rtt_us", "Round trip to the client.")),
                      maybe(integer("fec_percent", "Parity packets, as a share of the data.")),
                      maybe(integer("bitrate_kbps", "What the encoder aims at."))}};

const Schema kLive{"Live", "The last minute.", {list("samples", kSample, "Oldest first.")}};

const Schema kSessionAccess{
    "SessionAccess",
    "What a stream may do from now on, within what its pairing allows. One of the two.",
    {maybe(choice("level", {"full", "controller", "view"}, "A preset.")),
     maybe(integer("grants", 0, trust::grant::kAll, "The rights as bits."))}};

const Schema kSessionAccessNow{
    "SessionAccessNow",
    "What a stream may do now.",
    {integer("grants", 0, trust::grant::kAll, "The rights as bits."),
     choice("level", {"full", "controller", "view", "custom"}, "The rights as a preset.")}};

const Schema kSessionAudio{
    "SessionAudio", "Sound of a stream.", {boolean("muted", "Whether the client gets silence.")}};

std::vector<const Schema*> live_schemas() {
  return {&kSample, &kLive, &kSessionAccess, &kSessionAccessNow, &kSessionAudio};
}

}  // namespace pf::webui::schemas
