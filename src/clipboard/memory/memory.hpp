// A clipboard that is nothing but memory: for generated pictures, and for tests, which play the
// programs of the desktop.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "clipboard/clipboard.hpp"

namespace pf::clipboard {

// What all sessions with generated pictures share. Any thread.
class MemoryBoard {
 public:
  // A program copies.
  void copy(const std::string& text);
  // What a program would paste.
  std::string text() const;
  // Until text() is `wanted` or the deadline passes.
  bool wait_for(const std::string& wanted, SteadyTime deadline) const;

  void attach(Listener& listener);
  void detach(Listener& listener);
  void paste(std::string text);  // from a client

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string text_;
  Listener* listener_ = nullptr;  // the newest session's
};

namespace memory {
Result<std::unique_ptr<Clipboard>> open(std::shared_ptr<MemoryBoard> board);
}

}  // namespace pf::clipboard
