#include "clipboard/memory/memory.hpp"

#include <utility>

namespace pf::clipboard {

void MemoryBoard::copy(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  text_ = text;
  changed_.notify_all();
  if (listener_ != nullptr && good_text(text)) listener_->on_text(text);
}

std::string MemoryBoard::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

bool MemoryBoard::wait_for(const std::string& wanted, SteadyTime deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return text_ == wanted; });
}

void MemoryBoard::attach(Listener& listener) {
  const std::scoped_lock lock(mutex_);
  listener_ = &listener;
  if (good_text(text_)) listener.on_text(text_);
}

void MemoryBoard::detach(Listener& listener) {
  const std::scoped_lock lock(mutex_);
  if (listener_ == &listener) listener_ = nullptr;
}

void MemoryBoard::paste(std::string text) {
  const std::scoped_lock lock(mutex_);
  text_ = std::move(text);
  changed_.notify_all();
}

namespace memory {
namespace {

class Board final : public Clipboard {
 public:
  explicit Board(std::shared_ptr<MemoryBoard> board) : board_(std::move(board)) {}
  ~Board() override { Board::stop(); }
  const char* name() const override { return "memory"; }
  void start(Listener& listener) override {
    listener_ = &listener;
    board_->attach(listener);
  }
  void stop() override {
    if (auto* const listener = std::exchange(listener_, nullptr)) board_->detach(*listener);
  }
  void set_text(std::string text) override {
    if (good_text(text)) board_->paste(std::move(text));
  }

 private:
  std::shared_ptr<MemoryBoard> board_;
  Listener* listener_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Clipboard>> open(std::shared_ptr<MemoryBoard> board) {
  return std::make_unique<Board>(std::move(board));
}

}  // namespace memory
}  // namespace pf::clipboard
