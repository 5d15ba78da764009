// Files that survive a power cut: temp file in the same folder → flush → rename → flush the folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pf {

// The old content stays whole until the new one is complete and on disk. Removes its temp file on
// every error path. `mode`: permission bits. Worker or start-up thread (waits for the disk).
Result<> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                               unsigned mode);
// The whole file; an error when it is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);
// Makes the folder (and its parents) with 0700; an existing folder is left as it is.
Result<> make_private_folder(const std::filesystem::path& path);

}  // namespace pf
