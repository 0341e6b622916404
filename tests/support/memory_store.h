// An ObjectStore in memory, without anything that is specific to folders. Tests can make its calls fail, and can see
// which calls were made.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "store/objects/object_store.h"

namespace rootstream {

class MemoryStore : public ObjectStore {
 public:
  struct Object {
    std::string bytes;
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  };
  // The objects of the store, and the faults of its calls. All who open the store share them, like a bucket.
  struct Contents {
    std::mutex mutex;
    std::map<std::string, Object> objects;
    std::map<std::string, std::string> interrupted;  // uploads that may be resumed, by name
    std::function<Status(const std::string& verb, const std::string& name)> fault = [](const auto&, const auto&) {
      return Ok();
    };
  };

  explicit MemoryStore(Contents& contents) : contents_(contents) {}

  std::string Shown(const std::string& name) const override { return "memory://store/" + name; }

  Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const override {
    const std::lock_guard lock(contents_.mutex);
    RS_CHECK(contents_.fault("get", name));
    const auto found = contents_.objects.find(name);
    if (found == contents_.objects.end()) return Missing(Shown(name) + ": not there");
    const std::string& bytes = found->second.bytes;
    return offset >= bytes.size() ? std::string() : bytes.substr(offset, size);
  }

  Result<std::vector<ObjectInfo>> List(const std::string& folder) const override {
    const std::lock_guard lock(contents_.mutex);
    RS_CHECK(contents_.fault("list", folder));
    std::vector<ObjectInfo> found;
    for (const auto& [name, object] : contents_.objects)
      if (name.starts_with(folder + "/")) found.push_back({name, object.bytes.size(), object.time});
    return found;
  }

  Result<std::unique_ptr<Upload>> Put(const std::string& resume) override {
    const std::lock_guard lock(contents_.mutex);
    RS_CHECK(contents_.fault("put", resume));
    return std::unique_ptr<Upload>(new MemoryUpload(contents_, resume, contents_.interrupted[resume]));
  }

  bool Renew(const std::string& name, uint64_t size) override {
    const std::lock_guard lock(contents_.mutex);
    const auto found = contents_.objects.find(name);
    if (found == contents_.objects.end() || found->second.bytes.size() < size) return false;
    found->second.time = std::chrono::system_clock::now();
    return true;
  }

  Result<bool> Replace(const std::string& name, const Bytes& was, const Bytes& now) override {
    const std::lock_guard lock(contents_.mutex);
    RS_CHECK(contents_.fault("replace", name));
    const auto found = contents_.objects.find(name);
    const bool is_as_it_was = found == contents_.objects.end() ? !was : was && found->second.bytes == *was;
    if (is_as_it_was && now) contents_.objects[name] = {*now};
    if (is_as_it_was && !now) contents_.objects.erase(name);
    return is_as_it_was;
  }

  Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) override {
    for (const ObjectInfo& object : objects) {
      RS_CHECK(next(object));
      const std::lock_guard lock(contents_.mutex);
      RS_CHECK(contents_.fault("delete", object.name));
      const auto found = contents_.objects.find(object.name);
      if (found != contents_.objects.end() && found->second.time == object.time) contents_.objects.erase(found);
    }
    return Ok();
  }

  Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point, const std::set<std::string>&) const override {
    return Leftovers{};
  }
  void RemoveFolders(const std::vector<std::string>&) override {}
  void RemoveAbandonedUploads() override {}
  Result<bool> TryLock(StoreLock) override { return true; }
  Result<ReaderAddress> ForReaders() const override { return Failed("nobody reads it"); }

 private:
  class MemoryUpload : public Upload {
   public:
    MemoryUpload(Contents& contents, std::string resume, std::string bytes)
        : contents_(contents), resume_(std::move(resume)), bytes_(std::move(bytes)) {}
    ~MemoryUpload() override {
      const std::lock_guard lock(contents_.mutex);
      if (!resume_.empty() && !done_) contents_.interrupted[resume_] = bytes_;
    }
    Status Append(std::string_view bytes) override { return bytes_ += bytes, Ok(); }
    Status Restart() override { return bytes_.clear(), Ok(); }
    Result<std::string> ReadBack(uint64_t offset, size_t size) override {
      return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, size);
    }
    Status Commit(const std::string& name) override {
      const std::lock_guard lock(contents_.mutex);
      RS_CHECK(contents_.fault("commit", name));
      done_ = true;
      contents_.objects[name] = {bytes_};
      contents_.interrupted.erase(resume_);
      return Ok();
    }

   private:
    Contents& contents_;
    const std::string resume_;
    std::string bytes_;
    bool done_ = false;
  };

  Contents& contents_;
};

}  // namespace rootstream
