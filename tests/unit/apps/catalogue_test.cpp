#include "apps/catalogue.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "support/temp_folder.hpp"

namespace pf::apps {
namespace {

// The smallest whole PNG (1x1) and a JPEG's frame.
Bytes png() {
  return {0x89, 'P',  'N',  'G',  0x0D, 0x0A, 0x1A, 0x0A, 0,    0,    0,    13,   'I',  'H',
          'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
          0,    0x3A, 0x7E, 0x9B, 0x55, 0,    0,    0,    10,   'I',  'D',  'A',  'T',  0x78,
          0x9C, 0x63, 0x60, 0,    0,    0,    2,    0,    1,    0x48, 0xAF, 0xA4, 0x71, 0,
          0,    0,    0,    'I',  'E',  'N',  'D',  0xAE, 0x42, 0x60, 0x82};
}
Bytes jpeg() {
  return {0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 'J', 'F',  0xFF, 0xC0, 0,   11,
          8,    0,    2,    0,    3, 1, 1,   0x11, 0,    0xFF, 0xD9};
}

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() { reopen(); }
  void reopen() {
    catalogue_.reset();
    database_.reset();
    database_ = std::move(*store::Database::open(std::filesystem::path(folder_.path()) / "t.db"));
    catalogue_.emplace(std::move(*Catalogue::open(*database_)));
  }
  std::uint32_t add(const std::string& title) {
    App app;
    app.title = title;
    app.command = {"true"};
    return catalogue_->add(app)->id;
  }
  std::vector<std::string> titles() const {
    std::vector<std::string> list;
    for (const auto& app : catalogue_->apps()) list.push_back(app.title);
    return list;
  }
  const test::TempFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::optional<Catalogue> catalogue_;
};

TEST_F(CatalogueTest, AChangeStaysAndKeepsTheNumber) {
  const auto id = add("Chess");
  auto app = *catalogue_->find(id);
  app.title = "Go";
  app.prepare = {{{"on", "1"}, {"off"}}, {{"x"}, {}}};
  app.environment = {{"A", "b=c"}};
  app.second_client = SecondClient::Join;
  ASSERT_TRUE(catalogue_->change(app));
  reopen();
  EXPECT_EQ(*catalogue_->find(id), app);
}

TEST_F(CatalogueTest, TheDesktopCanHaveCommandsAroundItButNoneOfItsOwn) {
  auto desktop = catalogue_->apps().front();
  desktop.prepare = {{{"on"}, {"off"}}};
  ASSERT_TRUE(catalogue_->change(desktop));
  reopen();
  EXPECT_EQ(catalogue_->apps().front(), desktop);
  EXPECT_EQ(catalogue_->apps().size(), 1U);
  desktop.command = {"x"};
  EXPECT_TRUE(catalogue_->change(desktop).error().is(Errc::BadEntry));
  EXPECT_TRUE(catalogue_->remove(desktop.id).error().is(Errc::BadEntry));
}

TEST_F(CatalogueTest, AHiddenOneIsLeftOutOfListsButCanBeFoundAndComesBack) {
  const auto chess = add("Chess"), go = add("Go");
  auto app = *catalogue_->find(chess);
  app.hidden = true;
  ASSERT_TRUE(catalogue_->change(app));
  reopen();
  const auto shown = [&](std::uint32_t running) {
    std::vector<std::string> list;
    for (const auto& one : catalogue_->shown(running)) list.push_back(one.title);
    return list;
  };
  EXPECT_EQ(shown(0), (std::vector<std::string>{"Desktop", "Go"}));
  EXPECT_EQ(shown(go), (std::vector<std::string>{"Desktop", "Go"}));
  EXPECT_EQ(shown(chess), titles()) << "who runs it must find it to come back to it";
  ASSERT_NE(catalogue_->find(chess), nullptr);
  // Its place is kept, whatever else is put into an order.
  ASSERT_TRUE(catalogue_->reorder({go, chess}));
  app.hidden = false;
  ASSERT_TRUE(catalogue_->change(app));
  EXPECT_EQ(shown(0), (std::vector<std::string>{"Desktop", "Go", "Chess"}));
  auto desktop = catalogue_->apps().front();
  desktop.hidden = true;
  EXPECT_TRUE(catalogue_->change(desktop).error().is(Errc::BadEntry));
}

TEST_F(CatalogueTest, WhatIsNotAllowedChangesNothing) {
  const auto id = add("Chess");
  const auto before = *catalogue_->find(id);
  const auto refused = [&](const std::function<void(App&)>& edit) {
    auto app = before;
    edit(app);
    const auto changed = catalogue_->change(app);
    return !changed && changed.error().is(Errc::BadEntry) && *catalogue_->find(id) == before;
  };
  EXPECT_TRUE(refused([](App& a) { a.title.clear(); }));
  EXPECT_TRUE(refused([](App& a) { a.command.clear(); }));
  EXPECT_TRUE(refused([](App& a) { a.command = {std::string("a\0b", 3)}; }));
  EXPECT_TRUE(refused([](App& a) { a.working_directory = "relative"; }));
  EXPECT_TRUE(refused([](App& a) { a.prepare = {{{}, {"x"}}}; }));
  EXPECT_TRUE(refused([](App& a) { a.prepare = {{{"x"}, {""}}}; }));
  EXPECT_TRUE(refused([](App& a) { a.prepare.assign(40, {{"x"}, {}}); }));
  App unknown = before;
  unknown.id = 5;
  EXPECT_TRUE(catalogue_->change(unknown).error().is(Errc::UnknownApp));
  database_->fail_next_commits(1);
  EXPECT_TRUE(catalogue_->change(before).error().is(Errc::StoreFailed));
}

TEST_F(CatalogueTest, TheOrderStays) {
  const auto a = add("A"), b = add("B"), c = add("C");
  ASSERT_TRUE(catalogue_->reorder({c, a, b}));
  add("Aa");
  const std::vector<std::string> wanted{"Desktop", "C", "A", "B", "Aa"};
  EXPECT_EQ(titles(), wanted);
  reopen();
  EXPECT_EQ(titles(), wanted);
  EXPECT_FALSE(catalogue_->reorder({c, a}));
  EXPECT_FALSE(catalogue_->reorder({c, c, a, b}));
  EXPECT_FALSE(catalogue_->reorder({c, a, b, 77}));
  EXPECT_EQ(titles(), wanted);
}

TEST_F(CatalogueTest, ManyAreAddedOrNone) {
  App good;
  good.title = "Same";
  good.command = {"x"};
  App bad = good;
  bad.command.clear();
  EXPECT_FALSE(catalogue_->add_all({good, bad}));
  EXPECT_EQ(catalogue_->apps().size(), 1U);
  const auto added = catalogue_->add_all({good, good});
  ASSERT_TRUE(added);
  EXPECT_NE((*added)[0].id, (*added)[1].id);
}

TEST_F(CatalogueTest, ACoverIsAWholePicture) {
  const auto id = add("Chess");
  EXPECT_FALSE(catalogue_->art(id));
  ASSERT_TRUE(catalogue_->set_art(id, {"image/png", png()}));
  const auto tag = catalogue_->find(id)->art;
  EXPECT_FALSE(tag.empty());
  ASSERT_TRUE(catalogue_->set_art(id, {"image/jpeg", jpeg()}));
  EXPECT_NE(catalogue_->find(id)->art, tag);
  reopen();
  EXPECT_EQ(catalogue_->art(id)->bytes, jpeg());
  EXPECT_EQ(catalogue_->art(id)->type, "image/jpeg");
  EXPECT_TRUE(catalogue_->set_art(id, {"image/png", jpeg()}).error().is(Errc::BadEntry));
  auto cut = png();
  cut.resize(cut.size() - 4);
  EXPECT_TRUE(catalogue_->set_art(id, {"image/png", cut}).error().is(Errc::BadEntry));
  EXPECT_EQ(catalogue_->art(id)->type, "image/jpeg");
  const auto desktop = catalogue_->apps().front().id;
  ASSERT_TRUE(catalogue_->set_art(desktop, {"image/png", png()}));
  ASSERT_TRUE(catalogue_->remove_art(id));
  EXPECT_FALSE(catalogue_->art(id));
  ASSERT_TRUE(catalogue_->remove(id));
  reopen();
  EXPECT_FALSE(catalogue_->apps().front().art.empty());
  EXPECT_EQ(catalogue_->art(desktop)->bytes, png());
}

TEST(PictureFacts, EveryPrefixAndFlipIsHandled) {
  for (const auto& whole : {png(), jpeg()}) {
    ASSERT_TRUE(picture_facts(whole));
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_FALSE(picture_facts(ByteSpan(whole).first(n))) << n;
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const std::uint8_t value : Bytes{0x00, 0x7F, 0xFF}) {
        auto flipped = whole;
        flipped[i] = value;
        const auto facts = picture_facts(flipped);
        EXPECT_TRUE(!facts || (facts->width > 0 && facts->width <= Art::kLargestSide));
      }
  }
  EXPECT_EQ(picture_facts(jpeg())->width, 3U);
  EXPECT_EQ(picture_facts(jpeg())->height, 2U);
}

}  // namespace
}  // namespace pf::apps
