// A private folder for a child of ours: sockets, configuration, log. Removed when dropped.
#pragma once

#include <optional>
#include <string>

#include "base/process.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf {

class RuntimeFolder {
 public:
  // Creates <parent>/<tag> with mode 0700, replacing a left-over of the same name; `parent` is
  // created with 0700 when missing. With an owner (only root can) the folder belongs to that
  // account, and lies below /run/punktfunk instead when that account could not reach `parent`.
  // Folders that a killed process left there are removed on the way.
  static Result<RuntimeFolder> create(const std::string& parent, const std::string& tag,
                                      const std::optional<Account>& owner);
  RuntimeFolder(RuntimeFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), mark_(std::move(other.mark_)) {}
  RuntimeFolder& operator=(RuntimeFolder&&) = delete;
  ~RuntimeFolder();

  const std::string& path() const { return path_; }
  // Creates or replaces a file in the folder, readable by its owner account.
  Result<> write(const std::string& name, const std::string& content) const;
  // The last `count` lines of a file in the folder; empty when it cannot be read.
  std::string tail(const std::string& name, std::size_t count) const;

 private:
  explicit RuntimeFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
  UniqueFd mark_;  // a lock that ends with this process: the folder is in use
};

}  // namespace pf
