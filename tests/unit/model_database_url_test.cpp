// What a URL of a database says, and that its secrets are shown to nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "model/database_url.hpp"

namespace freshet {
namespace {

struct UrlCase {
  const char* name;
  const char* text;
  const char* shown;
  const char* password;
};
void PrintTo(const UrlCase& c, std::ostream* out) { *out << c.name; }

class AUrl : public testing::TestWithParam<UrlCase> {};

TEST_P(AUrl, IsShownWithoutItsSecrets) {
  const auto url = parse_database_url(GetParam().text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->shown(), GetParam().shown);
  EXPECT_EQ(url->password, GetParam().password);
  const std::string quoted = url->without_secrets(std::string{"cannot use "} + GetParam().text);
  for (const std::string& secret : url->secrets)
    EXPECT_EQ(quoted.find(secret), std::string::npos) << quoted;
}

INSTANTIATE_TEST_SUITE_P(
    Table, AUrl,
    testing::Values(UrlCase{"Socket", "postgresql:///crm", "postgresql:///crm", ""},
                    UrlCase{"All", "postgresql://u:p%40ss@db:5433/crm?sslmode=require",
                            "postgresql://u@db:5433/crm", "p@ss"},
                    UrlCase{"ShortScheme", "postgres://db/crm", "postgresql://db/crm", ""},
                    UrlCase{"SeveralHosts", "postgresql://u:pw@a:1,b:2/crm",
                            "postgresql://u@a:1,b:2/crm", "pw"},
                    UrlCase{"AddressOfSixteenBytes", "postgresql://u@[::1]:5432/crm",
                            "postgresql://u@[::1]:5432/crm", ""},
                    UrlCase{"AtInThePassword", "mysql://u:p@ss@db/shop", "mysql://u@db/shop",
                            "p@ss"},
                    UrlCase{"PasswordAsParameter", "postgresql://db/crm?user=u&password=hidden",
                            "postgresql://db/crm", ""},
                    UrlCase{"MariaDb", "mariadb://root@127.0.0.1:3306/shop",
                            "mysql://root@127.0.0.1:3306/shop", ""},
                    UrlCase{"File", "sqlite:data/shop.db", "data/shop.db", ""},
                    UrlCase{"AbsoluteFile", "sqlite:///var/shop.db", "/var/shop.db", ""}),
    [](const auto& c) { return c.param.name; });

TEST(DatabaseUrl, OfMySqlKnowsNoCertificateWithoutItsAuthority) {
  const std::string url = "mysql://db/shop?ssl_cert=c&ssl_key=k";
  const auto refused = parse_database_url(url);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("need ssl_ca=FILE"));
  EXPECT_FALSE(parse_database_url("mysql://db/shop?ssl_key=k"));
  EXPECT_TRUE(parse_database_url(url + "&ssl_ca=a"));
  EXPECT_TRUE(parse_database_url("postgresql://db/shop?ssl_cert=c"));
}

TEST(DatabaseUrl, QuotesNothingOfWhatItCannotRead) {
  for (const char* text :
       {"", "hidden", "oracle://u:hidden@db/crm", "postgresql:crm", "postgresql://u:hid/den@db/crm",
        "postgresql://u:hid?den@db/crm", "postgresql://u:hidden%zz@db/crm",
        "postgresql://db/crm?hidden", "sqlite:", "mysql://u:hidden@db:hidden/x"}) {
    const auto url = parse_database_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().message, testing::HasSubstr("postgresql://USER@HOST:PORT/DATABASE"));
    EXPECT_EQ(url.error().message.find("hid"), std::string::npos) << url.error().message;
  }
}

}  // namespace
}  // namespace freshet
