#include "app/help.hpp"

#include <fmt/format.h>

namespace pf::app {
namespace {

class Help final : public CLI::Formatter {
 public:
  // A list of commands has their first lines; their examples are in their own help.
  std::string make_subcommand(const CLI::App* command) const override {
    const auto text = command->get_description();
    return fmt::format("  {:<27} {}\n", command->get_display_name(true),
                       text.substr(0, text.find('\n')));
  }
};

// The command whose own commands were not understood.
const CLI::App* deepest(const CLI::App* app) {
  for (const auto* below = app; below != nullptr;) {
    app = below;
    const auto parsed = app->get_subcommands();
    below = parsed.empty() ? nullptr : parsed.back();
  }
  return app;
}

std::string words_of(const CLI::App* command) {
  std::string path;
  // The one without a parent is the program, under whatever name it was started.
  for (; command->get_parent() != nullptr; command = command->get_parent())
    path = command->get_name() + (path.empty() ? "" : ' ' + path);
  return path;
}

std::string say(const CLI::App* app, const CLI::Error& error) {
  const auto* command = deepest(app);
  const auto path = words_of(command);
  const auto name = std::string("punktfunk-host") + (path.empty() ? "" : " " + path);
  std::string what = error.what();
  const auto unknown = app->remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
      !command->get_subcommands(nullptr).empty())
    what = unknown.empty() ? fmt::format("{}: say which of its commands.", name)
                           : fmt::format("{} has no command '{}'.", name, unknown.front());
  return fmt::format("{}\nSee: {} --help\n", what, name);
}

}  // namespace

void shape_help(CLI::App& app) {
  app.formatter(std::make_shared<Help>());
  app.failure_message(say);
}

}  // namespace pf::app
