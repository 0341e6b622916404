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
  pieces_.push_back({rank, at, bytes.size()});
  return at;
}

Status HotStream::Write(ChunkStore& chunks, const CutSizes& sizes) {
  std::vector<Piece*> order;
  for (Piece& piece : pieces_) order.push_back(&piece);
  // Pieces of one rank came in the order of their file.
  std::stable_sort(order.begin(), order.end(), [](const Piece* a, const Piece* b) { return a->rank < b->rank; });
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
  for (Piece* piece : order) {
    RS_TRY(const std::string bytes, spool_.Read(piece->spooled, piece->length));
    piece->laid = laid;
    laid += piece->length;
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
    auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), rest.position,
                                  [](uint64_t at, const Piece& p) { return at < p.spooled; }) -
                 1;
    for (; rest.length > 0; ++piece) {
      const uint64_t inside = rest.position - piece->spooled;
      const FileExtent part{rest.file_offset, std::min(rest.length, piece->length - inside), piece->laid + inside};
      AppendExtent(out, part);
      rest = {rest.file_offset + part.length, rest.length - part.length, rest.position + part.length};
    }
  }
  return out;
}

}  // namespace rootstream
