// Hashing and checking passwords (argon2id), away from the control thread: one takes a tenth of a
// second and 64 MiB on purpose. Control thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.hpp"

namespace pf::webui {

// What one hash costs, in the library's terms.
struct PasswordCost {
  unsigned long long operations = 2;
  std::size_t memory_bytes = 64 * 1024 * 1024;
};

// The text form, with salt and cost; nothing when there is no memory for it. Worker or start-up
// thread.
std::optional<std::string> hash_password(const std::string& password, const PasswordCost& cost);
// False as well for a text that is no such hash. Worker or start-up thread.
bool password_fits(const std::string& hash, const std::string& password);

class PasswordDesk {
 public:
  static constexpr std::size_t kAtOnce = 1;   // a flood may not take the memory or the workers
  static constexpr std::size_t kWaiting = 8;  // beyond that it is busy

  explicit PasswordDesk(Executor& executor, PasswordCost cost = {});
  ~PasswordDesk();

  // Both answer on the control thread, unless the desk goes first. False: too many wait.
  bool hash(std::string password, std::function<void(std::optional<std::string>)> done);
  bool verify(std::string hash, std::string password, std::function<void(bool)> done);

 private:
  struct Shared;
  bool add(std::function<std::function<void()>()> work);
  static void next(const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
  PasswordCost cost_;
};

}  // namespace pf::webui
