#include "server-tools/http_server.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace rootstream {
namespace {

constexpr unsigned kThreads = 4;
constexpr unsigned kIdleSeconds = 75;
constexpr uint16_t kDefaultPort = 8080;
constexpr const char* kLoopback = "127.0.0.1";
constexpr const char* kEverywhere = "0.0.0.0";

struct Endpoint {
  sockaddr_storage address = {};
  std::string host;
  uint16_t port = kDefaultPort;
};

// The first address of a name or number, IPv4 before IPv6: what a person writes as localhost is 127.0.0.1.
Result<sockaddr_storage> FindAddress(const std::string& host, uint16_t port) {
  const addrinfo wanted = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error != 0) return Failed("cannot listen on " + host + ": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> free_it(found, freeaddrinfo);
  const addrinfo* best = found;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next)
    if (at->ai_family == AF_INET && best->ai_family != AF_INET) best = at;
  sockaddr_storage address = {};
  memcpy(&address, best->ai_addr, std::min<size_t>(best->ai_addrlen, sizeof address));
  return address;
}

Result<Endpoint> ParseEndpoint(const std::string& listen) {
  const Error invalid = Invalid("'" + listen + "' is not ADDRESS:PORT, [IPV6]:PORT, :PORT or PORT");
  Endpoint out{.host = kLoopback};
  const size_t colon = listen.rfind(':');
  const std::string port = colon == std::string::npos ? listen : listen.substr(colon + 1);
  if (colon != std::string::npos) out.host = listen.substr(0, colon);
  const bool in_brackets = out.host.starts_with('[') && out.host.ends_with(']');
  if (!in_brackets && out.host.find(':') != std::string::npos) return invalid;
  if (in_brackets) out.host = out.host.substr(1, out.host.size() - 2);
  if (colon == 0) out.host = kEverywhere;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || out.host.empty()) return invalid;
  RS_TRY(out.address, FindAddress(out.host, out.port));
  return out;
}

// Digits only; false also when it is no number at all.
bool ParseNumber(std::string_view text, uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

bool IsCleanPath(std::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  return path.find("/.") == std::string_view::npos && path.find("//") == std::string_view::npos &&
         path.find('\0') == std::string_view::npos;
}

}  // namespace

ByteRange ParseRange(const char* header, uint64_t file_size) {
  const ByteRange whole{ByteRange::Kind::kWhole, 0, file_size};
  std::string_view text = header != nullptr ? header : "";
  if (!text.starts_with("bytes=") || text.find(',') != std::string_view::npos) return whole;
  text.remove_prefix(6);
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view first = text.substr(0, dash), last = text.substr(dash + 1);
  uint64_t from = 0, to = 0;
  if (first.empty()) {  // the last `to` bytes
    if (!ParseNumber(last, to)) return whole;
    if (to == 0 || file_size == 0) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
    from = to > file_size ? 0 : file_size - to;
    return {ByteRange::Kind::kPart, from, file_size - from};
  }
  if (!ParseNumber(first, from)) return whole;
  if (!last.empty() && (!ParseNumber(last, to) || to < from)) return whole;
  if (from >= file_size) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
  const uint64_t end = last.empty() || to >= file_size ? file_size : to + 1;
  return {ByteRange::Kind::kPart, from, end - from};
}

struct HttpServer::State {
  UniqueFd folder;
  Endpoint endpoint;
  MHD_Daemon* daemon = nullptr;
  ~State() {
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }

  static MHD_Result Handle(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                           const char*, size_t*, void** context) {
    static int seen;
    if (*context == nullptr) {  // the first call is for the headers only
      *context = &seen;
      return MHD_YES;
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
      return ReplyText(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    return static_cast<State*>(self)->Serve(connection, url);
  }

  static MHD_Result ReplyText(MHD_Connection* connection, unsigned status, const char* text) {
    MHD_Response* response =
        MHD_create_response_from_buffer(strlen(text), const_cast<char*>(text), MHD_RESPMEM_PERSISTENT);
    const MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
  }

  MHD_Result Serve(MHD_Connection* connection, std::string_view path) const {
    if (!IsCleanPath(path)) return ReplyText(connection, MHD_HTTP_NOT_FOUND, "not found\n");
    const std::string relative(path.substr(1));
    UniqueFd fd(openat(folder.get(), relative.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat st;
    if (!fd && errno == EACCES) return ReplyText(connection, MHD_HTTP_FORBIDDEN, "forbidden\n");
    if (!fd || fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode))
      return ReplyText(connection, MHD_HTTP_NOT_FOUND, "not found\n");
    const char* header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Range");
    const auto size = static_cast<uint64_t>(st.st_size);
    const ByteRange range = ParseRange(header, size);
    if (range.kind == ByteRange::Kind::kUnsatisfiable)
      return ReplyText(connection, MHD_HTTP_RANGE_NOT_SATISFIABLE, "no such range\n");
    const int file = dup(fd.get());  // the response closes it
    MHD_Response* response = MHD_create_response_from_fd_at_offset64(range.size, file, range.first);
    if (response == nullptr) {
      close(file);
      return MHD_NO;
    }
    const bool changes = !relative.starts_with("packs/") && !relative.starts_with("manifests/");
    MHD_add_response_header(response, "Content-Type", "application/octet-stream");
    MHD_add_response_header(response, "Accept-Ranges", "bytes");
    MHD_add_response_header(response, "Cache-Control", changes ? "max-age=60" : "max-age=31536000, immutable");
    const bool part = range.kind == ByteRange::Kind::kPart;
    if (part) {
      const std::string content = "bytes " + std::to_string(range.first) + "-" +
                                  std::to_string(range.first + range.size - 1) + "/" + std::to_string(size);
      MHD_add_response_header(response, "Content-Range", content.c_str());
    }
    const MHD_Result result = MHD_queue_response(connection, part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
  }
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& folder, const std::string& listen) {
  auto state = std::make_unique<State>();
  RS_TRY(state->endpoint, ParseEndpoint(listen));
  RS_TRY(state->folder, OpenFile(folder, O_RDONLY | O_DIRECTORY));
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;
  if (state->endpoint.address.ss_family == AF_INET6) flags |= MHD_USE_IPv6;
  state->daemon = MHD_start_daemon(flags, state->endpoint.port, nullptr, nullptr, State::Handle, state.get(),
                                   MHD_OPTION_SOCK_ADDR, &state->endpoint.address, MHD_OPTION_THREAD_POOL_SIZE,
                                   kThreads, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_END);
  if (state->daemon == nullptr) return ErrnoError("cannot listen on", listen);
  const MHD_DaemonInfo* info = MHD_get_daemon_info(state->daemon, MHD_DAEMON_INFO_BIND_PORT);
  if (info != nullptr) state->endpoint.port = info->port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

std::string HttpServer::url() const {
  const std::string& host = state_->endpoint.host;
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(state_->endpoint.port);
}

}  // namespace rootstream
