// Finds out what this machine can do while the host streams already. On a thread of its own: the
// workers are for streams that open and end. Control thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/backend_status.hpp"
#include "base/event_loop.hpp"

namespace pf::app {

class Prober {
 public:
  struct Wish {
    session::ManagerConfig config;
    bool costly = false;
  };
  using Told = std::function<void(const BackendStatus&)>;
  // On the prober's thread; as probe_all_back_ends().
  using Probe =
      std::function<BackendStatus(const Wish&, const Told& so_far, const std::stop_token&)>;
  static BackendStatus probe_this_machine(const Wish& wish, const Told& so_far,
                                          const std::stop_token& stop);

  // `so_far`: what the running probe knows already; `found`: all of it. Control thread.
  Prober(Executor& executor, Told so_far, Told found, Probe probe = probe_this_machine);
  // Waits for the format that is being tried. Nobody is told any more.
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // One probe at a time; of what is asked for meanwhile only the newest follows. `done` runs after
  // `found` of the probe that answers this wish or a newer one.
  void ask(Wish wish, std::function<void()> done = {});

 private:
  using Waiting = std::vector<std::function<void()>>;
  void begin();
  void run(const std::weak_ptr<bool>& alive, const Wish& wish, const Waiting& waiting,
           const std::stop_token& stop);

  Executor& executor_;
  const Told so_far_, found_;
  const Probe probe_;
  std::optional<Wish> next_;
  Waiting waiting_;  // for next_
  bool running_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::jthread thread_;
};

}  // namespace pf::app
