#include "base/nested_call.h"

#include <deque>
#include <utility>

namespace rootstream {
namespace {

thread_local int nested = 0;
thread_local std::deque<std::function<void()>> put_off;

}  // namespace

NestedCall::NestedCall() : is_allowed_(nested < kMostNested) {
  if (is_allowed_) ++nested;
}

NestedCall::~NestedCall() {
  if (!is_allowed_) return;
  while (nested == 1 && !put_off.empty()) {
    const std::function<void()> call = std::move(put_off.front());
    put_off.pop_front();
    call();
  }
  --nested;
}

void NestedCall::PutOff(std::function<void()> call) { put_off.push_back(std::move(call)); }

void NestedCall::Make(std::function<void()> call) {
  const NestedCall now;
  if (now.is_allowed()) return call();
  PutOff(std::move(call));
}

}  // namespace rootstream
