// What may be launched. A Desktop entry always exists. Control thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/art.hpp"
#include "apps/second_client.hpp"
#include "base/result.hpp"

namespace pf::store {
class Database;
}

namespace pf::apps {

enum class Errc { UnknownApp = 1, StartFailed, BadEntry, StoreFailed };
const char* error_room(Errc);
const char* error_text(Errc);

// Something that runs before an application starts, and what takes it back afterwards.
struct Step {
  std::vector<std::string> run;   // argv
  std::vector<std::string> undo;  // argv; empty = nothing is to be taken back
  bool operator==(const Step&) const = default;
};

struct App {
  std::uint32_t id = 0;  // 1…2147483647, stable and unique (gamestream.md 2.6)
  std::string title;
  std::vector<std::string> command;  // argv; empty = nothing is started (Desktop)
  std::string working_directory;     // empty = the home folder
  std::map<std::string, std::string> environment;
  std::vector<Step> prepare;  // in order; undone in the opposite order
  std::string source;         // where the library found it: "steam:570"; empty = added by hand
  std::string art;            // changes with its cover; empty = it has none
  std::optional<SecondClient> second_client;  // absent = as the host does
  // Left out of the lists that clients see. It can still be started by whoever knows its id (a
  // shortcut made before, a command line) and resumed: hiding is order, not a lock.
  bool hidden = false;
  bool operator==(const App&) const = default;
};

class Catalogue {
 public:
  static Result<Catalogue> open(store::Database& database);
  const std::vector<App>& apps() const { return apps_; }  // the Desktop first
  const App* find(std::uint32_t id) const;
  // What a client is shown: those that are not hidden, and the one that it runs (`running`, an id;
  // 0 = none), which it must find to come back to it.
  std::vector<App> shown(std::uint32_t running) const;
  // Adds an application under a new stable id.
  Result<App> add(App app);
  // All of them or none.
  Result<std::vector<App>> add_all(std::vector<App> apps);
  // Replaces everything but id, source and cover. The Desktop keeps its empty command, and no other
  // may have one; it cannot be hidden, so that no client sees an empty list.
  Result<App> change(App app);
  Result<> remove(std::uint32_t id);  // the Desktop entry cannot be removed
  // `ids`: each application but the Desktop, exactly once.
  Result<> reorder(const std::vector<std::uint32_t>& ids);

  // The cover; Errc::UnknownApp also when it has none.
  Result<Art> art(std::uint32_t id) const;
  Result<> set_art(std::uint32_t id, const Art& art);
  Result<> remove_art(std::uint32_t id);

 private:
  explicit Catalogue(store::Database& database) : database_(&database) {}
  App* entry(std::uint32_t id);
  Result<> load();
  store::Database* database_;
  std::vector<App> apps_;
};

inline constexpr const char* kDesktopTitle = "Desktop";

}  // namespace pf::apps
