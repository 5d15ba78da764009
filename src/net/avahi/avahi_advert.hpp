// The advert through the Avahi daemon. Only advert.cpp includes this.
#pragma once

#include <memory>

#include "net/advert.hpp"

namespace pf::net::avahi {

std::unique_ptr<Advert> make();

}  // namespace pf::net::avahi
