// ctl pair …
#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPoll{200};
constexpr std::chrono::seconds kOutcomeWait{15};

std::string read_pin(std::istream& in) {
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

bool is_pin(const std::string& pin) {
  return !pin.empty() && pin.size() <= 16 &&
         std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The outcome of `request`; nothing when the client has not finished in time. The host only knows
// whether the PIN was right when the client has proved it.
CtlResult<std::optional<json>> wait_for_outcome(const CtlClient& client, std::uint64_t request) {
  const auto deadline = std::chrono::steady_clock::now() + kOutcomeWait;
  for (;;) {
    const auto pairing = client.call("GET", "/pair");
    if (!pairing) return tl::unexpected(pairing.error());
    for (const auto& outcome : pairing->value("recent", json::array()))
      if (outcome.value("request_id", std::uint64_t{0}) == request) return outcome;
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace

int enter_pin(const Context& context, const PinOptions& options) {
  const auto pin = options.pin == "-" ? read_pin(context.io.in) : options.pin;
  if (!is_pin(pin))
    return report_error(context, {kExitUsage, "bad_pin", "A PIN is 1 to 16 digits."});
  return with_client(context, [&](const CtlClient& client) {
    json body = {{"pin", pin}};
    if (options.request) body["request_id"] = *options.request;
    if (!options.label.empty()) body["label"] = options.label;
    add_access(body, options.access);
    const auto accepted = client.call("POST", "/pair/pin", &body);
    if (!accepted) {
      auto error = accepted.error();
      if (error.code == "nothing_waiting" && !options.request)
        error.message = "No device waits for a PIN. Choose this host in Moonlight first.";
      if (error.code == "several_waiting")
        error.message =
            "Several devices wait. See: punktfunk-host ctl pair list; then add --request ID.";
      return report_error(context, error);
    }
    const auto request = accepted->value("request_id", std::uint64_t{0});
    if (!context.json) context.io.err << "The PIN is with the device; waiting for it to finish.\n";
    const auto outcome = wait_for_outcome(client, request);
    if (!outcome) return report_error(context, outcome.error());
    if (!*outcome)
      return report_error(context, {kExitFailed, "no_outcome",
                                    "The device has not finished pairing within 15 s. It may still "
                                    "do so; see: punktfunk-host ctl pair list"});
    const auto text = (*outcome)->value("text", std::string());
    if (!(*outcome)->value("paired", false))
      return report_error(context, {kExitFailed, "not_paired", "Not paired: " + text});
    return report(context, **outcome, "Paired: " + safe(text) + "\n");
  });
}

int list_pairing(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto pairing = client.call("GET", "/pair");
    if (!pairing) return report_error(context, pairing.error());
    std::vector<std::vector<std::string>> pending;
    for (const auto& one : pairing->value("pending", json::array()))
      pending.push_back({std::to_string(one.value("request_id", std::uint64_t{0})),
                         one.value("peer_ip", std::string()), one.value("plane", std::string()),
                         ago(one.value("age_s", std::int64_t{0})),
                         one.value("fingerprint", std::string()).substr(0, 16)});
    std::vector<std::vector<std::string>> recent;
    for (const auto& one : pairing->value("recent", json::array()))
      recent.push_back({std::to_string(one.value("request_id", std::uint64_t{0})),
                        local_time(one.value("unix_time", std::int64_t{0})),
                        one.value("paired", false) ? "paired" : "not paired",
                        one.value("text", std::string())});
    auto text = table({"REQUEST", "ADDRESS", "PROTOCOL", "CAME", "FINGERPRINT"}, pending,
                      context.io.colour);
    const auto ended = table({"ENDED", "WHEN", "RESULT", "WHAT"}, recent, context.io.colour);
    if (!text.empty() && !ended.empty()) text += "\n";
    return report(context, *pairing, text + ended,
                  pending.empty() ? "No device waits for a PIN." : "");
  });
}

}  // namespace pf::app::ctl
