// What a session plays on: a display, its sound and the application between them. One session has
// it, or several that see the same picture. Control thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apps/catalogue.hpp"
#include "apps/step_runner.hpp"
#include "base/event_loop.hpp"
#include "base/process.hpp"
#include "display/display.hpp"
#include "session/front_end.hpp"
#include "session/sound_hub.hpp"

namespace pf::session {

struct Stage {
  SessionId id = 0;  // of the session that it was made for; names its sink and its processes
  apps::App app;
  std::vector<SessionId> seats;  // in the order in which they came; until they have ended
  SessionId owner = 0;           // the seat that may end the application for everybody
  bool over = false;             // nobody new: the last seat is ending

  // Opened once, kept while there is a seat.
  std::unique_ptr<display::Display> display;
  media::DisplayTarget target;  // as it was opened
  // Workers hold it while they change the display's mode or look at its target.
  std::shared_ptr<std::mutex> display_use = std::make_shared<std::mutex>();
  std::string display_name;
  std::shared_ptr<SoundHub> sound;
  audio::Speakers speakers = audio::Speakers::Stereo;
  bool sound_done = false;         // opened, or failed for good
  std::vector<std::string> notes;  // why a preferred back end was not used

  Process process;
  std::unique_ptr<Executor::Timer> app_watch;
  bool app_started = false;
  SteadyTime app_since{};
  bool preparing = false;  // a worker runs a command before the application, or starts it
  enum class Game : std::uint8_t { None = 1, Launching, Running, LetGo } game = Game::None;  // told
  std::vector<apps::UndoJournal::Left> undos;  // in the order in which they were done
};
using StagePtr = std::shared_ptr<Stage>;

}  // namespace pf::session
