#include "webui/routes.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "webui/json_body.hpp"
#include "webui/route_groups.hpp"

namespace pf::webui {
namespace {

std::vector<Route> make_routes() {
  std::vector<Route> table;
  const auto add = [&](std::vector<Route> group) {
    std::move(group.begin(), group.end(), std::back_inserter(table));
  };
  add(host_routes());
  add(sign_in_routes());
  add(token_routes());
  add(events_routes());
  add(sessions_routes());
  add(pairing_routes());
  add(devices_routes());
  add(apps_routes());
  add(settings_routes());
  add(live_routes());
  add(diagnostics_routes());
  add(library_routes());
  add(trust_routes());
  add(tls_routes());
  add(actions_routes());
  return table;
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = path.find('/');
    out.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return out;
}

}  // namespace

const std::vector<Route>& routes() {
  static const auto table = make_routes();
  return table;
}

std::size_t Route::body_limit() const {
  if (raw_body > 0) return raw_body;
  if (body == nullptr) return 0;
  return json_limit > 0 ? json_limit : kMaxBodyBytes;
}

std::size_t largest_body() {
  std::size_t largest = 0;
  for (const auto& route : routes()) largest = std::max(largest, route.body_limit());
  return largest;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Match match(std::string_view method, std::string_view path, bool at_root) {
  Match result;
  if (!path.starts_with('/')) return result;
  if (method == "HEAD") method = "GET";  // the same answer; the connection leaves its body out
  const auto asked = segments(path);
  for (const auto& route : routes()) {
    if (route.at_root != at_root) continue;
    const auto wanted = segments(route.path);
    if (wanted.size() != asked.size()) continue;
    bool fits = true;
    std::uint64_t id = 0;
    bool bad_id = false;
    for (std::size_t i = 0; i < wanted.size() && fits; ++i) {
      if (wanted[i] == "{id}") {
        const auto number = parse_number(asked[i]);
        bad_id = !number;
        id = number.value_or(0);
      } else {
        fits = wanted[i] == asked[i];
      }
    }
    if (!fits) continue;
    result.allowed.push_back(route.method);
    if (std::string_view(route.method) == "GET") result.allowed.push_back("HEAD");
    if (method == route.method) {
      result.route = &route;
      result.id = id;
      result.bad_id = bad_id;
    }
  }
  return result;
}

std::uint64_t Call::number(std::string_view name) const {
  for (const auto& parameter : route->query) {
    if (parameter.name != name) continue;
    const auto* text = request.query_value(name);
    if (text == nullptr) return parameter.fallback;
    return parse_number(*text).value_or(parameter.fallback);
  }
  PF_ASSERT(!"a query parameter that the route does not declare");
  return 0;
}

}  // namespace pf::webui
