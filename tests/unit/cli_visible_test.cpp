#include <gtest/gtest.h>

#include "cli/visible.hpp"

namespace freshet::cli {
namespace {

TEST(Visible, IsWhatATerminalWouldObey) {
  EXPECT_EQ(visible("plain, größer than 日本 🦀"), "plain, größer than 日本 🦀");
  EXPECT_EQ(visible("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(visible("a\nb\tc\rd\x7f"), "a\\nb\\tc\\x0dd\\x7f");
  EXPECT_EQ(visible("\xc2\x9b"
                    "31m"),
            "\\xc2\\x9b31m")
      << "U+009B is ESC [ to some";
  EXPECT_EQ(visible("\x9b\xff\xc3"), "\\x9b\\xff\\xc3") << "not UTF-8";
  EXPECT_EQ(visible(std::string_view{"\0", 1}), "\\x00");
}

}  // namespace
}  // namespace freshet::cli
