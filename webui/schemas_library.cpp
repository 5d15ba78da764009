// Changing applications, and what the library finds.
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {

const Schema kAppChange{"AppChange",
                        "What is to be different; what is absent stays.",
                        {maybe(text("title", 1, 128, "Its title.")),
                         {.name = "command",
                          .type = FieldType::ListOfText,
                          .help = "The program and its arguments; empty for the Desktop only.",
                          .required = false,
                          .max = 128},
                         {.name = "working_directory",
                          .type = FieldType::Text,
                          .help = "An absolute path; null = the home folder.",
                          .required = false,
                          .min = 1,
                          .max = 4096,
                          .nullable = true},
                         {.name = "environment",
                          .type = FieldType::TextMap,
                          .help = "Variables added to its environment, all of them.",
                          .required = false,
                          .max = 128},
                         maybe(prepare_field()),
                         maybe(policy_field()),
                         maybe(hidden_field())}};

const Schema kAppOrder{"AppOrder",
                       "The order in which clients show applications.",
                       {{.name = "ids",
                         .type = FieldType::ListOfIntegers,
                         .help = "Every application but the Desktop, once.",
                         .max = 4096}}};

const Schema kLibrarySource{"LibrarySource",
                            "A place where titles are looked for.",
                            {text("id", "A stable token."), text("name", "For people."),
                             integer("found", "How many titles it has.")}};

const Schema kLibraryEntry{"LibraryEntry",
                           "A title that can be taken over.",
                           {text("key", "Names it in an import."), text("source", "The place."),
                            text("title", "Its title."), texts("command", "What would start it.")}};

const Schema kLibrary{"Library",
                      "What is installed on this machine.",
                      {list("sources", kLibrarySource, "Places that exist here."),
                       list("entries", kLibraryEntry, "By title.")}};

const Schema kLibraryImport{
    "LibraryImport", "What to take over.", {[] {
      auto field = texts("keys", "From the library; those that are there already are left out.");
      field.min = 1;
      return field;
    }()}};

std::vector<const Schema*> library_schemas() {
  return {&kAppChange, &kAppOrder, &kLibrarySource, &kLibraryEntry, &kLibrary, &kLibraryImport};
}

}  // namespace pf::webui::schemas
