"""How a report looks as HTML: light and dark, narrow and wide, inside another page too.

The classes are doubled, so that a notebook's own rules for tables do not win over these.
"""

PALETTE = {  # name: (light, dark)
    "ink": ("#1d1d1b", "#efeee9"), "soft": ("#5d5c58", "#b0afa8"), "rule": ("#d9d8d3", "#44443f"),
    "card": ("#f6f5f2", "#262624"), "good": ("#16693f", "#5cc98f"), "bad": ("#b3261e", "#f2867c"),
    "part": ("#8a5a00", "#e0ae4f"), "code": ("#0b5c8a", "#7cc4ee"),
}  # fmt: skip
# Where the page says itself which theme it has, that counts, and not the system's.
LIGHT = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
DARK = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')


def _colours(theme: int) -> str:
    return " ".join(f"--hg-{name}: {pair[theme]};" for name, pair in PALETTE.items())


def _within(pages: tuple[str, ...], colours: str) -> str:
    return ", ".join(f"{page} .handgrad" for page in pages) + f" {{ {colours} }}"


STYLE = (
    f"""
.handgrad {{ {_colours(0)} }}
@media (prefers-color-scheme: dark) {{ .handgrad {{ {_colours(1)} }} }}
{_within(LIGHT, _colours(0))}
{_within(DARK, _colours(1))}
"""
    + """
.handgrad { container-type: inline-size; max-width: 52rem; text-align: left;
  color: var(--jp-content-font-color1, var(--hg-ink));
  font: 14px/1.5 var(--jp-content-font-family, system-ui, sans-serif); }
.handgrad.handgrad p { margin: .35rem 0; overflow-wrap: anywhere; }
.handgrad .hg-head { display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline;
  justify-content: space-between; padding-bottom: .35rem;
  border-bottom: 1px solid var(--hg-rule); }
.handgrad .hg-title, .handgrad .hg-score { font-weight: 600; font-size: 15px; }
.handgrad .hg-soft { color: var(--hg-soft); font-size: 13px; }
.handgrad .hg-good { color: var(--hg-good); } .handgrad .hg-bad { color: var(--hg-bad); }
.handgrad .hg-part { color: var(--hg-part); }
.handgrad .hg-first { margin: .75rem 0; padding: .4rem .85rem .5rem; background: var(--hg-card);
  border-left: 3px solid var(--hg-bad); border-radius: 0 4px 4px 0; }
.handgrad .hg-todo { border-left-color: var(--hg-soft); }
.handgrad.handgrad code, .handgrad.handgrad pre { background: none; padding: 0; border: 0;
  color: inherit; font: 13px/1.5 var(--jp-code-font-family, ui-monospace, monospace); }
.handgrad.handgrad pre { margin: .35rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.handgrad.handgrad pre.hg-chunk { color: var(--hg-code); padding-left: 1rem; text-indent: -1rem; }
.handgrad details { margin: .35rem 0; } .handgrad details details { margin-left: 1rem; }
.handgrad summary { cursor: pointer; width: fit-content; color: var(--hg-code); }
.handgrad .hg-in1 { padding-left: 1rem; } .handgrad .hg-in2 { padding-left: 2rem; }
.handgrad .hg-in3, .handgrad .hg-in4 { padding-left: 3rem; }
.handgrad .hg-formula { color: var(--hg-code); }
.handgrad.handgrad table { border-collapse: collapse; margin: .5rem 0; font-size: 13px;
  width: auto; table-layout: auto; font-variant-numeric: tabular-nums; }
.handgrad.handgrad tr:nth-child(n) { background: none; }
.handgrad.handgrad th, .handgrad.handgrad td { text-align: left; padding: .12rem 1.25rem .12rem 0;
  border: 0; border-bottom: 1px solid var(--hg-rule); white-space: nowrap; font-weight: 400;
  vertical-align: baseline; line-height: 1.45; }
.handgrad.handgrad thead th { color: var(--hg-soft); }
.handgrad.handgrad tbody th { font-family: var(--jp-code-font-family, ui-monospace, monospace); }
.handgrad.handgrad tr.hg-mark th, .handgrad.handgrad tr.hg-todo th { font-weight: 600; }
.handgrad.handgrad tr.hg-mark th { color: var(--hg-bad); }
.handgrad.handgrad td:last-child, .handgrad.handgrad th:last-child { padding-right: .25rem; }
.handgrad.handgrad td.hg-note { white-space: normal; border-bottom: 1px solid var(--hg-rule); }
.handgrad.handgrad tr.hg-noted > * { border-bottom: 0; }
@container (max-width: 32rem) {
  .handgrad.handgrad .hg-spare { display: none; }
  .handgrad.handgrad th, .handgrad.handgrad td { padding-right: .75rem; }
}
"""
)

PAGE_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 54rem; padding: 1.5rem 1rem 3rem; background: #ffffff; }
@media (prefers-color-scheme: dark) { body { background: #161615; } }
"""
