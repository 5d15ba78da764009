#include "native/wire/details.hpp"

#include <algorithm>

#include "native/wire/sane.hpp"

namespace pf::native::wire {

std::optional<StreamPreset> load_preset(ByteSpan value) {
  ByteReader in(value);
  const auto id = as_text(in.take(in.u8()));
  const auto name = as_text(in.take(in.u8()));
  if (!in.ok() || in.remaining() != 0 || id.size() > kMaxPresetId || name.size() > kMaxPresetName)
    return std::nullopt;
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (!std::all_of(id.begin(), id.end(), printable) || !valid_text(name)) return std::nullopt;
  return StreamPreset{std::string(id), std::string(name)};
}

Bytes store_preset(const StreamPreset& preset) {
  Bytes out;
  for (const auto text : {fit_text(preset.id, kMaxPresetId), fit_text(preset.name, kMaxPresetName)})
    ByteWriter(out).u8(static_cast<std::uint8_t>(text.size())).bytes(as_bytes(text));
  return out;
}

void load_link_or_delivery(ByteSpan value, bool short_is_link, ClientDetails& out) {
  if (value.size() == 2) {
    out.delivery = DeliveryAsk{value[0], value[1]};
  } else if (value.size() == 5) {
    out.link = {sane::link(value[0]), load_le<std::uint32_t>(value.data() + 1)};
  } else if (short_is_link && value.size() < 5) {
    std::array<std::uint8_t, 5> full{};
    std::copy(value.begin(), value.end(), full.begin());
    load_link_or_delivery(full, false, out);
  }
}

Bytes store_link_or_delivery(const ClientDetails& details) {
  Bytes out;
  if (details.delivery)
    ByteWriter(out).u8(details.delivery->profile).u8(details.delivery->flags);
  else if (details.link != LinkFacts{})
    ByteWriter(out).u8(static_cast<std::uint8_t>(details.link.kind)).le(details.link.mbps);
  return out;
}

}  // namespace pf::native::wire
