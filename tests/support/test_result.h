// Assertions on Result and Status that show the error's message.
#pragma once

#include <gtest/gtest.h>

#include "base/result.h"

namespace rootstream {

template <typename R>
::testing::AssertionResult IsOk(const R& result) {
  if (result.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "kind " << static_cast<int>(result.error().kind) << ": "
                                       << result.error().message;
}

template <typename R>
::testing::AssertionResult FailsWith(ErrorKind kind, const R& result) {
  if (result.ok()) return ::testing::AssertionFailure() << "it is ok";
  if (result.error().kind == kind) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "kind " << static_cast<int>(result.error().kind) << ": "
                                       << result.error().message;
}

}  // namespace rootstream
