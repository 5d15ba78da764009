#include "app/ctl_report.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_output.hpp"
#include "app/privileges.hpp"
#include "config/paths.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

void print_envelope(std::ostream& out, const char* name, const json& content) {
  // ordered: the version first, as people read it.
  nlohmann::ordered_json envelope = {{"v", 1}};
  envelope[name] = content;
  out << envelope.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace

int report_error(const Context& context, const CtlError& error) {
  if (context.json)
    print_envelope(context.io.out, "error", {{"code", error.code}, {"message", error.message}});
  else
    context.io.err << "punktfunk-host: " << safe(error.message) << '\n';
  return error.exit_code;
}

int report(const Context& context, const nlohmann::json& data, const std::string& text,
           const std::string& talk) {
  if (context.json) {
    print_envelope(context.io.out, "data", data);
    return kExitOk;
  }
  context.io.out << text << std::flush;
  if (!talk.empty()) context.io.err << safe(talk) << '\n';
  return kExitOk;
}

CtlResult<CtlClient> open_client(const Context& context) {
  auto folder = context.io.folder;
  if (folder.empty()) {
    const auto paths = config::paths(environment_of_host(config::process_environment()));
    if (!paths) return tl::unexpected(CtlError{kExitFailed, "no_folder", paths.error().message()});
    folder = paths->config;
  }
  return CtlClient::open(folder);
}

int with_client(const Context& context, const std::function<int(const CtlClient&)>& command) {
  const auto client = open_client(context);
  if (!client) return report_error(context, client.error());
  return command(*client);
}

}  // namespace pf::app::ctl
