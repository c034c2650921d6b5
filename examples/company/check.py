"""A check of any asset of the company: nearly always fine."""
import os
import random
import sys
import time

time.sleep(0.3)
fine = random.random() >= 0.005
print(f"{sys.argv[1]} of {os.environ['FRESHET_ASSET']}: {'fine' if fine else 'NOT fine'}")
sys.exit(0 if fine else 1)
