#include "chunker/source/tar_headers.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr uint64_t kMaxPax = 64 << 20;  // bytes of one pax header

struct Field {
  size_t offset;
  size_t size;
  const char* name;
};
constexpr Field kMode = {100, 8, "mode"}, kUid = {108, 8, "owner"}, kGid = {116, 8, "group"}, kSize = {124, 12, "size"},
                kTime = {136, 12, "time"}, kChecksum = {148, 8, "checksum"}, kMajor = {329, 8, "device number"},
                kMinor = {337, 8, "device number"};
constexpr Field kRealSize = {483, 12, "size"};  // GNU sparse file
constexpr size_t kType = 156, kMagic = 257, kIsExtended = 482, kIsExtendedAgain = 504;
constexpr size_t kMapAt = 386, kMapPairs = 4, kMorePairs = 21,
                 kPairSize = 24;  // of its map, in the header and in a further block

uint8_t ByteAt(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// Octal digits with spaces before and a space or NUL behind, or the same empty; or, with its highest bit
// set, a number of 63 bits to the base 256. nullopt: neither.
std::optional<int64_t> NumberIn(std::string_view block, const Field& field) {
  std::string_view text = block.substr(field.offset, field.size);
  if ((ByteAt(text, 0) & 0x80) != 0) {
    const bool negative = (ByteAt(text, 0) & 0x40) != 0;
    const uint8_t filler = negative ? 0xff : 0;
    uint64_t value = negative ? UINT64_MAX : 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const uint8_t byte = i > 0 ? ByteAt(text, i) : static_cast<uint8_t>(negative ? 0xff : ByteAt(text, 0) & 0x7f);
      if (i + 8 < text.size() && byte != filler) return std::nullopt;
      value = value << 8 | byte;
    }
    const auto number = static_cast<int64_t>(value);
    return (number < 0) == negative ? std::optional(number) : std::nullopt;
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view digits = text.substr(0, text.find_first_not_of("01234567"));
  const std::string_view rest = text.substr(digits.size());
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\0') return std::nullopt;
  int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  return value;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int64_t> Decimal(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "-1234.5"
bool IsTime(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  return Decimal(text.substr(0, point)) && (fraction.empty() || IsDigits(fraction));
}

bool IsZeroBlock(std::string_view block) { return block.find_first_not_of('\0') == std::string_view::npos; }

// Types whose size is that of what follows.
bool HasContent(char type) { return std::string_view("123456").find(type) == std::string_view::npos; }

}  // namespace

bool IsTarHeader(std::string_view block) {
  if (block.size() < kTarBlock || IsZeroBlock(block)) return false;
  const auto expected = NumberIn(block, kChecksum);
  int64_t plain = 0, with_sign = 0;  // old programs summed signed bytes
  for (size_t i = 0; i < kTarBlock; ++i) {
    const bool in_checksum = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;
    plain += in_checksum ? ' ' : ByteAt(block, i);
    with_sign += in_checksum ? ' ' : static_cast<int8_t>(block[i]);
  }
  return expected && (*expected == plain || *expected == with_sign);
}

bool LooksLikeTarHeader(std::string_view block) {
  if (block.size() < kTarBlock) return false;
  if (block.substr(kMagic).starts_with("ustar")) return true;
  int numbers = 0;
  for (const Field& field : {kMode, kUid, kGid, kSize, kTime, kChecksum}) {
    const std::string_view text = block.substr(field.offset, field.size);
    const bool has_digit = text.find_first_of("01234567") != std::string_view::npos;
    numbers += has_digit && (ByteAt(text, 0) & 0x80) == 0 && NumberIn(block, field) ? 1 : 0;
  }
  return numbers >= 4;
}

void TarHeaders::Read(std::string_view piece) {
  while (!piece.empty()) {
    if (expecting_ == Expecting::kNothing) {
      has_more_ = has_more_ || (zero_blocks_ >= 2 && !IsZeroBlock(piece));
      at_ += piece.size();
      return;
    }
    const std::string_view part = piece.substr(0, std::min<uint64_t>(piece.size(), missing_));
    piece.remove_prefix(part.size());
    at_ += part.size();
    missing_ -= part.size();
    if (expecting_ != Expecting::kSkipped) held_ += part;
    if (missing_ > 0) continue;
    switch (expecting_) {
      case Expecting::kHeader:
        TakeHeader();
        break;
      case Expecting::kPax:
        TakePax();
        break;
      case Expecting::kSparseMap:
        TakeMap(held_, 0, kMorePairs, ByteAt(held_, kIsExtendedAgain) != 0);
        break;
      default:
        Expect(Expecting::kHeader, kTarBlock);
    }
  }
}

void TarHeaders::Expect(Expecting what, uint64_t bytes) {
  held_.clear();
  if (what == Expecting::kSkipped && bytes == 0) what = Expecting::kHeader, bytes = kTarBlock;
  expecting_ = what;
  missing_ = bytes;
}

void TarHeaders::TakeHeader() {
  const std::string block = std::exchange(held_, {});
  if (IsZeroBlock(block)) return Expect(++zero_blocks_ < 2 ? Expecting::kHeader : Expecting::kNothing, kTarBlock);
  if (!IsTarHeader(block)) {
    if (maybe_content_ < kTarBlock) return Expect(Expecting::kNothing, 0);
    return Expect(Expecting::kSkipped, std::exchange(maybe_content_, 0) - kTarBlock);
  }
  zero_blocks_ = 0;
  maybe_content_ = 0;
  const char type = block[kType];
  const auto own_size = NumberIn(block, kSize);
  const auto whole_blocks = [](uint64_t size) { return (size + kTarBlock - 1) / kTarBlock * kTarBlock; };
  const bool is_pax = type == 'x' || type == 'X' || type == 'g';
  if (is_pax || type == 'L' || type == 'K') {
    if (!own_size || *own_size < 0 || static_cast<uint64_t>(*own_size) > kMaxPax) return Expect(Expecting::kNothing, 0);
    is_global_ = type == 'g';
    pax_size_ = *own_size;
    if (!is_pax || pax_size_ == 0) return Expect(Expecting::kSkipped, whole_blocks(pax_size_));
    return Expect(Expecting::kPax, whole_blocks(pax_size_));
  }
  Notes notes = std::move(pax_.notes);
  const auto check = [&](const Field& field) {
    if (notes.fault.empty() && !NumberIn(block, field))
      notes.fault = "its " + std::string(field.name) + " is no number";
  };
  for (const Field& field : {kMode, kUid, kGid, kSize}) check(field);
  if (!pax_.has_time) check(kTime);
  if (type == '3' || type == '4')
    for (const Field& field : {kMajor, kMinor}) check(field);
  const uint64_t size = pax_.size ? *pax_.size : static_cast<uint64_t>(own_size.value_or(0));
  if (notes.fault.empty() && size > kMaxFileSize)
    notes.fault = "its size of " + std::to_string(size) + " bytes is too large";
  if (notes.fault.empty()) notes.fault = pax_.map.FaultWith(pax_.real_size.value_or(size), size);
  pax_ = {};
  marked_ = {at_ - kTarBlock, std::move(notes)};
  if (size > kMaxFileSize) {
    Mark();
    return Expect(Expecting::kNothing, 0);
  }
  const bool has_content = HasContent(type);
  if (type == '1') maybe_content_ = whole_blocks(size);
  pax_size_ = has_content ? whole_blocks(size) : 0;
  if (type == 'S') {
    map_ = {};
    stored_size_ = size;
    map_size_ = static_cast<uint64_t>(NumberIn(block, kRealSize).value_or(-1));
    return TakeMap(block, kMapAt, kMapPairs, ByteAt(block, kIsExtended) != 0);
  }
  Mark();
  Expect(Expecting::kSkipped, pax_size_);
}

void TarHeaders::Mark() {
  if (marked_.notes.negative_zero_time || !marked_.notes.fault.empty()) marks_.push_back(std::move(marked_));
  marked_ = {};
}

void TarHeaders::TakeMap(std::string_view block, size_t at, size_t pairs, bool has_more) {
  for (size_t i = 0; i < pairs; ++i) {
    const size_t pair = at + i * kPairSize;
    if (block[pair + kPairSize / 2] == '\0') {  // the last block is already read
      if (has_more) map_.fault = "its sparse map ends before its last block";
      break;
    }
    map_.Add(NumberIn(block, {pair, kPairSize / 2, ""}), NumberIn(block, {pair + kPairSize / 2, kPairSize / 2, ""}));
  }
  if (has_more && map_.fault.empty()) return Expect(Expecting::kSparseMap, kTarBlock);
  if (marked_.notes.fault.empty()) marked_.notes.fault = map_.FaultWith(map_size_, stored_size_);
  Mark();
  Expect(Expecting::kSkipped, pax_size_);
}

void TarHeaders::SparseMap::Add(std::optional<int64_t> offset, std::optional<int64_t> size) {
  const bool are_numbers = offset && size && *offset >= 0 && *size >= 0 &&
                           static_cast<uint64_t>(*offset) <= kMaxFileSize &&
                           static_cast<uint64_t>(*size) <= kMaxFileSize;
  is_there = true;
  if (!fault.empty()) return;
  if (!are_numbers) {
    fault = "its sparse map holds what is no number";
  } else if (static_cast<uint64_t>(*offset) < end) {
    fault = "its sparse map is not in order";
  } else {
    end = static_cast<uint64_t>(*offset + *size);
    stored += static_cast<uint64_t>(*size);
  }
}

std::string TarHeaders::SparseMap::FaultWith(uint64_t file_size, uint64_t stored_size) const {
  if (!is_there || !fault.empty()) return fault;
  if (end > file_size) return "its sparse map goes past its size";
  return stored_size != stored ? "its sparse map and what is stored of it do not agree" : "";
}

void TarHeaders::TakePax() {
  const std::string text = std::exchange(held_, {}).substr(0, pax_size_);
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t space = rest.find(' ');
    const auto length = Decimal(rest.substr(0, space));
    const bool fits = space != std::string_view::npos && length && *length > static_cast<int64_t>(space) + 1 &&
                      static_cast<uint64_t>(*length) <= rest.size() && rest[*length - 1] == '\n';
    if (!fits) {
      pax_.notes.fault = "its pax header is damaged";
      break;
    }
    const std::string_view record = rest.substr(space + 1, *length - space - 2);
    rest.remove_prefix(*length);
    const size_t equals = record.find('=');
    if (equals != std::string_view::npos) TakeRecord(record.substr(0, equals), record.substr(equals + 1));
  }
  Expect(Expecting::kHeader, kTarBlock);
}

void TarHeaders::TakeRecord(std::string_view key, std::string_view value) {
  if (is_global_) {
    const bool matters = key == "path" || key == "linkpath" || key == "size" || key == "uid" || key == "gid" ||
                         key == "mtime" || key.starts_with("SCHILY.") || key.starts_with("LIBARCHIVE.") ||
                         key.starts_with("GNU.sparse.");
    if (matters) pax_.notes.fault = "a pax header for all entries sets " + std::string(key) + ", which is not read";
    return;
  }
  if (key == "mtime") {
    pax_.has_time = true;
    pax_.notes.negative_zero_time = value.starts_with("-") && Decimal(value.substr(0, value.find('.'))) == 0;
    if (!IsTime(value)) pax_.notes.fault = "its time is no number";
  }
  if (key.starts_with("GNU.sparse.")) TakeSparse(key.substr(strlen("GNU.sparse.")), value);
  TakeNumber(key, value);
}

// Its versions 0.0 and 0.1; the map of 1.0 is in the content, where libarchive reads it.
void TarHeaders::TakeSparse(std::string_view key, std::string_view value) {
  if (key == "size" || key == "realsize")
    if (const auto number = Decimal(value); number && *number >= 0) pax_.real_size = static_cast<uint64_t>(*number);
  if (key == "offset") pax_.map_offset = value;
  if (key == "numbytes") pax_.map.Add(Decimal(pax_.map_offset), Decimal(value));
  if (key != "map") return;
  std::string_view rest = value;
  if (rest.ends_with(',')) pax_.map.Add(std::nullopt, std::nullopt);
  const auto next = [&] {
    const std::string_view number = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(number.size() + 1, rest.size()));
    return Decimal(number);
  };
  do {
    const auto offset = next();
    pax_.map.Add(offset, next());
  } while (!rest.empty());
}

void TarHeaders::TakeNumber(std::string_view key, std::string_view value) {
  const bool is_size = key == "size" || key == "GNU.sparse.size" || key == "GNU.sparse.realsize";
  const bool is_owner = key == "uid" || key == "gid";
  const bool is_device = key == "SCHILY.devmajor" || key == "SCHILY.devminor";
  if (!is_size && !is_owner && !is_device) return;
  const auto number = Decimal(value);
  const uint64_t most = is_size ? kMaxFileSize : UINT32_MAX;
  if (!number) {
    pax_.notes.fault = "its " + std::string(key) + " is no number, or too large a one";
  } else if (*number < 0 || static_cast<uint64_t>(*number) > most) {
    pax_.notes.fault = "its " + std::string(key) + " of " + std::string(value) + " is too large, or below 0";
  }
  if (key == "size" && number) pax_.size = static_cast<uint64_t>(*number);
}

TarHeaders::Notes TarHeaders::Take(uint64_t from, uint64_t to) {
  Notes notes;
  while (!marks_.empty() && marks_.front().at < to) {
    if (marks_.front().at >= from) notes = std::move(marks_.front().notes);
    marks_.pop_front();
  }
  return notes;
}

}  // namespace rootstream
