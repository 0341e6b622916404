// PackTransfer: one GET for part of a pack. Its flights leave it as they complete; what is left at the
// end failed.
#pragma once

#include "cache/network/fetcher.h"

namespace rootstream {

class Fetcher::PackTransfer : public TransferSink {
 public:
  // What it was begun for.
  struct Cause {
    bool ahead = false;     // nobody waits for it yet
    bool surprise = false;  // it was waited for before anything asked for it ahead of time
    bool part = true;       // part of the pack was asked for
  };
  PackTransfer(Fetcher& fetcher, size_t origin, const Id& pack, Cause cause, const std::vector<FlightPtr>& flights);

  bool OnHead(const TransferHead& head) override;
  bool OnData(std::string_view bytes) override;
  void OnDone(const TransferOutcome& outcome) override;

  size_t origin() const { return origin_; }
  bool is_ahead() const { return cause_.ahead; }
  bool is_surprise() const { return cause_.surprise; }

  // The rest is called under the fetcher's lock.

  // False if the flight's bytes have passed already, or overlap another's (which no sound publisher
  // writes).
  bool Add(const FlightPtr& flight);
  // Bytes that have to come before the flight is complete; nullopt: it is not among its flights.
  std::optional<uint64_t> BytesUntil(const FlightPtr& flight) const;
  // Gives a flight up, whose bytes are passed over when they come. False: they are coming now.
  bool Leave(const FlightPtr& flight);
  uint64_t remaining() const;                // bytes
  std::vector<FlightPtr> WaitedFor() const;  // its flights that somebody waits for
  // No byte of an answer for so long.
  bool IsSilent(SteadyTime now, std::chrono::milliseconds time) const { return !has_body_ && now - began_ >= time; }
  // How long it will take until the flight is complete, as things go.
  std::chrono::microseconds TimeUntil(const FlightPtr& flight, SteadyTime now) const;
  void GiveUp(const FlightPtr& flight);  // as Leave(), even if its bytes are coming
  // What is still pending, if nothing was completed for `limit`: a server that sends a few bytes now and
  // then keeps a transfer alive, but not the reads that wait for it.
  std::vector<FlightPtr> TakeIfStuck(SteadyTime now, std::chrono::seconds limit);

 private:
  using Complete = std::vector<std::pair<FlightPtr, std::string>>;
  void Consume(std::string_view& bytes, Complete& complete);
  bool CheckBeginning(std::string_view bytes);  // false: it is no pack
  void TakeWholePack();
  void LeaveWholePack();
  void NoteOriginFailure(const TransferOutcome& outcome, const std::string& reason);

  Fetcher& fetcher_;
  const size_t origin_;
  const Id pack_;
  const Cause cause_;
  bool whole_ = false;
  bool has_body_ = false;
  bool begins_as_pack_ = false;            // where all of it comes
  std::string beginning_;                  // until that is known
  std::optional<Error> problem_;           // it is none
  std::map<uint64_t, FlightPtr> pending_;  // by offset; under the fetcher's lock
  uint64_t position_ = 0;                  // in the pack; likewise
  std::string buffer_;                     // of the first pending flight
  uint64_t received_ = 0;                  // bytes of the body
  const SteadyTime began_ = std::chrono::steady_clock::now();
  SteadyTime last_byte_ = std::chrono::steady_clock::now();
  SteadyTime last_complete_ = last_byte_;  // or when it began
};

}  // namespace rootstream
