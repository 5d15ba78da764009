#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>

#include "app/checks.hpp"

namespace pf::app::checks {
namespace {

using webui::CheckStatus;

Finding not_yet() {
  return {CheckStatus::Skipped,
          "It is not known yet: what this machine can do is being tried out."};
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

struct Card {
  std::string vendor;  // "NVIDIA"
  std::string node;    // "/dev/dri/renderD128"; empty when there is none
};

const char* vendor_name(const std::string& id) {
  if (id == "0x10de") return "NVIDIA";
  if (id == "0x1002") return "AMD";
  if (id == "0x8086") return "Intel";
  return "unknown vendor";
}

std::vector<Card> graphics_cards() {
  std::vector<Card> cards;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/class/drm", error)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("renderD")) continue;
    const auto node = "/dev/dri/" + name;
    cards.push_back({vendor_name(first_line(entry.path() / "device/vendor")),
                     std::filesystem::exists(node, error) ? node : std::string()});
  }
  return cards;
}

std::string cards_text(const std::vector<Card>& cards) {
  if (cards.empty()) return "No graphics card is visible here.";
  std::vector<std::string> texts;
  for (const auto& card : cards)
    texts.push_back(card.node.empty() ? card.vendor + " (its node in /dev/dri is missing here)"
                                      : fmt::format("{} ({})", card.vendor, card.node));
  return fmt::format("Graphics cards: {}.", fmt::join(texts, ", "));
}

// Why the usable back ends of a room are not usable, as one text.
std::string reasons(const CheckInput& input, std::string_view room) {
  std::string text;
  for (const auto& backend : input.status.backends)
    if (backend.room == room && !backend.usable && backend.name != "synthetic" &&
        backend.name.find('(') == std::string::npos)
      text += fmt::format("{}{}: {}.", text.empty() ? "" : " ", backend.name, backend.reason);
  return text;
}

std::vector<std::string> usable(const CheckInput& input, std::string_view room) {
  std::vector<std::string> names;
  for (const auto& backend : input.status.backends)
    if (backend.room == room && backend.usable && backend.name != "synthetic" &&
        backend.name != "none")
      names.push_back(backend.name);
  return names;
}

}  // namespace

Finding hardware_encoder(const CheckInput& input) {
  if (!input.probed) return not_yet();
  const auto cards = graphics_cards();
  std::vector<std::string> working;
  std::string why;
  if (input.status.encoders)
    for (const auto& encoder : *input.status.encoders) {
      if (!encoder.hardware) continue;
      const bool ok = std::any_of(encoder.formats.begin(), encoder.formats.end(),
                                  [](const auto& f) { return f.ok; });
      if (ok)
        working.push_back(encoder.name);
      else if (!encoder.formats.empty())
        why += fmt::format(" {}: {}.", encoder.name, encoder.formats.front().reason);
    }
  if (!working.empty())
    return {CheckStatus::Ok, fmt::format("{} encoded test pictures. {}", fmt::join(working, ", "),
                                         cards_text(cards))};
  Finding finding{CheckStatus::Warning,
                  fmt::format("No graphics card can encode, so the processor has to. {}{}",
                              cards_text(cards), why)};
  const bool nvidia = std::any_of(cards.begin(), cards.end(),
                                  [](const Card& card) { return card.vendor == "NVIDIA"; });
  if (cards.empty()) {
    finding.fix =
        "In a container, pass the card through: --device /dev/dri, and for NVIDIA the container "
        "toolkit with NVIDIA_DRIVER_CAPABILITIES=all. On a machine without a card nothing is to be "
        "done.";
  } else if (nvidia) {
    finding.fix = "Install NVIDIA's driver with its encode library and restart the host.";
    finding.command = "apt install nvidia-driver libnvidia-encode1";
  } else {
    finding.fix =
        "Install the VA-API driver of the card, and let the host's user into the group render.";
    finding.command = "apt install mesa-va-drivers intel-media-va-driver";
  }
  return finding;
}

Finding encoder(const CheckInput& input) {
  if (!input.probed) return not_yet();
  const auto& status = input.status;
  if (status.encoder.empty())
    return {CheckStatus::Failed,
            "No video encoder works, so nothing can be streamed. " + reasons(input, "encode"),
            "Install a software encoder to begin with.",
            "apt install libavcodec-extra libx264-164"};
  if (!status.hardware_encoder)
    return {
        CheckStatus::Warning,
        fmt::format("New sessions are encoded by {}, which costs processor time that games then "
                    "lack, and adds latency.",
                    status.encoder),
        "See the check of the hardware encoder."};
  return {CheckStatus::Ok, fmt::format("New sessions are encoded by {}.", status.encoder)};
}

Finding display(const CheckInput& input) {
  if (!input.probed) return not_yet();
  const auto names = usable(input, "display");
  if (names.empty())
    return {CheckStatus::Failed,
            "No display can be opened, so nothing can be streamed. " + reasons(input, "display"),
            "For a private display per client install the compositor sway.", "apt install sway"};
  return {CheckStatus::Ok, fmt::format("Sessions can show: {}.", fmt::join(names, ", "))};
}

Finding sound(const CheckInput& input) {
  if (!input.probed) return not_yet();
  const auto names = usable(input, "audio");
  if (names.empty())
    return {CheckStatus::Warning, "Streams are silent. " + reasons(input, "audio"),
            "Install PipeWire.", "apt install pipewire wireplumber pipewire-pulse"};
  return {CheckStatus::Ok, fmt::format("Sound is captured by {}.", fmt::join(names, ", "))};
}

}  // namespace pf::app::checks
