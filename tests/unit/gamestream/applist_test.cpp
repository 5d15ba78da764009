#include "gamestream/applist.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/bytes.hpp"

namespace pf::gamestream {
namespace {

apps::App app(std::uint32_t id, std::string title) {
  apps::App made;
  made.id = id;
  made.title = std::move(title);
  return made;
}

TEST(AppList, ListsWithoutWhiteSpace) {
  EXPECT_EQ(applist_xml({app(881448767, "Desktop"), app(5, "A & B")}, false),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root status_code=\"200\">"
            "<App><IsHdrSupported>0</IsHdrSupported><AppTitle>Desktop</AppTitle><ID>881448767</ID>"
            "</App><App><IsHdrSupported>0</IsHdrSupported><AppTitle>A &amp; B</AppTitle><ID>5</ID>"
            "</App></root>");
  EXPECT_NE(applist_xml({app(5, "Game")}, true).find("<IsHdrSupported>1</IsHdrSupported>"),
            std::string::npos);
  EXPECT_EQ(applist_xml({}, false),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root status_code=\"200\"/>");
}

// Walks the file as the PNG specification lays it out and unpacks the rows.
Bytes rows_of(const std::string& png) {
  ByteReader reader(as_bytes(png));
  EXPECT_EQ(as_text(reader.take(8)), "\x89PNG\r\n\x1A\n");
  Bytes packed;
  std::string order;
  while (reader.ok() && reader.remaining() > 0) {
    const auto size = reader.be<std::uint32_t>();
    const auto body = reader.rest().first(4 + size);
    const auto type = as_text(reader.take(4));
    const auto data = reader.take(size);
    EXPECT_EQ(reader.be<std::uint32_t>(), crc32(0, body.data(), static_cast<uInt>(body.size())));
    order += std::string(type) + " ";
    if (type == "IHDR") {
      EXPECT_EQ(load_be<std::uint32_t>(data.data()), 600U);
      EXPECT_EQ(load_be<std::uint32_t>(data.data() + 4), 800U);
    }
    if (type == "IDAT") packed.assign(data.begin(), data.end());
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(order, "IHDR PLTE IDAT IEND ");
  Bytes rows(601 * 800 + 1);
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(rows.data(), &size, packed.data(), packed.size()), Z_OK);
  rows.resize(size);
  return rows;
}

TEST(BoxArt, IsAWholePngForAnyTitle) {
  for (const auto& title : {std::string("Desktop"), std::string(),
                            std::string("Half-Life 2: Episode One & more!"), std::string(500, 'W'),
                            std::string("Gr\xC3\xBC\xC3\x9F"
                                        "e \xFF"),
                            std::string(40, ' ')}) {
    const auto png = box_art_png(title, 7);
    EXPECT_LT(png.size(), 64U * 1024);
    const auto rows = rows_of(png);
    ASSERT_EQ(rows.size(), 601U * 800);
    for (std::size_t y = 0; y < 800; ++y) EXPECT_EQ(rows[y * 601], 0);
    const bool ink = std::count(rows.begin(), rows.end(), 255) > 0;
    EXPECT_EQ(ink, title.find_first_not_of(' ') != std::string::npos) << title;
  }
}

TEST(BoxArt, DiffersByIdAndTitle) {
  EXPECT_NE(box_art_png("A", 1), box_art_png("A", 2));
  EXPECT_NE(box_art_png("A", 1), box_art_png("B", 1));
  EXPECT_EQ(box_art_png("A", 1), box_art_png("A", 1));
}

}  // namespace
}  // namespace pf::gamestream
