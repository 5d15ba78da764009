// Rows of the application catalogue.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

struct AppRow {
  std::int64_t id = 0;
  std::string title;
  std::string command_json;  // array of strings
  std::string working_directory;
  std::string environment_json;  // object of strings
};

Result<std::vector<AppRow>> load_apps(Database& database);
Result<> insert_app(Database& database, const AppRow& row);
Result<> delete_app(Database& database, std::int64_t id);

}  // namespace pf::store
