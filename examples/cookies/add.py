"""cookie_dough + something = something_cookie_dough"""
import sys

import kitchen

dough, addition = kitchen.made("cookie_dough"), kitchen.delivered(sys.argv[1])
kitchen.put({"item": sys.argv[1] + " cookie dough", "of": [dough, addition],
             "grams": dough["grams"] + 150, "grams_added": 150})
