// Ownership of what libxcb allocates.
#pragma once

#include <xcb/xcb.h>

#include <cstdlib>
#include <memory>

namespace pf::capture::x11 {

struct FreeDeleter {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeDeleter>;

struct Disconnect {
  void operator()(xcb_connection_t* c) const { xcb_disconnect(c); }
};
using Connection = std::unique_ptr<xcb_connection_t, Disconnect>;

}  // namespace pf::capture::x11
