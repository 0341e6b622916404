#include "fusefs/image/client.h"

namespace rootstream {
namespace {

constexpr size_t kShardMemory = 10 << 20;  // bytes

std::future<Status> FindRoot(Image& image) {
  auto done = std::make_shared<std::promise<Status>>();
  auto answer = done->get_future();
  image.Find(kRootInode,
             [done](const Result<Node>& node) { done->set_value(node.ok() ? Ok() : Status(node.error())); });
  return answer;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::Open(const ClientOptions& options, std::function<void(const Error&)> waiting) {
  RS_TRY(const ImageUrl url, ParseImageUrl(options.url));
  RS_TRY(std::shared_ptr<Connection> connection, Connection::Open(options, url.store, {url.image}));
  RS_TRY(ResolvedRef ref, connection->Resolve(url, std::move(waiting)));
  auto client = std::make_unique<Client>(std::move(connection), url, std::move(ref), options);
  RS_CHECK(client->WaitForRoot());
  if (options.fill)
    client->StartFill(*options.fill, [warms = options.warm_up, warmup = &client->warmup_] {
      return !warms || warmup->progress().ended;
    });
  return client;
}

Client::Client(std::shared_ptr<Connection> connection, ImageUrl url, ResolvedRef ref, const ClientOptions& options)
    : url_(std::move(url)),
      ref_(std::move(ref)),
      connection_(std::move(connection)),
      warmup_(cache(), foresight_),
      image_(cache(), ref_.ref.manifest.root, kShardMemory, foresight_, recorder_),
      reader_(cache(), foresight_, recorder_) {
  if (options.warm_up) warmup_.Start(ref_.ref.manifest.hot, ref_.ref.manifest.root);
  if (options.record) StartRecording();
  root_ = FindRoot(image_);
}

Status Client::WaitForRoot() {
  const Status root = root_.get();
  return root.ok() ? Ok() : Status(Of(url_.ToString(), root.error()));
}

void Client::StartRecording() {
  recorder_.Start([this](uint64_t inode, Recorder::PathDone done) { image_.PathOf(inode, std::move(done)); });
}

void Client::StartFill(uint64_t rate, const std::function<bool()>& may_begin) {
  if (cache().disk() == nullptr) return;
  fill_ = std::make_unique<Fill>(cache(), ref_.ref.manifest.root, rate, Fill::OnSilence::kWait);
  fill_->Start(may_begin);
}

Client::~Client() { Close(); }

void Client::Close() {
  if (fill_ != nullptr) fill_->Stop();
  connection_->Close();
}

}  // namespace rootstream
