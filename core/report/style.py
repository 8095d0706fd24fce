"""The style and the few lines of script that go into every report: constants, nothing from the user."""

from __future__ import annotations

__all__ = ["DRAW", "STYLE"]

STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1c1c1a; --quiet: #5f5f58; --line: #d9d9d4; --raised: #f4f4f2; --link: #3f6a00; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #111110; --ink: #eeeeec; --quiet: #a3a39d; --line: #3a3a37; --raised: #1d1d1b; --link: #c4f24d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5; font-variant-numeric: tabular-nums;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.35; margin: 0 0 12px; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; line-height: 1.35; margin: 0 0 8px; overflow-wrap: anywhere; }
p, dt, dd, th, td, summary { unicode-bidi: isolate; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0 18px; margin-top: 8px; }
nav a { color: var(--link); display: inline-flex; align-items: center; min-height: 44px; }
section { margin: 48px 0 0; } figure { margin: 28px 0 0; padding: 0; } .wide + figure, .wide + p, .wide + dl, .wide + .wide { margin-top: 20px; }
.chart { width: 100%; max-width: 760px; }
.small { color: var(--quiet); font-size: 0.8125rem; font-weight: 400; }
td .small, th .small { display: block; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
th, td { text-align: left; vertical-align: top; padding: 10px 14px; border-bottom: 1px solid var(--line); min-width: 120px; }
td .small { white-space: normal; }
thead th { background: var(--raised); overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
th[scope=row], thead th:first-child { position: sticky; left: 0; background: var(--ground); max-width: 260px; }
thead th:first-child { background: var(--raised); }
.mark { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 8px; }
dl { display: grid; grid-template-columns: minmax(120px, 240px) 1fr; gap: 6px 16px; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin: 0 0 12px; } summary { min-height: 44px; padding: 10px 0; cursor: pointer; }
footer { margin-top: 48px; }
@media (max-width: 600px) { main { padding: 20px 14px 48px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  th[scope=row], thead th:first-child { min-width: 138px; max-width: 150px; } th, td { min-width: 108px; padding: 8px 10px; } }
@media print { nav { display: none; } .wide { overflow: visible; } figure, tr { break-inside: avoid; } }
"""

DRAW = """
const dark = matchMedia('(prefers-color-scheme: dark)');
const draw = () => document.querySelectorAll('figure').forEach(figure => {
  const chart = JSON.parse(figure.querySelector(dark.matches ? 'script.dark' : 'script.light').textContent);
  Plotly.react(figure.querySelector('.chart'), chart.data, chart.layout, {responsive: true, displayModeBar: false, scrollZoom: false});
});
draw();
dark.addEventListener('change', draw);
"""
