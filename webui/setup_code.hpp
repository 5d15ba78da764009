// The one-time code that claims a new host: whoever can read this machine's log or its private
// folder is the operator. Control thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pf::webui {

inline constexpr const char* kSetupCodeFile = "setup-code";

class SetupCode {
 public:
  // Makes a code and writes it to `setup-code` in `folder` (0600). Waits for the disk.
  static Result<SetupCode> make(const std::filesystem::path& folder);
  // Removes what an earlier run left.
  static void remove(const std::filesystem::path& folder);

  // "7K2M-9QXD"
  const std::string& text() const { return text_; }
  const std::filesystem::path& file() const { return file_; }
  // Small letters, spaces and hyphens do not matter, and letters that look like digits are taken
  // as those. The time taken does not depend on the code.
  bool fits(std::string_view typed) const;

 private:
  SetupCode(std::string text, std::filesystem::path file)
      : text_(std::move(text)), file_(std::move(file)) {}
  std::string text_;
  std::filesystem::path file_;
};

}  // namespace pf::webui
