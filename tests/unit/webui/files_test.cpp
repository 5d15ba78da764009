#include "webui/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "support/temp_folder.hpp"

namespace pf::webui {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  void write(const char* name, const std::string& content, unsigned mode = 0600) {
    ASSERT_TRUE(write_file_atomically(path() / name, content, mode));
  }
  fs::path path() const { return folder_.path(); }
  test::TempFolder folder_;
};

TEST_F(FilesTest, TheTokenIsMadeOnceAndIsPrivate) {
  EXPECT_FALSE(load_token(path()));
  const auto token = load_or_create_token(path());
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_EQ(token->size(), 64U);
  EXPECT_EQ(*load_or_create_token(path()), *token);
  EXPECT_EQ(*load_token(path()), *token);
  struct stat info {};
  ASSERT_EQ(::stat((path() / kTokenFile).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(FilesTest, ABadTokenFileIsAnErrorAndIsKept) {
  const std::string token(64, 'a');
  for (const auto& content :
       {std::string(), std::string("\n"), std::string("PUNKTFUNK_MGMT_TOKEN=\n"),
        "PUNKTFUNK_MGMT_TOKEN=" + token.substr(1) + "\n", "PUNKTFUNK_MGMT_TOKEN=" + token + "a\n",
        "PUNKTFUNK_MGMT_TOKEN=" + token.substr(1) + "z\n", token + "\n",
        "PUNKTFUNK_MGMT_TOKEN=" + token + "\nMORE=1\n"}) {
    write(kTokenFile, content);
    const auto loaded = load_or_create_token(path());
    ASSERT_FALSE(loaded) << content;
    EXPECT_TRUE(loaded.error().is(Errc::BadToken));
    EXPECT_EQ(*read_file(path() / kTokenFile, 1000), content);
  }
  write(kTokenFile, "PUNKTFUNK_MGMT_TOKEN=" + token);
  EXPECT_TRUE(load_token(path()));
}

TEST_F(FilesTest, ATokenThatOthersCanReadIsNotUsed) {
  write(kTokenFile, "PUNKTFUNK_MGMT_TOKEN=" + std::string(64, 'a') + "\n", 0640);
  const auto loaded = load_or_create_token(path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message(), HasSubstr("remove the file"));
}

TEST_F(FilesTest, TheEndpointComesBackAsStored) {
  for (const auto* address : {"127.0.0.1", "::1"}) {
    ASSERT_TRUE(store_endpoint(path(), *net::Endpoint::parse(address, 47990)));
    const auto loaded = load_endpoint(path());
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(loaded->address(), address);
    EXPECT_EQ(loaded->port(), 47990);
  }
  ASSERT_TRUE(store_endpoint(path(), *net::Endpoint::parse("127.0.0.1", 47990)));
  EXPECT_EQ(*read_file(path() / kEndpointFile, 1000),
            "PUNKTFUNK_MGMT_URL=https://127.0.0.1:47990\n");
}

TEST_F(FilesTest, TheEndpointLeadsToThisMachineOnly) {
  for (const auto* url : {"https://192.168.1.5:47990", "https://localhost:47990",
                          "http://127.0.0.1:47990", "https://127.0.0.1", "https://127.0.0.1:0",
                          "https://127.0.0.1:70000", "https://127.0.0.1:47990/x", ""}) {
    write(kEndpointFile, std::string("PUNKTFUNK_MGMT_URL=") + url + "\n");
    EXPECT_FALSE(load_endpoint(path())) << url;
  }
}

}  // namespace
}  // namespace pf::webui
