#include "app/stored_settings.hpp"

namespace pf::app {

Result<SettingsAtRest> settings_at_rest(const config::Paths& paths,
                                        const config::EnvironmentReader& environment,
                                        bool without_database) {
  SettingsAtRest found;
  std::error_code error;
  if (const auto file = paths.state / "punktfunk.db"; std::filesystem::exists(file, error)) {
    if (auto opened = store::Database::open(file)) {
      found.database = std::move(*opened);
      found.stored = std::make_unique<StoredSettings>(*found.database);
    } else if (without_database) {
      found.unreadable = opened.error().message();
    } else {
      return pass(opened);
    }
  }
  auto settings = config::Settings::resolve({}, environment, found.stored.get());
  if (!settings) return pass(settings);
  found.settings = std::move(*settings);
  return found;
}

}  // namespace pf::app
