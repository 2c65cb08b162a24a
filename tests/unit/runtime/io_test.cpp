// io_test.cpp: streams and files.
#include "tests/unit/runtime/values.hpp"
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace slisp::rt;
using namespace slisp::rt::test;
using namespace slisp::abi;

namespace {

struct Directory {
  Directory() {
    char name[] = "/tmp/slisp_io_XXXXXX";
    path = mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return path + "/" + name; }
  std::string path;
};

}  // namespace

TEST_CASE("io: string writers gather what is written", "[io]") {
  const Owned writer = own(slisp_string_writer());
  CHECK(slisp_stream_write(writer.word(), str("aé").word()) == k_nil);
  CHECK(slisp_stream_write(writer.word(), chr('\n').word()) == k_nil);
  CHECK(slisp_print_to(writer.word(), vec(str("x"), chr('y')).word(), true) == k_nil);
  CHECK(slisp_print_to(writer.word(), str("x").word(), false) == k_nil);
  CHECK(to_std(own(slisp_stream_text(writer.word()))) == "aé\n[\"x\" \\y]x");
}

TEST_CASE("io: lines end with \\n, \\r or \\r\\n", "[io]") {
  const Owned reader = own(slisp_string_reader(str("a\nb\r\n\rc").take()));
  for (const char* line : {"\"a\"", "\"b\"", "\"\"", "\"c\"", "nil", "nil"}) CHECK(pr(slisp_stream_read_line(reader.word())) == line);
}

TEST_CASE("io: characters can be put back, also before the first and after the last", "[io]") {
  const Owned reader = own(slisp_string_reader(str("é").take()));
  CHECK(slisp_stream_unread(reader.word(), 0x1f600) == k_nil);
  CHECK(slisp_stream_read_char(reader.word()).value == 0x1f600);
  CHECK(slisp_stream_read_char(reader.word()).value == 0xe9);
  CHECK(slisp_stream_read_char(reader.word()).value == -1);
  for (int i = 0; i < 100; ++i) CHECK(slisp_stream_unread(reader.word(), 'a') == k_nil);
  CHECK(text_of(own(slisp_stream_read_all(reader.word()))).size() == 100);
}

TEST_CASE("io: files", "[io]") {
  const Directory directory;
  const Owned path = str(directory.file("f.txt"));
  CHECK(slisp_spit(path.word(), str("one\n").word(), false) == k_nil);
  CHECK(slisp_spit(path.word(), str("two\n").word(), true) == k_nil);
  CHECK(to_std(own(slisp_slurp(path.word()))) == "one\ntwo\n");
  CHECK(slisp_file_size(path.word()).value == 8);
  CHECK(truth(slisp_file_exists_p(path.word())) == "true");
  CHECK(truth(slisp_file_directory_p(path.word())) == "false");
  CHECK(pr(slisp_slurp(str("/nosuch/x.txt").word())) == "FileNotFoundException: /nosuch/x.txt (No such file or directory)");
  CHECK(pr(slisp_slurp(str(directory.path).word())) == "FileNotFoundException: " + directory.path + " (Is a directory)");
  CHECK(truth(slisp_file_make_directories(str(directory.file("a/b")).word())) == "true");
  CHECK(pr(slisp_file_list(str(directory.path).word())) == "[\"a\" \"f.txt\"]");
  CHECK(truth(slisp_file_delete(path.word())) == "true");
  CHECK(pr(slisp_file_list(path.word())) == "nil");
}

TEST_CASE("io: a large file goes through the buffers unharmed", "[io]") {
  const Directory directory;
  const Owned path = str(directory.file("big"));
  std::string all;
  {
    const Owned writer = own(slisp_open_writer(path.word(), false));
    for (int i = 0; i < 20000; ++i) {
      const std::string line = "line é " + std::to_string(i) + "\n";
      all += line;
      REQUIRE(slisp_stream_write(writer.word(), str(line).word()) == k_nil);
    }
    CHECK(slisp_stream_close(writer.word()) == k_nil);
    CHECK(pr(slisp_stream_write(writer.word(), str("x").word())) == "IOException: Stream closed");
  }
  CHECK(to_std(own(slisp_slurp(path.word()))) == all);
  const Owned reader = own(slisp_open_reader(path.word()));
  std::string again;
  for (;;) {
    const Owned line = own(slisp_stream_read_line(reader.word()));
    if (line.is_nil()) break;
    again += to_std(line) + "\n";
  }
  CHECK(again == all);
}

TEST_CASE("io: a full disk is an IOException", "[io]") {
  const Owned writer = own(slisp_open_writer(str("/dev/full").word(), false));
  REQUIRE_FALSE(writer.failed());
  CHECK(slisp_stream_write(writer.word(), str("x").word()) == k_nil);
  CHECK(pr(slisp_stream_flush(writer.word())) == "IOException: No space left on device");
}
