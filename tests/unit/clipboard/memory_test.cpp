#include "clipboard/memory/memory.hpp"

#include <gtest/gtest.h>

namespace pf::clipboard {
namespace {

class Heard final : public Listener {
 public:
  void on_text(std::string text) noexcept override { texts.push_back(std::move(text)); }
  std::vector<std::string> texts;
};

TEST(MemoryClipboard, TellsWhatIsThereAndWhatIsCopied) {
  const auto board = std::make_shared<MemoryBoard>();
  board->copy("before");
  auto clipboard = open({}, {board});
  ASSERT_TRUE(clipboard);
  Heard heard;
  (*clipboard)->start(heard);
  board->copy("after");
  board->copy("\xFF");
  (*clipboard)->set_text("from the client");
  EXPECT_EQ(heard.texts, (std::vector<std::string>{"before", "after"}));
  EXPECT_EQ(board->text(), "from the client");
  (*clipboard)->set_text(std::string("bad\0text", 8));
  EXPECT_EQ(board->text(), "from the client");
  (*clipboard)->stop();
  board->copy("too late");
  EXPECT_EQ(heard.texts.size(), 2U);
}

TEST(MemoryClipboard, NoBoardNoClipboard) {
  EXPECT_FALSE(possible(media::DisplayKind::Synthetic, {}));
  const auto none = open({}, {});
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(Errc::Unavailable));
}

}  // namespace
}  // namespace pf::clipboard
