#include "cache/network/file_reads.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>

#include "base/file_io.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr size_t kPiece = 256 << 10;       // bytes
constexpr size_t kMaxPieces = 4;           // of one file, waiting for delivery
constexpr int kMaxThreads = 16;            // including threads that hang
constexpr std::chrono::seconds kIdle{10};  // an idle thread ends after this time

// The outcome for a file that cannot be opened or read.
TransferOutcome Problem(ErrorKind kind, std::string reason) { return {.kind = kind, .reason = std::move(reason)}; }

TransferOutcome ErrnoProblem(int error) {
  const bool missing = error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
  const bool refused = error == EACCES || error == EPERM;
  const ErrorKind kind = missing ? ErrorKind::kMissing : refused ? ErrorKind::kRefused : ErrorKind::kUnavailable;
  return Problem(kind, strerror(error));
}

}  // namespace

// One file, shared by the thread that reads it and the thread that delivers it.
struct FileReads::Read {
  std::string path;
  uint64_t first = 0;
  uint64_t size = 0;  // 0: all of it

  Mutex mutex;
  CondVar taken;
  std::deque<std::string> pieces RS_GUARDED_BY(mutex);
  std::optional<TransferOutcome> end RS_GUARDED_BY(mutex);
  bool is_left RS_GUARDED_BY(mutex) = false;  // nobody wants the rest
};

struct FileReads::Shared {
  Mutex mutex;
  CondVar changed;
  std::function<void()> wake RS_GUARDED_BY(mutex);  // null once the owner is gone
  std::deque<std::shared_ptr<Read>> queue RS_GUARDED_BY(mutex);
  int threads RS_GUARDED_BY(mutex) = 0;
  int idle RS_GUARDED_BY(mutex) = 0;

  void Wake() {
    const MutexLock lock(mutex);
    if (wake) wake();
  }

  // Returns false if the file is not wanted any more.
  bool Hand(Read& read, std::string piece) {
    {
      const MutexLock lock(read.mutex);
      while (!(read.is_left || read.pieces.size() < kMaxPieces)) read.taken.Wait(read.mutex);
      if (read.is_left) return false;
      read.pieces.push_back(std::move(piece));
    }
    Wake();
    return true;
  }

  TransferOutcome ReadAll(Read& read) {
    // O_NONBLOCK: opening a FIFO must not block; it is refused below.
    const UniqueFd file(open(read.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) return ErrnoProblem(errno);
    struct stat st = {};
    if (fstat(file.get(), &st) != 0) return ErrnoProblem(errno);
    if (!S_ISREG(st.st_mode)) return Problem(ErrorKind::kMissing, "it is not a file");
    if (read.size > 0 && read.first >= static_cast<uint64_t>(st.st_size))
      return Problem(ErrorKind::kCorrupt, "it ends too early");
    uint64_t at = read.first;
    const uint64_t end = read.size > 0 ? read.first + read.size : UINT64_MAX;
    while (at < end) {
      std::string piece(std::min<uint64_t>(kPiece, end - at), '\0');
      const int64_t n = ReadFullyAt(file.get(), piece, at);
      if (n < 0) return ErrnoProblem(errno);
      const bool was_last = static_cast<uint64_t>(n) < piece.size();
      piece.resize(n);
      at += n;
      if (n > 0 && !Hand(read, std::move(piece))) break;
      if (was_last) break;
    }
    return {.complete = true};
  }

  void Run() {
    MutexLock lock(mutex);
    while (true) {
      ++idle;
      const SteadyTime end = std::chrono::steady_clock::now() + kIdle;
      while (wake && queue.empty() && std::chrono::steady_clock::now() < end) changed.WaitUntil(mutex, end);
      --idle;
      if (!wake || queue.empty()) break;
      const std::shared_ptr<Read> read = std::move(queue.front());
      queue.pop_front();
      lock.Unlock();
      TransferOutcome outcome = ReadAll(*read);
      {
        const MutexLock own(read->mutex);
        read->end = std::move(outcome);
      }
      Wake();
      lock.Lock();
    }
    --threads;
  }
};

FileReads::FileReads(std::function<void()> wake, std::chrono::seconds silence)
    : silence_(silence), shared_(std::make_shared<Shared>()) {
  shared_->wake = std::move(wake);
}

FileReads::~FileReads() {
  for (UnderWay& transfer : under_way_) {
    const MutexLock lock(transfer.read->mutex);
    transfer.read->is_left = true;
    transfer.read->taken.NotifyAll();
  }
  const MutexLock lock(shared_->mutex);
  shared_->wake = nullptr;
  shared_->changed.NotifyAll();
}

void FileReads::Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink) {
  const auto now = std::chrono::steady_clock::now();
  const auto read = std::make_shared<Read>();
  read->path = PathOfFileUrl(request.url);
  read->first = request.first;
  read->size = request.size;
  under_way_.push_back({.read = read, .sink = std::move(sink), .began = now, .last = now});
  const MutexLock lock(shared_->mutex);
  shared_->queue.push_back(read);
  if (static_cast<int>(shared_->queue.size()) > shared_->idle && shared_->threads < kMaxThreads) {
    ++shared_->threads;
    Thread::StartDetached("files", [shared = shared_] { shared->Run(); });
  }
  shared_->changed.NotifyOne();
}

bool FileReads::Deliver(SteadyTime now) {
  bool any = false;
  for (auto it = under_way_.begin(); it != under_way_.end();) {
    const uint64_t before = it->bytes;
    const bool ended = DeliverOne(*it, now);
    any = any || ended || it->bytes != before;
    it = ended ? under_way_.erase(it) : std::next(it);
  }
  return any;
}

// Returns true if the transfer has ended.
bool FileReads::DeliverOne(UnderWay& transfer, SteadyTime now) {
  Read& read = *transfer.read;
  std::deque<std::string> pieces;
  std::optional<TransferOutcome> end;
  {
    const MutexLock lock(read.mutex);
    pieces.swap(read.pieces);
    end = read.end;
    read.taken.NotifyAll();
  }
  const bool head_is_due = !pieces.empty() || (end && end->complete);
  if (transfer.bytes == 0 && head_is_due) {
    transfer.first_byte = std::chrono::duration_cast<std::chrono::microseconds>(now - transfer.began);
    const TransferHead head{.status = read.size > 0 ? 206 : 200, .first = read.first};
    if (!transfer.sink->OnHead(head)) return End(transfer, {.broken_off = true}, now);
  }
  for (const std::string& piece : pieces) {
    transfer.bytes += piece.size();
    transfer.last = now;
    if (!transfer.sink->OnData(piece)) return End(transfer, {.broken_off = true}, now);
  }
  if (end) return End(transfer, *end, now);
  if (now - transfer.last < silence_) return false;
  return End(transfer, Problem(ErrorKind::kUnavailable, "the disk or the file server does not answer"), now);
}

bool FileReads::End(UnderWay& transfer, TransferOutcome outcome, SteadyTime now) {
  {
    const MutexLock lock(transfer.read->mutex);
    transfer.read->is_left = true;
    transfer.read->taken.NotifyAll();
  }
  outcome.bytes = transfer.bytes;
  outcome.first_byte = transfer.first_byte;
  outcome.total = std::chrono::duration_cast<std::chrono::microseconds>(now - transfer.began);
  transfer.sink->OnDone(outcome);
  return true;
}

}  // namespace rootstream
