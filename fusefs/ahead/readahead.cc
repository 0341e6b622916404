#include "fusefs/ahead/readahead.h"

#include <algorithm>

namespace rootstream {

std::optional<Interval> Readahead::Note(uint64_t inode, uint64_t offset, uint64_t length) {
  return sequences_.With([&](std::list<Sequence>& sequences) -> std::optional<Interval> {
    // A file may have several readers, each with its own sequence.
    const auto found = std::find_if(sequences.begin(), sequences.end(), [&](const Sequence& sequence) {
      return sequence.inode == inode && offset >= sequence.start && offset + kSlack >= sequence.next &&
             offset <= sequence.fetched + kSlack;
    });
    const bool follows = found != sequences.end();
    if (offset > 0) {
      sequential_share_.Note(follows && offset + length >= found->next && offset <= found->next + length);
    }
    if (!follows) {
      const uint64_t end = offset + length;
      sequences.push_front({.inode = inode, .start = offset, .next = end, .fetched = end});
      if (sequences.size() > kMaxSequences) sequences.pop_back();
      return std::nullopt;
    }
    sequences.splice(sequences.begin(), sequences, found);
    Sequence& sequence = sequences.front();
    sequence.next = std::max(sequence.next, offset + length);
    sequence.fetched = std::max(sequence.fetched, sequence.next);
    const auto proven = [](const Sequence& r) { return r.next - r.start >= kProof; };
    if (!proven(sequence)) return std::nullopt;
    const uint64_t sequences_under_way = std::count_if(sequences.begin(), sequences.end(), proven);
    return Advance(sequence, std::clamp(kAllWindows / sequences_under_way, kFirstWindow, kLargestWindow));
  });
}

// Fetches again only when half of the window is used up: fewer and longer requests.
std::optional<Interval> Readahead::Advance(Sequence& sequence, uint64_t largest) {
  const uint64_t window = std::min(sequence.window, largest);
  if (sequence.fetched >= sequence.next + window / 2) return std::nullopt;
  const Interval ahead{sequence.fetched, sequence.next + window};
  sequence.fetched = sequence.next + window;
  sequence.window = std::min(sequence.window * 2, kLargestWindow);
  return ahead;
}

}  // namespace rootstream
