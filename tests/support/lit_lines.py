"""How much text a picture of a console shows: lit_lines.py FILE.ppm prints in how many of its lines of characters, 16 pixels
high each, there is anything. The format is that of ppm(5), P6."""
import sys

with open(sys.argv[1], "rb") as file:
    if file.readline() != b"P6\n":
        raise SystemExit(f"{sys.argv[1]}: not a PPM picture")
    width, height = map(int, file.readline().split())
    file.readline()
    pixels = file.read()
stride = 3 * width
lines = (pixels[top * stride:(top + 16) * stride] for top in range(0, height, 16))
print(sum(any(line) for line in lines))
