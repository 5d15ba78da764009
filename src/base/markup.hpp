// Text between the tags and in the attributes of XML and HTML.
#pragma once

#include <string>

namespace pf {

// Appends one byte of UTF-8, so that it can end neither text nor a quoted attribute.
inline void append_escaped(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&apos;";  // known to XML and HTML 5
      return;
    default:
      out += c;
  }
}

}  // namespace pf
