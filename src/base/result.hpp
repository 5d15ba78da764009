// Result<T> and Error: how everything that a peer, a file, a driver or the kernel can cause is
// reported. (gcc 12 has std::expected only in C++23 mode; the alias can become the standard type.)
#pragma once

#include <concepts>
#include <source_location>
#include <string>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace pf {

// A room's error enum takes part by defining, beside the enum and in its namespace:
//   const char* error_room(Errc);   // the room's name, for example "store"
//   const char* error_text(Errc);   // one sentence without a full stop
template <class E>
concept RoomError = std::is_enum_v<E> && requires(E e) {
  { error_room(e) } -> std::convertible_to<const char*>;
  { error_text(e) } -> std::convertible_to<const char*>;
};

template <RoomError E>
class RoomCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return error_room(E{}); }
  std::string message(int value) const override { return error_text(static_cast<E>(value)); }
  static const RoomCategory& instance() {
    static const RoomCategory category;
    return category;
  }
};

template <RoomError E>
std::error_code to_code(E e) {
  return {static_cast<int>(e), RoomCategory<E>::instance()};
}

// What went wrong (code), with what (context: file, peer, value; never a secret) and where.
struct Error {
  std::error_code code;
  std::string context;
  std::source_location where;

  // "<text of the code>: <context>", for logs and for people.
  std::string message() const {
    return context.empty() ? code.message() : code.message() + ": " + context;
  }
  template <RoomError E>
  bool is(E e) const {
    return code == to_code(e);
  }
};

template <class T = void>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

template <RoomError E>
[[nodiscard]] Failure fail(E e, std::string context = {},
                           std::source_location where = std::source_location::current()) {
  return Failure(Error{to_code(e), std::move(context), where});
}

// For a failed system call: pass errno.
[[nodiscard]] inline Failure fail_errno(
    int error, std::string context = {},
    std::source_location where = std::source_location::current()) {
  return Failure(Error{{error, std::generic_category()}, std::move(context), where});
}

// Hands an error on unchanged.
template <class T>
[[nodiscard]] Failure pass(Result<T>& failed) {
  return Failure(std::move(failed.error()));
}

}  // namespace pf

// PF_ASSERT is for our own mistakes, never for input. Active in every build.
#define PF_ASSERT(condition)                                               \
  do {                                                                     \
    if (!(condition)) [[unlikely]]                                         \
      ::pf::assertion_failed(#condition, std::source_location::current()); \
  } while (false)

namespace pf {
[[noreturn]] void assertion_failed(const char* condition, std::source_location where) noexcept;
}
