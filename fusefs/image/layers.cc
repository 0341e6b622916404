#include "fusefs/image/layers.h"

#include "base/thread.h"

namespace rootstream {
namespace {

using Refs = std::vector<std::optional<Result<ResolvedRef>>>;

Refs ResolveAll(Connection& connection, const LayersUrl& url, const std::function<void(const Error&)>& waiting) {
  Refs refs(url.images.size());
  const auto resolve = [&](size_t i) { refs[i] = connection.Resolve(url.Layer(i), waiting); };
  std::vector<Thread> threads;
  for (size_t i = 1; i < refs.size(); ++i) threads.emplace_back("ref", [&resolve, i] { resolve(i); });
  resolve(0);
  for (Thread& thread : threads) thread.Join();
  return refs;
}

}  // namespace

Result<std::unique_ptr<Layers>> Layers::Open(const ClientOptions& options,
                                             const std::function<void(const Error&)>& waiting) {
  RS_TRY(LayersUrl url, ParseLayersUrl(options.url));
  RS_TRY(std::shared_ptr<Connection> connection, Connection::Open(options, url.store, url.images));
  std::unique_ptr<Layers> layers(new Layers(std::move(url), std::move(connection)));
  RS_CHECK(layers->OpenAll(options, waiting));
  if (options.fill) layers->StartFills(options);
  return layers;
}

Status Layers::OpenAll(const ClientOptions& options, const std::function<void(const Error&)>& waiting) {
  ClientOptions others = options;
  others.record = false;  // a profile is of one image
  for (auto& ref : ResolveAll(*connection_, url_, waiting)) {
    if (!ref->ok()) return ref->error();
    const size_t number = clients_.size();
    clients_.push_back(
        std::make_unique<Client>(connection_, url_.Layer(number), *std::move(*ref), number == 0 ? options : others));
  }
  for (const auto& client : clients_) RS_CHECK(client->WaitForRoot());
  return Ok();
}

// One after another, so that the rate holds for all together.
void Layers::StartFills(const ClientOptions& options) {
  Client* before = nullptr;
  for (const auto& client : clients_) {
    client->StartFill(*options.fill, [warms = options.warm_up, warmup = &client->warmup(), before] {
      return (!warms || warmup->progress().ended) && (before == nullptr || before->fill()->progress().ended);
    });
    before = client->fill() != nullptr ? client.get() : nullptr;
  }
}

Layers::~Layers() {
  for (const auto& client : clients_)
    if (client->fill() != nullptr) client->fill()->Stop();
  Close();
  while (!clients_.empty()) clients_.pop_back();  // a fill looks at the one before
}

}  // namespace rootstream
