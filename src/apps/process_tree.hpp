// The processes of one session, wherever they went: launchers fork, leave their process group and
// end before the game does. Each is recognised by a variable that it inherits.
#pragma once

#include <chrono>
#include <string>

namespace pf::apps {

// The variable; its value is unique to a session of a run of the host.
inline constexpr const char* kSessionVariable = "PUNKTFUNK_SESSION";

// Any thread but the control thread: reads /proc, and looks again for up to 0.2 s while a process
// shows nothing yet (it is becoming another program).
bool session_runs(const std::string& mark);
// SIGTERM to all of them, after `grace` SIGKILL to what is left.
void end_session_processes(const std::string& mark, std::chrono::milliseconds grace);

}  // namespace pf::apps
