// The process's interrupt flag: set by the first SIGINT, SIGTERM or SIGHUP, which long work asks about between its
// steps. A second signal ends the process at once, as it would have without. Any thread may ask.
#pragma once

namespace rootstream {

void CatchInterrupts();  // from here on; signal(7)
bool WasInterrupted();   // whether a signal has asked the process to stop: work ends soon, and cleans up

}  // namespace rootstream
