// The settings' place in the database.
#pragma once

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

}  // namespace pf::app
