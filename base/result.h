// Errors as values. A Result<T> holds a T or an Error; a Status holds nothing or an Error.
//
// The kind tells the caller what to do next. The message tells a person, in one line, what failed, on which object, and
// why.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace rootstream {

enum class ErrorKind {
  kMissing,      // the object is not there: try the next mirror
  kCorrupt,      // the bytes are wrong: drop them, fetch again
  kUntrusted,    // signature, serial, expiry or name refused: stop, never retry
  kUnavailable,  // the origin does not answer now: back off and retry
  kRefused,      // the origin requires other credentials: try the next mirror, tell the person
  kInvalid,      // the input itself cannot be used
  kFailed,       // a local operation failed
};

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  T& value() & { return assert(ok()), std::get<0>(state_); }
  const T& value() const& { return assert(ok()), std::get<0>(state_); }
  T&& value() && { return assert(ok()), std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  const Error& error() const { return assert(!ok()), std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return assert(!ok()), *error_; }

 private:
  std::optional<Error> error_;
};

inline Status Ok() { return {}; }

inline Error Missing(std::string m) { return {ErrorKind::kMissing, std::move(m)}; }
inline Error Corrupt(std::string m) { return {ErrorKind::kCorrupt, std::move(m)}; }
inline Error Untrusted(std::string m) { return {ErrorKind::kUntrusted, std::move(m)}; }
inline Error Unavailable(std::string m) { return {ErrorKind::kUnavailable, std::move(m)}; }
inline Error Refused(std::string m) { return {ErrorKind::kRefused, std::move(m)}; }
inline Error Invalid(std::string m) { return {ErrorKind::kInvalid, std::move(m)}; }
inline Error Failed(std::string m) { return {ErrorKind::kFailed, std::move(m)}; }

// The same error with the object's name before its message: "object: message".
inline Error Of(const std::string& object, const Error& error) { return {error.kind, object + ": " + error.message}; }

}  // namespace rootstream

#define RS_CONCAT_(a, b) a##b
#define RS_CONCAT(a, b) RS_CONCAT_(a, b)

// RS_TRY(auto x, Call()): x is the value of Call(), or the enclosing function returns its error.
#define RS_TRY(declaration, expression) RS_TRY_(RS_CONCAT(rs_result_, __COUNTER__), declaration, expression)
#define RS_TRY_(result, declaration, expression) \
  auto result = (expression);                    \
  if (!result.ok()) return result.error();       \
  declaration = std::move(result).value()

// RS_CHECK(Call()): returns the error of a Status or Result from the enclosing function, if it is not ok.
#define RS_CHECK(expression) RS_CHECK_(RS_CONCAT(rs_status_, __COUNTER__), expression)
#define RS_CHECK_(status, expression)                                    \
  do {                                                                   \
    if (auto status = (expression); !status.ok()) return status.error(); \
  } while (false)
