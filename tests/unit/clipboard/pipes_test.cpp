#include "clipboard/pipes.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "clipboard/clipboard.hpp"

namespace pf::clipboard {
namespace {

using std::chrono::seconds;

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("pipe");
    from = UniqueFd(ends[0]);
    to = UniqueFd(ends[1]);
  }
  void put(std::string_view text) const {
    ASSERT_EQ(::write(to.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  UniqueFd from, to;
};

TEST(PipeReader, GivesTheTextWhenItIsComplete) {
  Pipe pipe;
  PipeReader reader;
  const SteadyTime now{};
  reader.begin(std::move(pipe.from), now);
  pipe.put("hal");
  EXPECT_FALSE(reader.read(now));
  EXPECT_TRUE(reader.busy());
  pipe.put("lo");
  pipe.to.reset();
  EXPECT_EQ(reader.read(now), "hallo");
  EXPECT_FALSE(reader.busy());
}

TEST(PipeReader, DoesNotWaitForEver) {
  Pipe pipe;
  PipeReader reader;
  reader.begin(std::move(pipe.from), SteadyTime{});
  pipe.put("half");
  EXPECT_FALSE(reader.read(SteadyTime{} + seconds(1)));
  EXPECT_TRUE(reader.busy());
  EXPECT_FALSE(reader.read(reader.deadline()));
  EXPECT_FALSE(reader.busy());
}

TEST(PipeReader, ReadsNoMoreThanTheBound) {
  Pipe pipe;
  PipeReader reader;
  const SteadyTime now{};
  reader.begin(std::move(pipe.from), now);
  const std::string piece(4096, 'x');
  std::size_t put = 0;
  while (reader.busy()) {
    ASSERT_LE(put, kMaxTextBytes + 128 * 1024) << "it reads on and on";
    pipe.put(piece);
    put += piece.size();
    EXPECT_FALSE(reader.read(now));
  }
}

TEST(PipeReader, TellsNothingThatIsNoText) {
  Pipe pipe;
  PipeReader reader;
  reader.begin(std::move(pipe.from), SteadyTime{});
  pipe.put("\xFF\xFE");
  pipe.to.reset();
  EXPECT_FALSE(reader.read(SteadyTime{}));
  EXPECT_FALSE(reader.busy());
}

TEST(PipeWriters, WriteAsFastAsTheReaderReads) {
  Pipe pipe;
  PipeWriters writers;
  const auto text = std::make_shared<const std::string>(300'000, 'y');
  writers.add(std::move(pipe.to), text, SteadyTime{});
  std::string got;
  std::vector<char> buffer(65'536);
  for (int turn = 0; turn < 100 && got.size() < text->size(); ++turn) {
    writers.write(SteadyTime{});
    const auto count = ::read(pipe.from.get(), buffer.data(), buffer.size());
    if (count > 0) got.append(buffer.data(), static_cast<std::size_t>(count));
  }
  EXPECT_EQ(got, *text);
  EXPECT_EQ(writers.size(), 0U);
  EXPECT_EQ(::read(pipe.from.get(), buffer.data(), 1), 0) << "the end is told";
}

TEST(PipeWriters, GiveUpOnReadersThatAreGoneOrDoNotRead) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto text = std::make_shared<const std::string>(300'000, 'y');
  PipeWriters writers;
  Pipe gone, slow;
  gone.from.reset();
  writers.add(std::move(gone.to), text, SteadyTime{});
  writers.add(std::move(slow.to), text, SteadyTime{});
  writers.write(SteadyTime{});
  EXPECT_EQ(writers.size(), 1U);
  writers.write(writers.deadline());
  EXPECT_EQ(writers.size(), 0U);
}

TEST(PipeWriters, TurnAwayTooMany) {
  const auto text = std::make_shared<const std::string>(300'000, 'y');
  PipeWriters writers;
  std::vector<Pipe> pipes(20);
  for (auto& pipe : pipes) writers.add(std::move(pipe.to), text, SteadyTime{});
  EXPECT_EQ(writers.size(), 16U);
}

}  // namespace
}  // namespace pf::clipboard
