"""Makes marques.json: parameters and CRC-32 of pictures of the grating battery of Marques, Schrimpf & DiCarlo 2021.

Written from the battery's published formulas and parameters, not from its code, with NumPy 2.4. Run: python3 marques.py
Parameters: y, x (degrees), contrast, radius (degrees), spatial frequency (cycles/degree), orientation, phase (degrees).
The CRC-32 is taken over the 672 x 672 grey bytes, row by row.
"""

import json
import zlib
from itertools import product

import numpy as np

SIDE, DEGREES = 672, 12
frequencies = np.logspace(-1.375, 3.875, 22, base=2)
radii = np.logspace(-2.25, 3.25, 12, base=2) / 2
orientations = np.linspace(0, 165, 12)
phases = np.linspace(0, 315, 8)
places = np.linspace(-2.5, 2.5, 21)

sets = {
    "receptive-field": [
        (y, x, 1, 1 / 6, 3, o, p) for o, p, y, x in product(orientations[::3], phases[::4], places, places)
    ],
    "orientation": [
        (0.5, 0.5, 1, cycles / 2 / f, f, o, p)
        for cycles, f, o, p in product((2, 3, 4), frequencies[[4, 8, 12, 16]], orientations, phases)
    ],
    "spatial-frequency": [
        (0.5, 0.5, 1, r, f, o, p) for r, f, o, p in product((0.75, 2.25), frequencies, orientations[::2], phases)
    ],
    "size": [
        (0.5, 0.5, 1, r, f, o, p)
        for r, f, o, p in product(radii, frequencies[[4, 8, 12, 16]], orientations[::2], phases)
    ],
}


def picture(y, x, contrast, radius, frequency, orientation, phase):
    degrees = (np.arange(SIDE) - SIDE / 2) / (SIDE / DEGREES)
    xs, ys = np.meshgrid(degrees - x, degrees - y)
    theta = orientation / 180 * np.pi
    angle = (xs * np.cos(theta) + ys * np.sin(theta)) * frequency * 2 * np.pi + phase / 180 * np.pi
    inside = xs**2 + ys**2 <= radius**2
    grey = np.full((SIDE, SIDE), 128, np.uint8)
    grey[inside] = (((np.sin(angle) * contrast + 1) / 2) * 255)[inside].astype(np.uint8)
    return grey


def described(parameters, index):
    crc32 = zlib.crc32(picture(*parameters[index]).tobytes())
    return {"index": index, "parameters": [float(value) for value in parameters[index]], "crc32": crc32}


result = {
    name: {"n": len(parameters), "pictures": [described(parameters, index) for index in (0, len(parameters) * 5 // 8 + 1, len(parameters) - 1)]}
    for name, parameters in sets.items()
}
lines = [f'  "{name}": {json.dumps(value)}' for name, value in result.items()]
with open("marques.json", "w", encoding="utf-8") as file:
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
