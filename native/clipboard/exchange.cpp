#include "native/clipboard/exchange.hpp"

#include <algorithm>
#include <utility>

namespace pf::native::clipboard {
namespace {

using pf::clipboard::good_text;
using pf::clipboard::kMaxTextBytes;

// What text is called on the wire, best first.
constexpr std::string_view kKinds[] = {"text/plain;charset=utf-8", "text/plain"};
constexpr std::size_t kMostServed = 8;      // fetches of the peer at a time
constexpr std::size_t kPiece = 128 * 1024;  // of a text, per write

bool is_text(std::string_view kind) {
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

}  // namespace

Exchange::Exchange(quic::Connection& connection, wire::Generation generation, wire::End reads,
                   Hooks hooks)
    : connection_(connection), generation_(generation), reads_(reads), hooks_(std::move(hooks)) {}
Exchange::~Exchange() = default;

void Exchange::allow(bool on) {
  if (std::exchange(allowed_, on) == on) return;
  if (on) return announce();
  text_.reset();
  cancel_fetch();
  for (const auto& [stream, served] : std::exchange(served_, {})) cancel(stream);
}

void Exchange::offer(std::string text) {
  text_ = good_text(text) ? std::make_shared<const std::string>(std::move(text)) : nullptr;
  ++seq_;  // what was offered before is stale
  announce();
}

void Exchange::announce() {
  if (!allowed_ || !text_) return;
  wire::ClipOffer offer;
  offer.seq = seq_;
  offer.formats.push_back({std::string(kKinds[0]), text_->size()});
  hooks_.send(offer);
  ++counts_.offered;
}

// -- our text, fetched by the peer
// -----------------------------------------------------------------

void Exchange::on_opened(quic::StreamId stream) {
  if (served_.size() >= kMostServed) return cancel(stream);
  served_.emplace(stream, Served(wire::ControlReader(generation_, reads_)));
}

void Exchange::serve(quic::StreamId stream, Served& served, const wire::ClipFetch& ask) {
  served.answered = true;
  wire::ClipFetchHeader header;
  if (!allowed_)
    header.status = wire::ClipStatus::Denied;
  else if (ask.seq != seq_ || !text_)
    header.status = wire::ClipStatus::Stale;
  else if (ask.file_index != wire::kNoFile || !is_text(ask.mime))
    header.status = wire::ClipStatus::Unavailable;
  else
    served.text = text_;
  if (served.text) header.total = served.text->size();
  ++(served.text ? counts_.served : counts_.refused);
  Bytes frame;
  if (!wire::encode(generation_, header, frame) ||
      !connection_.write(stream, frame, served.text == nullptr))
    return cancel(stream);
  if (served.text) push(stream, served);
}

void Exchange::push(quic::StreamId stream, Served& served) {
  while (served.text && served.written < served.text->size()) {
    const auto left = served.text->size() - served.written;
    const auto count = std::min({left, kPiece, connection_.write_room(stream)});
    if (count == 0) return;  // on_writable() goes on
    const ByteSpan piece(reinterpret_cast<const std::uint8_t*>(served.text->data()),
                         left + served.written);
    if (!connection_.write(stream, piece.subspan(served.written, count), count == left)) return;
    served.written += count;
  }
}

void Exchange::on_writable(quic::StreamId stream) {
  if (const auto found = served_.find(stream); found != served_.end()) push(stream, found->second);
}

void Exchange::cancel(quic::StreamId stream) {
  connection_.stop(stream, wire::stream_code::kClipboardCancelled);
  connection_.reset(stream, wire::stream_code::kClipboardCancelled);
}

// -- the peer's text, fetched by us
// ----------------------------------------------------------------

void Exchange::on_offer(const wire::ClipOffer& offer) {
  if (!allowed_) return;
  // The newest wins; numbers wrap.
  if (peer_seq_ && static_cast<std::int32_t>(offer.seq - *peer_seq_) <= 0) return;
  peer_seq_ = offer.seq;
  cancel_fetch();
  const wire::ClipFormat* best = nullptr;
  for (const auto kind : kKinds)
    for (const auto& format : offer.formats)
      if (best == nullptr && format.mime == kind) best = &format;
  // The size is a hint, 0 = not known.
  if (best == nullptr || best->size > kMaxTextBytes) return;
  const auto stream = connection_.open_bidi();
  if (!stream) return;
  Bytes ask;
  wire::encode_stream_type(generation_, wire::stream_type::kTransfer, ask);
  if (!wire::encode(generation_, wire::ClipFetch{offer.seq, wire::kNoFile, best->mime}, ask) ||
      !connection_.write(*stream, ask, true))
    return cancel(*stream);
  fetch_.emplace(Fetch{*stream, wire::ControlReader(generation_, reads_), {}, {}});
}

void Exchange::cancel_fetch() {
  if (fetch_) cancel(std::exchange(fetch_, std::nullopt)->stream);
}

void Exchange::read_fetch(ByteSpan bytes, bool fin) {
  auto& fetch = *fetch_;
  if (!fetch.total) {
    auto frame = fetch.reader.next(bytes);
    if (!frame) return cancel_fetch();
    if (!*frame) {
      if (fin) fetch_.reset();
      return;
    }
    const auto& message = (*frame)->message;
    const auto* header = message ? std::get_if<wire::ClipFetchHeader>(&*message) : nullptr;
    if (header == nullptr || header->status != wire::ClipStatus::Ok ||
        header->total > kMaxTextBytes)
      return cancel_fetch();
    fetch.total = header->total;
  }
  if (fetch.text.size() + bytes.size() > *fetch.total) return cancel_fetch();
  fetch.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!fin) return;
  const bool whole = fetch.text.size() == *fetch.total;
  auto text = std::move(fetch.text);
  fetch_.reset();
  if (!whole || !good_text(text)) return;
  ++counts_.fetched;
  hooks_.received(std::move(text));
}

// -- streams
// ---------------------------------------------------------------------------------------

void Exchange::on_data(quic::StreamId stream, ByteSpan bytes, bool fin) {
  if (fetch_ && fetch_->stream == stream) return read_fetch(bytes, fin);
  const auto found = served_.find(stream);
  if (found == served_.end() || found->second.answered) return;
  auto frame = found->second.reader.next(bytes);
  if (frame && !*frame && !fin) return;
  const auto* ask = frame && *frame && (*frame)->message
                        ? std::get_if<wire::ClipFetch>(&*(*frame)->message)
                        : nullptr;
  if (ask != nullptr) return serve(stream, found->second, *ask);
  served_.erase(found);
  cancel(stream);
}

void Exchange::on_gone(quic::StreamId stream) {
  served_.erase(stream);
  if (fetch_ && fetch_->stream == stream) fetch_.reset();
}

}  // namespace pf::native::clipboard
