// Counts the running streams of each certificate, so that an "until they disconnect" device can be
// let go of (trust-and-console.md 2.4). Control thread; marks may be dropped on any.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>

#include "base/event_loop.hpp"
#include "crypto/x509.hpp"

namespace pf::trust {

class StreamMarks {
 public:
  using Gone = std::function<void(const crypto::Fingerprint&)>;
  // `gone` runs on the control thread when the last mark of a certificate was dropped.
  StreamMarks(Executor& executor, Gone gone) : executor_(executor), gone_(std::move(gone)) {}
  StreamMarks(const StreamMarks&) = delete;
  StreamMarks& operator=(const StreamMarks&) = delete;

  [[nodiscard]] std::shared_ptr<void> mark(const crypto::Fingerprint& fingerprint);
  std::size_t count(const crypto::Fingerprint& fingerprint) const;
  // Looks whether the marks still exist; for whoever outlives them.
  std::weak_ptr<char> alive() const { return alive_; }

 private:
  Executor& executor_;
  const Gone gone_;
  std::map<crypto::Fingerprint, std::size_t> counts_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // marks may outlive this object
};

}  // namespace pf::trust
