// Every body of every route, spoiled in every way that the OpenAPI document allows to think of: a
// sentence with a code comes back, and nothing has changed.
#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

struct Operation {
  std::string method;  // "POST"
  std::string path;    // with {id}
  json described;
};

class BadInputTest : public ApiTest {
 protected:
  BadInputTest() {
    rig_.serve_native();
    deps_.native_desk = &*rig_.native;
    claim();
    cookie_ = cookie();
    device_ = static_cast<std::uint64_t>(rig_.pair("TV", 'a'));
    other_ = static_cast<std::uint64_t>(rig_.pair("Phone", 'b'));
    session_ = rig_.start_session(static_cast<trust::DeviceId>(device_));
    knock_ = rig_.native_knock("192.168.1.31", 'c', "Tablet");
    rig_.knock("192.168.1.30", 'd');
    app_ = send("POST", "/apps", R"({"title":"Chess","command":["chess"]})").body["id"];
    token_ = send("POST", "/tokens", R"({"name":"t","scope":"read"})").body["token"]["id"];
    document_ = send("GET", "/openapi.json").body;
    EXPECT_EQ(send("POST", "/native/pair/arm", R"({"ttl_secs":600})").status, 200U);
  }

  std::vector<Operation> operations() const {
    std::vector<Operation> list;
    for (const auto& [path, methods] : document_["paths"].items())
      for (const auto& [method, described] : methods.items()) {
        std::string upper = method;
        for (auto& c : upper) c = static_cast<char>(c - 'a' + 'A');
        if (!described.contains("servers")) list.push_back({upper, path, described});
      }
    return list;
  }
  const json& resolved(const json& schema) const {
    if (!schema.contains("$ref")) return schema;
    const auto name = schema["$ref"].get<std::string>();
    return document_["components"]["schemas"][name.substr(name.rfind('/') + 1)];
  }
  const json* body_schema(const Operation& operation) const {
    if (!operation.described.contains("requestBody")) return nullptr;
    const auto& content = operation.described["requestBody"]["content"];
    return content.contains("application/json") ? &resolved(content["application/json"]["schema"])
                                                : nullptr;
  }

  // The address of something that is there.
  std::string known(const Operation& operation) const {
    auto path = operation.path;
    const auto at = path.find("{id}");
    if (at == std::string::npos) return path;
    std::uint64_t id = device_;
    if (path.starts_with("/sessions")) id = session_;
    if (path.starts_with("/apps")) id = app_;
    if (path.starts_with("/tokens")) id = token_;
    if (path.starts_with("/native/pending")) id = knock_;
    if (path.starts_with("/sign-ins")) id = 1;
    return path.replace(at, 4, std::to_string(id));
  }

  Received ask(const Operation& operation, const std::string& path, const std::string& body,
               const char* if_match = nullptr) {
    const auto& ways = operation.described["security"];
    const bool machine = std::any_of(ways.begin(), ways.end(),
                                     [](const json& way) { return way.contains("admin"); });
    auto asked = machine ? request(operation.method, "/api/v1" + path, body)
                         : browser(operation.method, path, body, ways.empty() ? "" : cookie_);
    if (if_match != nullptr) set(asked, "If-Match", if_match);
    return send(asked);
  }

  // All that a request could have changed, without what changes by itself.
  json state() {
    json all;
    for (const auto* path :
         {"/devices", "/apps", "/settings", "/sessions", "/tokens", "/sign-ins", "/native/pair",
          "/native/pending", "/pair", "/tls", "/setup", "/displays"})
      all[path] = send("GET", path).body;
    for (auto& one : all["/sign-ins"]["sign_ins"]) one.erase("last_unix");
    for (auto& one : all["/tokens"]["tokens"]) one.erase("last_unix");
    for (auto& one : all["/sessions"]["sessions"]) one.erase("uptime_s");
    for (auto& one : all["/native/pending"]["pending"]) one.erase("age_secs");
    for (auto& one : all["/pair"]["pending"]) one.erase("age_s");
    all["/native/pair"].erase("expires_in_secs");
    all["/tls"].erase("expires_in_s");
    all["keyframes"] = rig_.manager.keyframes;
    all["probes"] = rig_.probes;
    return all;
  }

  // What fits a schema.
  json good(const json& reference) const {
    const auto& schema = resolved(reference);
    const auto type = schema.value("type", json("object"));
    const auto name = type.is_array() ? type[0].get<std::string>() : type.get<std::string>();
    if (schema.contains("enum")) return schema["enum"][0];
    if (name == "string")
      return std::string(std::max<std::size_t>(1, schema.value("minLength", std::size_t{1})), 'x');
    if (name == "integer" || name == "number") return schema.value("minimum", 1);
    if (name == "boolean") return true;
    if (name == "array") return json::array();
    json object = json::object();
    for (const auto& field : schema.value("required", json::array()))
      object[field.get<std::string>()] = good(schema["properties"][field.get<std::string>()]);
    return object;
  }

  // Values that do not fit a field, each with what is wrong.
  std::vector<std::pair<std::string, json>> bad(const json& reference) const {
    const auto& schema = resolved(reference);
    std::vector<std::pair<std::string, json>> values;
    std::set<std::string> types;
    if (!schema.contains("type")) return values;  // anything goes
    if (schema["type"].is_array())
      for (const auto& type : schema["type"]) types.insert(type.get<std::string>());
    else
      types.insert(schema["type"].get<std::string>());
    const auto wrong = [&](const char* type, json value) {
      if (!types.contains(type)) values.emplace_back(std::string("a ") + type, std::move(value));
    };
    wrong("string", "text");
    if (!types.contains("number")) wrong("integer", 7);
    wrong("boolean", true);
    wrong("array", json::array({json::array()}));
    wrong("object", {{"x", 1}});
    wrong("null", nullptr);
    if (!types.contains("number")) values.emplace_back("a fraction", 1.5);
    if (schema.contains("maxLength"))
      values.emplace_back("too long", std::string(schema["maxLength"].get<std::size_t>() + 1, 'x'));
    if (schema.value("minLength", 0) > 0) values.emplace_back("too short", "");
    if (schema.contains("enum")) values.emplace_back("no such choice", "no such choice");
    if (types.contains("string")) values.emplace_back("control characters", "a\x1b[31mb");
    if (types.contains("integer") && !types.contains("string")) {
      if (schema.contains("minimum")) {
        const auto least = schema["minimum"].get<std::int64_t>();
        if (least > std::numeric_limits<std::int64_t>::min())
          values.emplace_back("too small", least - 1);
      }
      if (schema.contains("maximum") &&
          schema["maximum"].get<std::int64_t>() < std::numeric_limits<std::int64_t>::max())
        values.emplace_back("too large", schema["maximum"].get<std::int64_t>() + 1);
      values.emplace_back("beyond 64 bits", json::parse("18446744073709551615"));
    }
    if (types.contains("array")) {
      values.emplace_back("entries of a wrong type", json::array({nullptr}));
      if (schema.contains("maxItems") && schema["maxItems"].get<std::size_t>() < 2000)
        values.emplace_back("too many entries",
                            json(std::vector<json>(schema["maxItems"].get<std::size_t>() + 1,
                                                   good(schema.value("items", json::object())))));
    }
    return values;
  }

  void expect_refused(const Received& answer, const std::string& what) {
    EXPECT_GE(answer.status, 400U) << what;
    EXPECT_LT(answer.status, 500U) << what << ' ' << answer.text;
    EXPECT_NE(code(answer), "") << what;
    EXPECT_GT(answer.body.value("error", std::string()).size(), 12U) << what;
    ++refused_;
  }

  std::string cookie_;
  std::uint64_t device_ = 0, other_ = 0, app_ = 0, token_ = 0;
  std::uint64_t session_ = 0;
  std::uint32_t knock_ = 0;
  json document_;
  unsigned refused_ = 0;
};

TEST_F(BadInputTest, EveryBodyOfEveryRoute) {
  unsigned bodies = 0;
  for (const auto& operation : operations()) {
    const auto* schema = body_schema(operation);
    if (schema == nullptr) continue;
    ++bodies;
    const auto path = known(operation);
    const auto name = operation.method + " " + operation.path + ": ";
    const auto before = state();
    const auto fine = good(*schema);
    for (const auto* text :
         {"", "{", "null", "[]", "1", "\"x\"", "{\"a\":1,\"a\":1}", "\xff",
          "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}"})
      expect_refused(ask(operation, path, text), name + text);
    auto more = fine;
    more["no_such_field"] = 1;
    expect_refused(ask(operation, path, more.dump()), name + "an unknown field");
    for (const auto& field : schema->value("required", json::array())) {
      auto less = fine;
      less.erase(field.get<std::string>());
      expect_refused(ask(operation, path, less.dump()), name + "without " + field.dump());
    }
    const auto properties = schema->value("properties", json::object());
    for (const auto& [field, shape] : properties.items())
      for (const auto& [what, value] : bad(shape)) {
        // Of a gated request: any text may be tried, and is wrong where it is asked for.
        if (field == "password" && what == "control characters") continue;
        auto spoiled = fine;
        spoiled[field] = value;
        expect_refused(ask(operation, path, spoiled.dump()), name + field + " is " + what);
      }
    auto typed = request(operation.method, "/api/v1" + path, fine.dump());
    if (operation.described["security"].empty() || operation.path == "/password")
      typed = browser(operation.method, path, fine.dump(), cookie_);
    set(typed, "Content-Type", "text/plain");
    expect_refused(send(typed), name + "another type");
    EXPECT_EQ(state(), before) << name;
  }
  EXPECT_GE(bodies, 20U) << "the document has lost its bodies";
  EXPECT_GE(refused_, 500U) << "the schemas have lost their limits";
}

TEST_F(BadInputTest, EveryNumberInEveryAddress) {
  const auto before = state();
  for (const auto& operation : operations()) {
    const auto at = operation.path.find("{id}");
    if (at == std::string::npos) continue;
    const auto* schema = body_schema(operation);
    const auto body = schema == nullptr ? std::string() : good(*schema).dump();
    for (const auto* id : {"0", "999999", "9223372036854775807", "18446744073709551615", "-1", "x",
                           "01", "18446744073709551616", "%"}) {
      auto path = operation.path;
      const auto answer = ask(operation, path.replace(at, 4, id), body);
      expect_refused(answer, operation.method + " " + path);
      const bool number = parse_number(id).has_value();
      EXPECT_EQ(answer.status == 400 && code(answer) == "bad_id", !number) << path;
    }
  }
  EXPECT_EQ(state(), before);
}

TEST_F(BadInputTest, EveryParameterOfEveryQuery) {
  for (const auto& operation : operations()) {
    const auto path = known(operation);
    const auto* schema = body_schema(operation);
    const auto body = schema == nullptr ? std::string() : good(*schema).dump();
    expect_refused(ask(operation, path + "?no_such=1", body), path + " unknown parameter");
    for (const auto& parameter : operation.described.value("parameters", json::array())) {
      if (parameter["in"] != "query") continue;
      const auto name = parameter["name"].get<std::string>();
      std::vector<std::string> values;
      if (parameter["schema"]["type"] == "integer") {
        values = {"", "x", "-1", "1.5", "18446744073709551616"};
        const auto most = parameter["schema"]["maximum"].get<std::uint64_t>();
        values.push_back(std::to_string(most + 1));
      } else {
        values.emplace_back(parameter["schema"]["maxLength"].get<std::size_t>() + 1, 'x');
      }
      for (const auto& value : values)
        expect_refused(ask(operation, path + "?" + name + "=" + value, body), path + name + value);
    }
  }
}

TEST_F(BadInputTest, ATagThatIsOutOfDateChangesNothing) {
  unsigned guarded = 0;
  const auto before = state();
  for (const auto& operation : operations()) {
    if (!operation.described["responses"].contains("412")) continue;
    ++guarded;
    const auto* schema = body_schema(operation);
    auto body = schema == nullptr ? json() : good(*schema);
    if (operation.path == "/devices/{id}/merge") body["other"] = other_;
    if (operation.method == "PATCH" && operation.path == "/devices/{id}") body["name"] = "x";
    const auto answer = ask(operation, known(operation), schema ? body.dump() : "", "\"stale\"");
    EXPECT_EQ(answer.status, 412U) << operation.path << answer.text;
    EXPECT_EQ(code(answer), "changed_elsewhere") << operation.path;
  }
  EXPECT_GE(guarded, 6U);
  EXPECT_EQ(state(), before);
}

// Two tabs that looked at the same thing: whoever comes second is told and sees what it is now.
TEST_F(BadInputTest, OfTwoTabsTheSecondIsTold) {
  const auto device = "/devices/" + std::to_string(device_);
  const auto app = "/apps/" + std::to_string(app_);
  const std::vector<std::tuple<std::string, std::string, std::string>> edits{
      {device, R"({"name":"Den TV"})", R"({"name":"Lounge TV"})"},
      {app, R"({"title":"Go"})", R"({"title":"Draughts"})"},
      {"/settings", R"({"fec_percent":25})", R"({"fec_percent":35})"}};
  for (const auto& [path, first, second] : edits) {
    const auto tag = send("GET", path).header("ETag");
    ASSERT_FALSE(tag.empty()) << path;
    const auto edit = [&, where = path](const std::string& body) {
      auto asked = request("PATCH", "/api/v1" + where, body);
      set(asked, "If-Match", tag);
      return send(asked);
    };
    EXPECT_EQ(edit(first).status, 200U) << path;
    const auto now = send("GET", path).body;
    const auto refused = edit(second);
    EXPECT_EQ(refused.status, 412U) << path;
    EXPECT_EQ(code(refused), "changed_elsewhere") << path;
    EXPECT_EQ(send("GET", path).body, now) << path;
  }
}

}  // namespace
}  // namespace pf::webui
