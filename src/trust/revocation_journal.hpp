// What was taken away from devices but could not be stored in the database, written down beside it,
// so that a restart does not give it back. Empty as long as the database takes everything. Control
// thread; each call waits for the disk.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "trust/device.hpp"

namespace pf::trust {

class RevocationJournal {
 public:
  struct Entry {
    DeviceId id = 0;
    bool revoked = true;  // else narrowed, to what follows
    std::int64_t revision = 0;
    bool disabled = false;
    Access access{};
    // Revoked: when, by whom and from where.
    std::int64_t unix_time = 0;
    std::string by = {}, from = {};
    bool operator==(const Entry&) const = default;
  };

  // In order of preference, on different file systems where there are such. The first one gets its
  // room while the disk still has some, so that it takes entries when the disk is full. None: there
  // is no journal.
  explicit RevocationJournal(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}

  // What every file holds. One that is there but cannot be read is an error, after which nobody may
  // be admitted: it would let in whom it names. Numbers of devices are never used again and
  // revisions only rise, so an entry that outlived its storing does no harm.
  Result<std::vector<Entry>> load() const;
  // Makes room in the first file. Not being able to is no error yet.
  void reserve() const;
  // Puts `entries` in the place of what was noted, in the first file that takes them. An error when
  // none does, or when there is none.
  Result<> write(const std::vector<Entry>& entries) const;
  // Everything is in the database now.
  void clear() const;

 private:
  std::vector<std::filesystem::path> files_;
};

}  // namespace pf::trust
