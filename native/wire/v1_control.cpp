// The typed messages of generation 1: positional, exactly as long as their fields.
#include <concepts>
#include <cstring>
#include <type_traits>

#include "native/wire/message_fields.hpp"
#include "native/wire/message_types.hpp"
#include "native/wire/text.hpp"
#include "native/wire/v1_codec.hpp"
#include "native/wire/v1_hello.hpp"

namespace pf::native::wire::v1 {
namespace {

constexpr std::uint8_t kTypedMagic[] = {'P', 'K', 'F', 'c'};
constexpr std::size_t kTypedHead = 5;  // magic and type

class Reader {
 public:
  explicit Reader(ByteSpan bytes) : in_(bytes) {}

  template <std::unsigned_integral T>
  void field(std::uint8_t, T& x) {
    if constexpr (std::same_as<T, bool>)
      x = in_.u8() != 0;
    else
      x = in_.le<T>();
  }
  void field(std::uint8_t, WireMode& mode) {
    mode.width = in_.le<std::uint32_t>();
    mode.height = in_.le<std::uint32_t>();
    mode.refresh_hz = in_.le<std::uint32_t>();
  }
  template <std::size_t N>
  void field(std::uint8_t, std::array<std::uint8_t, N>& x) {
    const auto bytes = in_.take(N);
    if (in_.ok()) std::copy(bytes.begin(), bytes.end(), x.begin());
  }
  template <class E>
  void enumeration(std::uint8_t, E& x, E last, E other) {
    const auto value = in_.u8();
    x = value <= static_cast<std::uint8_t>(last) ? static_cast<E>(value) : other;
  }
  template <class E>
  void optional(std::uint8_t, std::optional<E>& x, E last) {
    if (in_.remaining() == 0) return;
    const auto value = in_.u8();
    if (value <= static_cast<std::uint8_t>(last)) x = static_cast<E>(value);
  }
  void text(std::uint8_t, std::string& x, std::size_t max) {
    const auto text = as_text(in_.take(in_.u8()));
    if (text.size() > max || !valid_text(text))
      bad_text_ = true;
    else
      x = text;
  }
  void bytes(std::uint8_t, Bytes& x) {
    const auto bytes = in_.take(in_.le<std::uint16_t>());
    x.assign(bytes.begin(), bytes.end());
  }
  void tail(std::uint8_t, Bytes& x) {
    auto rest = in_.take(in_.remaining());
    if (rest.size() < 2 || rest.size() - 2 < load_le<std::uint16_t>(rest.data())) return;
    rest = rest.subspan(2, load_le<std::uint16_t>(rest.data()));
    x.assign(rest.begin(), rest.end());
  }
  template <class Size>
  void rest(std::uint8_t, Bytes& x, Size size) {
    if (!in_.ok() || !valid_ || in_.remaining() != size()) {
      valid_ = false;
      return;
    }
    const auto rest = in_.take(in_.remaining());
    x.assign(rest.begin(), rest.end());
  }
  template <class... T>
  void trailing(std::uint8_t tag, T&... x) {
    if (in_.remaining() != 0) (field(tag, x), ...);
  }
  void require(bool condition) { valid_ = valid_ && condition; }
  ByteReader& in() { return in_; }

  template <class M>
  Result<ControlMessage> finish(M&& message) {
    if (!in_.ok() || in_.remaining() != 0) return fail(Errc::BadLength);
    if (bad_text_) return fail(Errc::BadText);
    if (!valid_) return fail(Errc::BadValue);
    return ControlMessage(std::forward<M>(message));
  }

 private:
  ByteReader in_;
  bool valid_ = true;
  bool bad_text_ = false;
};

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <std::unsigned_integral T>
  void field(std::uint8_t, const T& x) {
    if constexpr (std::same_as<T, bool>)
      out_.u8(x ? 1 : 0);
    else
      out_.le(x);
  }
  void field(std::uint8_t, const WireMode& mode) {
    out_.le(mode.width).le(mode.height).le(mode.refresh_hz);
  }
  template <std::size_t N>
  void field(std::uint8_t, const std::array<std::uint8_t, N>& x) {
    out_.bytes(x);
  }
  template <class E>
  void enumeration(std::uint8_t, const E& x, E, E) {
    out_.u8(static_cast<std::uint8_t>(x));
  }
  template <class E>
  void optional(std::uint8_t, const std::optional<E>& x, E) {
    if (x) out_.u8(static_cast<std::uint8_t>(*x));
  }
  void text(std::uint8_t, const std::string& x, std::size_t max) {
    const auto text = fit_text(x, max);
    out_.u8(static_cast<std::uint8_t>(text.size())).bytes(as_bytes(text));
  }
  void bytes(std::uint8_t, const Bytes& x) {
    require(x.size() <= 0xFFFF);
    out_.le(static_cast<std::uint16_t>(x.size())).bytes(x);
  }
  void tail(std::uint8_t tag, const Bytes& x) {
    if (!x.empty()) bytes(tag, x);
  }
  template <class Size>
  void rest(std::uint8_t, const Bytes& x, Size size) {
    require(x.size() == size());
    out_.bytes(x);
  }
  template <class... T>
  void trailing(std::uint8_t tag, const T&... x) {
    (field(tag, x), ...);
  }
  void require(bool condition) { valid_ = valid_ && condition; }
  bool valid() const { return valid_; }
  ByteWriter& out() { return out_; }

 private:
  ByteWriter out_;
  bool valid_ = true;
};

Result<ControlMessage> read_offer(ByteSpan body) {
  Reader reader(body);
  ClipOffer offer;
  reader.field(1, offer.seq);
  const auto count = reader.in().u8();
  if (count > ClipOffer::kMaxFormats) return fail(Errc::BadValue);
  for (unsigned i = 0; i < count && reader.in().ok(); ++i) {
    auto& format = offer.formats.emplace_back();
    reader.text(2, format.mime, 128);
    reader.field(2, format.size);
  }
  return reader.finish(std::move(offer));
}

void write_offer(Writer& writer, const ClipOffer& offer) {
  writer.require(offer.formats.size() <= ClipOffer::kMaxFormats);
  writer.field(1, offer.seq);
  writer.out().u8(static_cast<std::uint8_t>(offer.formats.size()));
  for (const auto& format : offer.formats) {
    writer.text(2, format.mime, 128);
    writer.field(2, format.size);
  }
}

template <class M>
Result<ControlMessage> read(ByteSpan body) {
  M message;
  Reader reader(body);
  if constexpr (Is<M, InputEdge>)
    reader.field(0, message.event);
  else
    fields(reader, message);
  return reader.finish(std::move(message));
}

Result<ControlMessage> decode_typed(std::uint8_t type, ByteSpan body) {
  if (type == kType<ClipOffer>.v1) return read_offer(body);
  if (type == kV1ProbeShaped) return read<ProbeRequest>(body);
  if (type == kType<ProbeRequest>.v1) {
    ProbeRequest request;
    Reader reader(body);
    reader.field(1, request.target_kbps);
    reader.field(2, request.duration_ms);
    return reader.finish(request);
  }
  Result<ControlMessage> result = fail(Errc::UnknownType, std::to_string(type));
  any_message([&]<class M>() {
    if constexpr (kType<M>.v1 != 0 && !Is<M, ClipOffer>) {
      if (type != kType<M>.v1) return false;
      result = read<M>(body);
      return true;
    }
    return false;
  });
  return result;
}

bool shaped(const ProbeRequest& probe) {
  return probe.burst_hz != 0 || probe.group_bytes != 0 || probe.group_rate_kbps != 0;
}

template <class M>
bool write(const M& message, Bytes& out) {
  Writer writer(out);
  if constexpr (Is<M, ClientHello>) {
    write_hello(message, out);
  } else if constexpr (Is<M, ServerHello>) {
    write_welcome(message, out);
  } else if constexpr (Is<M, Ready>) {
    write_start(message, out);
  } else if constexpr (kType<M>.v1 != 0) {
    auto type = kType<M>.v1;
    if constexpr (Is<M, ProbeRequest>) {
      if (shaped(message)) type = kV1ProbeShaped;
    }
    writer.out().bytes(kTypedMagic).u8(type);
    if constexpr (Is<M, ClipOffer>) {
      write_offer(writer, message);
    } else if constexpr (Is<M, InputEdge>) {
      writer.out().bytes(message.event);
    } else if constexpr (Is<M, ProbeRequest>) {
      if (shaped(message)) {
        fields(writer, message);
      } else {
        writer.field(1, message.target_kbps);
        writer.field(2, message.duration_ms);
      }
    } else {
      fields(writer, message);
    }
  } else {
    return false;
  }
  return writer.valid();
}

}  // namespace

Result<ControlMessage> Decoder::decode(ByteSpan payload, std::uint64_t& type) {
  type = 0;
  if (payload.size() >= 4 && std::memcmp(payload.data(), kHelloMagic, 4) == 0) {
    // A client says Hello, then Start; a host says Welcome only.
    const auto position = untyped_++;
    if (reader_ == End::Client && position == 0) return decode_welcome(payload, extensions_);
    if (reader_ == End::Host && position == 0) return decode_hello(payload);
    if (reader_ == End::Host && position == 1) return decode_start(payload, extensions_);
    return fail(Errc::UnknownType, "one more handshake message");
  }
  if (payload.size() < kTypedHead) return fail(Errc::Truncated);
  if (std::memcmp(payload.data(), kTypedMagic, 4) != 0) return fail(Errc::BadMagic);
  type = payload[4];
  return decode_typed(payload[4], payload.subspan(kTypedHead));
}

bool encode(const ControlMessage& message, Bytes& out) {
  const auto start = out.size();
  out.resize(start + 2);
  const bool done = std::visit([&](const auto& m) { return write(m, out); }, message);
  const auto size = out.size() - start - 2;
  if (!done || size > 0xFFFF) {
    out.resize(start);
    return false;
  }
  store_le(out.data() + start, static_cast<std::uint16_t>(size));
  return true;
}

}  // namespace pf::native::wire::v1
