"""How the page of diagnostic plots looks: light and dark, narrow and wide."""

STYLE = """
:root { color-scheme: light dark; --page: #f6f5f2; --card: #ffffff; --ink: #1d1d1b;
  --soft: #5d5c58; --rule: #dcdbd6; --shade: #f3e3d3; --aim: #b3261e;
  --l1: #86b6ef; --l2: #5598e7; --l3: #2a78d6; --l4: #1c5cab; --l5: #104281; --l6: #061d3d;
  --g1: #2a78d6; --g2: #16875d; --g3: #d1521f; }
@media (prefers-color-scheme: dark) {
  :root { --page: #161615; --card: #20201e; --ink: #efeee9; --soft: #b0afa8; --rule: #3a3a37;
    --shade: #43301f; --aim: #f2867c; --l1: #22589e; --l2: #2f74c6; --l3: #4f93e3; --l4: #7fb2ee;
    --l5: #b0d0f6; --l6: #e6f0fd; --g1: #5598e7; --g2: #34b587; --g3: #ee7e50; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { max-width: 46rem; margin: .5rem 0; color: var(--soft); overflow-wrap: anywhere; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17.5rem, 1fr)); }
figure { margin: 0; padding: .75rem .75rem .5rem; background: var(--card); min-width: 0;
  border: 1px solid var(--rule); border-radius: 8px; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
figcaption small { font-weight: 400; color: var(--soft); font-size: .875rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.area { opacity: .12; }
svg .axis { stroke: var(--soft); stroke-width: 1; } svg .grid { stroke: var(--rule); }
.aim { stroke: var(--aim); stroke-dasharray: 5 4; stroke-width: 1.5; }
.shade { fill: var(--shade); }
table { width: 100%; border-collapse: collapse; font-size: .8125rem; margin-top: .375rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .1rem .25rem; font-weight: 400; }
th { color: var(--soft); } td:first-child, th:first-child { text-align: left; }
.key { display: inline-block; width: .875rem; height: .25rem; border-radius: 2px;
  margin-right: .4rem; vertical-align: middle; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .875rem; margin: .5rem 0; }
"""
# For each class: the line, its area and dots, and its key in a legend.
COLOURS = "\n".join(
    f".line.{name} {{ stroke: var(--{name}); }} .area.{name}, .dot.{name} "
    f"{{ fill: var(--{name}); }} .key.{name} {{ background: var(--{name}); }}"
    for name in [*(f"l{at}" for at in range(1, 7)), "g1", "g2", "g3"]
)
