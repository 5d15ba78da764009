// What may be launched. A Desktop entry always exists. Control thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pf::store {
class Database;
}

namespace pf::apps {

enum class Errc { UnknownApp = 1, StartFailed, BadEntry, StoreFailed };
const char* error_room(Errc);
const char* error_text(Errc);

struct App {
  std::uint32_t id = 0;  // 1…2147483647, stable and unique (gamestream.md 2.6)
  std::string title;
  std::vector<std::string> command;  // argv; empty = nothing is started (Desktop)
  std::string working_directory;     // empty = the home folder
  std::map<std::string, std::string> environment;
  bool operator==(const App&) const = default;
};

class Catalogue {
 public:
  static Result<Catalogue> open(store::Database& database);
  const std::vector<App>& apps() const { return apps_; }
  const App* find(std::uint32_t id) const;
  // Adds an application under a new stable id.
  Result<App> add(App app);
  Result<> remove(std::uint32_t id);  // the Desktop entry cannot be removed

 private:
  explicit Catalogue(store::Database& database) : database_(&database) {}
  store::Database* database_;
  std::vector<App> apps_;
};

inline constexpr const char* kDesktopTitle = "Desktop";

}  // namespace pf::apps
