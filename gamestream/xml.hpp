// The XML of the GameStream API (gamestream.md 2.1): status in the root's attributes, no white
// space between elements, every element with text or elements, never both. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pf::gamestream {

// Text that is safe between tags and in attributes: &, <, >, quotes escaped, invalid UTF-8 and
// characters that XML 1.0 forbids replaced by U+FFFD.
std::string xml_text(std::string_view text);

class XmlReply {
 public:
  explicit XmlReply(unsigned status_code = 200, std::string_view status_message = {});
  XmlReply& attribute(std::string_view name,
                      std::string_view value);  // of the root; before elements
  XmlReply& element(std::string_view name, std::string_view value);
  XmlReply& element(std::string_view name, std::int64_t value);
  XmlReply& begin(std::string_view name);
  XmlReply& end(std::string_view name);
  std::string str() const;

 private:
  std::string attributes_;
  std::string elements_;
};

}  // namespace pf::gamestream
