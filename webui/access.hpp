// Who may use a route, and when a browser has to give the password again (trust-and-console.md 4.1,
// 5.2). A route that names no lane is refused to everybody.
#pragma once

#include <cstdint>
#include <string>

namespace pf::webui {

struct Context;
struct Call;

// The ways to prove who asks.
namespace lane {
inline constexpr std::uint8_t kOpen = 0x01;     // nobody in particular
inline constexpr std::uint8_t kToken = 0x02;    // the administrator's token, on this machine only
inline constexpr std::uint8_t kConsole = 0x04;  // a browser that signed in with the password
inline constexpr std::uint8_t kDevice = 0x08;   // a paired device, by its certificate
inline constexpr std::uint8_t kScoped = 0x10;   // a token made by the operator, see Scope
}  // namespace lane

// What a scoped token may do; each includes the ones before it.
enum class Scope : std::uint8_t { Read = 1, Control, Admin };
const char* name(Scope scope);  // "read", "control", "admin"

// Whether this request needs the password in its body when it comes from a browser. Called with the
// checked body.
using Gate = bool (*)(const Context&, const Call&);
// Pairing, tokens, commands, import: always.
bool always_gated(const Context&, const Call&);

struct Access {
  std::uint8_t lanes = 0;
  Scope scope = Scope::Admin;  // the least that a scoped token needs
  Gate gate = nullptr;

  constexpr Access with(std::uint8_t more) const {
    return {static_cast<std::uint8_t>(lanes | more), scope, gate};
  }
  constexpr Access gated(Gate g) const { return {lanes, scope, g}; }
};

namespace access {
inline constexpr std::uint8_t kPeople = lane::kToken | lane::kConsole | lane::kScoped;
inline constexpr Access kOpen{lane::kOpen};
// Looks at something. No secret and nothing that only the operator may see.
inline constexpr Access kRead{kPeople, Scope::Read};
// Streams and what narrows access: end, mute, deny, revoke.
inline constexpr Access kControl{kPeople, Scope::Control};
// Everything else.
inline constexpr Access kAdmin{kPeople, Scope::Admin};
// A browser's own sign-in.
inline constexpr Access kConsole{lane::kConsole};
// Sign-ins and tokens: the operator in person, never a token that would outlive itself that way.
inline constexpr Access kOperator{lane::kToken | lane::kConsole};
// Programs on this machine.
inline constexpr Access kMachine{lane::kToken};
}  // namespace access

// Who asks, after the proof. For the audit log and for what a handler shows to whom.
struct Caller {
  std::uint8_t lane = lane::kOpen;
  std::uint64_t id = 0;  // number of the sign-in, the scoped token or the device; else 0
  std::string name{};    // for people: "console", "this machine", the token's or device's name
  Scope scope = Scope::Admin;  // lane::kScoped only
};

// Whether `caller` may use a route with that access. Never for an access without lanes.
bool permitted(const Access& access, const Caller& caller);

}  // namespace pf::webui
