"""Fits a straight line to noisy data of one location and year. An example of a job that succeeds."""

import random
import sys
import time

location, year = sys.argv[1], int(sys.argv[2])
random.seed(f"{location}{year}")
points = [(x, 3.0 * x + 1.0 + random.gauss(0, 0.5)) for x in range(200)]
n = len(points)
mean_x = sum(x for x, _ in points) / n
mean_y = sum(y for _, y in points) / n
slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
time.sleep(0.3)
print(f"{location} {year}: slope {slope:.3f}")
