// Where what was taken away from devices is written down while the database takes nothing.
#pragma once

#include <algorithm>
#include <vector>

#include "config/paths.hpp"

namespace pf::app {

// In order of preference, each once: beside the database, then folders that may be on other file
// systems. See trust::RevocationJournal.
inline std::vector<std::filesystem::path> revocation_journals(const config::Paths& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : {paths.state, paths.config, paths.runtime}) {
    auto file = folder / "revocations.journal";
    if (std::find(files.begin(), files.end(), file) == files.end())
      files.push_back(std::move(file));
  }
  return files;
}

}  // namespace pf::app
