#include "app/ctl_ask.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_output.hpp"
#include "base/atomic_file.hpp"

namespace pf::app::ctl {

using nlohmann::json;

int ask(const Context& context, const char* method, const std::string& path, const json* body,
        const Show& show, std::chrono::milliseconds timeout) {
  return with_client(context, [&](const CtlClient& client) {
    const auto answer = client.call(method, path, body, timeout);
    if (!answer) return report_error(context, answer.error());
    return show(context, answer->is_null() ? json::object() : *answer);
  });
}

Show say(std::string talk) {
  return [talk = std::move(talk)](const Context& context, const json& answer) {
    return report(context, answer, {}, talk);
  };
}

Show rows_of(const char* name, std::vector<std::string> heads,
             std::function<std::vector<std::string>(const json&)> row, std::string nothing) {
  return [=](const Context& context, const json& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : answer.value(name, json::array())) rows.push_back(row(one));
    return report(context, answer, table(heads, rows, context.io.colour),
                  rows.empty() ? nothing : std::string());
  };
}

int usage(const Context& context, const char* code, std::string message) {
  return report_error(context, {kExitUsage, code, std::move(message)});
}

std::string word(const json& object, const char* name, const char* none) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return none;
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_float()) return fmt::format("{:.1f}", found->get<double>());
  return found->dump();
}

std::string joined(const json& list) {
  std::string text;
  for (const auto& part : list)
    text += (text.empty() ? "" : " ") + (part.is_string() ? part.get<std::string>() : part.dump());
  return text;
}

int save_text(const Context& context, const std::string& file, const std::string& text,
              unsigned mode) {
  if (file.empty() || file == "-") {
    context.io.out << text << std::flush;
    return kExitOk;
  }
  if (const auto done = write_file_atomically(std::filesystem::absolute(file), text, mode); !done)
    return report_error(context, {kExitFailed, "not_written",
                                  fmt::format("Nothing was written: {}.", done.error().message())});
  context.io.err << "Written: " << safe(file) << '\n';
  return kExitOk;
}

}  // namespace pf::app::ctl
