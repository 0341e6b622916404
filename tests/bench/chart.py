"""Draws a bar chart with a logarithmic scale as SVG: the seconds of each tool on each simulated line."""
import html
import math

COLOURS = ["#1b6ca8", "#7fb3d5", "#999999", "#bbbbbb", "#cc8844", "#aa6677", "#667755", "#444444"]
BAR, GAP, LEFT, WIDTH = 14, 18, 170, 760


def draw(rows):
    """`rows`: (kind, line, tool, seconds). Returns the text of an SVG file."""
    tools = list(dict.fromkeys(row[2] for row in rows))
    groups = list(dict.fromkeys((row[0], row[1]) for row in rows))
    least = min(row[3] for row in rows) / 1.5
    most = max(row[3] for row in rows) * 1.2
    scale = (WIDTH - LEFT - 60) / math.log(most / least)
    out, y = [], 30
    for index, tool in enumerate(tools):
        x = LEFT + index * (WIDTH - LEFT) / len(tools)
        out.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{COLOURS[index % 8]}"/>'
                   f'<text x="{x + 14}" y="17">{html.escape(tool)}</text>')
    out.append('<text x="8" y="17">logarithmic</text>')
    for kind, line in groups:
        members = [row for row in rows if row[:2] == (kind, line)]
        out.append(f'<text x="8" y="{y + BAR * len(members) / 2 + 4}">{html.escape(kind)}, {html.escape(line)}</text>')
        for row in members:
            length = math.log(row[3] / least) * scale
            out.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 2}" '
                       f'fill="{COLOURS[tools.index(row[2]) % 8]}"/>'
                       f'<text x="{LEFT + length + 4:.1f}" y="{y + BAR - 4}">{row[3]:.2f} s</text>')
            y += BAR
        y += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif" '
            f'font-size="11"><rect width="100%" height="100%" fill="white"/>' + "\n".join(out) + "</svg>\n")
