// Rows of the application catalogue, covers, and what still has to be undone.
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
  std::string prepare_json;      // array of {"do": […], "undo": […]}
  std::string source;            // key in the library; empty = added by hand
  std::int64_t position = 0;
  std::string art_tag;        // of its cover; empty = none (read only)
  std::string second_client;  // apps::name(SecondClient); empty = as the host does
  bool hidden = false;        // from clients
};

// In the order in which they are shown.
Result<std::vector<AppRow>> load_apps(Database& database);
// Inserts, or replaces the row of that id.
Result<> save_app(Database& database, const AppRow& row);
Result<> save_apps(Database& database, const std::vector<AppRow>& rows);  // all or none
Result<> delete_app(Database& database, std::int64_t id);                 // and its cover

struct ArtRow {
  std::string type;  // "image/png"
  std::string tag;
  Bytes bytes;
};
Result<std::optional<ArtRow>> load_art(Database& database, std::int64_t app);
Result<> save_art(Database& database, std::int64_t app, const ArtRow& row);
Result<> delete_art(Database& database, std::int64_t app);

struct UndoRow {
  std::int64_t id = 0;
  std::string step_json;
};
// The newest first: the order of undoing.
Result<std::vector<UndoRow>> load_undos(Database& database);
Result<std::int64_t> add_undo(Database& database, const std::string& step_json);
Result<> forget_undo(Database& database, std::int64_t id);

}  // namespace pf::store
