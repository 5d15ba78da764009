// A whole pairing dialogue. Each line of the input is one step: a query string of /pair, or
//   !pin 1234      the operator types it for the oldest waiting request
//   !from 10.0.0.1 the next requests come from there
//   !leave         the client of the newest request closes
//   !unpair        /unpair from the current address
//   !wait 1000     milliseconds pass
#include <charconv>

#include "crypto/identity.hpp"
#include "gamestream/pairing_attempts.hpp"
#include "http/target.hpp"
#include "support/fakes.hpp"

namespace {

using namespace pf;
using namespace std::chrono_literals;

const crypto::Identity& host() {
  static const auto identity = *crypto::Identity::generate("fuzz");
  return identity;
}

// Known values, so that the corpus can hold a dialogue that succeeds.
void not_random(MutableByteSpan out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(0x60 + i);
}

class Dialogue {
 public:
  void step(std::string_view line) {
    const auto argument = line.substr(std::min(line.size(), line.find(' ') + 1));
    if (line.starts_with("!pin ")) {
      const auto pending = desk_.pending();
      if (!pending.empty()) (void)desk_.submit_pin(pending.front().id, std::string(argument), "");
    } else if (line.starts_with("!from ")) {
      if (auto parsed = net::Endpoint::parse(argument, 1)) from_ = *parsed;
    } else if (line == "!leave") {
      if (!exchanges_.empty()) exchanges_.back()->abandon();
    } else if (line == "!unpair") {
      attempts_.cancel_from(from_);
    } else if (line.starts_with("!wait ")) {
      unsigned ms = 0;
      std::from_chars(argument.data(), argument.data() + argument.size(), ms);
      executor_.advance(std::chrono::milliseconds(ms % 600'000));
    } else if (auto target = http::parse_target("/pair?" + std::string(line))) {
      http::Request request;
      request.path = "/pair";
      request.query = std::move(target->query);
      request.remote = from_;
      exchanges_.push_back(std::make_shared<test::FakeExchange>(std::move(request)));
      attempts_.handle(exchanges_.back());
    }
    check();
  }
  void finish() {
    executor_.advance(10min);
    PF_ASSERT(desk_.pending().empty() && attempts_.size() == 0);
    for (const auto& exchange : exchanges_) PF_ASSERT(exchange->answered());
  }

 private:
  void check() const {
    std::size_t open = 0;
    for (const auto& exchange : exchanges_) {
      if (!exchange->answered()) {
        ++open;
        continue;
      }
      PF_ASSERT(exchange->response().status == 200);
      PF_ASSERT(exchange->body().starts_with("<?xml"));
    }
    PF_ASSERT(open == desk_.pending().size());
    PF_ASSERT(attempts_.size() >= open);
  }

  test::FakeExecutor executor_;
  test::FakeAllowList list_;
  trust::PairingDesk desk_{executor_};
  gamestream::PairingAttempts attempts_{executor_, desk_, list_, host(), not_random};
  net::Endpoint from_ = net::Endpoint::loopback_v4(1);
  std::vector<std::shared_ptr<test::FakeExchange>> exchanges_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = as_text({data, size});
  Dialogue dialogue;
  for (unsigned steps = 0; !rest.empty() && steps < 64; ++steps) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    dialogue.step(line);
  }
  dialogue.finish();
  return 0;
}
