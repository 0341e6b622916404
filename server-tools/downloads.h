// Whole files from one store's URL, several at a time and in the order in which they were added.
//
// A server that does not answer is asked again, as Patience has it, until nothing has come for `limit`; a file
// that breaks off goes on where it broke off; one that is not what it should be is fetched once
// more, past the caches on the way. All of it happens on the thread that waits.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cache/network/origin.h"
#include "cache/network/patience.h"
#include "cache/network/transport.h"

namespace rootstream {

// One file, and what becomes of its bytes.
class Download {
 public:
  virtual ~Download() = default;
  virtual const std::string& path() const = 0;  // below the store
  virtual uint64_t limit() const = 0;           // bytes; more is kCorrupt
  // Called before each attempt: the bytes that are there already.
  virtual Result<uint64_t> Begin() = 0;
  virtual Status Restart() = 0;  // forgets them
  virtual Status Take(std::string_view bytes) = 0;
  virtual Status Finish() = 0;  // all bytes came. kCorrupt: they are not what they should be
};

class Downloads {
 public:
  class Job;
  using JobPtr = std::shared_ptr<Job>;

  // `tell` is called every now and then with the bytes received so far. The transport must outlive
  // this, and be polled by nobody else.
  Downloads(Transport& transport, std::string store_url, std::chrono::seconds limit,
            std::function<void(uint64_t bytes)> tell);
  ~Downloads();

  JobPtr Add(std::shared_ptr<Download> download);
  // Until it is done, ahead of all that has not begun. kMissing, kRefused, kCorrupt: of this file.
  // kUnavailable: the server; kFailed: writing failed, or a signal asked the process to stop.
  Status Await(const JobPtr& job);
  Result<std::string> GetFile(const std::string& path, size_t limit);

  uint64_t bytes() const { return bytes_; }  // received, of all bodies
  // For a person: why nothing has come for a while; empty: something comes.
  std::string hindrance() const;

 private:
  class Sink;
  Status Step();
  void StartNext();
  void Note(const JobPtr& job, const Status& attempt, const TransferOutcome& outcome);
  Error TooLong() const;
  void TryAgain(const JobPtr& job, const Error& error);

  Transport& transport_;
  Origin origin_;
  Patience patience_;
  const std::function<void(uint64_t)> tell_;
  std::deque<JobPtr> queue_;
  int running_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace rootstream
