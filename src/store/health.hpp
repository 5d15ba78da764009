// Whether a database file is sound, looked at beside whoever uses it.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace pf::store {

// Any thread; reads the whole file through a connection of its own that changes nothing.
// Errc::Unreadable says what SQLite found.
Result<> quick_check(const std::filesystem::path& file);

}  // namespace pf::store
