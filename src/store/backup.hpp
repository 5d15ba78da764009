// One file that holds everything a host needs to be the same host again: the database, and beside
// it in the same file the identity. Itself a database, so that its checks are the database's own.
#pragma once

#include <vector>

#include "store/database.hpp"

namespace pf::store {

struct BackupFile {
  std::string name;     // without a folder
  std::string content;  // secret
};

// A consistent copy, whether a host uses the database now or not, and the files, as the new file
// `to` (0600). `to` must not exist. Complete and on disk, or not there at all. Any thread of its
// own.
Result<> write_backup(const std::filesystem::path& database, const std::filesystem::path& to,
                      const std::vector<BackupFile>& files);

// Checks all of `from` (damage, format, a schema that this version knows) and only then writes its
// database to `database`, a new file (0600). Returns the files.
Result<std::vector<BackupFile>> read_backup(const std::filesystem::path& from,
                                            const std::filesystem::path& database);

}  // namespace pf::store
