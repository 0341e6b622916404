// Client: an image opened by its URL. It creates and connects the objects of the read path, from the cache to the
// files; all verbs that read an image use it. The objects that it returns are thread-safe; one thread opens and closes
// it.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "fusefs/ahead/fill.h"
#include "fusefs/ahead/warmup.h"
#include "fusefs/image/connection.h"
#include "fusefs/image/file_reader.h"
#include "fusefs/image/image.h"
#include "fusefs/image/recorder.h"

namespace rootstream {

class Client {
 public:
  // `waiting` is called with the reason whenever opening has to wait for the network.
  static Result<std::unique_ptr<Client>> Open(const ClientOptions& options, std::function<void(const Error&)> waiting);
  // One of several images over a connection: see Layers. It is open when WaitForRoot() has returned.
  Client(std::shared_ptr<Connection> connection, ImageUrl url, ResolvedRef ref, const ClientOptions& options);
  ~Client();

  const ImageUrl& url() const { return url_; }
  const TrustedRef& ref() const { return ref_.ref; }
  bool opened_offline() const { return ref_.from_memory; }
  const std::string& memory_lost() const { return ref_.memory_lost; }  // why; empty: it is not
  bool has_memory() const { return connection_->has_memory(); }
  ObjectCache& cache() { return connection_->cache(); }
  Image& image() { return image_; }
  FileReader& reader() { return reader_; }
  Recorder& recorder() { return recorder_; }
  Foresight& foresight() { return foresight_; }
  Warmup& warmup() { return warmup_; }
  Fill* fill() { return fill_.get(); }  // nullptr: not requested, or no disk cache
  void StartRecording();
  Status WaitForRoot();                                                   // the root directory is fetched and checked
  void StartFill(uint64_t rate, const std::function<bool()>& may_begin);  // once; does nothing without a disk cache

  // Ends all activity of the connection. Pending requests get an error.
  void Close();

 private:
  const ImageUrl url_;
  const ResolvedRef ref_;
  Recorder recorder_;
  Foresight foresight_;
  std::shared_ptr<Connection> connection_;
  Warmup warmup_;
  Image image_;
  FileReader reader_;
  std::future<Status> root_;
  std::unique_ptr<Fill> fill_;
};

}  // namespace rootstream
