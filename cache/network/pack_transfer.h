// PackTransfer: one GET for part of a pack, and the flights that it serves. A flight leaves it when its bytes are
// complete; flights that are left at the end have failed. Not thread-safe: TransferTable calls it while it holds its
// mutex.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "cache/network/flight.h"
#include "cache/network/transport.h"

namespace rootstream {

class PackTransfer {
 public:
  // Why it was started.
  struct Cause {
    bool ahead = false;     // no reader waits for it yet
    bool surprise = false;  // its first request was a reader's, so nothing foresaw it
    bool part = true;       // it requested part of the pack
  };
  PackTransfer(size_t origin, const Id& pack, Cause cause, const std::vector<FlightPtr>& flights);

  size_t origin() const { return origin_; }
  const Id& pack() const { return pack_; }
  bool is_ahead() const { return cause_.ahead; }
  bool is_surprise() const { return cause_.surprise; }
  bool is_instead_of_part() const {
    return whole_ && cause_.part;
  }  // the server sends the whole pack instead of the requested part
  bool has_body() const { return has_body_; }
  bool has_begun_as_pack() const { return begins_as_pack_; }
  uint64_t received() const { return received_; }      // bytes of the body
  SteadyTime last_byte() const { return last_byte_; }  // when it came

  // The answer begins. False: its first byte is after the beginning of a wanted object.
  bool Begin(const TransferHead& head, SteadyTime now);
  using Complete = std::vector<std::pair<FlightPtr, std::string>>;
  // Processes bytes of the body, and adds objects that they complete to `complete`. False: no more bytes are wanted.
  bool Take(std::string_view bytes, SteadyTime now, Complete& complete);
  // After the end: why its remaining flights failed, and those flights.
  Error Failure(const TransferOutcome& outcome) const;
  std::vector<FlightPtr> TakeAll();

  // False: the flight's bytes have passed already, or overlap another object, which no correct publisher writes.
  bool Add(const FlightPtr& flight);
  // Bytes still to come until the flight is complete; nullopt: it is not one of its flights.
  std::optional<uint64_t> BytesUntil(const FlightPtr& flight) const;
  // Drops a flight; its bytes will be skipped. False: they are coming right now, and it stays.
  bool Leave(const FlightPtr& flight);
  void GiveUp(const FlightPtr& flight);      // drops it even then
  uint64_t remaining() const;                // bytes
  std::vector<FlightPtr> WaitedFor() const;  // its flights that somebody waits for
  // No byte of an answer came for `time`.
  bool IsSilent(SteadyTime now, std::chrono::milliseconds time) const { return !has_body_ && now - began_ >= time; }
  // Estimated time until the flight is complete.
  std::chrono::microseconds TimeUntil(const FlightPtr& flight, SteadyTime now) const;
  // No flight was completed for `limit`. A server that sends a few bytes now and then keeps the transfer alive, but
  // must not keep readers waiting.
  bool IsStuck(SteadyTime now, std::chrono::seconds limit) const { return now - last_complete_ >= limit; }

 private:
  void Consume(std::string_view& bytes, Complete& complete);
  bool CheckBeginning(std::string_view bytes);

  const size_t origin_;
  const Id pack_;
  const Cause cause_;
  bool whole_ = false;
  bool has_body_ = false;
  bool begins_as_pack_ = false;            // where all of it comes
  std::string beginning_;                  // until that is known
  std::optional<Error> problem_;           // it is none
  std::map<uint64_t, FlightPtr> pending_;  // by offset
  uint64_t position_ = 0;                  // in the pack
  std::string buffer_;                     // of the first pending flight
  uint64_t received_ = 0;
  const SteadyTime began_ = std::chrono::steady_clock::now();
  SteadyTime last_byte_ = began_;
  SteadyTime last_complete_ = began_;  // or when it began
};

}  // namespace rootstream
