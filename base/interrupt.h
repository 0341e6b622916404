// The interrupt flag of the process. The first SIGINT, SIGTERM or SIGHUP sets it; long operations check it between
// steps, clean up and end. A second signal ends the process at once. Thread-safe.
#pragma once

namespace rootstream {

void CatchInterrupts();  // installs the handlers; signal(7)
bool WasInterrupted();

}  // namespace rootstream
