// The messages of generation 2: tagged fields.
#include <concepts>

#include "native/wire/message_fields.hpp"
#include "native/wire/message_types.hpp"
#include "native/wire/text.hpp"
#include "native/wire/v2_codec.hpp"
#include "native/wire/v2_fields.hpp"
#include "native/wire/v2_hello.hpp"

namespace pf::native::wire::v2 {
namespace {

// Of a well-formed body. A missing field reads as zero, whatever the struct starts with.
class Reader {
 public:
  explicit Reader(ByteSpan body) : body_(body) {}

  template <std::unsigned_integral T>
  void field(std::uint64_t tag, T& x) {
    x = T{};
    if (const auto value = find(tag)) require(load_integer(*value, x));
  }
  void field(std::uint64_t tag, WireMode& mode) {
    if (const auto value = find(tag)) require(load_mode(*value, mode));
  }
  void field(std::uint64_t tag, Cicp& colour) {
    colour = {0, 0, 0, 0};
    if (const auto value = find(tag)) require(load_colour(*value, colour));
  }
  template <std::size_t N>
  void field(std::uint64_t tag, std::array<std::uint8_t, N>& x) {
    const auto value = find(tag);
    if (!value) return;
    require(value->size() == N);
    if (value->size() == N) std::copy(value->begin(), value->end(), x.begin());
  }
  template <class E>
  void enumeration(std::uint64_t tag, E& x, E last, E other) {
    std::uint8_t value = 0;
    field(tag, value);
    x = value <= static_cast<std::uint8_t>(last) ? static_cast<E>(value) : other;
  }
  template <class E>
  void optional(std::uint64_t tag, std::optional<E>& x, E last) {
    std::uint8_t value = 0;
    const auto raw = find(tag);
    if (!raw) return;
    require(load_integer(*raw, value));
    if (value <= static_cast<std::uint8_t>(last)) x = static_cast<E>(value);
  }
  void text(std::uint64_t tag, std::string& x, std::size_t max) {
    if (const auto value = find(tag)) text(*value, x, max);
  }
  void text(ByteSpan value, std::string& x, std::size_t max) {
    const auto view = as_text(value);
    if (view.size() > max || !valid_text(view))
      bad_text_ = true;
    else
      x = view;
  }
  void bytes(std::uint64_t tag, Bytes& x) {
    if (const auto value = find(tag)) x.assign(value->begin(), value->end());
  }
  void tail(std::uint64_t tag, Bytes& x) { bytes(tag, x); }
  template <class Size>
  void rest(std::uint64_t tag, Bytes& x, Size size) {
    const auto value = find(tag).value_or(ByteSpan());
    require(valid_ && value.size() == size());
    if (valid_) x.assign(value.begin(), value.end());
  }
  template <class... T>
  void trailing(std::uint64_t tag, T&... x) {
    (field(tag++, x), ...);
  }
  void require(bool condition) { valid_ = valid_ && condition; }

  template <class M>
  Result<ControlMessage> finish(M&& message) {
    if (repeats_) return fail(Errc::RepeatedField);
    if (bad_text_) return fail(Errc::BadText);
    if (!valid_) return fail(Errc::BadValue);
    return ControlMessage(std::forward<M>(message));
  }

 private:
  std::optional<ByteSpan> find(std::uint64_t tag) { return find_field(body_, tag, repeats_); }

  ByteSpan body_;
  bool valid_ = true;
  bool repeats_ = false;
  bool bad_text_ = false;
};

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <std::unsigned_integral T>
  void field(std::uint64_t tag, const T& x) {
    if constexpr (std::same_as<T, bool>)
      out_.integer(tag, static_cast<std::uint8_t>(x ? 1 : 0));
    else
      out_.integer(tag, x);
  }
  void field(std::uint64_t tag, const WireMode& mode) { out_.mode(tag, mode); }
  void field(std::uint64_t tag, const Cicp& colour) { out_.colour(tag, colour); }
  template <std::size_t N>
  void field(std::uint64_t tag, const std::array<std::uint8_t, N>& x) {
    out_.bytes(tag, x);
  }
  template <class E>
  void enumeration(std::uint64_t tag, const E& x, E, E) {
    out_.integer(tag, static_cast<std::uint8_t>(x));
  }
  template <class E>
  void optional(std::uint64_t tag, const std::optional<E>& x, E) {
    if (x) out_.integer(tag, static_cast<std::uint8_t>(*x));
  }
  void text(std::uint64_t tag, const std::string& x, std::size_t max) {
    out_.bytes(tag, as_bytes(fit_text(x, max)));
  }
  void bytes(std::uint64_t tag, const Bytes& x) { out_.bytes(tag, x); }
  void tail(std::uint64_t tag, const Bytes& x) { out_.bytes(tag, x); }
  template <class Size>
  void rest(std::uint64_t tag, const Bytes& x, Size size) {
    require(x.size() == size());
    out_.bytes(tag, x);
  }
  template <class... T>
  void trailing(std::uint64_t tag, const T&... x) {
    (field(tag++, x), ...);
  }
  void require(bool condition) { valid_ = valid_ && condition; }
  bool valid() const { return valid_; }

 private:
  FieldWriter out_;
  bool valid_ = true;
};

constexpr std::size_t kMaxMime = 128;

Result<ControlMessage> read_offer(ByteSpan body) {
  Reader reader(body);
  ClipOffer offer;
  reader.field(1, offer.seq);
  for (auto rest = body; !rest.empty();) {
    const auto field = take_field(rest);
    if (!field || field->tag != 2) continue;
    if (offer.formats.size() == ClipOffer::kMaxFormats || field->value.size() < 8)
      return fail(Errc::BadValue);
    const auto mime = field->value.first(field->value.size() - 8);
    auto& format = offer.formats.emplace_back();
    reader.text(mime, format.mime, kMaxMime);
    format.size = load_le<std::uint64_t>(field->value.data() + mime.size());
  }
  return reader.finish(std::move(offer));
}

bool write_offer(const ClipOffer& offer, Bytes& body) {
  if (offer.formats.size() > ClipOffer::kMaxFormats) return false;
  FieldWriter out(body);
  out.integer(1, offer.seq);
  for (const auto& format : offer.formats) {
    Bytes value;
    ByteWriter(value).bytes(as_bytes(fit_text(format.mime, kMaxMime))).le(format.size);
    out.bytes(2, value);
  }
  return true;
}

template <class Hello>
Result<ControlMessage> widen(Result<Hello> hello) {
  if (!hello) return pass(hello);
  return ControlMessage(std::move(*hello));
}

template <class M>
Result<ControlMessage> read(ByteSpan body) {
  if constexpr (Is<M, InputEdge>) {
    InputEdge edge;
    if (body.size() != edge.event.size()) return fail(Errc::BadLength);
    std::copy(body.begin(), body.end(), edge.event.begin());
    return ControlMessage(edge);
  } else {
    if (!well_formed(body)) return fail(Errc::BadField);
    if constexpr (Is<M, ClientHello>) {
      return widen(read_client_hello(body));
    } else if constexpr (Is<M, ServerHello>) {
      return widen(read_server_hello(body));
    } else if constexpr (Is<M, Ready>) {
      return ControlMessage(Ready{});
    } else if constexpr (Is<M, ClipOffer>) {
      return read_offer(body);
    } else {
      M message;
      Reader reader(body);
      fields(reader, message);
      return reader.finish(std::move(message));
    }
  }
}

template <class M>
bool write(const M& message, Bytes& body) {
  if constexpr (Is<M, InputEdge>) {
    body.assign(message.event.begin(), message.event.end());
    return true;
  } else if constexpr (Is<M, ClientHello>) {
    write_client_hello(message, body);
    return true;
  } else if constexpr (Is<M, ServerHello>) {
    write_server_hello(message, body);
    return true;
  } else if constexpr (Is<M, Ready>) {
    return true;
  } else if constexpr (Is<M, ClipOffer>) {
    return write_offer(message, body);
  } else {
    Writer writer(body);
    fields(writer, message);
    return writer.valid();
  }
}

}  // namespace

Result<ControlMessage> decode(const Frame& frame) {
  Result<ControlMessage> result = fail(Errc::UnknownType, std::to_string(frame.type));
  any_message([&]<class M>() {
    if (kType<M>.v2 != frame.type) return false;
    result = read<M>(frame.body);
    return true;
  });
  return result;
}

bool encode(const ControlMessage& message, Bytes& out) {
  return std::visit(
      [&]<class M>(const M& m) {
        Bytes body;
        if (!write(m, body) || body.size() > kType<M>.bound) return false;
        put_varint(out, kType<M>.v2);
        put_varint(out, body.size());
        out.insert(out.end(), body.begin(), body.end());
        return true;
      },
      message);
}

}  // namespace pf::native::wire::v2
