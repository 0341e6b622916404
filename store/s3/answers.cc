#include "store/s3/answers.h"

#include <time.h>

#include <cstdio>
#include <cstring>
#include <optional>
#include <pugixml.hpp>

#include "base/unix_time.h"

namespace rootstream {
namespace {

using std::chrono::system_clock;

// The root element, if it is `name`. Services put elements into a namespace, or into none; prefixes are not used.
std::optional<pugi::xml_node> RootOf(pugi::xml_document& document, std::string_view xml, const char* name) {
  if (!document.load_buffer(xml.data(), xml.size())) return std::nullopt;
  const pugi::xml_node root = document.document_element();
  if (strcmp(root.name(), name) != 0) return std::nullopt;
  return root;
}

// ISO 8601 as S3 writes it: "2026-11-27T20:31:38.488Z".
std::optional<system_clock::time_point> TimeOf(const char* text) {
  struct tm fields = {};
  const char* rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &fields);
  if (rest == nullptr) return std::nullopt;
  unsigned milliseconds = 0;
  if (*rest == '.') (void)sscanf(rest, ".%3u", &milliseconds);
  return TimePointOf(timegm(&fields)) + std::chrono::milliseconds(milliseconds);
}

}  // namespace

S3Error ParseS3Error(std::string_view xml) {
  pugi::xml_document document;
  const auto root = RootOf(document, xml, "Error");
  if (!root) return {};
  return {root->child_value("Code"), root->child_value("Message"), root->child_value("Region")};
}

Result<S3Listing> ParseListing(std::string_view xml) {
  pugi::xml_document document;
  const auto root = RootOf(document, xml, "ListBucketResult");
  if (!root) return Corrupt("not a listing");
  S3Listing listing;
  for (const pugi::xml_node& object : root->children("Contents")) {
    const auto time = TimeOf(object.child_value("LastModified"));
    const char* const key = object.child_value("Key");
    if (!time || *key == 0) return Corrupt("a listing with an object that has no name or no time");
    listing.objects.push_back({key, object.child("Size").text().as_ullong(), *time});
  }
  const bool is_cut = strcmp(root->child_value("IsTruncated"), "true") == 0;
  if (is_cut) listing.next = root->child_value("NextContinuationToken");
  if (is_cut && listing.next.empty()) return Corrupt("a listing that does not say where it goes on");
  return listing;
}

Result<S3Uploads> ParseUploads(std::string_view xml) {
  pugi::xml_document document;
  const auto root = RootOf(document, xml, "ListMultipartUploadsResult");
  if (!root) return Corrupt("not a listing of uploads");
  S3Uploads uploads;
  for (const pugi::xml_node& upload : root->children("Upload")) {
    const auto time = TimeOf(upload.child_value("Initiated"));
    if (!time) return Corrupt("a listing with an upload that has no time");
    uploads.uploads.push_back({upload.child_value("Key"), upload.child_value("UploadId"), *time});
  }
  if (strcmp(root->child_value("IsTruncated"), "true") == 0) {
    uploads.next_key = root->child_value("NextKeyMarker");
    uploads.next_id = root->child_value("NextUploadIdMarker");
    if (uploads.next_key.empty()) return Corrupt("a listing that does not say where it goes on");
  }
  return uploads;
}

Result<std::string> ParseUploadId(std::string_view xml) {
  pugi::xml_document document;
  const auto root = RootOf(document, xml, "InitiateMultipartUploadResult");
  std::string id = root ? root->child_value("UploadId") : "";
  if (id.empty()) return Corrupt("not the beginning of an upload");
  return id;
}

bool IsDone(std::string_view xml) {
  pugi::xml_document document;
  return RootOf(document, xml, "CompleteMultipartUploadResult") || RootOf(document, xml, "CopyObjectResult");
}

}  // namespace rootstream
