#include "gamestream/xml.hpp"

#include <fmt/format.h>

#include "base/markup.hpp"

namespace pf::gamestream {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The length of the well-formed UTF-8 character at the front that XML 1.0 allows; 0 otherwise.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r' ? 1 : 0;
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, value = lead & 0x1FU, smallest = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, value = lead & 0x0FU, smallest = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, value = lead & 0x07U, smallest = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  const bool usable =
      value >= smallest && value <= 0x10FFFF && !surrogate && value != 0xFFFE && value != 0xFFFF;
  return usable ? length : 0;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    for (const char byte : text.substr(0, length)) append_escaped(out, byte);
    text.remove_prefix(length);
  }
  return out;
}

XmlReply::XmlReply(unsigned status_code, std::string_view status_message) {
  attribute("status_code", std::to_string(status_code));
  if (!status_message.empty()) attribute("status_message", status_message);
}

XmlReply& XmlReply::attribute(std::string_view name, std::string_view value) {
  attributes_ += fmt::format(" {}=\"{}\"", name, xml_text(value));
  return *this;
}
XmlReply& XmlReply::element(std::string_view name, std::string_view value) {
  elements_ += fmt::format("<{}>{}</{}>", name, xml_text(value), name);
  return *this;
}
XmlReply& XmlReply::element(std::string_view name, std::int64_t value) {
  return element(name, std::string_view(std::to_string(value)));
}
XmlReply& XmlReply::begin(std::string_view name) {
  elements_ += fmt::format("<{}>", name);
  return *this;
}
XmlReply& XmlReply::end(std::string_view name) {
  elements_ += fmt::format("</{}>", name);
  return *this;
}

std::string XmlReply::str() const {
  const std::string head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root" + attributes_;
  return elements_.empty() ? head + "/>" : head + ">" + elements_ + "</root>";
}

}  // namespace pf::gamestream
