// Texts on their way through pipes, of programs that may be slow, endless or gone. One thread.
#pragma once

#include <poll.h>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace pf::clipboard {

// A text that is being read. Given up after a while, or when it is longer than kMaxTextBytes.
class PipeReader {
 public:
  // Reads from `fd`, which does not block.
  void begin(UniqueFd fd, SteadyTime now);
  void cancel() { fd_.reset(); }
  bool busy() const { return fd_.get() >= 0; }
  int fd() const { return fd_.get(); }
  SteadyTime deadline() const { return busy() ? deadline_ : SteadyTime::max(); }
  // Takes what is there. The text when it is complete and good_text(); busy() tells whether more is
  // to come.
  std::optional<std::string> read(SteadyTime now);

 private:
  UniqueFd fd_;
  SteadyTime deadline_{};
  std::string text_;
};

// Texts that are being written to whoever pastes. SIGPIPE must be ignored or blocked.
class PipeWriters {
 public:
  // More than a few at a time are turned away: their pipe is closed.
  void add(UniqueFd fd, std::shared_ptr<const std::string> text, SteadyTime now);
  void append(std::vector<pollfd>& polled) const;
  SteadyTime deadline() const;
  // Writes what the pipes take.
  void write(SteadyTime now);
  std::size_t size() const { return writers_.size(); }

 private:
  struct Writer {
    UniqueFd fd;
    std::shared_ptr<const std::string> text;
    std::size_t written = 0;
    SteadyTime deadline{};
  };
  std::list<Writer> writers_;
};

}  // namespace pf::clipboard
