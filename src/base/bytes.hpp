// Bounded readers and writers for wire formats. A reader never reads past its span: after the first
// short read it stays failed and returns zeros, so a parser checks ok() once at the end.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace pf {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
using MutableByteSpan = std::span<std::uint8_t>;

inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Unaligned stores and loads; `p` must have room for T.
template <class T>
void store_le(std::uint8_t* p, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    p[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
}
template <class T>
void store_be(std::uint8_t* p, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    p[sizeof(T) - 1 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
}
template <class T>
T load_le(const std::uint8_t* p) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{p[i]} << (8 * i);
  return static_cast<T>(value);
}
template <class T>
T load_be(const std::uint8_t* p) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = (value << 8) | p[i];
  return static_cast<T>(value);
}

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return rest_.size(); }
  ByteSpan rest() const { return rest_; }

  template <class T>
  T le() {
    const auto bytes = take(sizeof(T));
    return bytes.empty() ? T{} : load_le<T>(bytes.data());
  }
  template <class T>
  T be() {
    const auto bytes = take(sizeof(T));
    return bytes.empty() ? T{} : load_be<T>(bytes.data());
  }
  std::uint8_t u8() { return le<std::uint8_t>(); }
  float f32_le() { return std::bit_cast<float>(le<std::uint32_t>()); }
  void skip(std::size_t count) { take(count); }

  // The next `count` bytes, or an empty span (and failed) when fewer remain.
  ByteSpan take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto head = rest_.first(count);
    rest_ = rest_.subspan(count);
    return head;
  }

 private:
  ByteSpan rest_;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}
  template <class T>
  ByteWriter& le(T value) {
    const auto at = grow(sizeof(T));
    store_le(out_.data() + at, value);
    return *this;
  }
  template <class T>
  ByteWriter& be(T value) {
    const auto at = grow(sizeof(T));
    store_be(out_.data() + at, value);
    return *this;
  }
  ByteWriter& u8(std::uint8_t value) { return le(value); }
  ByteWriter& bytes(ByteSpan bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }

 private:
  std::size_t grow(std::size_t count) {
    const auto at = out_.size();
    out_.resize(at + count);
    return at;
  }
  Bytes& out_;
};

}  // namespace pf
