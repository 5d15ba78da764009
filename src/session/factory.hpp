// Builds the session manager.
#pragma once

#include <memory>

#include "apps/step_runner.hpp"
#include "audio/source.hpp"
#include "capture/capture.hpp"
#include "clipboard/clipboard.hpp"
#include "display/display.hpp"
#include "encode/encoder.hpp"
#include "input/injector.hpp"
#include "session/manager.hpp"

namespace pf::session {

struct ManagerConfig {
  display::Options display;
  capture::Options capture;
  encode::Options encode;
  audio::Options audio;
  input::Options input;
  clipboard::Options clipboard;
  std::chrono::seconds grace{600};       // a detached session waits this long for its device
  std::chrono::seconds reservation{15};  // from reserve to attach
  std::chrono::milliseconds app_exit_grace{2000};
  std::size_t max_sessions = 32;
  apps::SecondClient second_client = apps::SecondClient::Separate;  // where an entry says nothing
  // Runs on a virtual display when the Desktop is launched; empty = nothing is started. argv.
  std::vector<std::string> demo;
  // Where commands that must be taken back are remembered; null = only in memory.
  apps::UndoJournal* journal = nullptr;
};

// `executor` must outlive the manager; call shutdown() before destroying it.
std::unique_ptr<Manager> make_manager(Executor& executor, ManagerConfig config);

}  // namespace pf::session
