// From the second picture on, our part of encoding allocates nothing.
#include <gtest/gtest.h>

#include "base/thread.hpp"
#include "desktop_picture.hpp"
#include "encode/encoder.hpp"

namespace pf::encode {
namespace {

TEST(NoAlloc, SteadyEncodingOfEveryOpenableEncoder) {
  for (const auto& backend : backends()) {
    Config config;
    config.mode = {640, 360, {60, 1}};
    auto encoder = backend.open(config, {});
    if (!encoder) continue;
    SCOPED_TRACE(backend.name);
    testing::Desktop desktop(640, 360);
    media::AccessUnit unit;
    for (std::uint32_t n = 1; n <= 60; ++n) {
      desktop.draw(n);
      const auto frame = desktop.frame(n);
      Directives directives;
      directives.force_idr = n == 20;
      directives.bitrate_kbps = n == 30 && !backend.hardware ? 5'000 : 0;
      if (n == 1) {
        ASSERT_EQ((*encoder)->encode(frame, directives, unit), Outcome::Unit);
        continue;
      }
      Outcome coded{}, repeated{};
      {
        const NoAllocScope guard;
        coded = (*encoder)->encode(frame, directives, unit);
        repeated = (*encoder)->repeat(n, {}, unit);
      }
      ASSERT_EQ(coded, Outcome::Unit);
      ASSERT_EQ(repeated, Outcome::Unit);
    }
  }
}

}  // namespace
}  // namespace pf::encode
