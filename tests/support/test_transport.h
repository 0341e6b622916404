// A fake network that a test controls: it serves files by URL, with the faults that the test sets.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cache/network/answer.h"
#include "cache/network/transport.h"

namespace rootstream {

class FakeTransport : public Transport {
 public:
  struct Reply {
    int status = 404;  // 0: no answer at all
    uint64_t first = 0;
    std::string body;
    bool complete = true;  // false: the connection breaks after the body
    std::chrono::seconds retry_after{0};
  };
  // Changes the reply to the `n`th request (from 0). Called on the network thread.
  using Fault = std::function<void(size_t n, const TransferRequest&, Reply&)>;

  void Serve(const std::string& url, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[url] = std::move(bytes);
  }
  void Remove(const std::string& url) {
    const std::lock_guard lock(mutex_);
    files_.erase(url);
  }
  void SetFault(Fault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
  }
  // While held, requests are accepted but not answered.
  void Hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  // Answers `count` held requests, the oldest first.
  void Release(size_t count = SIZE_MAX) {
    {
      const std::lock_guard lock(mutex_);
      if (count == SIZE_MAX) held_ = false;
      allowed_ = count;
    }
    changed_.notify_all();
  }
  // Requests for URLs that begin with `prefix` are accepted and never answered. Empty: there are no such URLs.
  void SetSilent(std::string prefix) {
    const std::lock_guard lock(mutex_);
    silent_ = std::move(prefix);
  }
  void SetPieceSize(size_t bytes) {
    const std::lock_guard lock(mutex_);
    piece_ = bytes;
  }

  std::vector<TransferRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // False: fewer requests came within a generous time.
  bool WaitForRequests(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return requests_.size() >= count; });
  }

  void Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink) override {
    {
      const std::lock_guard lock(mutex_);
      under_way_.push_back({request, std::move(sink), requests_.size()});
      requests_.push_back(request);
    }
    changed_.notify_all();
  }

  void Poll(std::chrono::milliseconds timeout) override {
    Transfer next;
    Reply reply;
    size_t piece = 0;
    {
      std::unique_lock lock(mutex_);
      const auto first = [&] {
        return std::find_if(under_way_.begin(), under_way_.end(), [&](const Transfer& transfer) {
          return silent_.empty() || !transfer.request.url.starts_with(silent_);
        });
      };
      const auto may_answer = [&] { return first() != under_way_.end() && (!held_ || allowed_ > 0); };
      changed_.wait_for(lock, timeout, [&] { return woken_ || may_answer(); });
      woken_ = false;
      if (!may_answer()) return;
      if (held_) --allowed_;
      const auto picked = first();
      next = std::move(*picked);
      under_way_.erase(picked);
      reply = AnswerTo(next.request);
      if (fault_) fault_(next.number, next.request, reply);
      piece = piece_;
    }
    Deliver(*next.sink, reply, piece);
  }

  void Wake() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }

 private:
  struct Transfer {
    TransferRequest request;
    std::shared_ptr<TransferSink> sink;
    size_t number = 0;
  };

  Reply AnswerTo(const TransferRequest& request) const {
    const auto found = files_.find(request.url);
    if (found == files_.end()) return {};
    const std::string& file = found->second;
    if (request.size == 0) return {.status = 200, .body = file};
    if (request.first >= file.size()) return {.status = 416};
    return {.status = 206, .first = request.first, .body = file.substr(request.first, request.size)};
  }

  static void Deliver(TransferSink& sink, const Reply& reply, size_t piece) {
    TransferOutcome outcome{.status = reply.status, .retry_after = reply.retry_after};
    if (reply.status != 200 && reply.status != 206) {
      outcome.kind = MeaningOfHttp(reply.status).value_or(ErrorKind::kUnavailable);
      outcome.reason = reply.status == 0 ? "no answer" : "HTTP " + std::to_string(reply.status);
      return sink.OnDone(outcome);
    }
    bool wanted = sink.OnHead({reply.status, reply.first});
    for (size_t at = 0; wanted && at < reply.body.size(); at += piece) {
      const std::string_view part = std::string_view(reply.body).substr(at, piece);
      outcome.bytes += part.size();
      wanted = sink.OnData(part);
    }
    outcome.complete = wanted && reply.complete;
    outcome.broken_off = !wanted;
    if (!reply.complete) outcome.reason = "the connection broke";
    sink.OnDone(outcome);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> files_;
  Fault fault_;
  std::string silent_;
  bool held_ = false;
  size_t allowed_ = 0;
  bool woken_ = false;
  size_t piece_ = 1000;
  std::deque<Transfer> under_way_;
  std::vector<TransferRequest> requests_;
};

}  // namespace rootstream
