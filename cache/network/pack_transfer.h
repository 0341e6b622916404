// PackTransfer: one GET for part of a pack, and the flights that come with it. Each leaves it when its bytes are
// complete; those that are left at the end failed. Not thread-safe: TransferTable calls it under its lock.
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
  // What it was begun for.
  struct Cause {
    bool ahead = false;     // nobody waits for it yet
    bool surprise = false;  // it was waited for before anything asked for it ahead of time
    bool part = true;       // part of the pack was asked for
  };
  PackTransfer(size_t origin, const Id& pack, Cause cause, const std::vector<FlightPtr>& flights);

  size_t origin() const { return origin_; }
  const Id& pack() const { return pack_; }
  bool is_ahead() const { return cause_.ahead; }
  bool is_surprise() const { return cause_.surprise; }
  bool is_instead_of_part() const { return whole_ && cause_.part; }  // all of it comes, where part was asked for
  bool has_body() const { return has_body_; }
  bool has_begun_as_pack() const { return begins_as_pack_; }
  uint64_t received() const { return received_; }      // bytes of the body
  SteadyTime last_byte() const { return last_byte_; }  // when it came

  // The answer begins, with the byte of the pack at `first`. False: too late for what is wanted.
  bool Begin(const TransferHead& head, SteadyTime now);
  using Complete = std::vector<std::pair<FlightPtr, std::string>>;
  // Bytes of the body; what is complete with them is added to `complete`. False: no more is wanted.
  bool Take(std::string_view bytes, SteadyTime now, Complete& complete);
  // It has ended: why its flights have not come, and then they are no longer its.
  Error Failure(const TransferOutcome& outcome) const;
  std::vector<FlightPtr> TakeAll();

  // False if the flight's bytes have passed already, or overlap another's (which no sound publisher writes).
  bool Add(const FlightPtr& flight);
  // Bytes that have to come before the flight is complete; nullopt: it is not among its flights.
  std::optional<uint64_t> BytesUntil(const FlightPtr& flight) const;
  // Gives a flight up, whose bytes are passed over when they come. False: they are coming now.
  bool Leave(const FlightPtr& flight);
  void GiveUp(const FlightPtr& flight);      // the same, even if its bytes are coming
  uint64_t remaining() const;                // bytes
  std::vector<FlightPtr> WaitedFor() const;  // its flights that somebody waits for
  // No byte of an answer for so long.
  bool IsSilent(SteadyTime now, std::chrono::milliseconds time) const { return !has_body_ && now - began_ >= time; }
  // How long it will take until the flight is complete, as things go.
  std::chrono::microseconds TimeUntil(const FlightPtr& flight, SteadyTime now) const;
  // No flight was completed for `limit`: a server that sends a few bytes now and then keeps a transfer alive, but not
  // the reads that wait for it.
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
