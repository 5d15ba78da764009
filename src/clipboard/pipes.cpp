#include "clipboard/pipes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "clipboard/clipboard.hpp"

namespace pf::clipboard {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMostWriters = 16, kPiece = 16 * 1024;

}  // namespace

void PipeReader::begin(UniqueFd fd, SteadyTime now) {
  fd_ = std::move(fd);
  deadline_ = now + kPatience;
  text_.clear();
}

std::optional<std::string> PipeReader::read(SteadyTime now) {
  if (!busy()) return std::nullopt;
  for (;;) {
    const auto held = text_.size();
    text_.resize(held + kPiece);
    const auto got = ::read(fd_.get(), text_.data() + held, kPiece);
    text_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      if (now >= deadline_) fd_.reset();
      return std::nullopt;
    }
    if (got > 0 && text_.size() <= kMaxTextBytes) continue;
    fd_.reset();
    if (got == 0 && good_text(text_)) return std::move(text_);
    return std::nullopt;
  }
}

void PipeWriters::add(UniqueFd fd, std::shared_ptr<const std::string> text, SteadyTime now) {
  if (writers_.size() >= kMostWriters || !text) return;
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0) return;
  writers_.push_back({std::move(fd), std::move(text), 0, now + kPatience});
}

void PipeWriters::append(std::vector<pollfd>& polled) const {
  for (const auto& writer : writers_) polled.push_back({writer.fd.get(), POLLOUT, 0});
}

SteadyTime PipeWriters::deadline() const {
  auto first = SteadyTime::max();
  for (const auto& writer : writers_) first = std::min(first, writer.deadline);
  return first;
}

void PipeWriters::write(SteadyTime now) {
  std::erase_if(writers_, [now](Writer& writer) {
    while (writer.written < writer.text->size()) {
      const auto put = ::write(writer.fd.get(), writer.text->data() + writer.written,
                               writer.text->size() - writer.written);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return errno != EAGAIN || now >= writer.deadline;
      writer.written += static_cast<std::size_t>(put);
    }
    return true;
  });
}

}  // namespace pf::clipboard
