// stream.hpp: readers and writers. One object kind, five sorts: writers to a file, a string, a function; readers of a file, a string.
// Keeps: the object itself is never written to (the standard streams are static); what changes lives in its StreamState. A stream
//        around another one (slot 0) shares its state and differs in class only. Streams of bytes are the same as those of text: what is
//        read or written tells.
// Idea: a reader keeps 16 free bytes before its buffer, so that characters read can always be put back.
#pragma once
#include "runtime/api.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {

enum class StreamSort : std::uint8_t { FileWriter, StringWriter, FunctionWriter, FileReader, StringReader };

struct Stream;
struct StreamState;
// What a FunctionWriter does with text; false: an exception is pending.
struct WriterFunctions {
  bool (*write)(StreamState* writer, std::string_view bytes);
  bool (*flush)(StreamState* writer);
};

struct StreamState {
  StreamSort sort;
  bool closed = false;
  bool line_buffered = false, checked_terminal = false;
  bool at_end = false;                   // reader: the file has no more
  bool bytes_only = false;               // string sorts: what is collected need not be text
  bool shared = false;                   // a standard stream: its state is static and its descriptor stays open
  int descriptor = -1;
  int error = 0;                         // writer: errno of the first write that failed; nothing is written after it
  char* buffer = nullptr;                // scratch memory
  std::size_t capacity = 0;
  std::int64_t lines = 0;                // reader: ends of lines that were read
  std::int64_t column = 0, column_before = 0;   // reader: characters read of this line; of the one that ended last
  Stream* object = nullptr;              // function writer: the object that this state belongs to, and what it does
  const WriterFunctions* functions = nullptr;
  std::size_t start = 0, end = 0;        // bytes waiting: a reader's to be read, a writer's to be written
  Lock lock = {};                        // held by whoever changes the rest
};

struct Stream {
  Header header;
  StreamState* state;
  ClassId class_id;
  bool bytes;                            // InputStream, OutputStream
  bool around;                           // shares the state of the stream in slot 0
  std::uint64_t reserved;
  Word slot[];
};
static_assert(sizeof(Stream) == 32 && offsetof(Stream, slot) == 32);

inline constexpr std::size_t k_stream_buffer = 32768;
inline constexpr std::size_t k_unread_room = 16;

Borrowed standard_output();
Borrowed standard_error();
Borrowed standard_input();
Owned make_stream(StreamSort sort, int descriptor, ClassId class_id);
Owned make_byte_stream(StreamSort sort, int descriptor, ClassId class_id);
bool is_writer(const StreamState* state);

// Throws ClassCastException (or NullPointerException) unless x is an open stream of the wanted direction.
StreamState* writer_state(Borrowed x);
StreamState* reader_state(Borrowed x);

// False: an exception is pending. Standard output never throws: its first error is kept for the end of the program.
bool write_bytes(StreamState* writer, std::string_view bytes);
bool flush_writer(StreamState* writer);
// At least one byte waits unless the reader is at its end.
bool fill_reader(StreamState* reader);
bool read_everything(StreamState* reader, TextBuffer& out);

Owned throw_io(int error, ClassId exception = ClassId::IOException);
// FileNotFoundException "path (No such file or directory)".
Owned throw_file_not_found(std::string_view path, int error);
// A path as the C library wants it; false with an exception pending when x is no string.
class Path {
 public:
  explicit Path(Borrowed x);
  ~Path() { scratch_free(text_); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  bool valid() const { return text_ != nullptr; }
  const char* text() const { return text_; }
  std::string_view view() const { return text_; }

 private:
  char* text_ = nullptr;
};
int open_for_reading(const Path& path);  // descriptor, or -1 with FileNotFoundException pending
int open_for_writing(const Path& path, bool append);

}  // namespace slisp::rt
