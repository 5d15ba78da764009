#include "config/settings.hpp"

#include <fmt/format.h>

#include <charconv>

namespace pf::config {
namespace {

std::string default_of(const Definition& setting) {
  return setting.default_value;
}

// What a reader gets: the machine's own name stands in for an empty host name.
std::string in_force(const Definition& setting, std::string value) {
  if (std::string_view(setting.id) == kHostName.id && value.empty()) return system_host_name();
  return value;
}

}  // namespace

const char* name(Origin origin) {
  switch (origin) {
    case Origin::Default:
      return "default";
    case Origin::Stored:
      return "stored";
    case Origin::Environment:
      return "environment";
    case Origin::Flag:
      return "flag";
  }
  return "unknown";
}

Result<Settings> Settings::resolve(const Values& flags, const EnvironmentReader& environment,
                                   SettingsStore* store) {
  for (const auto& [id, value] : flags)
    if (find(id) == nullptr) return fail(Errc::UnknownSetting, id);

  Settings settings;
  settings.store_ = store;
  Values stored;
  if (store != nullptr) {
    auto loaded = store->load();
    if (!loaded) return pass(loaded);
    stored = std::move(*loaded);
  }

  for (const auto& setting : table()) {
    Current now;
    now.value = default_of(setting);
    if (const auto kept = stored.find(setting.id); kept != stored.end()) {
      auto value = canonical(setting, kept->second);
      if (value) {
        now.stored = *value;
        now.value = std::move(*value);
        now.origin = Origin::Stored;
      } else {
        settings.problems_.push_back(
            fmt::format("A stored setting is not used: {}. The default {} "
                        "is in force.",
                        value.error().context, now.value));
      }
    }
    const auto variable = environment_name(setting);
    if (const auto text = environment(variable)) {
      auto value = canonical(setting, *text);
      if (!value) return fail(Errc::BadValue, variable + ": " + value.error().context);
      now.value = std::move(*value);
      now.origin = Origin::Environment;
      now.pinned_by = variable;
    }
    if (const auto given = flags.find(setting.id); given != flags.end()) {
      auto value = canonical(setting, given->second);
      if (!value) return fail(Errc::BadValue, flag_name(setting) + ": " + value.error().context);
      now.value = std::move(*value);
      now.origin = Origin::Flag;
      now.pinned_by = flag_name(setting);
    }
    now.value = in_force(setting, std::move(now.value));
    settings.at_start_[setting.id] = now.value;
    settings.current_[setting.id] = std::move(now);
  }
  return settings;
}

const Current& Settings::current(std::string_view id) const {
  const auto found = current_.find(id);
  PF_ASSERT(found != current_.end());
  return found->second;
}

Current& Settings::slot(std::string_view id) {
  const auto found = current_.find(id);
  PF_ASSERT(found != current_.end());
  return found->second;
}

bool Settings::get(BoolKey key) const {
  return current(key.id).value == "true";
}

std::int64_t Settings::get(IntKey key) const {
  const auto& text = current(key.id).value;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  PF_ASSERT(parsed.ec == std::errc{});
  return number;
}

const std::string& Settings::get(TextKey key) const {
  return current(key.id).value;
}

bool Settings::restart_pending(std::string_view id) const {
  const auto* setting = find(id);
  PF_ASSERT(setting != nullptr);
  const auto started_with = at_start_.find(id);
  return setting->applies == Applies::Restart && started_with->second != current(id).value;
}

Result<> Settings::change(const Changes& changes) {
  Changes checked;
  for (const auto& [id, value] : changes) {
    const auto* setting = find(id);
    if (setting == nullptr) return fail(Errc::UnknownSetting, id);
    if (!value) {
      checked[id] = std::nullopt;
      continue;
    }
    auto text = canonical(*setting, *value);
    if (!text) return pass(text);
    checked[id] = std::move(*text);
  }
  if (store_ == nullptr) return fail(Errc::StoreFailed, "this host keeps no settings");
  if (auto stored = store_->store(checked); !stored) return stored;
  for (auto& [id, value] : checked) {
    auto& now = slot(id);
    now.stored = std::move(value);
    if (!now.pinned_by.empty()) continue;
    const auto& setting = *find(id);
    now.origin = now.stored ? Origin::Stored : Origin::Default;
    now.value = in_force(setting, now.stored.value_or(default_of(setting)));
  }
  return {};
}

}  // namespace pf::config
