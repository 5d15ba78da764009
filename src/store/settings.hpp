// Stored settings: text by id. Meaning and checks are config's.
#pragma once

#include <map>

#include "store/database.hpp"

namespace pf::store {

Result<std::map<std::string, std::string>> load_settings(Database& database);
// All of them or none; an absent value deletes the setting (back to its default).
Result<> save_settings(Database& database,
                       const std::map<std::string, std::optional<std::string>>& changes);

}  // namespace pf::store
