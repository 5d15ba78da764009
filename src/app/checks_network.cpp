#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/checks.hpp"
#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "net/endpoint.hpp"
#include "net/interfaces.hpp"

namespace pf::app::checks {
namespace {

using webui::CheckStatus;

// A second of 100 Mb/s video, and what two packets' worth of bursts of a big frame need.
constexpr std::int64_t kWantedBuffer = 4 * 1024 * 1024;

struct Port {
  const char* what;
  std::uint16_t number;
  int type;  // SOCK_STREAM, SOCK_DGRAM
};

std::vector<Port> listed(const webui::Ports& ports, std::uint16_t management) {
  std::vector<Port> list;
  const auto add = [&](const char* what, std::uint16_t number, int type) {
    if (number != 0) list.push_back({what, number, type});
  };
  add("console", management, SOCK_STREAM);
  add("GameStream HTTP", ports.http, SOCK_STREAM);
  add("GameStream HTTPS", ports.https, SOCK_STREAM);
  add("RTSP", ports.rtsp, SOCK_STREAM);
  add("video", ports.video, SOCK_DGRAM);
  add("control", ports.control, SOCK_DGRAM);
  add("audio", ports.audio, SOCK_DGRAM);
  add("native", ports.native, SOCK_DGRAM);
  return list;
}

std::string shown(const Port& port) {
  return fmt::format("{} {} {}", port.what, port.type == SOCK_STREAM ? "TCP" : "UDP", port.number);
}

// 0, or why nobody could listen there.
int bind_error(const Port& port, const std::string& address) {
  const auto endpoint = net::Endpoint::parse(address, port.number);
  if (!endpoint) return EADDRNOTAVAIL;
  const UniqueFd fd(::socket(AF_INET6, port.type | SOCK_CLOEXEC, 0));
  if (!fd) return errno == EAFNOSUPPORT ? 0 : errno;  // without IPv6 this cannot be told
  const int off = 0, on = 1;
  ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (port.type == SOCK_STREAM) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto raw = endpoint->to_v6();
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&raw), sizeof raw) == 0 ? 0 : errno;
}

std::int64_t kernel_number(const char* file) {
  std::ifstream in(file);
  std::int64_t value = -1;
  in >> value;
  return value;
}

}  // namespace

Finding ports(const CheckInput& input) {
  if (input.serving) {
    std::vector<std::string> texts;
    for (const auto& port : listed(input.status.ports, input.management_port))
      texts.push_back(shown(port));
    return {CheckStatus::Ok, fmt::format("Listening: {}.", fmt::join(texts, ", "))};
  }
  std::vector<std::string> taken;
  std::uint16_t first = 0;
  for (const auto& port : listed(input.wanted_ports, input.management_port))
    if (const int error = bind_error(port, input.bind_address); error != 0) {
      taken.push_back(fmt::format("{} ({})", shown(port), std::strerror(error)));
      if (first == 0) first = port.number;
    }
  if (taken.empty()) return {CheckStatus::Ok, "Every port that the host needs is free."};
  return {CheckStatus::Failed,
          fmt::format("The host cannot start, because it cannot listen on: {}.",
                      fmt::join(taken, ", ")),
          "See which program has them (often another streaming host) and stop it, or choose others "
          "with --base-port, --native-port and --mgmt-port.",
          fmt::format("ss -lptun 'sport = :{}'", first)};
}

Finding reachable(const CheckInput& input) {
  const auto bound = net::Endpoint::parse(input.bind_address, 0);
  if (!bound)
    return {CheckStatus::Failed, fmt::format("{} is no address.", input.bind_address),
            "Correct the setting bind_address."};
  if (bound->is_loopback())
    return {CheckStatus::Warning,
            "The host listens on this machine only, so no other device can reach it.",
            "Listen on every address.", "punktfunk-host ctl settings reset bind_address"};
  std::vector<std::string> addresses;
  bool found = false;
  for (const auto& interface : net::interfaces())
    for (const auto& address : interface.addresses) {
      addresses.push_back(fmt::format("{} ({})", address.address(), interface.name));
      found = found || address.same_address(*bound);
    }
  if (addresses.empty())
    return {CheckStatus::Failed, "This machine has no network address, so no device can reach it.",
            "Connect it to the network."};
  if (!bound->is_any() && !found)
    return {CheckStatus::Failed,
            fmt::format("The host listens on {}, which this machine does not have (any more).",
                        input.bind_address),
            "Correct the setting bind_address.", "punktfunk-host ctl settings reset bind_address"};
  return {CheckStatus::Ok,
          fmt::format("Other devices reach it at {}, unless a firewall is in between.",
                      fmt::join(addresses, ", "))};
}

Finding mdns(const CheckInput& input) {
  if (!input.mdns)
    return {CheckStatus::Skipped, "Announcing is switched off (mdns); clients need the address."};
  constexpr const char* kSocket = "/run/avahi-daemon/socket";
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, kSocket, sizeof address.sun_path - 1);
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return {CheckStatus::Ok, "The Avahi daemon runs, so clients find this host by themselves."};
  return {CheckStatus::Warning,
          fmt::format("No Avahi daemon answers ({}: {}), so clients do not find this host by "
                      "themselves. They can still be given its address.",
                      kSocket, std::strerror(errno)),
          "Install and start Avahi.", "apt install avahi-daemon && systemctl start avahi-daemon"};
}

Finding udp(const CheckInput&) {
  const auto send = kernel_number("/proc/sys/net/core/wmem_max");
  const auto receive = kernel_number("/proc/sys/net/core/rmem_max");
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int segment = 1200;
  const bool offload =
      fd && ::setsockopt(fd.get(), SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) == 0;
  const auto text =
      fmt::format("Send buffer up to {} KiB, receive buffer up to {} KiB, segmentation offload {}.",
                  send / 1024, receive / 1024, offload ? "available" : "missing");
  if (send >= 0 && send < kWantedBuffer)
    return {CheckStatus::Warning,
            text + " Large pictures at high bitrates may lose packets on this machine already.",
            "Allow larger buffers.",
            fmt::format("sysctl -w net.core.wmem_max={0} net.core.rmem_max={0}", kWantedBuffer)};
  if (!offload)
    return {CheckStatus::Warning, text + " Each packet costs a system call of its own.",
            "Use a kernel from 4.18 on."};
  return {CheckStatus::Ok, text};
}

Finding revocations(const CheckInput& input) {
  constexpr const char* kFix =
      "Make room on the disk of the state folder, or mount it writable; storing is tried again "
      "every few seconds.";
  if (!input.unsaved_revocations && input.unsaved_endings)
    return {CheckStatus::Failed,
            "A sign-in or a token has ended and that is in force, but it could not be stored yet: "
            "after a restart it would be valid again.",
            kFix};
  if (!input.unsaved_revocations) return {CheckStatus::Ok, "What was taken away is stored."};
  return {CheckStatus::Failed,
          std::string("A device was revoked or limited and that is in force, but the database does "
                      "not take it yet: ") +
              (input.unsaved_are_noted
                   ? "it is written down beside it, so that a restart keeps it, and nothing can "
                     "be granted meanwhile."
                   : "after a restart it would have its rights back."),
          kFix};
}

Finding claimed(const CheckInput& input) {
  if (!input.claimed) return {CheckStatus::Skipped, "Only a running host knows."};
  if (*input.claimed) return {CheckStatus::Ok, "Whoever opens the console has to sign in."};
  return {
      CheckStatus::Warning,
      "Nobody has taken over this host yet. The console serves nothing but the first run, which "
      "asks for the set-up code of this machine.",
      "Open the console and choose a password."};
}

Finding certificate(const CheckInput& input) {
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kSoon = 14 * kDay;
  if (!input.certificate_problem.empty())
    return {CheckStatus::Failed,
            input.certificate_problem + " Browsers see the one that the host made itself.",
            "Upload it again on the console's Host page, or remove it there.",
            "punktfunk-host ctl tls remove"};
  if (!input.serving) return {CheckStatus::Skipped, "Only a running host knows."};
  if (!input.certificate_ends)
    return {CheckStatus::Ok, "Browsers see the certificate that the host made itself."};
  const auto left = *input.certificate_ends - unix_now();
  const auto when =
      fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(*input.certificate_ends)));
  if (left <= 0)
    return {CheckStatus::Failed,
            fmt::format("Your certificate expired on {}, so browsers refuse it.", when),
            "Upload a new one on the console's Host page.",
            "punktfunk-host ctl tls set CERTIFICATE KEY"};
  if (left < kSoon)
    return {CheckStatus::Warning,
            fmt::format("Your certificate expires in {} days, on {}. Browsers refuse it then.",
                        left / kDay, when),
            "Upload a new one on the console's Host page.",
            "punktfunk-host ctl tls set CERTIFICATE KEY"};
  return {CheckStatus::Ok,
          fmt::format("Browsers see your certificate; it is valid until {}.", when)};
}

Finding open_mode(const CheckInput& input) {
  if (!input.open) return {CheckStatus::Ok, "Devices are let in only after they were paired."};
  return {CheckStatus::Warning,
          "The host is open: every native device on the network gets in, with full rights.",
          "Switch it off unless everybody on this network is trusted.",
          "punktfunk-host ctl settings set open false"};
}

}  // namespace pf::app::checks
