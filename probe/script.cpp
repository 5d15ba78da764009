#include "probe/script.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace pf::probe {

namespace wire = native::wire;

namespace {

constexpr std::size_t kMaxLines = 100'000;
constexpr std::chrono::milliseconds kTap{20};

std::optional<std::uint8_t> virtual_key(std::string_view name) {
  // punktfunk1.md 7.5, Keys.
  static const std::map<std::string_view, std::uint8_t> names{
      {"backspace", 0x08}, {"tab", 0x09},   {"enter", 0x0D}, {"shift", 0xA0}, {"ctrl", 0xA2},
      {"alt", 0xA4},       {"pause", 0x13}, {"caps", 0x14},  {"esc", 0x1B},   {"space", 0x20},
      {"pgup", 0x21},      {"pgdn", 0x22},  {"end", 0x23},   {"home", 0x24},  {"left", 0x25},
      {"up", 0x26},        {"right", 0x27}, {"down", 0x28},  {"print", 0x2C}, {"insert", 0x2D},
      {"delete", 0x2E},    {"meta", 0x5B},  {"menu", 0x5D}};
  if (name.size() == 1) {
    const char c = name[0];
    if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return static_cast<std::uint8_t>(c);
  }
  if (const auto it = names.find(name); it != names.end()) return it->second;
  int number = 0;
  if (name.size() >= 2 && (name[0] == 'f' || name[0] == 'F')) {
    const auto end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + 1, end, number);
    if (error == std::errc{} && at == end && number >= 1 && number <= 24)
      return static_cast<std::uint8_t>(0x70 + number - 1);
  }
  if (name.starts_with("0x") && name.size() <= 4) {
    const auto end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + 2, end, number, 16);
    if (error == std::errc{} && at == end) return static_cast<std::uint8_t>(number);
  }
  return std::nullopt;
}

// The words of one line; after the first failure everything reads as nothing.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  std::string_view word() {
    skip();
    const auto end = std::min(rest_.find_first_of(" \t"), rest_.size());
    const auto found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (found.empty()) wrong_ = true;
    return found;
  }
  std::string_view optional_word(std::string_view otherwise) {
    skip();
    return rest_.empty() ? otherwise : word();
  }
  std::string_view all() {
    skip();
    return std::exchange(rest_, {});
  }
  template <class T>
  T number(double lowest, double highest) {
    const auto text = word();
    double value = 0;
    const auto end = text.data() + text.size();
    if (text.starts_with("0x")) {
      std::uint32_t hex = 0;
      const auto [at, error] = std::from_chars(text.data() + 2, end, hex, 16);
      if (error != std::errc{} || at != end) wrong_ = true;
      value = hex;
    } else {
      const auto [at, error] = std::from_chars(text.data(), end, value);
      if (error != std::errc{} || at != end) wrong_ = true;
    }
    if (!(value >= lowest && value <= highest)) wrong_ = true;
    return wrong_ ? T{} : static_cast<T>(value);
  }
  bool one_of(std::string_view word, std::string_view yes, std::string_view no) {
    if (word != yes && word != no) wrong_ = true;
    return word == yes;
  }
  void fail() { wrong_ = true; }
  bool good() {
    skip();
    return !wrong_ && rest_.empty();
  }

 private:
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  std::string_view rest_;
  bool wrong_ = false;
};

class Parser {
 public:
  bool line(std::string_view text) {
    Line line(text);
    at_ = std::chrono::milliseconds(line.number<std::int64_t>(0, 86'400'000));
    const auto word = line.word();
    const auto& words = table();
    const auto it = words.find(word);
    if (it == words.end()) return false;
    (this->*it->second)(line);
    return line.good();
  }
  std::vector<ScriptStep> take() {
    std::stable_sort(steps_.begin(), steps_.end(),
                     [](const ScriptStep& a, const ScriptStep& b) { return a.at < b.at; });
    return std::move(steps_);
  }

 private:
  using Read = void (Parser::*)(Line&);
  static const std::map<std::string_view, Read>& table() {
    static const std::map<std::string_view, Read> words{
        {"key", &Parser::key},           {"text", &Parser::text},
        {"move", &Parser::move},         {"abs", &Parser::position},
        {"button", &Parser::button},     {"scroll", &Parser::scroll},
        {"touch", &Parser::touch},       {"pen", &Parser::pen},
        {"pad", &Parser::pad},           {"motion", &Parser::motion},
        {"touchpad", &Parser::touchpad}, {"reconfigure", &Parser::reconfigure},
        {"bitrate", &Parser::bitrate},   {"keyframe", &Parser::keyframe},
        {"rfi", &Parser::rfi},           {"speedtest", &Parser::speedtest},
        {"cursor", &Parser::cursor},     {"clipboard", &Parser::clipboard},
        {"loss", &Parser::loss},         {"resync", &Parser::resync},
        {"mark", &Parser::mark},         {"stop", &Parser::stop}};
    return words;
  }

  template <class T>
  void add(T what) {
    steps_.push_back({at_, std::move(what)});
  }
  void input(InputAction action) { add(std::move(action)); }
  void message(wire::ControlMessage message) { add(std::move(message)); }
  void later(std::chrono::milliseconds by, InputAction action) {
    steps_.push_back({at_ + by, std::move(action)});
  }

  void key(Line& in) {
    const auto vk = virtual_key(in.word());
    if (!vk) return in.fail();
    const auto how = in.optional_word("tap");
    if (how == "tap") {
      input(KeyAction{*vk, true});
      later(kTap, KeyAction{*vk, false});
    } else {
      input(KeyAction{*vk, in.one_of(how, "down", "up")});
    }
  }
  void text(Line& in) { input(TextAction{std::string(in.all())}); }
  void move(Line& in) {
    const auto dx = in.number<std::int32_t>(-32768, 32767);
    input(MoveAction{dx, in.number<std::int32_t>(-32768, 32767)});
  }
  void position(Line& in) {
    const auto x = in.number<double>(0, 1);
    input(PositionAction{x, in.number<double>(0, 1)});
  }
  void button(Line& in) {
    const auto button = in.number<std::uint8_t>(1, 5);
    const auto how = in.optional_word("click");
    if (how == "click") {
      input(ButtonAction{button, true});
      later(kTap, ButtonAction{button, false});
    } else {
      input(ButtonAction{button, in.one_of(how, "down", "up")});
    }
  }
  void scroll(Line& in) {
    ScrollAction a;
    a.amount = in.number<double>(-1e6, 1e6);
    a.horizontal = in.one_of(in.optional_word("v"), "h", "v");
    const auto source = in.optional_word("wheel");
    a.source = in.one_of(source, "finger", "wheel") ? 2 : 1;
    input(a);
  }
  void touch(Line& in) {
    TouchAction a;
    a.id = in.number<std::uint32_t>(0, 1e9);
    const auto how = in.word();
    a.contact = how == "down" ? Contact::Down : how == "move" ? Contact::Move : Contact::Up;
    if (a.contact == Contact::Up) in.one_of(how, "up", "up");
    a.x = in.number<double>(0, 1);
    a.y = in.number<double>(0, 1);
    input(a);
  }
  void pen(Line& in) {
    PenAction a;
    const auto how = in.word();
    if (how == "away") {
      a.in_range = false;
    } else {
      a.touching = in.one_of(how, "touch", "hover");
      a.x = in.number<double>(0, 1);
      a.y = in.number<double>(0, 1);
      if (a.touching) a.pressure = in.number<double>(0, 1);
    }
    input(a);
  }
  void pad(Line& in) {
    const auto pad = in.number<std::uint8_t>(0, 15);
    const auto how = in.word();
    if (how == "arrive") {
      input(PadArriveAction{pad, static_cast<wire::GamepadKind>(in.number<std::uint8_t>(0, 18))});
    } else if (how == "remove") {
      input(PadRemoveAction{pad});
    } else {
      in.one_of(how, "state", "state");
      PadStateAction a;
      a.pad = pad;
      a.buttons = in.number<std::uint32_t>(0, 4294967295.0);
      a.left_x = in.number<std::int16_t>(-32768, 32767);
      a.left_y = in.number<std::int16_t>(-32768, 32767);
      a.right_x = in.number<std::int16_t>(-32768, 32767);
      a.right_y = in.number<std::int16_t>(-32768, 32767);
      a.left_trigger = in.number<std::uint8_t>(0, 255);
      a.right_trigger = in.number<std::uint8_t>(0, 255);
      input(a);
    }
  }
  void motion(Line& in) {
    PadMotionAction a;
    a.pad = in.number<std::uint8_t>(0, 15);
    for (auto& v : a.gyro) v = in.number<std::int16_t>(-32768, 32767);
    for (auto& v : a.accel) v = in.number<std::int16_t>(-32768, 32767);
    input(a);
  }
  void touchpad(Line& in) {
    PadTouchAction a;
    a.pad = in.number<std::uint8_t>(0, 15);
    a.finger = in.number<std::uint8_t>(0, 9);
    a.active = in.one_of(in.word(), "down", "up");
    a.x = in.number<double>(0, 1);
    a.y = in.number<double>(0, 1);
    input(a);
  }
  void reconfigure(Line& in) {
    wire::WireMode mode;
    mode.width = in.number<std::uint32_t>(0, 65535);
    mode.height = in.number<std::uint32_t>(0, 65535);
    mode.refresh_hz = in.number<std::uint32_t>(0, 1000);
    message(wire::Reconfigure{mode});
  }
  void bitrate(Line& in) { message(wire::SetBitrate{in.number<std::uint32_t>(0, 4e9)}); }
  void keyframe(Line&) { message(wire::RequestKeyframe{}); }
  void rfi(Line& in) {
    const auto first = in.number<std::uint32_t>(0, 4294967295.0);
    message(wire::RfiRequest{first, in.number<std::uint32_t>(0, 4294967295.0)});
  }
  void speedtest(Line& in) {
    wire::ProbeRequest request;
    request.target_kbps = in.number<std::uint32_t>(1, 4e9);
    request.duration_ms = in.number<std::uint32_t>(1, 60'000);
    message(request);
  }
  void cursor(Line& in) { message(wire::CursorRender{in.one_of(in.word(), "client", "host")}); }
  void clipboard(Line& in) {
    wire::ClipControl control;
    control.enabled = in.one_of(in.word(), "on", "off");
    message(control);
  }
  void loss(Line& in) { add(LossStep{in.number<double>(0, 100)}); }
  void resync(Line&) { add(ResyncStep{}); }
  void mark(Line& in) { add(MarkStep{std::string(in.all())}); }
  void stop(Line& in) {
    add(StopStep{in.one_of(in.optional_word("quit"), "quit", "drop") ? 0x51U : 0U});
  }

  std::chrono::milliseconds at_{};
  std::vector<ScriptStep> steps_;
};

}  // namespace

Result<std::vector<ScriptStep>> parse_script(std::string_view text) {
  Parser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kMaxLines) return fail(Errc::BadScript, "more than 100000 lines");
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, std::min(line.find_first_of("#"), line.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (!parser.line(line)) return fail(Errc::BadScript, fmt::format("line {}: {}", number, line));
  }
  return parser.take();
}

const char* script_help() {
  return R"(Each line of a script is <ms> <word> <arguments>, from the first moment of streaming:
  key NAME [tap|down|up]          a..z, 0..9, f1..f24, enter, esc, ctrl, ... or 0xVK
  text WORDS                      committed text, to the end of the line
  move DX DY                      pixels
  abs X Y                         0..1 of the picture, as all positions
  button 1..5 [click|down|up]     left, middle, right, two more
  scroll AMOUNT [v|h] [wheel|finger]   120 per notch; pixels for a finger
  touch ID down|move|up X Y
  pen touch X Y PRESSURE | hover X Y | away
  pad N arrive KIND | state BUTTONS LX LY RX RY LT RT | remove
  motion N GX GY GZ AX AY AZ      raw units
  touchpad N FINGER down|up X Y
  reconfigure WIDTH HEIGHT HZ
  bitrate KBPS
  keyframe | rfi FIRST LAST
  speedtest KBPS MS
  cursor client|host | clipboard on|off
  loss PERCENT                    forced from now on
  resync                          compare the clocks again
  mark WORDS                      a note in the statistics
  stop [quit|drop]
)";
}

}  // namespace pf::probe
