#include "gamestream/launch.hpp"

#include <algorithm>

namespace pf::gamestream {
namespace {

// gamestream.md 9, pending launch.
constexpr std::chrono::seconds kWait{10};

}  // namespace

struct Launches::Impl {
  struct Entry {
    TicketPtr ticket;
    std::function<void()> expired;
    std::unique_ptr<Executor::Timer> timer;
  };
  Executor& executor;
  std::vector<Entry> entries;

  void drop_stopped() {
    std::erase_if(entries, [](const Entry& e) { return e.ticket->lease->stopped(); });
  }
  void expire(const LaunchTicket* ticket) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& e) { return e.ticket.get() == ticket; });
    if (it == entries.end()) return;
    auto entry = std::move(*it);
    entries.erase(it);
    if (entry.expired) entry.expired();
  }
};

Launches::Launches(Executor& executor) : impl_(new Impl{executor, {}}) {}
Launches::~Launches() = default;

void Launches::add(TicketPtr ticket, std::function<void()> expired) {
  impl_->drop_stopped();
  std::erase_if(impl_->entries, [&](const Impl::Entry& e) {
    return e.ticket->session == ticket->session ||
           e.ticket->lease->device() == ticket->lease->device();
  });
  const auto* const raw = ticket.get();
  auto timer = impl_->executor.after(kWait, [impl = impl_.get(), raw] { impl->expire(raw); });
  impl_->entries.push_back({std::move(ticket), std::move(expired), std::move(timer)});
}

void Launches::remove(session::SessionId session) {
  std::erase_if(impl_->entries, [&](const Impl::Entry& e) { return e.ticket->session == session; });
}

std::vector<TicketPtr> Launches::waiting() const {
  impl_->drop_stopped();
  std::vector<TicketPtr> tickets;
  for (const auto& entry : impl_->entries) tickets.push_back(entry.ticket);
  return tickets;
}

}  // namespace pf::gamestream
