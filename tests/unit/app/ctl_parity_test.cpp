// `ctl` does what the console does: each command is run against the whole API behind a listener
// that writes down what was asked for, and every route that changes something has to be among it.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <sstream>

#include "app/ctl.hpp"
#include "base/atomic_file.hpp"
#include "support/api_rig.hpp"
#include "support/server_certificate.hpp"
#include "webui/api.hpp"
#include "webui/files.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::app {
namespace {

// What a command line cannot or must not do, each with its reason.
const std::map<std::string, std::string> kWithoutCommand{
    {"claimHost", "the first run in a browser; on the machine 'password reset' does the same"},
    {"signIn", "a browser's; ctl proves itself with the token of the machine"},
    {"signOut", "a browser's"},
    {"changePassword", "a browser's, who knows the old one; on the machine 'password reset'"},
    {"resetPassword", "'password reset', which is no part of ctl because it works without a host"},
};
// What only programs read, and what a command sees in the answer to a request that does more.
const std::set<std::string> kForPrograms{"getDiagnostics", "getSetup",   "getMe",      "getHealth",
                                         "getAlive",       "getReady",   "getOpenapi", "getMetrics",
                                         "getArt",         "downloadLog"};

class CtlParityTest : public testing::Test {
 protected:
  CtlParityTest() {
    folder_ = rig_.folder.path();
    rig_.serve_native();
    deps_ = std::make_unique<webui::Deps>(rig_.deps());
    config_.host_name = "Den";
    config_.folder = folder_;
    EXPECT_TRUE(
        write_file_atomically(folder_ / "host-cert.pem", rig_.identity().certificate_pem(), 0600));
    const auto token = *webui::load_or_create_token(folder_);
    rig_.loop.run_sync([&] {
      tls_ = std::make_unique<webui::TlsCertificate>(rig_.loop, folder_);
      auth_ = std::move(*webui::Auth::open(*deps_, config_, token));
      api_ = std::make_unique<webui::Api>(*deps_, config_, *auth_, *tls_);
      http::ServerConfig server;
      server.name = "recorder";
      server.bind_address = "127.0.0.1";
      server.tls = http::TlsIdentity{rig_.identity().certificate_pem(), rig_.identity().key_pem()};
      server.max_large_body_bytes = webui::largest_body();
      server.large_body = [this](const http::Request& head) {
        return api_->expects_large_body(head);
      };
      server_ = std::move(*http::Server::listen(rig_.loop, std::move(server),
                                                [this](std::shared_ptr<http::Exchange> exchange) {
                                                  note(exchange->request());
                                                  api_->handle(std::move(exchange));
                                                }));
      EXPECT_TRUE(
          webui::store_endpoint(folder_, *net::Endpoint::parse("127.0.0.1", server_->port())));
    });
  }
  ~CtlParityTest() override {
    rig_.loop.run_sync([&] {
      server_.reset();
      api_.reset();
      auth_.reset();
    });
    rig_.settle();
    rig_.loop.run_sync([&] { tls_.reset(); });
  }

  void note(const http::Request& request) {
    const std::string_view path = request.path;
    ASSERT_TRUE(path.starts_with(webui::kBasePath));
    const auto found = webui::match(request.method, path.substr(webui::kBasePath.size()));
    if (found.route != nullptr) reached_.insert(found.route->operation);
  }

  // The words and the exit code.
  std::pair<int, std::string> run(std::vector<std::string> words) {
    std::ostringstream out, err;
    std::istringstream in;
    CLI::App app;
    int code = -1;
    add_ctl_command(app, code, {.out = out, .err = err, .in = in, .folder = folder_});
    words.insert(words.begin(), "ctl");
    std::reverse(words.begin(), words.end());
    try {
      app.parse(words);
    } catch (const CLI::ParseError& error) {
      return {kExitUsage, error.what()};
    }
    return {code, out.str() + err.str()};
  }
  std::string file(const char* name, const std::string& content) {
    const auto path = folder_ / name;
    EXPECT_TRUE(write_file_atomically(path, content, 0600));
    return path.string();
  }

  test::ApiRig rig_;
  std::filesystem::path folder_;
  std::unique_ptr<webui::Deps> deps_;
  webui::FrontendConfig config_;
  std::unique_ptr<webui::TlsCertificate> tls_;
  std::unique_ptr<webui::Auth> auth_;
  std::unique_ptr<webui::Api> api_;
  std::unique_ptr<http::Server> server_;
  std::set<std::string> reached_;  // operations; control thread, read when all is over
};

TEST_F(CtlParityTest, EveryRouteThatChangesSomethingHasItsCommand) {
  const auto tv = std::to_string(rig_.pair("TV", 'a'));
  const auto phone = std::to_string(rig_.pair("Phone", 'b'));
  const auto session = std::to_string(rig_.start_session(std::stoll(tv)));
  const auto lease = rig_.on_control(
      [&] { return *rig_.allow_list->admit(std::string(64, 'a'), trust::Plane::GameStream, 0); });
  const auto knock = std::to_string(rig_.native_knock("192.168.1.31", 'c', "Tablet"));
  const auto denied = std::to_string(rig_.native_knock("192.168.1.32", 'e', "Stranger"));
  rig_.knock("192.168.1.30", 'd');
  const auto own = test::make_server_certificate();
  const auto certificate = file("own.pem", own.certificate_pem);
  const auto key = file("own.key", own.key_pem);
  const unsigned char png[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0,    0, 0, 13,
                               'I',  'H', 'D', 'R', 0,    0,    0,    1,    0,    0, 0, 1,
                               8,    0,   0,   0,   0,    0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0,
                               0,    'I', 'E', 'N', 'D',  0xAE, 0x42, 0x60, 0x82};
  const auto picture = file("art.png", {reinterpret_cast<const char*>(png), sizeof png});
  const auto list = (folder_ / "devices.json").string();
  const auto added = run({"apps", "add", "Chess", "chess"}).second;
  const auto app = added.substr(0, added.find('\n'));

  using Line = std::vector<std::string>;
  const std::vector<Line> lines{
      {"status"},
      {"host"},
      {"pair", "list"},
      {"pair", "pin", "1234"},
      {"pair", "arm"},
      {"pair", "status"},
      {"pair", "disarm"},
      {"pending"},
      {"approve", knock, "--name", "Tablet"},
      {"deny", denied},
      {"devices", "list"},
      {"devices", "rename", tv, "Den TV"},
      {"access", tv, "full"},
      {"devices", "access", tv, "controller"},
      {"devices", "expire", tv, "4h"},
      {"devices", "disable", phone},
      {"devices", "enable", phone},
      {"devices", "export", list},
      {"devices", "import", list},
      {"devices", "merge", tv, phone},
      {"devices", "split", tv, std::string(64, 'b')},
      {"sessions", "list"},
      {"sessions", "live", session},
      {"sessions", "access", session, "view"},
      {"sessions", "mute", session},
      {"sessions", "idr", session},
      {"sessions", "stop", session},
      {"apps", "list"},
      {"apps", "show", app},
      {"apps", "edit", app, "--title", "Go"},
      {"apps", "edit", app, "--hide"},
      {"apps", "edit", app, "--show"},
      {"apps", "order", app},
      {"apps", "art", app, picture},
      {"apps", "art", app},
      {"apps", "library"},
      {"settings", "list"},
      {"settings", "set", "fec_percent", "25"},
      {"encoders"},
      {"encoders", "--again"},
      {"displays"},
      {"diagnostics"},
      {"logs"},
      {"support-bundle", (folder_ / "bundle.json").string()},
      {"audit"},
      {"tokens", "add", "Grafana", "--scope", "read"},
      {"tokens", "list"},
      {"tokens", "remove", "1"},
      {"sign-ins", "list"},
      {"tls", "set", certificate, key},
      {"tls", "show"},
      {"tls", "remove"},
      {"power", "list"},
      {"power", "sleep"},
      {"power", "reboot"},
      {"power", "shutdown"},
      {"restart"},
      {"watch", "--count", "1"},
      {"apps", "remove", app},
      {"devices", "revoke", tv, "--yes"},
      {"devices", "revoke", "--all", "--yes"},
  };
  for (const auto& line : lines) {
    const auto [code, words] = run(line);
    std::string shown;
    for (const auto& word : line) shown += word + ' ';
    EXPECT_EQ(code, kExitOk) << shown << '\n' << words;
  }
  // What cannot succeed here is asked for all the same.
  EXPECT_EQ(run({"apps", "import", "desktop:nothing"}).first, kExitFailed);
  EXPECT_EQ(run({"sign-ins", "end", "77"}).first, kExitFailed);
  EXPECT_NE(run({"history"}).first, kExitUsage);
  EXPECT_EQ(run({"restart", "--cancel"}).first, kExitFailed);

  std::set<std::string> reached;
  rig_.loop.run_sync([&] { reached = reached_; });
  for (const auto& route : webui::routes()) {
    const std::string operation = route.operation;
    const bool changes = std::string_view(route.method) != "GET";
    const bool has = reached.contains(operation);
    if (kWithoutCommand.contains(operation)) {
      EXPECT_FALSE(has) << operation << " has a command after all";
    } else if (changes) {
      EXPECT_TRUE(has) << route.method << ' ' << route.path << " has no ctl command";
    } else if (!kForPrograms.contains(operation)) {
      // Lists may stand for the single thing.
      const bool single = std::string_view(route.path).ends_with("{id}");
      EXPECT_TRUE(has || single) << route.method << ' ' << route.path << " has no ctl command";
    }
  }
}

}  // namespace
}  // namespace pf::app
