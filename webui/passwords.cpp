#include "webui/passwords.hpp"

#include <sodium.h>

#include <array>
#include <deque>

#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

void wipe(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

std::optional<std::string> hash_password(const std::string& password, const PasswordCost& cost) {
  PF_ASSERT(sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.operations,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return std::nullopt;
  return std::string(text.data());
}

bool password_fits(const std::string& hash, const std::string& password) {
  PF_ASSERT(sodium_init() >= 0);
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  // The library wants the whole array behind the text.
  std::array<char, crypto_pwhash_STRBYTES> text{};
  hash.copy(text.data(), hash.size());
  return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

struct PasswordDesk::Shared {
  explicit Shared(Executor& e) : executor(e) {}
  Executor& executor;
  // Each does the work on a worker and gives back what is to happen on the control thread.
  std::deque<std::function<std::function<void()>()>> waiting;
  std::size_t running = 0;
};

PasswordDesk::PasswordDesk(Executor& executor, PasswordCost cost)
    : shared_(std::make_shared<Shared>(executor)), cost_(cost) {}
PasswordDesk::~PasswordDesk() = default;

bool PasswordDesk::hash(std::string password,
                        std::function<void(std::optional<std::string>)> done) {
  return add([password = std::move(password), cost = cost_, done = std::move(done)]() mutable {
    auto text = hash_password(password, cost);
    wipe(password);
    return [done = std::move(done), text = std::move(text)] { done(text); };
  });
}

bool PasswordDesk::verify(std::string hash, std::string password, std::function<void(bool)> done) {
  return add(
      [hash = std::move(hash), password = std::move(password), done = std::move(done)]() mutable {
        const bool fits = password_fits(hash, password);
        wipe(password);
        return [done = std::move(done), fits] { done(fits); };
      });
}

bool PasswordDesk::add(std::function<std::function<void()>()> work) {
  if (shared_->waiting.size() >= kWaiting) return false;
  shared_->waiting.push_back(std::move(work));
  next(shared_);
  return true;
}

void PasswordDesk::next(const std::shared_ptr<Shared>& shared) {
  if (shared->running >= kAtOnce || shared->waiting.empty()) return;
  ++shared->running;
  auto work =
      std::make_shared<std::function<std::function<void()>()>>(std::move(shared->waiting.front()));
  shared->waiting.pop_front();
  auto& executor = shared->executor;
  executor.work([&executor, work, weak = std::weak_ptr<Shared>(shared)] {
    auto finish = (*work)();
    executor.post([finish = std::move(finish), weak, work] {
      const auto alive = weak.lock();
      if (!alive) return;
      --alive->running;
      finish();
      next(alive);
    });
  });
}

}  // namespace pf::webui
