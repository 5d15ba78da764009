// The clipboard of a stream: opened by the first wish to share it, and forwarded only while the
// client wants it and its device may.
#include "session/stream.hpp"

namespace pf::session {

bool StreamImpl::may_share_clipboard() const noexcept {
  return (lease_->grants().load(std::memory_order_acquire) & trust::grant::kClipboard) != 0;
}

// Under clipboard_mutex_, so that what is told keeps its order.
void StreamImpl::tell_clipboard(ClipboardState state) noexcept {
  clipboard_told_ = state;
  peer_->on_clipboard_state(state);
  if (state == ClipboardState::Shared && !desktop_text_.empty()) peer_->on_clipboard(desktop_text_);
}

void StreamImpl::share_clipboard(bool on) noexcept {
  if (!gate_.open()) return;
  bool open = false;
  {
    const std::scoped_lock lock(clipboard_mutex_);
    clipboard_wanted_ = on;
    clipboard_told_.reset();
    if (!on || clipboard_closed_) return;
    if (!may_share_clipboard())
      tell_clipboard(ClipboardState::NotPermitted);
    else if (clipboard_)
      tell_clipboard(ClipboardState::Shared);
    else if (clipboard_opening_ == Opening::Done)
      tell_clipboard(ClipboardState::Unavailable);
    else
      open = open_clipboard();
  }
  if (open) want_clipboard_();
}

// Under clipboard_mutex_: whether it is now time to ask for it. Once, and when there is a desktop.
bool StreamImpl::open_clipboard() noexcept {
  return desktop_open_ && std::exchange(clipboard_opening_, Opening::Asked) == Opening::No;
}

void StreamImpl::desktop_is_open() {
  bool open = false;
  {
    const std::scoped_lock lock(clipboard_mutex_);
    desktop_open_ = true;
    open = clipboard_wanted_ && may_share_clipboard() && !clipboard_closed_ && open_clipboard();
  }
  if (open) want_clipboard_();
}

void StreamImpl::start_clipboard(Result<std::unique_ptr<clipboard::Clipboard>> made) {
  std::shared_ptr<clipboard::Clipboard> clipboard;
  if (made) clipboard = std::move(*made);
  // Another worker may close the stream: it stops a clipboard that has started, or the start finds
  // it closed.
  const std::scoped_lock life(clipboard_life_);
  {
    const std::scoped_lock lock(clipboard_mutex_);
    clipboard_opening_ = Opening::Done;
    if (clipboard_closed_) return;
    clipboard_ = clipboard;
    if (clipboard_wanted_)
      tell_clipboard(!clipboard_              ? ClipboardState::Unavailable
                     : !may_share_clipboard() ? ClipboardState::NotPermitted
                                              : ClipboardState::Shared);
  }
  if (clipboard) clipboard->start(*this);
}

void StreamImpl::close_clipboard() {
  const std::scoped_lock life(clipboard_life_);
  std::shared_ptr<clipboard::Clipboard> clipboard;
  {
    const std::scoped_lock lock(clipboard_mutex_);
    clipboard_closed_ = true;
    clipboard_wanted_ = false;
    desktop_text_.clear();
    clipboard = std::exchange(clipboard_, nullptr);
  }
  if (clipboard) clipboard->stop();
}

void StreamImpl::clipboard_grant_changed() noexcept {
  bool open = false;
  {
    const std::scoped_lock lock(clipboard_mutex_);
    if (!clipboard_wanted_ || clipboard_closed_) return;
    const auto state =
        may_share_clipboard() ? ClipboardState::Shared : ClipboardState::NotPermitted;
    if (state == ClipboardState::NotPermitted || clipboard_) {
      if (clipboard_told_ != state) tell_clipboard(state);
    } else {
      open = open_clipboard();
    }
  }
  if (open) want_clipboard_();
}

void StreamImpl::set_clipboard(std::string text) noexcept {
  std::shared_ptr<clipboard::Clipboard> clipboard;
  {
    const std::scoped_lock lock(clipboard_mutex_);
    if (!clipboard_wanted_ || !gate_.open() || !may_share_clipboard()) return;
    clipboard = clipboard_;
    // It will not be told again when the grant comes back.
    if (clipboard) desktop_text_.clear();
  }
  if (clipboard) clipboard->set_text(std::move(text));
}

// A program has copied something.
void StreamImpl::on_text(std::string text) noexcept {
  const std::scoped_lock lock(clipboard_mutex_);
  if (clipboard_closed_) return;
  desktop_text_ = text;
  if (clipboard_wanted_ && gate_.open() && may_share_clipboard())
    peer_->on_clipboard(std::move(text));
}

}  // namespace pf::session
