#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/target.hpp"

namespace pf::http {
namespace beast = boost::beast;

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

struct RequestReader::Impl {
  explicit Impl(Limits l) : limits(std::move(l)) { restart(); }
  void restart() {
    // Emplaced anew for every request: the library's parsers are for one message.
    parser.emplace();
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser->body_limit(std::max(limits.body_bytes, limits.large_body_bytes));
    body_limit.reset();
    continue_told = false;
    used = false;
  }

  // What is known of a request before its body.
  Request head(Target&& at) const {
    const auto& message = parser->get();
    Request request;
    request.method = text_of(message.method_string());
    request.path = std::move(at.path);
    request.query = std::move(at.query);
    for (const auto& field : message)
      request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
    return request;
  }

  Limits limits;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser;
  std::string buffer;  // what the parser has not taken yet
  std::optional<Target> target;
  std::optional<std::size_t> body_limit;  // of the request at hand, once its head is there
  bool continue_told = false;
  bool used = false;  // the parser has taken something
};

RequestReader::RequestReader(Limits limits) : impl_(std::make_unique<Impl>(std::move(limits))) {}
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
    const bool hungry = error == beast::http::error::need_more;
    if (error == beast::http::error::header_limit)
      return refuse(431, "The request's head is too large.");
    if (error == beast::http::error::body_limit)
      return refuse(413, "The request's body is too large.");
    if (error && !hungry) return refuse(400, "This is not an HTTP/1.1 request.");
    if (my.parser->is_header_done() && !body_fits())
      return refuse(413, "The request's body is too large.");
    if (hungry || taken == 0) break;
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

bool RequestReader::body_fits() {
  auto& my = *impl_;
  const auto announced = my.parser->content_length().value_or(0);
  if (!my.body_limit) {
    my.body_limit = my.limits.body_bytes;
    auto target = parse_target(text_of(my.parser->get().target()));
    if (announced > my.limits.body_bytes && my.limits.large_body && target) {
      auto head = my.head(std::move(*target));
      if (my.limits.large_body(head)) my.body_limit = my.limits.large_body_bytes;
    }
  }
  return announced <= *my.body_limit && my.parser->get().body().size() <= *my.body_limit;
}

Request RequestReader::take() {
  auto& my = *impl_;
  PF_ASSERT(my.parser->is_done() && my.target);
  auto request = my.head(std::move(*my.target));
  request.body = std::move(my.parser->get().body());
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

}  // namespace pf::http
