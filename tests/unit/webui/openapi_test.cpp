// The document and the dispatcher are made from one table; these tests hold the document itself
// against what readers of OpenAPI 3.1 need.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "webui/event_bus.hpp"
#include "webui/event_kinds.hpp"
#include "webui/routes.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {
namespace {

using nlohmann::json;

void collect_references(const json& value, std::set<std::string>& into) {
  if (value.is_object()) {
    for (const auto& [name, child] : value.items()) {
      if (name == "$ref") into.insert(child.get<std::string>());
      collect_references(child, into);
    }
  } else if (value.is_array()) {
    for (const auto& child : value) collect_references(child, into);
  }
}

TEST(Openapi, DescribesExactlyTheRoutesThatDispatch) {
  const auto document = openapi_document("1.2.3");
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  std::size_t operations = 0;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      ++operations;
      std::string upper = method;
      for (auto& c : upper) c = static_cast<char>(c - 'a' + 'A');
      auto concrete = path;
      if (const auto at = concrete.find("{id}"); at != std::string::npos)
        concrete.replace(at, 4, "7");
      const auto found = match(upper, concrete, operation.contains("servers"));
      ASSERT_NE(found.route, nullptr) << upper << path;
      EXPECT_EQ(operation["operationId"], found.route->operation);
      EXPECT_EQ(operation.contains("requestBody"),
                found.route->body != nullptr || found.route->raw_body > 0);
      EXPECT_EQ(operation["security"].empty(), found.route->access.lanes == lane::kOpen);
      const bool numbered = path.find("{id}") != std::string::npos;
      EXPECT_EQ(operation.contains("parameters"), numbered || !found.route->query.empty());
      for (const auto& answer : found.route->answers)
        EXPECT_TRUE(operation["responses"].contains(std::to_string(answer.status)));
    }
  }
  EXPECT_EQ(operations, routes().size());
}

TEST(Openapi, EveryReferenceLeadsSomewhereAndEverySchemaIsUsed) {
  const auto document = openapi_document("1");
  std::set<std::string> used;
  collect_references(document, used);
  std::set<std::string> defined;
  for (const auto& [name, schema] : document["components"]["schemas"].items())
    defined.insert("#/components/schemas/" + name);
  EXPECT_EQ(used, defined);
  // Each schema of the source is in it: as itself, or as the body that also takes the password.
  std::set<std::string> names;
  for (const auto* schema : schemas::all()) {
    EXPECT_TRUE(names.insert(schema->name).second) << "two schemas of one name: " << schema->name;
    const auto reference = std::string("#/components/schemas/") + schema->name;
    EXPECT_TRUE(defined.contains(reference) || defined.contains(reference + "Gated")) << reference;
  }
}

TEST(Openapi, NamesEveryKindOfEvent) {
  const auto events = openapi_document("1")["paths"]["/events"]["get"];
  const auto help = events["responses"]["200"]["description"].get<std::string>();
  std::set<std::string> names;
  for (const auto& kind : event_kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    const auto known = EventFilter::parse(kind.name);
    EXPECT_TRUE(known && known->wants(kind.name)) << kind.name;
    EXPECT_NE(help.find(std::string(kind.name) + ": " + kind.help), std::string::npos);
  }
}

TEST(Openapi, AGatedBodyTakesThePasswordAsWell) {
  const auto document = openapi_document("1");
  for (const auto& route : routes()) {
    if (route.body == nullptr || route.at_root) continue;
    std::string method = route.method;
    for (auto& c : method) c = static_cast<char>(c - 'A' + 'a');
    const auto reference = document["paths"][route.path][method]["requestBody"]["content"]
                                   ["application/json"]["schema"]["$ref"]
                                       .get<std::string>();
    const auto& schema =
        document["components"]["schemas"][reference.substr(reference.rfind('/') + 1)];
    EXPECT_EQ(schema["properties"].contains("password") && route.body->find("password") == nullptr,
              route.access.gate != nullptr)
        << route.operation;
  }
}

TEST(Openapi, OperationsHaveUniqueNamesAndSentences) {
  std::set<std::string> names;
  for (const auto& route : routes()) {
    EXPECT_TRUE(names.insert(route.operation).second) << route.operation;
    EXPECT_EQ(std::string(route.summary).back(), '.');
    EXPECT_FALSE(route.answers.empty());
    const std::string method = route.method;
    // A DELETE has one only for the password.
    EXPECT_TRUE((route.body == nullptr && route.raw_body == 0) || method == "POST" ||
                method == "PUT" || method == "PATCH" ||
                (method == "DELETE" && route.access.gate != nullptr && route.body->fields.empty()));
  }
}

TEST(Openapi, EveryFieldIsExplained) {
  for (const auto* schema : schemas::all()) {
    std::set<std::string> names;
    // These take nothing but the password.
    const bool empty = schema == &schemas::kTlsRemoval || schema == &schemas::kPowerAction;
    EXPECT_EQ(schema->fields.empty(), empty) << schema->name;
    for (const auto& field : schema->fields) {
      EXPECT_TRUE(names.insert(field.name).second) << schema->name << field.name;
      EXPECT_FALSE(std::string(field.help).empty()) << schema->name << field.name;
      const bool nested = field.type == FieldType::Object || field.type == FieldType::ListOfObjects;
      EXPECT_EQ(nested, field.object != nullptr) << schema->name << field.name;
    }
  }
}

}  // namespace
}  // namespace pf::webui
