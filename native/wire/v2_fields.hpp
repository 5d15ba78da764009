// A body of generation 2: tagged fields in any order (punktfunk2.md 3). Internal to the codec and
// to the Feedback datagram.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "native/wire/hello.hpp"
#include "native/wire/varint.hpp"

namespace pf::native::wire::v2 {

struct Field {
  std::uint64_t tag = 0;
  ByteSpan value;
};

// Takes the field at the front of `body`. Nothing when a varint is cut or the value runs past the
// end; `body` is then in no useful state.
inline std::optional<Field> take_field(ByteSpan& body) noexcept {
  const auto tag = take_varint(body);
  const auto length = tag ? take_varint(body) : std::nullopt;
  if (!length || *length > body.size()) return std::nullopt;
  const auto size = static_cast<std::size_t>(*length);
  const Field field{*tag, body.first(size)};
  body = body.subspan(size);
  return field;
}

// Whether the whole body is made of fields.
inline bool well_formed(ByteSpan body) noexcept {
  while (!body.empty())
    if (!take_field(body)) return false;
  return true;
}

// The value of `tag` in a well-formed body, the first if it repeats; `repeats` is set when it does.
inline std::optional<ByteSpan> find_field(ByteSpan body, std::uint64_t tag,
                                          bool& repeats) noexcept {
  std::optional<ByteSpan> found;
  while (!body.empty()) {
    const auto field = take_field(body);
    if (!field) break;
    if (field->tag != tag) continue;
    if (found) repeats = true;
    if (!found) found = field->value;
  }
  return found;
}

// An integer of 1 to 8 bytes, whatever its natural width. False when it does not fit.
template <std::unsigned_integral T>
bool load_integer(ByteSpan value, T& out) noexcept {
  if (value.empty() || value.size() > 8) return false;
  std::uint64_t wide = 0;
  for (std::size_t i = value.size(); i-- > 0;) wide = (wide << 8) | value[i];
  if constexpr (std::same_as<T, bool>) {
    out = wide != 0;
  } else {
    if (wide > static_cast<T>(-1)) return false;
    out = static_cast<T>(wide);
  }
  return true;
}

inline bool load_mode(ByteSpan value, WireMode& out) noexcept {
  if (value.size() != 12) return false;
  out.width = load_le<std::uint32_t>(value.data());
  out.height = load_le<std::uint32_t>(value.data() + 4);
  out.refresh_hz = load_le<std::uint32_t>(value.data() + 8);
  return true;
}

inline bool load_colour(ByteSpan value, Cicp& out) noexcept {
  if (value.size() != 4) return false;
  out = {value[0], value[1], value[2], value[3]};
  return true;
}

// Appends fields to a body.
class FieldWriter {
 public:
  explicit FieldWriter(Bytes& out) : out_(out) {}
  void bytes(std::uint64_t tag, ByteSpan value) {
    put_varint(out_, tag);
    put_varint(out_, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
  }
  template <std::unsigned_integral T>
  void integer(std::uint64_t tag, T value) {
    std::array<std::uint8_t, sizeof(T)> raw;
    store_le(raw.data(), value);
    bytes(tag, raw);
  }
  void mode(std::uint64_t tag, const WireMode& mode) {
    std::array<std::uint8_t, 12> raw;
    store_le(raw.data(), mode.width);
    store_le(raw.data() + 4, mode.height);
    store_le(raw.data() + 8, mode.refresh_hz);
    bytes(tag, raw);
  }
  void colour(std::uint64_t tag, const Cicp& colour) {
    const std::array<std::uint8_t, 4> raw{colour.primaries, colour.transfer, colour.matrix,
                                          colour.full_range};
    bytes(tag, raw);
  }

 private:
  Bytes& out_;
};

}  // namespace pf::native::wire::v2
