// Texts that leave the machine: what identifies people, devices and networks is taken out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pf::webui {

// Replaces addresses (IPv4, IPv6, MAC; loopback stays), hexadecimal texts of 16 digits and more
// (certificates, tokens), the names of home folders, and each of `names` (device and host names;
// shorter than 3 bytes are left alone, because they would hit ordinary words). Equal texts get
// equal stand-ins, so that a story can still be followed. Keeps its memory between calls.
class Redactor {
 public:
  explicit Redactor(std::vector<std::string> names = {});
  std::string operator()(std::string_view text);

 private:
  std::string stand_in(const char* kind, std::string_view original);
  std::vector<std::string> names_;                              // longest first
  std::vector<std::pair<std::string, std::string>> stand_ins_;  // original → stand-in
};

}  // namespace pf::webui
