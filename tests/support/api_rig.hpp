// Everything that the management API stands on: a real allow-list, desk and catalogue over a
// database in a temporary folder, and a session manager that opens nothing.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "store/database.hpp"
#include "support/fakes.hpp"
#include "support/temp_folder.hpp"
#include "trust/native_desk.hpp"
#include "webui/actions.hpp"
#include "webui/diagnostics.hpp"
#include "webui/event_bus.hpp"
#include "webui/frontend.hpp"

namespace pf::test {

class ApiRig {
 public:
  ApiRig() {
    database = std::move(*store::Database::open(std::filesystem::path(folder.path()) / "db"));
    allow_list = std::move(*trust::AllowList::open(*database, loop));
    catalogue.emplace(std::move(*apps::Catalogue::open(*database)));
    settings.emplace(std::move(*config::Settings::resolve(
        {{"fec_percent", "30"}},
        [](const std::string& name) {
          return name == "PUNKTFUNK_MDNS" ? std::optional<std::string>("off") : std::nullopt;
        },
        &settings_store)));
    status.version = "1.2.3";
    status.gamestream = true;
    status.ports = {47989, 47984, 48010, 47998, 47999, 48000};
    status.backends = {{"encode", "nvenc", false, "no NVIDIA driver is loaded"},
                       {"encode", "x264", true, ""}};
    status.encoder = "x264";
    status.probed_unix = 1'700'000'000;
    status.notices = {"Pictures are encoded on the processor."};
  }
  // What lives on the control thread ends there.
  ~ApiRig() {
    loop.run_sync([&] {
      desk.reset();
      native.reset();
      allow_list.reset();
    });
    loop.stop();
  }

  // Native clients are served: before deps().
  void serve_native() { native.emplace(loop, *allow_list); }

  webui::Deps deps() {
    return {loop,
            *allow_list,
            *desk,
            manager,
            *catalogue,
            identity(),
            *settings,
            *database,
            events,
            [this] { return status; },
            native ? &*native : nullptr,
            hooks()};
  }
  webui::Hooks hooks() {
    webui::Hooks hooks;
    hooks.change_settings = [this](const config::Changes& changes) -> Result<> {
      if (refuse_settings) return fail(config::Errc::StoreFailed, "the disk is full");
      return settings->change(changes);
    };
    hooks.probe_again = [this] { ++probes; };
    hooks.diagnostics = &diagnostics;
    hooks.actions = &actions;
    return hooks;
  }

  // One for all tests: making a key takes a while.
  static const crypto::Identity& identity() {
    static const auto made = std::move(*crypto::Identity::generate("rig"));
    return made;
  }

  // Runs on the control thread, where all of this lives.
  template <class F>
  auto on_control(F&& f) {
    std::optional<decltype(f())> result;
    loop.run_sync([&] { result.emplace(f()); });
    return std::move(*result);
  }

  // Until what the control thread posted to itself has run: such tasks are queued when the task
  // that posted them is over, which may be after run_sync has returned.
  void settle() {
    loop.run_sync([] {});
    loop.run_sync([] {});
  }

  trust::DeviceId pair(const std::string& name, char digit) {
    return on_control([&] {
      trust::Candidate candidate;
      candidate.fingerprint = std::string(64, digit);
      candidate.name = name;
      candidate.address = "192.168.1.20";
      return (*allow_list->approve(candidate))->id;
    });
  }

  // A client that waits for its PIN and then pairs when it was "1234".
  std::uint64_t knock(const std::string& address, char digit) {
    return on_control([&] {
      trust::PinRequest request;
      request.unique_id = "0123456789ABCDEF";
      request.fingerprint = std::string(64, digit);
      request.from = *net::Endpoint::parse(address, 50000);
      const auto id = std::make_shared<std::uint64_t>(0);
      *id = *desk->wait_for_pin(request, [this, id](trust::PinAnswer answer) {
        label = answer.label;
        if (answer.kind != trust::PinAnswer::Kind::Typed) return;
        const bool right = answer.pin == "1234";
        // As in a front end: the outcome follows later, when the client has proved the PIN.
        loop.post([this, id, right] {
          if (desk) desk->report(*id, right, right ? "TV is paired" : "the PIN was wrong");
        });
      });
      return *id;
    });
  }

  // A native device that waits for approval; how that ended goes to `knock_outcome`.
  std::uint32_t native_knock(const std::string& address, char digit, const std::string& name) {
    return on_control([&] {
      const auto from = *net::Endpoint::parse(address, 50000);
      return native->knocks()
          .knock({std::string(64, digit), name, from, trust::source_of(from)},
                 [this](trust::KnockOutcome outcome) { knock_outcome = outcome; })
          ->id;
    });
  }

  session::SessionId start_session(trust::DeviceId device) {
    return on_control([&] {
      session::SessionInfo info;
      info.id = manager.next_id++;
      info.state = session::State::Live;
      info.device = device;
      info.device_name = "TV";
      info.client_address = "192.168.1.20";
      info.app_id = catalogue->apps().front().id;
      info.app_title = "Desktop";
      info.encoder = "x264";
      info.frames_sent = 60;
      info.frames_per_second = 59.9;
      info.started_unix = unix_now();
      manager.sessions[info.id] = info;
      return info.id;
    });
  }

  class SettingsStore final : public config::SettingsStore {
   public:
    Result<config::Values> load() override { return config::Values{}; }
    Result<> store(const config::Changes&) override { return {}; }
  };

  class FakeDiagnostics final : public webui::Diagnostics {
   public:
    std::vector<webui::Check> checks() override { return list; }
    std::int64_t ran_unix() const override { return ran; }
    bool refresh(const std::string& id, std::function<void()> done) override {
      refreshed = id;
      if (id == "no_such") return false;
      done();
      return true;
    }
    std::vector<webui::Check> list;
    std::int64_t ran = 0;
    std::string refreshed;
  };

  class FakeActions final : public webui::Actions {
   public:
    void list(std::function<void(std::vector<webui::Action>)> done) override {
      done({{webui::kSleep, "No bus."},
            {webui::kReboot, ""},
            {webui::kShutDown, ""},
            {webui::kRestartHost, "", waiting ? 1'700'000'000 : 0}});
    }
    void start(const std::string& id, bool when_idle,
               std::function<void(webui::ActionOutcome)> done) override {
      started.emplace_back(id, when_idle);
      done(outcome);
    }
    bool withdraw_restart() override { return std::exchange(waiting, false); }
    std::vector<std::pair<std::string, bool>> started;
    webui::ActionOutcome outcome;
    bool waiting = false;
  };

  TempFolder folder;
  EventLoop loop;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<trust::AllowList> allow_list;
  std::optional<trust::PairingDesk> desk{std::in_place, loop};
  std::optional<trust::NativeDesk> native;
  FakeManager manager;
  webui::EventBus events;
  std::optional<apps::Catalogue> catalogue;
  SettingsStore settings_store;
  std::optional<config::Settings> settings;
  bool refuse_settings = false;
  unsigned probes = 0;
  FakeDiagnostics diagnostics;
  FakeActions actions;
  webui::StatusParts status;
  std::string label;  // of the last PIN
  std::optional<trust::KnockOutcome> knock_outcome;
};

}  // namespace pf::test
