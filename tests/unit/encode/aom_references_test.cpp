#ifdef PF_HAVE_ENCODE_AOM
#include "encode/aom/references.hpp"

#include <gtest/gtest.h>

namespace pf::encode::aom {
namespace {

// Codes pictures as the encoder does.
void code(References& references, std::uint32_t from, std::uint32_t to) {
  for (auto n = from; n != to + 1; ++n) references.keep(references.slot_for_next(), n);
}

TEST(AomReferences, NothingBeforeTheFirstKeyPicture) {
  References references;
  EXPECT_FALSE(references.newest());
  EXPECT_FALSE(references.go_back_before(1));
  references.restart(1);
  EXPECT_TRUE(references.newest());
}

TEST(AomReferences, GoesBackToTheNewestBeforeALoss) {
  References references;
  references.restart(1);
  code(references, 2, 20);
  const auto before = *references.newest();
  ASSERT_TRUE(references.go_back_before(18));
  EXPECT_NE(*references.newest(), before);
  // What is older than a decoder's slots is gone; the key picture was kept as the anchor.
  EXPECT_TRUE(references.go_back_before(3));
  EXPECT_FALSE(references.go_back_before(1));
}

TEST(AomReferences, TheAnchorReachesFurtherBackAndMovesOn) {
  References references;
  references.restart(1);
  code(references, 2, 200);
  EXPECT_TRUE(References(references).go_back_before(190));
  EXPECT_TRUE(References(references).go_back_before(182));
  EXPECT_FALSE(References(references).go_back_before(181));
}

TEST(AomReferences, NumbersMayWrap) {
  References references;
  references.restart(0xfffffff0);
  code(references, 0xfffffff1, 0xffffffff);
  code(references, 0, 3);
  EXPECT_TRUE(references.go_back_before(0xffffffff));
}

}  // namespace
}  // namespace pf::encode::aom
#endif
