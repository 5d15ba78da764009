// Looking into H.264 and HEVC access units in Annex B form (start codes), as far as a host must.
#pragma once

#include <cstdint>
#include <span>

#include "media/colour.hpp"

namespace pf::encode {

struct Nal {
  std::size_t start;   // offset of its start code
  std::size_t header;  // offset of the byte after the start code
  std::size_t end;     // one past its last byte
  std::uint8_t type;   // nal_unit_type of the codec
  bool operator==(const Nal&) const = default;
};

enum class NalKind : std::uint8_t { Slice = 1, IdrSlice, ParameterSet, Sei, Other };

NalKind kind_of(media::Codec codec, std::uint8_t nal_type);

// Finds the next NAL unit at or after `from`; false at the end.
bool next_nal(std::span<const std::uint8_t> bytes, media::Codec codec, std::size_t from, Nal& out);

struct UnitShape {
  bool has_idr_slice = false;
  bool starts_with_parameter_set = false;  // an access unit delimiter before it does not count
  std::size_t first_slice = 0;             // offset of the first slice's start code
};

// What stands in front of the first slice (the slices themselves are not scanned).
UnitShape shape_of(std::span<const std::uint8_t> bytes, media::Codec codec);

// Removes SEI messages, access unit delimiters and fillers in front of the first slice, by moving
// the (short) parameter sets up against it: a receiver finds the IDR slice in the first datagram
// (gamestream.md 7.3), and a P frame begins with its slice. With `keep_parameter_sets` false, they
// go as well. Returns the part of `bytes` that remains; no allocation.
std::span<std::uint8_t> strip_prefix(std::span<std::uint8_t> bytes, media::Codec codec,
                                     bool keep_parameter_sets) noexcept;

// Gives the parameter sets and the first slice 4-byte start codes: clients from before 2023 take
// only those for the start of a picture, and x264 writes 3 bytes before a slice that follows
// parameter sets. What follows moves back, so up to `spare` bytes behind the unit must be writable;
// a unit for which they do not suffice stays as it is. Returns the unit; no allocation.
std::span<std::uint8_t> lengthen_start_codes(std::span<std::uint8_t> bytes, std::size_t spare,
                                             media::Codec codec) noexcept;

}  // namespace pf::encode
