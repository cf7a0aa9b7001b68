#include <linux/filter.h>
#include <linux/seccomp.h>
#include <rapidcheck.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "store/store_fixture.h"

namespace libcos {
namespace {

class WriterTest : public StoreTest {
 protected:
  Writer begin(const Hash& hash) {
    return std::move(*store_.begin_write({profile('a'), origin_of("https://a.test"), hash}));
  }
};

std::string megabytes(std::size_t count, char seed) {
  std::string text(count << 20U, seed);
  for (std::size_t i = 0; i < text.size(); i += 997) {
    text[i] = static_cast<char>(i);
  }
  return text;
}

TEST_F(WriterTest, WrongBytesAreADataErrorAndLeaveNothing) {
  Writer writer = begin(hash_of("right"));
  ASSERT_TRUE(writer.append(bytes_of("wrong")));
  EXPECT_EQ(writer.close().error().code, ErrorCode::kData);
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_EQ(blob_files(), 0U);
  EXPECT_FALSE(store_.stat(hash_of("right"))->has_value());
}

TEST_F(WriterTest, ClosingWithoutWritingIsADataErrorUnlessTheHashIsThatOfNothing) {
  EXPECT_EQ(begin(hash_of("x")).close().error().code, ErrorCode::kData);
  EXPECT_TRUE(begin(hash_of("")).close());
  EXPECT_EQ(read(hash_of("")), "");
}

// Every thread that this process starts from here on is refused.
bool refuse_threads() {
  std::array<sock_filter, 5> program{
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 1, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 1),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  sock_fprog filter{program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(WriterTest, WithoutAThreadToHashInAFileIsStoredAllTheSame) {
  const std::string text = megabytes(8, 'x');  // small ones are hashed without one anyway
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open({directory(), {}});
    if (!store || !refuse_threads()) {
      ::_exit(2);
    }
    auto writer = store->begin_write({profile('a'), origin_of("https://a.test"), hash_of(text)});
    ::_exit(writer && writer->append(bytes_of(text)) && writer->close() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(read(hash_of(text)), text);
}

TEST_F(WriterTest, AnEndedSessionTakesNothingMore) {
  Writer writer = begin(hash_of("x"));
  ASSERT_TRUE(writer.append(bytes_of("x")));
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(writer.append(bytes_of("y")).error().code, ErrorCode::kInvalidState);
  EXPECT_EQ(writer.truncate(0).error().code, ErrorCode::kInvalidState);
  EXPECT_EQ(writer.close().error().code, ErrorCode::kInvalidState);
  EXPECT_EQ(read(hash_of("x")), "x");
}

TEST_F(WriterTest, AnAbortedOrDroppedSessionLeavesNothing) {
  {
    Writer dropped = begin(hash_of("x"));
    ASSERT_TRUE(dropped.append(bytes_of("x")));
    EXPECT_EQ(incoming_files(), 1U);
  }
  Writer aborted = begin(hash_of("x"));
  aborted.abort();
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_FALSE(store_.stat(hash_of("x"))->has_value());
}

TEST_F(WriterTest, NothingIsRegisteredBeforeTheCloseResolves) {
  Writer writer = begin(hash_of("text"));
  ASSERT_TRUE(writer.append(bytes_of("text")));
  EXPECT_EQ(ask("https://a.test", hash_of("text")), Disclosure::kRefused) << "not even the writer finds it";
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(ask("https://a.test", hash_of("text")), Disclosure::kStoringOrigin);
}

TEST_F(WriterTest, AllFourDigestsAreVerified) {
  for (const auto algorithm :
       {HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512}) {
    EXPECT_TRUE(put_as("https://a.test", hash_of("text", algorithm), "text"));
    EXPECT_FALSE(put_as("https://a.test", hash_of("other", algorithm), "text"));
    EXPECT_EQ(read(hash_of("text", algorithm)), "text");
  }
}

TEST_F(WriterTest, AFileOfManyBlocksIsStoredByteForByte) {
  const std::string text = megabytes(23, 'm') + "tail";
  Writer writer = begin(hash_of(text));
  for (std::size_t at = 0; at < text.size(); at += 300'000) {
    ASSERT_TRUE(writer.append(bytes_of(std::string_view(text).substr(at, 300'000))));
  }
  ASSERT_TRUE(writer.close());
  EXPECT_TRUE(read(hash_of(text)) == text);
}

TEST_F(WriterTest, WritesBehindTheEndFillTheGapWithZeros) {
  const std::string text = std::string("ab") + std::string(3, '\0') + "cd";
  Writer writer = begin(hash_of(text));
  ASSERT_TRUE(writer.write(5, bytes_of("cd")));
  ASSERT_TRUE(writer.write(0, bytes_of("ab")));
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(read(hash_of(text)), text);
}

TEST_F(WriterTest, WritingBackwardsOverManyBlocksFallsBackToOnePass) {
  const std::string text = megabytes(6, 'b');
  Writer writer = begin(hash_of(text));
  const std::size_t half = text.size() / 2;
  ASSERT_TRUE(writer.write(half, bytes_of(std::string_view(text).substr(half))));
  ASSERT_TRUE(writer.write(0, bytes_of(std::string_view(text).substr(0, half))));
  ASSERT_TRUE(writer.close());
  EXPECT_TRUE(read(hash_of(text)) == text);
}

// The digest describes the file whatever the sequence of operations was.
TEST_F(WriterTest, AnySequenceOfWritesAndTruncatesIsVerifiedAsTheFileThatItMakes) {
  EXPECT_TRUE(rc::check([&] {
    struct Operation {
      bool truncate;
      std::size_t at;
      std::string bytes;
    };
    std::string model;
    std::vector<Operation> operations;
    for (const int seed : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10'000))) {
      const auto number = static_cast<std::size_t>(seed);
      if (number % 5 == 0) {
        operations.push_back({true, number % 300, {}});
        model.resize(number % 300, '\0');
      } else {
        const std::size_t at = number % 3 == 0 ? number % 200 : model.size();
        const std::string bytes(number % 150, static_cast<char>('a' + number % 26));
        operations.push_back({false, at, bytes});
        if (!bytes.empty()) {
          model.resize(std::max(model.size(), at + bytes.size()), '\0');
          model.replace(at, bytes.size(), bytes);
        }
      }
    }
    Writer writer = begin(hash_of(model));
    for (const Operation& operation : operations) {
      RC_ASSERT(
          (operation.truncate ? writer.truncate(operation.at) : writer.write(operation.at, bytes_of(operation.bytes)))
              .has_value());
    }
    RC_ASSERT(writer.size() == model.size());
    RC_ASSERT(writer.close().has_value());
    RC_ASSERT(read(hash_of(model)) == model);
    RC_ASSERT(store_.remove(hash_of(model)).value());
  }));
}

TEST_F(WriterTest, BoundsAreCheckedBeforeAnythingIsDone) {
  ASSERT_TRUE(store_.set_setting("write.limit", "1MiB"));
  Writer writer = begin(hash_of("abc"));
  ASSERT_EQ(writer.limit(), 1U << 20U);
  ASSERT_TRUE(writer.append(bytes_of("abc")));
  EXPECT_EQ(writer.write(1U << 20U, bytes_of("x")).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_EQ(writer.write(UINT64_MAX, bytes_of("x")).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_EQ(writer.write(UINT64_MAX - 1, bytes_of("xyz")).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_EQ(writer.truncate(UINT64_MAX).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_EQ(writer.truncate((1U << 20U) + 1).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_EQ(writer.size(), 3U);
  EXPECT_TRUE(writer.close()) << "a refused operation does not spoil the session";
}

TEST_F(WriterTest, AFileOfExactlyTheLimitIsStored) {
  ASSERT_TRUE(store_.set_setting("write.limit", "1MiB"));
  const std::string text(1U << 20U, 'x');
  Writer writer = begin(hash_of(text));
  ASSERT_TRUE(writer.append(bytes_of(std::string_view(text).substr(0, 600'000))));
  const auto rest = writer.append(bytes_of(std::string_view(text).substr(600'000)));
  ASSERT_TRUE(rest) << rest.error().message;
  const auto closed = writer.close();
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(store_.stat(hash_of(text))->has_value());
  restart();
  EXPECT_TRUE(read(hash_of(text)) == text);
}

TEST_F(WriterTest, TheDisksReserveIsLeftFree) {
  ASSERT_TRUE(store_.set_setting("disk.reserve", "1TiB"));
  Writer writer = begin(hash_of("x"));
  EXPECT_EQ(writer.append(bytes_of("x")).error().code, ErrorCode::kQuotaExceeded);
}

// Else a page could measure the free space, by truncating, without writing a byte.
TEST_F(WriterTest, AHoleIsNotWeighedAgainstTheFreeSpace) {
  ASSERT_TRUE(store_.set_setting("disk.reserve", "1TiB"));
  Writer writer = begin(hash_of("x"));
  EXPECT_TRUE(writer.truncate(1U << 30U));
}

TEST_F(WriterTest, TwoSessionsOfOneHashBothSucceedAndKeepOneCopy) {
  Writer first = begin(hash_of("text"));
  Writer second = begin(hash_of("text"));
  ASSERT_TRUE(first.append(bytes_of("text")) && second.append(bytes_of("text")));
  ASSERT_TRUE(first.close());
  const auto published = second.close();
  ASSERT_TRUE(published);
  EXPECT_TRUE(published->already_stored);
  EXPECT_EQ(blob_files(), 1U);
  EXPECT_EQ(incoming_files(), 0U);
  expect_totals_to_be_right();
}

TEST_F(WriterTest, BlobsAreReadOnlyAndTheStoreIsTheUsersAlone) {
  ASSERT_TRUE(put("https://a.test", "text"));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(blob_path(hash_of("text"))).permissions(),
            perms::owner_read | perms::group_read | perms::others_read);
  EXPECT_EQ(std::filesystem::status(directory()).permissions(), perms::owner_all);
}

TEST_F(WriterTest, WritingOnePlaceOverAndOverTakesNobodysRoom) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "10MiB"));
  Writer writer = begin(hash_of("x"));
  ASSERT_TRUE(writer.append(bytes_of("x")));
  const std::string piece = megabytes(1, 'x');
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(writer.write(0, bytes_of(piece))) << i;
  }
  const auto other = put("https://b.test", "other");
  EXPECT_TRUE(other) << other.error().message;
}

}  // namespace
}  // namespace libcos
