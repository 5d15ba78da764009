// What most ctl commands are: one call, and one way to show its answer.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/ctl_report.hpp"

namespace pf::app::ctl {

using Show = std::function<int(const Context&, const nlohmann::json&)>;

// The exit code of the command.
int ask(const Context& context, const char* method, const std::string& path,
        const nlohmann::json* body, const Show& show,
        std::chrono::milliseconds timeout = std::chrono::seconds(10));
// Shows nothing but a sentence.
Show say(std::string talk);
// Shows a table of the list `name` in the answer, or the sentence `nothing`.
Show rows_of(const char* name, std::vector<std::string> heads,
             std::function<std::vector<std::string>(const nlohmann::json&)> row,
             std::string nothing);
// A wrong command line.
int usage(const Context& context, const char* code, std::string message);

// A field as text; `none` when it is absent or null.
std::string word(const nlohmann::json& object, const char* name, const char* none = "-");
// A list with spaces between.
std::string joined(const nlohmann::json& list);
// Writes to a file, or to standard output for "" and "-". `mode`: permission bits of a new file.
int save_text(const Context& context, const std::string& file, const std::string& text,
              unsigned mode = 0644);

}  // namespace pf::app::ctl
