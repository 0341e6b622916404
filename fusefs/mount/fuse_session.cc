#define FUSE_USE_VERSION 314
#include "fusefs/mount/fuse_session.h"

#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/file_io.h"
#include "base/mutex.h"
#include "base/thread.h"

namespace rootstream {
namespace {

// What libfuse and fusermount3 say on standard error becomes part of our one line.
class CapturedStderr {
 public:
  CapturedStderr() : kept_(dup(2)), file_(memfd_create("stderr", MFD_CLOEXEC)) { dup2(file_.get(), 2); }
  ~CapturedStderr() { dup2(kept_.get(), 2); }

  std::string Text() const {
    std::string text(1024, '\0');
    text.resize(std::max<int64_t>(0, ReadFullyAt(file_.get(), text, 0)));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ';');
    return text;
  }

 private:
  UniqueFd kept_;
  UniqueFd file_;
};

class Arguments {
 public:
  explicit Arguments(const std::vector<std::string>& options) {
    fuse_opt_add_arg(&args, "rootstream");
    for (const std::string& option : options) fuse_opt_add_arg(&args, ("-o" + option).c_str());
  }
  ~Arguments() { fuse_opt_free_args(&args); }
  Arguments(const Arguments&) = delete;

  fuse_args args = FUSE_ARGS_INIT(0, nullptr);
};

void IgnoreSignal(int) {}

// libfuse 3.14 takes FUSE_CAP_PARALLEL_DIROPS and does not pass it on, so that the kernel lets one look-up at a time
// into a directory: whoever waits behind one that waits for the network could not even be killed. So it is added to the
// reply of INIT, by far the first one. fuse(4), linux/fuse.h.
ssize_t WriteReply(int device, iovec* parts, int count, void* userdata) {
  auto& context = *static_cast<FuseContext*>(userdata);
  if (context.wants_parallel_directories && context.wants_parallel_directories.exchange(false) && count == 2) {
    auto* init = static_cast<fuse_init_out*>(parts[1].iov_base);
    if (parts[1].iov_len >= offsetof(fuse_init_out, max_background)) init->flags |= FUSE_PARALLEL_DIROPS;
  }
  return writev(device, parts, count);
}

ssize_t ReadRequest(int device, void* buffer, size_t size, void*) { return read(device, buffer, size); }

constexpr fuse_custom_io kDevice = {.writev = WriteReply, .read = ReadRequest};

}  // namespace

struct FuseSession::State {
  fuse_session* session = nullptr;
  Mutex mutex;
  CondVar ended;
  std::vector<pthread_t> loops RS_GUARDED_BY(mutex);  // threads in Loop()
  ~State() {
    if (session != nullptr) fuse_session_destroy(session);
  }
};

FuseSession::FuseSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
FuseSession::~FuseSession() = default;

Result<UniqueFd> FuseSession::Mount(const std::string& mountpoint, const std::vector<std::string>& options) {
  const CapturedStderr captured;
  Arguments arguments(options);
  State mounting;
  const fuse_lowlevel_ops& operations = FuseOperations();
  mounting.session = fuse_session_new(&arguments.args, &operations, sizeof operations, nullptr);
  if (mounting.session == nullptr || fuse_session_mount(mounting.session, mountpoint.c_str()) != 0)
    return Failed("cannot mount on " + mountpoint + ": " + captured.Text());
  return UniqueFd(fcntl(fuse_session_fd(mounting.session), F_DUPFD_CLOEXEC, 0));
}

Result<std::unique_ptr<FuseSession>> FuseSession::Open(UniqueFd device, const std::vector<std::string>& options,
                                                       FuseContext& context) {
  // Only wakes a thread that waits for a request.
  struct sigaction ignore = {};
  ignore.sa_handler = IgnoreSignal;
  sigaction(SIGUSR1, &ignore, nullptr);

  const CapturedStderr captured;
  Arguments arguments(options);
  auto state = std::make_unique<State>();
  const fuse_lowlevel_ops& operations = FuseOperations();
  state->session = fuse_session_new(&arguments.args, &operations, sizeof operations, &context);
  if (state->session == nullptr) return Failed("cannot serve a mount: " + captured.Text());
  // libfuse accepts an already mounted device under this name: fuse_mount.c, /dev/fd/N.
  if (fuse_session_mount(state->session, ("/dev/fd/" + std::to_string(device.get())).c_str()) != 0 ||
      fuse_session_custom_io(state->session, &kDevice, device.get()) != 0)
    return Failed("cannot serve a mount: " + captured.Text());
  device.Release();  // the session closes it
  return std::unique_ptr<FuseSession>(new FuseSession(std::move(state)));
}

void FuseSession::Loop() {
  {
    const MutexLock lock(state_->mutex);
    state_->loops.push_back(pthread_self());
  }
  sigset_t wake;
  sigemptyset(&wake);
  sigaddset(&wake, SIGUSR1);
  pthread_sigmask(SIG_UNBLOCK, &wake, nullptr);
  fuse_buf buffer = {};
  while (!fuse_session_exited(state_->session)) {
    const int size = fuse_session_receive_buf(state_->session, &buffer);
    if (size == -EINTR || size == -EAGAIN) continue;
    if (size <= 0) break;  // unmounted
    fuse_session_process_buf(state_->session, &buffer);
  }
  free(buffer.mem);
  fuse_session_exit(state_->session);
  const MutexLock lock(state_->mutex);
  std::erase(state_->loops, pthread_self());
  state_->ended.NotifyAll();
}

void FuseSession::Run(int threads) {
  std::vector<Thread> loops;
  for (int i = 0; i < threads; ++i) loops.emplace_back("fuse", [this] { Loop(); });
  for (Thread& loop : loops) loop.Join();
}

void FuseSession::End() {
  fuse_session_exit(state_->session);
  const MutexLock lock(state_->mutex);
  // A signal just before the read has no effect, so it is repeated.
  while (!state_->loops.empty()) {
    for (const pthread_t loop : state_->loops) pthread_kill(loop, SIGUSR1);
    state_->ended.WaitUntil(state_->mutex, std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  }
}

int FuseSession::device() const { return fuse_session_fd(state_->session); }

}  // namespace rootstream
