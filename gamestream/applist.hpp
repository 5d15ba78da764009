// /applist and the pictures of /appasset (gamestream.md 2.6, 2.7). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/catalogue.hpp"

namespace pf::gamestream {

std::string applist_xml(const std::vector<apps::App>& apps, bool hdr);

// A portrait picture for an application without art of its own: 600x800, a gradient whose colour
// follows from `id`, and the title. The bytes of a PNG file; a few kilobytes, a millisecond or two.
std::string box_art_png(std::string_view title, std::uint32_t id);

}  // namespace pf::gamestream
