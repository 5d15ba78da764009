#include "app/ctl_console.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_ask.hpp"
#include "app/ctl_output.hpp"
#include "app/doctor.hpp"
#include "apps/art.hpp"
#include "base/clock.hpp"
#include "config/table.hpp"

namespace pf::app {
namespace {

using nlohmann::json;
using namespace ctl;
using Rows = std::vector<std::vector<std::string>>;

// Trying out encoders takes some seconds.
constexpr auto kSlow = std::chrono::seconds(60);

struct Words {
  std::uint64_t id = 0;
  std::string text, value, folder, file;
  std::vector<std::string> list, command, environment;
  std::vector<std::uint64_t> ids;
  std::uint64_t limit = 50;
  std::string preset;
  bool again = false, hide = false, show = false;
};

// The JSON of a setting's new value: the API wants the type of its row.
CtlResult<json> typed(const std::string& id, const std::string& text) {
  const auto* setting = config::find(id);
  if (setting == nullptr)
    return tl::unexpected(
        CtlError{kExitUsage, "unknown_setting",
                 fmt::format("There is no setting {}. See 'ctl settings list'.", id)});
  auto value = config::canonical(*setting, text);
  if (!value) return tl::unexpected(CtlError{kExitUsage, "bad_value", value.error().context + "."});
  if (setting->kind == config::Kind::Bool) return json(*value == "true");
  if (setting->kind == config::Kind::Int) return json(std::stoll(*value));
  return json(*value);
}

int change_setting(const ctl::Context& context, const std::string& id, json value) {
  const json body = {{id, std::move(value)}};
  return ask(context, "PATCH", "/settings", &body, [&](const auto& c, const json& answer) {
    for (const auto& one : answer.value("settings", json::array())) {
      if (one.value("id", std::string()) != id) continue;
      auto talk = fmt::format("{} is {} now.", id, word(one, "value"));
      if (one.contains("origin"))
        talk = fmt::format("Stored, but {} decides as long as it is given.", word(one, "origin"));
      else if (one.value("restart_pending", false))
        talk =
            fmt::format("{} will be {} after the next start of the host.", id, word(one, "value"));
      else if (one.value("apply", std::string()) == "next_session")
        talk = fmt::format("{} is {} for sessions that begin from now on.", id, word(one, "value"));
      return ctl::report(c, one, {}, talk);
    }
    return ctl::report(c, answer, {}, "Done.");
  });
}

Show settings_table() {
  return rows_of(
      "settings", {"SETTING", "VALUE", "DEFAULT", "FROM", "APPLIES"},
      [](const json& one) -> std::vector<std::string> {
        auto from = word(one, "source");
        if (one.contains("origin")) from += " (" + word(one, "origin") + ")";
        return {word(one, "id"), word(one, "value"), word(one, "default"), from,
                one.value("restart_pending", false) ? "at the next start" : word(one, "apply")};
      },
      "");
}

CtlResult<json> app_body(const Words& w, bool all) {
  json body = json::object();
  if (all || !w.text.empty()) body["title"] = w.text;
  if (all || !w.command.empty()) body["command"] = w.command;
  if (!w.folder.empty()) body["working_directory"] = w.folder;
  if (!w.value.empty()) body["policy"] = w.value;
  if (w.hide || w.show) body["hidden"] = w.hide;
  for (const auto& variable : w.environment) {
    const auto equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos)
      return tl::unexpected(CtlError{kExitUsage, "bad_variable",
                                     fmt::format("--env {} is not NAME=VALUE.", variable)});
    body["environment"][variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  if (!w.file.empty()) {
    std::ifstream in(w.file);
    auto steps = json::parse(in, nullptr, false);
    if (!steps.is_array())
      return tl::unexpected(CtlError{
          kExitUsage, "bad_file",
          fmt::format("{} is no JSON list of {{\"do\": [...], \"undo\": [...]}}.", w.file)});
    body["prepare"] = std::move(steps);
  }
  return body;
}

int show_app(const ctl::Context& context, const json& app) {
  std::vector<std::pair<std::string, std::string>> lines{
      {"Title", word(app, "title")},
      {"Command", joined(app.value("command", json::array()))},
      {"Folder", word(app, "working_directory")},
      {"Cover", app.contains("art") ? "own" : "drawn"},
      {"Shown to clients", app.value("hidden", false) ? "no" : "yes"}};
  const auto environment = app.value("environment", json::object());
  for (const auto& [name, value] : environment.items())
    lines.emplace_back("Variable", name + "=" + value.get<std::string>());
  for (const auto& step : app.value("prepare", json::array())) {
    lines.emplace_back("Before", joined(step.value("do", json::array())));
    if (step.contains("undo")) lines.emplace_back("After", joined(step["undo"]));
  }
  return ctl::report(context, app, facts(lines, context.io.colour));
}

int show_encoders(const ctl::Context& context, const json& answer) {
  Rows rows;
  for (const auto& encoder : answer.value("encoders", json::array()))
    for (const auto& format : encoder.value("codecs", json::array())) {
      auto name = word(format, "codec");
      if (format.value("ten_bit", false)) name += " 10 bit";
      if (format.value("full_chroma", false)) name += " 4:4:4";
      rows.push_back({word(encoder, "name"), name, format.value("ok", false) ? "yes" : "no",
                      format.contains("frame_us")
                          ? fmt::format("{:.1f} ms", format["frame_us"].get<double>() / 1000)
                          : "-",
                      word(format, "reason", "")});
    }
  return ctl::report(
      context, answer,
      table({"ENCODER", "FORMAT", "WORKS", "PICTURE", "WHY NOT"}, rows, context.io.colour),
      rows.empty() ? "They are still being tried." : "");
}

class Builder {
 public:
  Builder(CLI::App& ctl, const ctl::Context& context, int& exit_code)
      : ctl_(ctl), context_(context), exit_code_(exit_code), w_(std::make_shared<Words>()) {}

  void build() {
    settings();
    sessions(*ctl_.get_subcommand("sessions"));
    apps(*ctl_.get_subcommand("apps"));
    machine();
    records();
  }

 private:
  using Run = std::function<int(const ctl::Context&)>;

  CLI::App& command(CLI::App& parent, const char* name, const char* help, Run run) {
    auto* sub = parent.add_subcommand(name, help);
    sub->fallthrough();
    sub->final_callback(
        [&context = context_, &code = exit_code_, run = std::move(run)] { code = run(context); });
    return *sub;
  }
  CLI::App& group(const char* name, const char* help) {
    auto* sub = ctl_.add_subcommand(name, help);
    sub->require_subcommand(1);
    sub->fallthrough();
    return *sub;
  }

  void settings() {
    auto& settings = group("settings", "How the host is set up");
    command(settings, "list", "Every setting, what is in force and why",
            [](const auto& c) { return ask(c, "GET", "/settings", nullptr, settings_table()); });
    auto& get = command(settings, "get", "One setting", [w = w_](const auto& c) {
      return ask(c, "GET", "/settings", nullptr, [&](const auto& io, const json& answer) {
        for (const auto& one : answer.value("settings", json::array()))
          if (word(one, "id") == w->text) return ctl::report(io, one, word(one, "value") + "\n");
        return usage(io, "unknown_setting",
                     fmt::format("There is no setting {}. See 'ctl settings list'.", w->text));
      });
    });
    get.add_option("SETTING", w_->text, "From the list")->required();
    auto& set = command(settings, "set", "Change a setting", [w = w_](const auto& c) {
      auto value = typed(w->text, w->value);
      return value ? change_setting(c, w->text, std::move(*value))
                   : ctl::report_error(c, value.error());
    });
    set.add_option("SETTING", w_->text, "From the list")->required();
    set.add_option("VALUE", w_->value, "Its new value")->required();
    auto& reset = command(settings, "reset", "Back to the default",
                          [w = w_](const auto& c) { return change_setting(c, w->text, nullptr); });
    reset.add_option("SETTING", w_->text, "From the list")->required();
  }

  void sessions(CLI::App& sessions) {
    const auto id = [&](CLI::App& sub) -> CLI::App& {
      sub.add_option("ID", w_->id, "From the list")->required();
      return sub;
    };
    const auto path = [w = w_](const char* rest) {
      return fmt::format("/sessions/{}{}", w->id, rest);
    };
    id(command(sessions, "live", "The last minute of a stream", [path](const auto& c) {
      return ask(
          c, "GET", path("/live"), nullptr,
          rows_of(
              "samples",
              {"FPS", "MB/S", "LOSS PPM", "HOST P50 US", "P99", "ENCODE", "RTT", "FEC %", "KBPS"},
              [](const json& s) -> std::vector<std::string> {
                return {word(s, "fps"),         word(s, "mbps"),        word(s, "loss_ppm"),
                        word(s, "host_p50_us"), word(s, "host_p99_us"), word(s, "encode_p50_us"),
                        word(s, "rtt_us"),      word(s, "fec_percent"), word(s, "bitrate_kbps")};
              },
              "Nothing was measured yet."));
    }));
    auto& access = id(command(
        sessions, "access", "Limit what a stream may do, within its pairing",
        [w = w_, path](const auto& c) {
          const json body = {{"level", w->preset}};
          return ask(c, "PUT", path("/access"), &body, [](const auto& io, const json& now) {
            return ctl::report(io, now, {}, fmt::format("It may do now: {}.", word(now, "level")));
          });
        }));
    access.add_option("LEVEL", w_->preset, "full, controller or view")
        ->required()
        ->check(CLI::IsMember({"full", "controller", "view"}));
    for (const bool muted : {true, false})
      id(command(sessions, muted ? "mute" : "unmute",
                 muted ? "Give the client silence" : "Give the client the sound again",
                 [path, muted](const auto& c) {
                   const json body = {{"muted", muted}};
                   return ask(c, "PUT", path("/audio"), &body,
                              say(muted ? "It is silent now." : "It has sound again."));
                 }));
    id(command(sessions, "idr", "Send a whole picture", [path](const auto& c) {
      return ask(c, "POST", path("/idr"), nullptr, say("A whole picture follows."));
    }));
  }

  void apps(CLI::App& apps) {
    const auto id = [&](CLI::App& sub) -> CLI::App& {
      sub.add_option("ID", w_->id, "From the list")->required();
      return sub;
    };
    const auto path = [w = w_](const char* rest) { return fmt::format("/apps/{}{}", w->id, rest); };
    id(command(apps, "show", "One application",
               [path](const auto& c) { return ask(c, "GET", path(""), nullptr, show_app); }));
    auto& edit =
        id(command(apps, "edit", "Change an application; put -- before its command",
                   [w = w_, path](const auto& c) {
                     const auto body = app_body(*w, false);
                     if (!body) return ctl::report_error(c, body.error());
                     if (body->empty())
                       return usage(c, "nothing_to_change", "Say what is to be different.");
                     return ask(c, "PATCH", path(""), &*body, show_app);
                   }));
    edit.add_option("COMMAND", w_->command, "The program and its arguments");
    edit.add_option("--title", w_->text, "As clients show it");
    edit.add_option("--dir", w_->folder, "Where it starts");
    edit.add_option("--env", w_->environment, "NAME=VALUE, may be repeated; replaces all")
        ->allow_extra_args(false);
    edit.add_option("--policy", w_->value,
                    "When another device has it already: default, separate, join, steal or refuse");
    edit.add_option(
        "--prepare", w_->file,
        "A file with the commands around it: a JSON list of {\"do\": [], \"undo\": []}");
    auto* hide = edit.add_flag("--hide", w_->hide, "Leave it out of the lists that clients see");
    edit.add_flag("--show", w_->show, "Show it to clients again")->excludes(hide);
    auto& order =
        command(apps, "order", "Put the applications into an order", [w = w_](const auto& c) {
          const json body = {{"ids", w->ids}};
          return ask(c, "POST", "/apps/order", &body, say("They are in that order now."));
        });
    order.add_option("IDS", w_->ids, "All but the Desktop")->required();
    auto& art = id(command(apps, "art", "Give an application a cover, or take it away",
                           [w = w_, path](const auto& c) { return set_art(c, *w, path("/art")); }));
    art.add_option("FILE", w_->file, "PNG or JPEG, at most 4 MiB; absent = take it away");
    command(apps, "library", "What is installed here and could be added", [](const auto& c) {
      return ask(c, "GET", "/library", nullptr,
                 rows_of(
                     "entries", {"KEY", "TITLE", "COMMAND"},
                     [](const json& one) -> std::vector<std::string> {
                       return {word(one, "key"), word(one, "title"),
                               joined(one.value("command", json::array()))};
                     },
                     "Nothing was found."),
                 kSlow);
    });
    auto& import = command(apps, "import", "Add what the library found", [w = w_](const auto& c) {
      const json body = {{"keys", w->list}};
      return ask(
          c, "POST", "/library/import", &body,
          [](const auto& io, const json& answer) {
            return ctl::report(
                io, answer, {},
                fmt::format("{} added.", answer.value("apps", json::array()).size()));
          },
          kSlow);
    });
    import.add_option("KEYS", w_->list, "From library")->required();
  }

  static int set_art(const ctl::Context& context, const Words& w, const std::string& path) {
    if (w.file.empty())
      return ask(context, "DELETE", path, nullptr, say("It has a drawn cover now."));
    std::ifstream in(w.file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto picture = apps::picture_facts(as_bytes(bytes));
    if (!picture)
      return usage(context, "not_a_picture",
                   fmt::format("{} is no whole PNG or JPEG of at most 4 MiB.", w.file));
    return with_client(context, [&](const CtlClient& client) {
      const auto done = client.send("PUT", path, picture->type, bytes);
      if (!done) return ctl::report_error(context, done.error());
      return ctl::report(context, json::object(), {}, "It has this cover now.");
    });
  }

  void machine() {
    command(ctl_, "host", "Who this host is and how to reach it", [](const auto& c) {
      return ask(c, "GET", "/host", nullptr, [](const auto& io, const json& host) {
        return ctl::report(io, host,
                           facts({{"Host", word(host, "host_name")},
                                  {"Link", word(host, "deep_link")},
                                  {"Addresses", joined(host.value("addresses", json::array()))},
                                  {"Network cards", joined(host.value("macs", json::array()))},
                                  {"Codecs", joined(host.value("codecs", json::array()))},
                                  {"Fingerprint", word(host, "fingerprint")},
                                  {"Version", word(host, "version")},
                                  {"System", word(host, "os")}},
                                 io.io.colour));
      });
    });
    auto& encoders =
        command(ctl_, "encoders", "Which encoder can do what here", [w = w_](const auto& c) {
          return w->again ? ask(c, "POST", "/encoders/probe", nullptr,
                                say("They are being tried again; look in some seconds."))
                          : ask(c, "GET", "/encoders", nullptr, show_encoders);
        });
    encoders.add_flag("--again", w_->again, "Try every one of them again");
    command(ctl_, "displays", "What sessions show", [](const auto& c) {
      return ask(c, "GET", "/displays", nullptr,
                 rows_of(
                     "displays", {"SESSION", "KIND", "MODE", "DEVICE"},
                     [](const json& one) -> std::vector<std::string> {
                       return {word(one, "session_id"), word(one, "kind"), word(one, "mode"),
                               word(one, "device_name")};
                     },
                     "Nothing is shown."));
    });
    command(ctl_, "diagnostics", "What is well and what is not, looked at again", doctor);
    auto& bundle =
        command(ctl_, "support-bundle", "One file that helps to find a fault, without names",
                [w = w_](const auto& c) {
                  return ask(
                      c, "GET", "/support-bundle", nullptr,
                      [&](const auto& io, const json& answer) {
                        if (io.json) return ctl::report(io, answer, {});
                        return save_text(io, w->file, answer.dump(1) + "\n");
                      },
                      kSlow);
                });
    bundle.add_option("FILE", w_->file, "Where to; - or nothing = standard output");
  }

  void records() {
    const auto limited = [&](CLI::App& sub) {
      sub.add_option("--limit", w_->limit, "At most this many")->check(CLI::Range(1, 1000));
    };
    limited(command(ctl_, "audit", "Who changed what", [w = w_](const auto& c) {
      return ask(c, "GET", fmt::format("/audit?limit={}", w->limit), nullptr,
                 rows_of(
                     "entries", {"WHEN", "WHAT", "DEVICE", "BY", "FROM", "DETAIL"},
                     [](const json& one) -> std::vector<std::string> {
                       return {local_time(one.value("unix_time", std::int64_t{0})),
                               word(one, "what"),
                               word(one, "device_name"),
                               word(one, "by"),
                               word(one, "from"),
                               word(one, "detail", "")};
                     },
                     "Nothing has happened yet."));
    }));
    limited(command(ctl_, "history", "Streams that were", [w = w_](const auto& c) {
      return ask(c, "GET", fmt::format("/history?limit={}", w->limit), nullptr,
                 rows_of(
                     "sessions", {"STARTED", "DEVICE", "APPLICATION", "MODE", "FOR", "ENDED"},
                     [](const json& one) -> std::vector<std::string> {
                       return {local_time(one.value("started_unix", std::int64_t{0})),
                               word(one, "device_name"),
                               word(one, "app_title"),
                               word(one, "mode"),
                               duration(one.value("duration_s", std::int64_t{0})),
                               word(one, "end_text")};
                     },
                     "Nobody has streamed yet."));
    }));
  }

  CLI::App& ctl_;
  const ctl::Context& context_;
  int& exit_code_;
  std::shared_ptr<Words> w_;
};

}  // namespace

void add_console_commands(CLI::App& ctl, const ctl::Context& context, int& exit_code) {
  Builder(ctl, context, exit_code).build();
}

}  // namespace pf::app
