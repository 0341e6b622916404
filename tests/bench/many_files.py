"""many_files.py DIR N: a tree of N small files, 100 in a directory, 100 directories in a directory."""
import os
import sys

top, count = sys.argv[1], int(sys.argv[2])
for directory in range((count + 99) // 100):
    path = os.path.join(top, f"{directory // 100:03d}", f"{directory % 100:03d}")
    os.makedirs(path)
    for number in range(directory * 100, min(count, directory * 100 + 100)):
        with open(os.path.join(path, f"file-{number:07d}.txt"), "w") as file:
            file.write(f"content {number}\n")
