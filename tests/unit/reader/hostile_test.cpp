// hostile_test.cpp: no text crashes the reader, takes it long, or makes it forget to release something.
#include "support.hpp"
#include <chrono>
#include <random>

using namespace reader_test;

namespace {

constexpr std::string_view k_program = R"clj(#!/usr/bin/env slisp
(ns a.b "doc" (:require [c.d :as e]))
; comment
(defn ^{:doc "x" :tag String} f "d\n\u03bb\101" [x & {:keys [a b] :or {a 1N, b 2.5M}}]
  (let [g #(+ % %2 1/2 0x1F 017 2r101 -1e3 ##Inf) h #'f, i @j]
    `(~x ~@y z# [q# {:k v}] #{s} ~'t) #_(dropped form) #?(:slisp ok :cljs #js {:a}) #?@(:cljs [1])
    [\a \newline \u03bb \o101 #"re\d\"" #:m{:n 1} #inst "2020-01-01" #uuid "550e8400-e29b-41d4-a716-446655440000" ^:k o 'p]))
)clj";

// Reads everything there is and lets go of it.
void read_through(std::string_view source) {
  rt::Owned features = feature_set({"slisp"});
  SpanTable table;
  ReaderOptions options;
  options.features = features;
  options.file = 1;
  options.line_metadata = LineMetadata::On;
  options.spans = table.sink();
  Reader reader(source, options);
  std::size_t results = 0;
  while (reader.read().status != ReadStatus::EndOfInput) {
    if (++results > source.size() + 1) FAIL("the reader does not come forward");
  }
}

double seconds(std::string_view source) {
  auto start = std::chrono::steady_clock::now();
  read_through(source);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

}  // namespace

TEST_CASE("every prefix of a program") {
  leaves_nothing([] {
    for (std::size_t length = 0; length <= k_program.size(); ++length) read_through(k_program.substr(0, length));
  });
}

TEST_CASE("a program with bytes flipped") {
  auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text(k_program);
    for (int flips = 1 + static_cast<int>(random() % 4); flips != 0; --flips) {
      text[random() % text.size()] = static_cast<char>(random() % 3 == 0 ? random() % 256 : "()[]{}#\"\\'`~@^;:?_ \n"[random() % 20]);
    }
    read_through(text);
  }
  CHECK_FALSE(rt::exception_pending());
}

TEST_CASE("a million of anything is answered quickly") {
  constexpr std::size_t k_million = 1'000'000;
  for (std::string_view piece : {"(", "[", "{", "#{", "'", "`", "~", "@", "#'", "^", "^:a ", "#_", "#(", "#?(", "#?(:slisp ", "#a ", ")",
                                 "a ", "1 ", "\"", "\\", "#", "##", "#:", "#?@", "(#?@(:slisp ", "[#?(:cljs ", "{:a "}) {
    INFO(piece);
    CHECK(seconds(repeated(piece, k_million)) < 10);             // far above what it takes: the machine may be busy
  }
  CHECK(seconds(repeated("(", k_million) + repeated(")", k_million)) < 10);
  CHECK(seconds(repeated("[", k_million) + repeated("]", k_million)) < 10);
  CHECK(seconds("`" + repeated("(", k_million / 4) + repeated(")", k_million / 4)) < 10);
  CHECK(seconds("(" + repeated("a ", k_million) + ")") < 10);
  CHECK(seconds(repeated("9", k_million)) < 10);
}

TEST_CASE("hostile depth leaves nothing behind") {
  // Hashing and comparing recurse, and stop here.
  char* old_limit = std::exchange(rt::context().stack_limit, static_cast<char*>(__builtin_frame_address(0)) - (4 << 20));
  leaves_nothing([] {
    read_through(repeated("(", 100'000));
    read_through(repeated("[", 100'000) + repeated("]", 100'000));
    read_through(repeated("{:a ", 100'000) + "1" + repeated("}", 100'000));
    read_through(repeated("``(~", 10) + "a");
    read_through(repeated("`", 100) + "(a b c)");
    read_through("{" + repeated("[", 100'000) + repeated("]", 100'000) + " 1}");
    read_through("#{" + repeated("[", 100'000) + repeated("]", 100'000) + "}");
  });
  rt::context().stack_limit = old_limit;
}
