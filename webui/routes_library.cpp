// Changing applications, their covers and their order; taking over what is installed.
#include "apps/art.hpp"
#include "webui/gates.hpp"
#include "webui/handlers_library.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> library_routes() {
  Route set_art{"PUT",
                "/apps/{id}/art",
                "setArt",
                "Give an application a cover: PNG or JPEG, at most 4 MiB.",
                access::kAdmin,
                handlers::set_art,
                {{204, "It has it."},
                 {400, "It is no whole picture of these kinds.", &kError},
                 {404, "There is no such application.", &kError},
                 {415, "The content type is neither image/png nor image/jpeg.", &kError},
                 {500, "The change could not be stored.", &kError}}};
  set_art.raw_body = apps::Art::kLargest;
  return {
      {"GET",
       "/apps/{id}",
       "getApp",
       "One application.",
       access::kRead,
       handlers::show_app,
       {{200, "The application.", &kApp}, {404, "There is no such application.", &kError}}},
      {"PATCH",
       "/apps/{id}",
       "changeApp",
       "Change an application. If-Match is honoured. A browser that only shows or hides it needs "
       "no password.",
       access::kAdmin.gated(changes_what_runs),
       handlers::change_app,
       {{200, "The application as it is now.", &kApp},
        {400, "A value is not allowed.", &kError},
        {404, "There is no such application.", &kError},
        {412, "Somebody else changed it meanwhile.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kAppChange},
      {"POST",
       "/apps/order",
       "orderApps",
       "Put the applications into an order. The Desktop stays first.",
       access::kAdmin,
       handlers::reorder_apps,
       {{204, "They are in that order."},
        {400, "An application is missing or named twice.", &kError},
        {404, "There is no such application.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kAppOrder},
      {"GET",
       "/apps/{id}/art",
       "getArt",
       "The cover of an application.",
       access::kRead,
       handlers::show_art,
       {{200, "The picture.", nullptr, "image/*"}, {404, "It has none.", &kError}},
       nullptr,
       {{"v", "Ignored; tells versions of the picture apart in caches.", 0, 0, 0, 64}}},
      std::move(set_art),
      {"DELETE",
       "/apps/{id}/art",
       "removeArt",
       "Take the cover away; clients then get a drawn one.",
       access::kAdmin,
       handlers::remove_art,
       {{204, "It has none."},
        {404, "There is no such application.", &kError},
        {500, "The change could not be stored.", &kError}}},
      {"GET",
       "/library",
       "getLibrary",
       "Programs and games that are installed here and could become applications.",
       access::kRead,
       handlers::show_library,
       {{200, "What was found.", &kLibrary}}},
      {"POST",
       "/library/import",
       "importLibrary",
       "Make applications of what the library found: all or none.",
       access::kAdmin.gated(always_gated),
       handlers::import_library,
       {{200, "The new applications.", &kApps},
        {404, "One of them is not there any more.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kLibraryImport},
  };
}

}  // namespace pf::webui
