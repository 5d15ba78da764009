// The settings' place in the database.
#pragma once

#include <memory>
#include <optional>

#include "config/paths.hpp"
#include "config/settings.hpp"
#include "store/settings.hpp"

namespace pf::app {

class StoredSettings final : public config::SettingsStore {
 public:
  explicit StoredSettings(store::Database& database) : database_(database) {}
  Result<config::Values> load() override { return store::load_settings(database_); }
  Result<> store(const config::Changes& changes) override {
    return store::save_settings(database_, changes);
  }

 private:
  store::Database& database_;
};

// The settings as a host that is started now would find them, and what they were read from.
struct SettingsAtRest {
  std::unique_ptr<store::Database> database;  // null: no host has run here yet
  std::unique_ptr<StoredSettings> stored;
  std::optional<config::Settings> settings;
  std::string unreadable;  // why the database was left out; empty = it was not
};
// For commands that work without a running host. A database that cannot be read is left out when
// `without_database` allows that, else an error.
Result<SettingsAtRest> settings_at_rest(const config::Paths& paths,
                                        const config::EnvironmentReader& environment,
                                        bool without_database = false);

}  // namespace pf::app
