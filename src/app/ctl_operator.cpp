#include "app/ctl_operator.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_ask.hpp"
#include "app/ctl_output.hpp"
#include "app/ctl_watch.hpp"
#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "crypto/digest.hpp"

namespace pf::app {
namespace {

using nlohmann::json;
using namespace ctl;
using Cells = std::vector<std::string>;

constexpr std::size_t kLargestImport = 4 * 1024 * 1024;
constexpr std::size_t kLargestPem = 64 * 1024;

struct Words {
  std::uint64_t id = 0;
  std::string text, scope = "read", file, key, time;
  std::optional<std::int64_t> expires_in_s;
  WatchOptions watch;
  bool yes = false, now = false, cancel = false;
};

std::string when(const json& one, const char* name, const char* never) {
  return one.contains(name) ? local_time(one[name].get<std::int64_t>()) : never;
}

int show_tokens(const Context& context) {
  return ask(context, "GET", "/tokens", nullptr,
             rows_of(
                 "tokens", {"ID", "NAME", "MAY", "MADE", "ENDS", "LAST USED"},
                 [](const json& one) -> Cells {
                   return {
                       word(one, "id"),
                       word(one, "name"),
                       word(one, "scope"),
                       when(one, "created_unix", "-"),
                       one.value("expired", false) ? "is over" : when(one, "expires_unix", "never"),
                       when(one, "last_unix", "-")};
                 },
                 "There are no tokens. Make one with: ctl tokens add NAME"));
}

// The secret alone on standard output, so that it can go straight into a file.
int add_token(const Context& context, const Words& w) {
  json body = {{"name", w.text}, {"scope", w.scope}};
  if (w.expires_in_s) body["expires_in_secs"] = *w.expires_in_s;
  return ask(context, "POST", "/tokens", &body, [](const Context& io, const json& made) {
    return report(io, made, word(made, "secret") + "\n",
                  fmt::format("This is token {}. Its secret is shown this once; programs send it "
                              "as: Authorization: Bearer SECRET",
                              word(made.value("token", json::object()), "id")));
  });
}

int show_sign_ins(const Context& context) {
  return ask(context, "GET", "/sign-ins", nullptr,
             rows_of(
                 "sign_ins", {"ID", "FROM", "BROWSER", "SINCE", "LAST USED", "ENDS"},
                 [](const json& one) -> Cells {
                   return {word(one, "id"),
                           word(one, "address"),
                           word(one, "agent"),
                           when(one, "since_unix", "-"),
                           when(one, "last_unix", "-"),
                           when(one, "expires_unix", "-")};
                 },
                 "Nobody is signed in."));
}

int show_certificate(const Context& context, const json& tls) {
  Cells names;
  std::string list;
  for (const auto& name : tls.value("names", json::array()))
    list += (list.empty() ? "" : ", ") + name.get<std::string>();
  const bool own = tls.value("own", false);
  std::vector<std::pair<std::string, std::string>> lines{
      {"Certificate", own ? "yours" : "the host's own"},
      {"Subject", word(tls, "subject")},
      {"Issuer", word(tls, "issuer")},
      {"Valid until", when(tls, "not_after_unix", "-")},
      {"SHA-256", word(tls, "fingerprint_sha256")}};
  if (own) {
    lines.emplace_back("Shown for", list);
    lines.emplace_back("By address", word(tls, "host_fingerprint_sha256"));
  }
  return report(context, tls, facts(lines, context.io.colour), word(tls, "problem", ""));
}

int set_certificate(const Context& context, const Words& w) {
  json body;
  for (const auto& [field, file] :
       {std::pair{"certificate_pem", &w.file}, std::pair{"key_pem", &w.key}}) {
    auto text = read_file(*file, kLargestPem);
    if (!text) return usage(context, "not_readable", text.error().message() + ".");
    body[field] = std::move(*text);
  }
  const int code = ask(context, "PUT", "/tls", &body, show_certificate);
  auto& secret = body["key_pem"].get_ref<std::string&>();
  crypto::wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  return code;
}

int import_list(const Context& context, const Words& w) {
  const auto text = read_file(w.file, kLargestImport);
  if (!text) return usage(context, "not_readable", text.error().message() + ".");
  const auto body = json::parse(*text, nullptr, false);
  if (!body.is_object())
    return usage(context, "bad_file",
                 fmt::format("{} is no list of devices that 'ctl devices export' wrote.", w.file));
  return ask(
      context, "POST", "/import", &body,
      [](const Context& io, const json& done) {
        return report(io, done, {},
                      fmt::format("{} added, {} known already and left as they are.",
                                  word(done, "added"), word(done, "skipped")));
      },
      std::chrono::seconds(60));
}

// "4h", "30m", "7d", "90s", "90"; nothing when it is none of them.
std::optional<std::int64_t> seconds_of(const std::string& text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || value < 0 || value > 1'000'000'000) return std::nullopt;
  const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  if (unit.empty() || unit == "s") return value;
  if (unit == "m") return value * 60;
  if (unit == "h") return value * 3600;
  return unit == "d" ? std::optional(value * 86'400) : std::nullopt;
}

int set_expiry(const Context& context, const Words& w) {
  json body;
  if (w.time == "never")
    body["clear_expiry"] = true;
  else if (const auto seconds = w.time == "now" ? 0 : seconds_of(w.time))
    body["expires_in_secs"] = *seconds;
  else
    return usage(context, "bad_time", "The time is a number with s, m, h or d, or never, or now.");
  return ask(context, "PATCH", fmt::format("/devices/{}", w.id), &body,
             [](const Context& io, const json& device) {
               const auto ends = device.contains("expires_unix")
                                     ? "ends " + when(device, "expires_unix", "")
                                     : std::string("has no end");
               return report(io, device, {},
                             fmt::format("The access of {} {}.", word(device, "name"), ends));
             });
}

class Builder {
 public:
  Builder(CLI::App& ctl, const Context& context, int& exit_code)
      : ctl_(ctl), context_(context), exit_code_(exit_code), w_(std::make_shared<Words>()) {}

  void build() {
    tokens(group("tokens", "Tokens for programs"));
    sign_ins(group("sign-ins", "Browsers that are signed in"));
    certificate(group("tls", "The certificate that browsers see"));
    devices(*ctl_.get_subcommand("devices"));
    power(group("power", "Sleep, restart and switching off of the machine"));
    restart();
    watch();
  }

 private:
  using Run = std::function<int(const Context&)>;

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
  CLI::App& with_id(CLI::App& sub) {
    sub.add_option("ID", w_->id, "From the list")->required();
    return sub;
  }

  void tokens(CLI::App& tokens) {
    command(tokens, "list", "Every token", show_tokens);
    auto& add = command(tokens, "add", "Make a token; its secret is shown once",
                        [w = w_](const auto& c) { return add_token(c, *w); });
    add.add_option("NAME", w_->text, "What it is for")->required();
    add.add_option("--scope", w_->scope, "What it may do: read (default), control or admin")
        ->check(CLI::IsMember({"read", "control", "admin"}));
    add.add_option("--expires-in", w_->expires_in_s, "For how long, in seconds")
        ->check(CLI::PositiveNumber);
    with_id(command(tokens, "remove", "End a token and what it has open", [w = w_](const auto& c) {
      return ask(c, "DELETE", fmt::format("/tokens/{}", w->id), nullptr, say("It is gone."));
    }));
  }

  void sign_ins(CLI::App& sign_ins) {
    command(sign_ins, "list", "Every browser that is signed in", show_sign_ins);
    with_id(command(sign_ins, "end", "Sign a browser out", [w = w_](const auto& c) {
      return ask(c, "DELETE", fmt::format("/sign-ins/{}", w->id), nullptr,
                 say("It is signed out."));
    }));
  }

  void certificate(CLI::App& tls) {
    command(tls, "show", "What browsers see and until when",
            [](const auto& c) { return ask(c, "GET", "/tls", nullptr, show_certificate); });
    auto& set = command(tls, "set", "Show a certificate of yours to who asks by one of its names",
                        [w = w_](const auto& c) { return set_certificate(c, *w); });
    set.add_option("CERTIFICATE", w_->file, "PEM: the host's, then the ones that signed it")
        ->required();
    set.add_option("KEY", w_->key, "PEM: its private key, without a passphrase")->required();
    command(tls, "remove", "Go back to the certificate that the host made itself",
            [](const auto& c) {
              const auto nothing = json::object();
              return ask(c, "DELETE", "/tls", &nothing, show_certificate);
            });
  }

  void devices(CLI::App& devices) {
    auto& expire = with_id(command(devices, "expire", "Let the access of a device end",
                                   [w = w_](const auto& c) { return set_expiry(c, *w); }));
    expire.add_option("TIME", w_->time, "From now: 4h, 30m, 7d, 90s; or never, or now")->required();
    auto& save = command(devices, "export", "Write the list of devices to a file, without secrets",
                         [w = w_](const auto& c) {
                           return ask(c, "GET", "/export", nullptr,
                                      [&](const Context& io, const json& list) {
                                        if (io.json) return report(io, list, {});
                                        return save_text(io, w->file, list.dump(1) + "\n", 0600);
                                      });
                         });
    save.add_option("FILE", w_->file, "Where to; - or nothing = standard output");
    auto& load =
        command(devices, "import", "Add the devices of such a file; those that are known stay",
                [w = w_](const auto& c) { return import_list(c, *w); });
    load.add_option("FILE", w_->file, "Made by 'ctl devices export'")->required();
  }

  void power(CLI::App& power) {
    command(power, "list", "What is possible here, and why not", [](const auto& c) {
      return ask(c, "GET", "/actions", nullptr,
                 rows_of(
                     "actions", {"ACTION", "POSSIBLE", "WHY NOT"},
                     [](const json& one) -> std::vector<std::string> {
                       const auto* state = one.contains("waiting_since_unix")
                                               ? "waits for the last "
                                                 "session"
                                           : one.value("possible", false) ? "yes"
                                                                          : "no";
                       return {word(one, "id"), state, word(one, "reason", "")};
                     },
                     ""));
    });
    const auto act = [&](const char* name, const char* help, const char* talk) {
      command(power, name, help,
              [path = std::string("/actions/power.") + name, talk](const auto& c) {
                const auto nothing = json::object();
                return ask(c, "POST", path, &nothing, say(talk));
              });
    };
    act("sleep", "Put the machine to sleep; streams end, applications wait", "It goes to sleep.");
    act("reboot", "Restart the machine", "It restarts.");
    act("shutdown", "Switch the machine off", "It switches itself off.");
  }

  void restart() {
    auto& restart = command(
        ctl_, "restart", "Start the host's program again, once no session is left",
        [w = w_](const auto& c) {
          if (w->cancel)
            return ask(c, "DELETE", "/actions/host.restart", nullptr, say("It does not restart."));
          const json body = {{"when", w->now ? "now" : "idle"}};
          return ask(c, "POST", "/actions/host.restart", &body,
                     [](const Context& io, const json& answer) {
                       return report(io, answer, {},
                                     word(answer, "state") == "waits"
                                         ? "It restarts once no session is left. 'ctl restart "
                                           "--cancel' takes that back."
                                         : "It restarts.");
                     });
        });
    auto* now = restart.add_flag("--now", w_->now, "At once; every stream ends");
    restart.add_flag("--cancel", w_->cancel, "Take back a restart that waits")->excludes(now);
  }

  void watch() {
    auto& watch = command(ctl_, "watch", "What happens in the host, one JSON object a line",
                          [w = w_](const auto& c) { return watch_events(c, w->watch); });
    watch.add_option("--kinds", w_->watch.kinds, "Only these, for example session.*,stats");
    watch.add_option("--since", w_->watch.since, "Go on after this number");
    watch.add_option("--count", w_->watch.count, "End after so many events")
        ->check(CLI::PositiveNumber);
  }

  CLI::App& ctl_;
  const Context& context_;
  int& exit_code_;
  std::shared_ptr<Words> w_;
};

}  // namespace

void add_operator_commands(CLI::App& ctl, const ctl::Context& context, int& exit_code) {
  Builder(ctl, context, exit_code).build();
}

}  // namespace pf::app
