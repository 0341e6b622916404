#include "chunker/hot_stream.h"

#include <algorithm>

#include "chunker/stream_writer.h"

namespace rootstream {

Result<HotStream> HotStream::Create() {
  RS_TRY(Spool spool, Spool::Create());
  return HotStream(std::move(spool));
}

Result<uint64_t> HotStream::Add(size_t rank, std::string_view bytes) {
  RS_TRY(const uint64_t at, spool_.Append(bytes));
  parts_.push_back({rank, at, bytes.size()});
  return at;
}

Status HotStream::Write(ChunkStore& chunks, const CutSizes& sizes) {
  std::vector<SpooledPart*> order;
  for (SpooledPart& part : parts_) order.push_back(&part);
  // Parts of equal rank were added in the order of their file.
  std::stable_sort(order.begin(), order.end(),
                   [](const SpooledPart* a, const SpooledPart* b) { return a->rank < b->rank; });
  uint64_t laid = 0, cut = 0;
  std::string pending;
  const auto cut_pending = [&](bool all) -> Status {
    while (!pending.empty() && (all || pending.size() >= sizes.maximum())) {
      std::string chunk = pending.substr(0, FirstCut(pending, sizes));
      pending.erase(0, chunk.size());
      const uint64_t start = cut;
      cut += chunk.size();
      RS_CHECK(chunks.Put(std::move(chunk), start, chunks_, Effort::kBest));
    }
    return Ok();
  };
  for (SpooledPart* part : order) {
    RS_TRY(const std::string bytes, spool_.Read(part->spooled, part->length));
    part->laid = laid;
    laid += part->length;
    pending += bytes;
    RS_CHECK(cut_pending(false));
  }
  return cut_pending(true);
}

std::vector<FileExtent> HotStream::Laid(const std::vector<FileExtent>& extents) const {
  std::vector<FileExtent> out;
  for (FileExtent rest : extents) {
    if (rest.position >= kJoined) {
      out.push_back(rest);
      continue;
    }
    auto spooled = std::upper_bound(parts_.begin(), parts_.end(), rest.position,
                                    [](uint64_t at, const SpooledPart& p) { return at < p.spooled; }) -
                   1;
    for (; rest.length > 0; ++spooled) {
      const uint64_t inside = rest.position - spooled->spooled;
      const FileExtent part{rest.file_offset, std::min(rest.length, spooled->length - inside), spooled->laid + inside};
      AppendExtent(out, part);
      rest = {rest.file_offset + part.length, rest.length - part.length, rest.position + part.length};
    }
  }
  return out;
}

}  // namespace rootstream
