#include "fusefs/ahead/readahead.h"

#include <algorithm>

namespace rootstream {

std::optional<FileRange> Readahead::Note(uint64_t inode, uint64_t offset, uint64_t length) {
  return runs_.With([&](std::list<Run>& runs) -> std::optional<FileRange> {
    // Several may read one file, each in a run of its own.
    const auto found = std::find_if(runs.begin(), runs.end(), [&](const Run& run) {
      return run.inode == inode && offset >= run.start && offset + kSlack >= run.next && offset <= run.fetched + kSlack;
    });
    const bool follows = found != runs.end();
    if (offset > 0) {
      run_share_.Note(follows && offset + length >= found->next && offset <= found->next + length);
    }
    if (!follows) {
      const uint64_t end = offset + length;
      runs.push_front({.inode = inode, .start = offset, .next = end, .fetched = end});
      if (runs.size() > kMaxRuns) runs.pop_back();
      return std::nullopt;
    }
    runs.splice(runs.begin(), runs, found);
    Run& run = runs.front();
    run.next = std::max(run.next, offset + length);
    run.fetched = std::max(run.fetched, run.next);
    const auto proven = [](const Run& r) { return r.next - r.start >= kProof; };
    if (!proven(run)) return std::nullopt;
    const uint64_t runs_under_way = std::count_if(runs.begin(), runs.end(), proven);
    return Advance(run, std::clamp(kAllWindows / runs_under_way, kFirstWindow, kLargestWindow));
  });
}

// Fetches again only when half of the window is used up: fewer and longer requests.
std::optional<FileRange> Readahead::Advance(Run& run, uint64_t largest) {
  const uint64_t window = std::min(run.window, largest);
  if (run.fetched >= run.next + window / 2) return std::nullopt;
  const FileRange ahead{run.fetched, run.next + window - run.fetched};
  run.fetched = run.next + window;
  run.window = std::min(run.window * 2, kLargestWindow);
  return ahead;
}

}  // namespace rootstream
