#include "webui/app_json.hpp"

#include <nlohmann/json.hpp>

namespace pf::webui {
namespace {

using nlohmann::json;

constexpr const char* kAsTheHost = "default";

bool is_variable_name(const std::string& name) {
  return !name.empty() && name.find('=') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

json app_json(const apps::App& app) {
  json prepare = json::array();
  for (const auto& step : app.prepare) {
    json one = {{"do", step.run}, {"elevated", false}};
    if (!step.undo.empty()) one["undo"] = step.undo;
    prepare.push_back(std::move(one));
  }
  json out = {{"id", app.id},
              {"title", app.title},
              {"command", app.command},
              {"prepare", std::move(prepare)}};
  if (!app.working_directory.empty()) out["working_directory"] = app.working_directory;
  if (!app.environment.empty()) out["environment"] = app.environment;
  out["policy"] = app.second_client ? apps::name(*app.second_client) : kAsTheHost;
  out["hidden"] = app.hidden;
  if (!app.source.empty()) out["source"] = app.source;
  if (!app.art.empty()) out["art"] = app.art;
  return out;
}

std::optional<Problem> read_app(const json& body, apps::App& app) {
  const auto bad = [](const char* sentence) { return Problem{400, "bad_value", sentence}; };
  if (body.contains("title")) app.title = body["title"].get<std::string>();
  if (body.contains("command")) app.command = body["command"].get<std::vector<std::string>>();
  if (body.contains("working_directory")) {
    const auto& folder = body["working_directory"];
    app.working_directory = folder.is_null() ? std::string() : folder.get<std::string>();
  }
  if (body.contains("environment")) {
    app.environment = body["environment"].get<std::map<std::string, std::string>>();
    for (const auto& [name, value] : app.environment)
      if (!is_variable_name(name) || value.find('\0') != std::string::npos)
        return bad("The field \"environment\" has an impossible variable.");
  }
  if (body.contains("hidden")) app.hidden = body["hidden"].get<bool>();
  if (body.contains("policy"))
    app.second_client = apps::second_client(body["policy"].get<std::string>());
  if (body.contains("prepare")) {
    app.prepare.clear();
    for (const auto& step : body["prepare"]) {
      if (step.value("elevated", false))
        return bad(
            "Commands run as the user of the host; \"elevated\" can only be false. Let the command "
            "itself ask for more rights, for example through sudo with a rule for it.");
      app.prepare.push_back({step["do"].get<std::vector<std::string>>(),
                             step.value("undo", std::vector<std::string>())});
    }
  }
  return std::nullopt;
}

}  // namespace pf::webui
