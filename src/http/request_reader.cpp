#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/target.hpp"

namespace pf::http {
namespace beast = boost::beast;

struct RequestReader::Impl {
  explicit Impl(Limits l) : limits(l) { restart(); }
  void restart() {
    // Emplaced anew for every request: the library's parsers are for one message.
    parser.emplace();
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser->body_limit(limits.body_bytes);
    continue_told = false;
    used = false;
  }

  Limits limits;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser;
  std::string buffer;  // what the parser has not taken yet
  std::optional<Target> target;
  bool continue_told = false;
  bool used = false;  // the parser has taken something
};

namespace {

std::string text_of(beast::string_view view) {
  return {view.data(), view.size()};
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7F;
  });
}

}  // namespace

RequestReader::RequestReader(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::refuse(unsigned status, std::string text) {
  refusal_ = {status, std::move(text)};
  return Progress::Refused;
}

RequestReader::Progress RequestReader::feed(ByteSpan bytes) {
  auto& my = *impl_;
  my.buffer.append(as_text(bytes));
  while (!my.parser->is_done() && !my.buffer.empty()) {
    boost::system::error_code error;
    const auto taken =
        my.parser->put(boost::asio::const_buffer(my.buffer.data(), my.buffer.size()), error);
    my.used = my.used || taken > 0;
    my.buffer.erase(0, taken);
    if (error == beast::http::error::need_more) break;
    if (error == beast::http::error::header_limit)
      return refuse(431, "The request's head is too large.");
    if (error == beast::http::error::body_limit)
      return refuse(413, "The request's body is too large.");
    if (error) return refuse(400, "This is not an HTTP/1.1 request.");
    if (taken == 0) break;
  }
  // The library counts only what it could parse; a head without any line end is bounded here.
  if (!my.parser->is_header_done() && my.buffer.size() > my.limits.header_bytes)
    return refuse(431, "The request's head is too large.");
  return check();
}

RequestReader::Progress RequestReader::check() {
  auto& my = *impl_;
  if (!my.parser->is_done()) {
    if (my.parser->is_header_done() && !my.continue_told) {
      my.continue_told = true;
      if (beast::iequals(my.parser->get()[beast::http::field::expect], "100-continue"))
        return Progress::NeedContinue;
    }
    return Progress::NeedMore;
  }
  const auto& message = my.parser->get();
  my.target = parse_target(text_of(message.target()));
  if (!my.target) return refuse(400, "The request's target is malformed.");
  for (const auto& field : message)
    if (has_control(text_of(field.value())))
      return refuse(400, "A header holds control characters.");
  return Progress::Complete;
}

Request RequestReader::take() {
  auto& my = *impl_;
  PF_ASSERT(my.parser->is_done() && my.target);
  auto& message = my.parser->get();
  Request request;
  request.method = text_of(message.method_string());
  request.path = std::move(my.target->path);
  request.query = std::move(my.target->query);
  for (const auto& field : message)
    request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  request.body = std::move(message.body());
  my.target.reset();
  my.restart();
  return request;
}

bool RequestReader::keep_alive() const {
  return impl_->parser->get().keep_alive();
}
bool RequestReader::started() const {
  return impl_->used || !impl_->buffer.empty();
}
std::size_t RequestReader::buffered() const {
  return impl_->buffer.size();
}

}  // namespace pf::http
