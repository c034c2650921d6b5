"""The checks: each looks at what lies in the kitchen.  Exit 0 is passed; what is printed is kept."""
import os
import sys

import kitchen


def holds_together(dough):
    return len(dough["of"]) == 2 and 500 <= dough["grams"] <= 700, f"{dough['grams']} g of dough"


def enough_of_it(dough):
    share = dough["grams_added"] / dough["grams"]
    return share >= 0.15, f"{share:.0%} of the dough"


def a_dozen(cookies):
    return cookies["pieces"] == 12, f"{cookies['pieces']} pieces"


CHECKS = {"cookie_dough": holds_together, "chocolate_cookie_dough": enough_of_it,
          "chocolate_cookies": a_dozen}

asset = os.environ["FRESHET_ASSET"]
passed, found = CHECKS[asset](kitchen.made(asset))
print(f"{asset}: {found}")
sys.exit(0 if passed else 1)
