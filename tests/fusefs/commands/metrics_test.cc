#include "fusefs/commands/metrics.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

bool Has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricsText, GroupsTheSamplesOfAllMounts) {
  const std::string json = R"({"image": "http://h/s/i", "tag": "1", "serial": 7, "offline": true, "rtt_ms": 1.5,
                               "hits": {"memory": 3}, "wire_bytes": 123456789012})";
  const std::string text = MetricsText({{"/a", json}, {"/b", Unavailable("no answer")}, {"/c", json}});
  const std::string a = "{mountpoint=\"/a\",image=\"http://h/s/i\",tag=\"1\"}";
  EXPECT_TRUE(Has(text, "rootstream_up" + a + " 1")) << text;
  EXPECT_TRUE(Has(text, "rootstream_up{mountpoint=\"/b\"} 0")) << text;
  EXPECT_TRUE(Has(text, "rootstream_serial" + a + " 7")) << text;
  EXPECT_TRUE(Has(text, "rootstream_offline" + a + " 1")) << text;
  EXPECT_TRUE(Has(text, "rootstream_round_trip_seconds" + a + " 0.0015")) << text;
  EXPECT_TRUE(Has(text, "rootstream_memory_hits_total" + a + " 3")) << text;
  EXPECT_TRUE(Has(text, "rootstream_wire_bytes_total" + a + " 123456789012")) << text;
  EXPECT_EQ(text.find("rootstream_requests_total"), std::string::npos) << "there is none";
  size_t types = 0;
  for (size_t at = text.find("# TYPE rootstream_serial "); at != std::string::npos;
       at = text.find("# TYPE rootstream_serial ", at + 1))
    ++types;
  EXPECT_EQ(types, 1u);
}

TEST(MetricsText, EscapesLabels) {
  const std::string text = MetricsText({{"/a \"b\"\\c\nd", Unavailable("")}});
  EXPECT_TRUE(Has(text, R"(rootstream_up{mountpoint="/a \"b\"\\c\nd"} 0)")) << text;
}

TEST(MetricsText, TakesNoStatusForOne) {
  for (const char* json : {"", "[]", "3", "{\"hits\": []}", "{\"serial\": \"x\", \"image\": 3}"})
    EXPECT_FALSE(Has(MetricsText({{"/a", std::string(json)}}), "rootstream_serial{mountpoint=\"/a\"} 0")) << json;
}

}  // namespace
}  // namespace rootstream
