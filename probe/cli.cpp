#include "probe/cli.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/environment.hpp"
#include "probe/cli_target.hpp"
#include "probe/cli_trust.hpp"
#include "probe/dial.hpp"
#include "probe/discover.hpp"

namespace pf::probe {

using nlohmann::json;

namespace {

void print_envelope(std::ostream& out, const nlohmann::ordered_json& envelope) {
  out << envelope.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace

void Cli::say(const std::string& line) {
  io_.err << clean_text(line) << '\n' << std::flush;
}

int Cli::fail(int exit_code, const std::string& code, const std::string& message) {
  exit_code_ = exit_code;
  if (common_.json)
    print_envelope(io_.out, {{"v", 1}, {"error", {{"code", code}, {"message", message}}}});
  else
    io_.err << "punktfunk-probe: " << message << '\n' << std::flush;
  return exit_code;
}

int Cli::fail(const Ending& ending) {
  return fail(ending.exit_code, ending.token, ending.sentence);
}

int Cli::show(const json& data, const std::string& text) {
  if (common_.json)
    print_envelope(io_.out, {{"v", 1}, {"data", data}});
  else
    io_.out << text << std::flush;
  return kExitOk;
}

int Cli::show_with_error(const json& data, const std::string& text, const Ending& ending) {
  if (common_.json) {
    print_envelope(io_.out, {{"v", 1},
                             {"error", {{"code", ending.token}, {"message", ending.sentence}}},
                             {"data", data}});
  } else {
    io_.out << text << std::flush;
    io_.err << "punktfunk-probe: " << ending.sentence << '\n' << std::flush;
  }
  return ending.exit_code;
}

std::optional<IdentityStore> Cli::store() {
  std::filesystem::path folder = common_.state;
  if (folder.empty()) {
    auto found = IdentityStore::default_folder(config::process_environment());
    if (!found) {
      fail(kExitFailed, "state", found.error().message());
      return std::nullopt;
    }
    folder = *found;
  }
  auto opened = IdentityStore::open(folder);
  if (!opened) {
    fail(kExitFailed, "state", opened.error().message());
    return std::nullopt;
  }
  return std::move(*opened);
}

std::optional<Cli::Target> Cli::resolve(const TargetOptions& options) {
  const auto name = split_host(options.host, options.port);
  if (!name) {
    fail(kExitUsage, "usage", "no host of this form: " + options.host);
    return std::nullopt;
  }
  auto endpoint = look_up(*name);
  if (!endpoint) {
    fail(kExitNotReachable, "not-found", endpoint.error().message());
    return std::nullopt;
  }
  return Target{name->name, *endpoint, alpns_of(options.generation)};
}

int Cli::discover(double seconds) {
  const auto found =
      probe::discover(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
  if (!found) return fail(kExitFailed, "no-discovery", found.error().message());
  if (found->empty())
    return fail(kExitNotReachable, "none-found", "no host announces itself on this network");
  auto list = json::array();
  std::string text;
  for (const auto& host : *found) {
    list.push_back(to_json(host));
    text +=
        fmt::format("{}  {}:{}  pairing {}  {}\n", clean_text(host.name), host.address, host.port,
                    host.pairing_optional ? "optional" : "required", host.fingerprint);
  }
  return show({{"hosts", list}}, text);
}

int Cli::info(const TargetOptions& options) {
  const auto known = store();
  const auto target = known ? resolve(options) : std::nullopt;
  if (!target) return exit_code_;
  DialOptions dial{.host = target->endpoint,
                   .identity = known->identity(),
                   .expected_host = std::nullopt,
                   .budget = std::chrono::seconds(options.timeout_s)};
  auto answered = json::array();
  std::string names;
  std::optional<DialOutcome> first;
  std::optional<Ending> why;
  // One dial for each generation: a host chooses only one of several.
  for (const auto& alpn : target->alpns) {
    dial.alpns = {alpn};
    const auto outcome = look(dial);
    if (outcome.connected) {
      answered.push_back(alpn);
      names += (names.empty() ? "" : ", ") + alpn;
      if (!first) first = outcome;
    } else if (!why || outcome.ending.exit_code == kExitNotReachable) {
      why = outcome.ending;
    }
    if (!outcome.connected && outcome.ending.exit_code == kExitNotReachable) break;
  }
  if (!first) return fail(*why);
  const auto entry = known->find(target->name, target->endpoint.port());
  const char* standing = !entry                              ? "unknown"
                         : entry->fingerprint == first->host ? "known"
                                                             : "changed";
  const double ms = static_cast<double>(first->handshake.count()) / 1000;
  const json data = {{"address", target->endpoint.to_string()},
                     {"reachable", true},
                     {"fingerprint", first->host},
                     {"alpns", answered},
                     {"handshake_ms", ms},
                     {"trust", standing},
                     {"this_device", known->identity().certificate().fingerprint()}};
  return show(data, fmt::format("Host         {}\nFingerprint  {}\nGenerations  {}\n"
                                "Handshake    {:.1f} ms\nTrust        {}\nThis device  {}\n",
                                target->endpoint.to_string(), first->host, names, ms, standing,
                                known->identity().certificate().fingerprint()));
}

int Cli::list_hosts() {
  const auto known = store();
  if (!known) return exit_code_;
  auto list = json::array();
  std::string text;
  for (const auto& host : known->hosts()) {
    list.push_back({{"address", host.address},
                    {"port", host.port},
                    {"fingerprint", host.fingerprint},
                    {"trust", name(host.trust)},
                    {"since_unix", host.since_unix}});
    text +=
        fmt::format("{}:{}  {}  {}\n", host.address, host.port, name(host.trust), host.fingerprint);
  }
  return show({{"hosts", list}, {"this_device", known->identity().certificate().fingerprint()}},
              text);
}

int Cli::forget_host(const std::string& which) {
  auto known = store();
  if (!known) return exit_code_;
  const auto found = known->matching(which);
  if (found.empty()) return fail(kExitFailed, "not-known", "no such host is known: " + which);
  if (found.size() > 1)
    return fail(kExitUsage, "ambiguous", "several hosts match; name one as address:port");
  if (auto forgot = known->forget(found[0].address, found[0].port); !forgot)
    return fail(kExitFailed, "state", forgot.error().message());
  return show({{"forgotten", fmt::format("{}:{}", found[0].address, found[0].port)}},
              fmt::format("forgot {}:{}\n", found[0].address, found[0].port));
}

}  // namespace pf::probe
