#include "apps/steam_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pf::apps {
namespace {

constexpr unsigned kDeepest = 16;
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMaxTitle = 128;
constexpr unsigned kInstalledWhole = 4;  // a bit of StateFlags

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool block(SteamNode& into, unsigned depth) {
    for (;;) {
      skip();
      if (text_.empty()) return depth == 0;
      if (text_.front() == '}') {
        text_.remove_prefix(1);
        return depth > 0;
      }
      if (++nodes_ > kMostNodes) return false;
      SteamNode node;
      if (!word(node.key)) return false;
      skip();
      if (!text_.empty() && text_.front() == '{') {
        text_.remove_prefix(1);
        if (depth + 1 > kDeepest || !block(node, depth + 1)) return false;
      } else if (!word(node.value)) {
        return false;
      }
      into.children.push_back(std::move(node));
    }
  }

 private:
  void skip() {
    for (;;) {
      const auto at = text_.find_first_not_of(" \t\r\n");
      text_.remove_prefix(std::min(at, text_.size()));
      if (!text_.starts_with("//")) return;
      text_.remove_prefix(std::min(text_.find('\n'), text_.size()));
    }
  }
  bool word(std::string& out) {
    if (text_.empty() || text_.front() != '"') return false;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return true;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      out += text_[i];
    }
    return false;
  }

  std::string_view text_;
  std::size_t nodes_ = 0;
};

bool is_tool(std::string_view title) {
  static constexpr std::array kTools{"Proton", "Steam Linux Runtime", "Steamworks Common"};
  return std::any_of(kTools.begin(), kTools.end(),
                     [&](const char* tool) { return title.starts_with(tool); });
}

}  // namespace

const SteamNode* SteamNode::find(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const SteamNode& node) { return same(node.key, wanted); });
  return found == children.end() ? nullptr : &*found;
}

std::optional<SteamNode> parse_steam_file(std::string_view text) {
  SteamNode root;
  if (!Reader(text).block(root, 0)) return std::nullopt;
  return root;
}

std::vector<std::string> steam_libraries(std::string_view text) {
  std::vector<std::string> folders;
  const auto root = parse_steam_file(text);
  const auto* list = root ? root->find("libraryfolders") : nullptr;
  if (list == nullptr) return folders;
  for (const auto& library : list->children)
    if (const auto* path = library.find("path"); path != nullptr && path->value.starts_with('/'))
      folders.push_back(path->value);
  return folders;
}

std::optional<SteamGame> steam_game(std::string_view text) {
  const auto root = parse_steam_file(text);
  const auto* state = root ? root->find("AppState") : nullptr;
  if (state == nullptr) return std::nullopt;
  const auto* id = state->find("appid");
  const auto* title = state->find("name");
  const auto* flags = state->find("StateFlags");
  if (id == nullptr || title == nullptr || flags == nullptr) return std::nullopt;
  const auto digits = [](const std::string& value) {
    return !value.empty() && value.size() <= 10 &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool printable = std::none_of(title->value.begin(), title->value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (!digits(id->value) || !digits(flags->value) || title->value.empty() || !printable ||
      title->value.size() > kMaxTitle || is_tool(title->value))
    return std::nullopt;
  std::uint64_t bits = 0;
  std::from_chars(flags->value.data(), flags->value.data() + flags->value.size(), bits);
  if ((bits & kInstalledWhole) == 0) return std::nullopt;
  return SteamGame{id->value, title->value};
}

}  // namespace pf::apps
