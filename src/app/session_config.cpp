#include "app/session_config.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/process.hpp"
#include "clipboard/memory/memory.hpp"

namespace pf::app {

std::vector<std::string> demo_command() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = self.parent_path() / "punktfunk-demo";
    if (::access(beside.c_str(), X_OK) == 0) return {beside.string()};
  }
  if (const auto found = find_program("punktfunk-demo")) return {*found};
  return {};
}

session::ManagerConfig manager_config(const config::Paths& paths,
                                      const config::Settings& settings) {
  session::ManagerConfig config;
  config.display.backend = settings.get(config::kDisplay);
  config.display.x11_display = settings.get(config::kX11Display);
  config.display.runtime_dir = (paths.runtime / "displays").string();
  config.capture.draw_cursor = settings.get(config::kCaptureCursor);
  config.encode.backend = settings.get(config::kEncoder);
  config.encode.x264_preset = settings.get(config::kX264Preset);
  config.audio.backend = settings.get(config::kAudio);
  config.audio.runtime_dir = (paths.runtime / "audio").string();
  config.audio.state_dir = paths.state.string();
  config.input.uinput_pads = settings.get(config::kUinputPads);
  if (config.display.backend == "synthetic")
    config.clipboard.board = std::make_shared<clipboard::MemoryBoard>();
  config.grace = std::chrono::seconds(settings.get(config::kSessionGraceS));
  config.second_client = apps::second_client(settings.get(config::kSecondClient)).value();
  if (settings.get(config::kDemo)) config.demo = demo_command();
  return config;
}

}  // namespace pf::app
