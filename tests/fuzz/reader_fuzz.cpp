// reader_fuzz.cpp: throw random texts at the reader for as long as wanted.
//   reader_fuzz [SEED [ITERATIONS [FILE...]]]
// Texts are grown from pieces of syntax and from the given files, then spliced, cut and flipped. Checked for each: the reader ends and
// makes progress, nothing stays alive, and what was read and printed reads back to the same text. On a failure the text is written
// to reader_fuzz.failure and the seed is printed; the exit status is 1.
#include "runtime/api.hpp"
#include "runtime/memory/context.hpp"
#include "src/reader/reader.hpp"
#include "src/reader/span_table.hpp"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace slisp;
using namespace slisp::reader;

constexpr std::string_view k_pieces[] = {
    "(", ")", "[", "]", "{", "}", "#{", "#(", "'", "`", "~", "~@", "@", "#'", "^", "#^", "#_", "#?(", "#?@(", "#:a{", "#::{", "##Inf", "##NaN",
    "#\"", "\"", "\\", ";", "\n", " ", ",", "%", "%1", "%&", "&", ":", "::", "/", "a", "b/c", ":k", ":n/k", "x#", "nil", "true", "0", "1", "-1",
    "+", "1.5", "1e3", "0x1f", "2r101", "36rZ", "08", "1/2", "1/0", "1N", "1M", "9223372036854775808", "\\a", "\\newline", "\\u03bb", "\\o101",
    "\"a\\n\"", "\"\\ud83d\\ude00\"", "\"\\q\"", "#inst \"2020-01-01\"", "#uuid \"550e8400-e29b-41d4-a716-446655440000\"", "#foo", "#js",
    ":slisp", ":cljs", ":default", ":else", "^:a", "^{:a 1}", "{:a 1 :a 2}", "#{1 1}", "#=", "#<", "#!", "\xce\xbb", "\xf0\x9f\x98\x80",
    "\xe2\x80\x83", "\xff", "\x7f", "\t", "\r\n", "a.", ".a", "a'", "()", "[]", "{}", "(quote", "(clojure.core/unquote a)", "~~", "``"};

class Texts {
 public:
  Texts(std::uint64_t seed, std::vector<std::string> corpus) : random_(seed), corpus_(std::move(corpus)) {}

  std::string next() {
    std::string text;
    if (!corpus_.empty() && below(3) == 0) {
      const std::string& whole = corpus_[below(corpus_.size())];
      std::size_t begin = whole.empty() ? 0 : below(whole.size());
      text = whole.substr(begin, 1 + below(2000));
    }
    for (std::size_t n = below(below(20) == 0 ? 400 : 40); n != 0; --n) {
      text += k_pieces[below(std::size(k_pieces))];
      if (below(3) == 0) text += ' ';
    }
    for (std::size_t n = below(5); n != 0 && !text.empty(); --n) mutate(text);
    rt::Owned valid = rt::make_string(text);                     // what is not UTF-8 never gets as far as the reader
    return std::string(rt::text_of(valid));
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void mutate(std::string& text) {
    std::size_t at = below(text.size()), length = 1 + below(8);
    switch (below(4)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(below(text.size()), length)); break;
      default: text.insert(at, k_pieces[below(std::size(k_pieces))]);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> corpus_;
};

std::uint64_t live_objects() {
  rt::HeapCounts counts = rt::heap_counts();
  return counts.allocated - counts.freed;
}

// Empty when all is well.
std::string judge(const std::string& text, bool print) {
  rt::Owned features = feature_set({"slisp"});
  SpanTable table;
  ReaderOptions options;
  options.features = features;
  options.file = 1;
  options.line_metadata = LineMetadata::On;
  options.spans = table.sink();
  Reader reader(text, options);
  for (std::size_t results = 0;; ++results) {
    if (results > text.size() + 1) return "the reader does not come forward";
    ReadResult result = reader.read();
    if (rt::exception_pending()) return "an exception was left pending";
    if (result.status == ReadStatus::EndOfInput) return "";
    if (result.status == ReadStatus::Error && !reader.error().what.is(abi::Kind::String)) return "an error without words";
    if (result.status != ReadStatus::Form || !print) continue;
    rt::TextBuffer first, second;
    if (!rt::print_value(first, result.form, rt::PrintMode::Readable)) return "a form cannot be printed";
    Reader again(first.view(), {});
    ReadResult copy = again.read();
    if (text.find("#:") != std::string::npos) continue;          // #:a{:2 3} makes :a/2, which is no literal, as in Clojure
    if (copy.status != ReadStatus::Form) return "what was printed cannot be read: " + std::string(first.view());
    if (!rt::print_value(second, copy.form, rt::PrintMode::Readable)) return "a form cannot be printed again";
    bool by_identity = first.view().find("#\"") != std::string_view::npos;   // regexes hash so: sets of them have no order
    if (first.view() != second.view() && !by_identity) {
      return "printed and read back differ: " + std::string(first.view()) + " and " + std::string(second.view());
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t seed = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : std::random_device{}();
  long iterations = count > 2 ? std::strtol(arguments[2], nullptr, 10) : 100'000;
  std::vector<std::string> corpus;
  for (int i = 3; i < count; ++i) {
    std::ifstream file(arguments[i]);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  Texts texts(seed, std::move(corpus));
  for (long i = 0; i < iterations; ++i) {
    std::string text = texts.next();
    std::string verdict = judge(text, true);
    if (verdict.empty()) {                                       // keywords stay interned: only a second run must leave nothing
      std::uint64_t before = live_objects();
      verdict = judge(text, true);
      if (verdict.empty() && live_objects() != before) verdict = "objects stay alive";
    }
    if (verdict.empty()) continue;
    std::ofstream("reader_fuzz.failure") << text;
    std::printf("seed %llu, text %ld: %s\n", static_cast<unsigned long long>(seed), i, verdict.c_str());
    return 1;
  }
  std::printf("seed %llu: %ld texts read\n", static_cast<unsigned long long>(seed), iterations);
  return 0;
}
