#include "cache/network/fetcher.h"

#include <optional>

namespace rootstream {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{50};
constexpr milliseconds kIdle{1000};

}  // namespace

// Called on the network thread: reports a transfer's progress to the table, and gives complete objects to the workers.
class Fetcher::PackSink : public TransferSink {
 public:
  PackSink(Fetcher& fetcher, TransferTable::TransferPtr transfer) : fetcher_(fetcher), transfer_(std::move(transfer)) {}

  bool OnHead(const TransferHead& head) override { return fetcher_.table_.HeadCame(*transfer_, head); }

  bool OnData(std::string_view bytes) override {
    PackTransfer::Complete complete;
    const bool more_wanted = fetcher_.table_.BytesCame(*transfer_, bytes, complete);
    for (auto& [flight, stored] : complete) {
      const size_t cost = stored.size() + flight->ref.plain_size;
      fetcher_.workers_.Push(cost, [&fetcher = fetcher_, transfer = transfer_, flight = flight,
                                    bytes_of_it = std::move(stored)]() mutable {
        fetcher.Open(flight, *transfer, std::move(bytes_of_it));
      });
    }
    return more_wanted;
  }

  void OnDone(const TransferOutcome& outcome) override {
    fetcher_.FinishAll(fetcher_.table_.Ended(transfer_, outcome));
    fetcher_.transport_.Wake();
  }

 private:
  Fetcher& fetcher_;
  const TransferTable::TransferPtr transfer_;
};

Fetcher::Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters, FetchPolicy policy,
                 const std::vector<std::string>& stores)
    : transport_(transport),
      workers_(workers),
      target_(target),
      counters_(counters),
      table_(counters, policy, stores),
      thread_("network", [this] { Run(); }) {}

void Fetcher::Stop() {
  table_.End();
  transport_.Wake();
  thread_.Join();
}

Fetcher::~Fetcher() {
  Stop();
  FailAll();
}

void Fetcher::FailFiles() {
  std::list<FileTransfer::Job> files;
  files_.With([&](auto& waiting) { files.swap(waiting); });
  for (const FileTransfer::Job& job : files) job.Answer(Unavailable("closing"));
}

void Fetcher::FailAll() {
  FailFiles();
  while (const FlightPtr flight = table_.AnyFlight()) Finish(flight, Unavailable("closing"));
}

void Fetcher::Want(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses) {
  const TransferTable::Taken taken =
      table_.Want(wanted, priority, guesses, [this](const Id& id) { return target_.InMemory(id); });
  if (taken.has_new) transport_.Wake();
  for (const auto& [waiter, answer] : taken.answers)
    if (waiter != nullptr) waiter(answer);
}

void Fetcher::AskForFile(size_t store, const Asked& file, FileWaiter waiter) {
  FileTransfer::Job job{store, file, table_.ShownFile(store, file.path), std::move(waiter)};
  if (table_.is_ending()) return job.Answer(Unavailable("closing"));
  files_.With([&](auto& files) { files.push_back(std::move(job)); });
  if (table_.is_ending()) FailFiles();  // Close() may have begun in the meantime
  transport_.Wake();
}

void Fetcher::Run() {
  while (!table_.is_ending()) {
    const bool waiting = table_.is_waiting();
    if (waiting) {
      FinishAll(table_.TakeStuck());
      table_.LeaveSlowMirrors();
      FinishAll(table_.TakeOverdue());
    }
    StartFiles();
    while (auto next = table_.Next())
      transport_.Start(next->request, std::make_shared<PackSink>(*this, next->transfer));
    transport_.Poll(waiting ? kTick : kIdle);
  }
}

void Fetcher::StartFiles() {
  while (true) {
    auto job = files_.With([](auto& files) -> std::optional<FileTransfer::Job> {
      if (files.empty()) return std::nullopt;
      FileTransfer::Job first = std::move(files.front());
      files.pop_front();
      return first;
    });
    if (!job) return;
    const TransferRequest request = table_.StartFile(job->store, job->file.path, job->file.time);
    const auto ended = [this, store = job->store, shown = job->shown](const TransferOutcome& outcome,
                                                                      const Status& status) {
      table_.FileEnded(store, outcome, status, shown);
    };
    const auto received = [this](uint64_t bytes) { counters_.wire_bytes += bytes; };
    transport_.Start(request, std::make_shared<FileTransfer>(std::move(*job), received, ended));
  }
}

void Fetcher::Open(const FlightPtr& flight, const PackTransfer& transfer, std::string stored) {
  const Result<PlainBytes> opened = target_.Accept(flight->ref, std::move(stored));
  if (!opened.ok() && opened.error().kind == ErrorKind::kCorrupt) {
    const auto given_up = table_.NoteCorrupt(flight, transfer.origin(), opened.error());
    if (given_up) Finish(flight, *given_up);
    return transport_.Wake();
  }
  if (transfer.is_instead_of_part()) table_.NoteNoRanges(transfer.origin());
  Finish(flight, opened);
}

void Fetcher::Finish(const FlightPtr& flight, const Result<PlainBytes>& result) {
  for (const Waiter& waiter : table_.Finish(flight, result)) waiter(result);
}

void Fetcher::FinishAll(const std::vector<TransferTable::Failed>& failed) {
  for (const auto& [flight, error] : failed) Finish(flight, error);
}

}  // namespace rootstream
