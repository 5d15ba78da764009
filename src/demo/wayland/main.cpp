// punktfunk-demo: shows that picture, keyboard and mouse of a session work.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>

#include "demo/event_log.hpp"
#include "demo/scene.hpp"
#include "demo/wayland/window.hpp"

namespace {

constexpr int kFailed = 1, kUsage = 2;

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this host";
}

int run(int argc, char** argv) {
  CLI::App app("Shows a moving picture and the input that arrives, full screen on Wayland.",
               "punktfunk-demo");
  pf::demo::SceneOptions scene_options;
  pf::demo::WindowOptions window_options;
  std::string log_path;
  app.add_flag("--still", scene_options.still, "nothing moves; only input changes the picture");
  app.add_flag("--stamp", scene_options.stamp,
               "a machine-readable frame number and time in the top left corner");
  app.add_option("--frames", window_options.frames, "leave after this many frames");
  app.add_option("--log", log_path, "append one JSON line for each input event to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  pf::demo::EventLog log;
  if (!log_path.empty()) {
    auto opened = pf::demo::EventLog::open(log_path);
    if (!opened) {
      std::fprintf(stderr, "punktfunk-demo: %s\n", opened.error().message().c_str());
      return kFailed;
    }
    log = std::move(*opened);
  }
  pf::demo::Scene scene(host_name(), scene_options);
  pf::demo::Window window(scene, log, window_options);
  const auto result = window.run();
  if (result) return 0;
  std::fprintf(stderr, "punktfunk-demo: %s\n", result.error().message().c_str());
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "punktfunk-demo: %s\n", error.what());
    return kFailed;
  }
}
