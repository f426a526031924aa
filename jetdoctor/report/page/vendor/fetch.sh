#!/usr/bin/env bash
# Bring the vendored files again from npm. Exit code 1: npm's differs from the one that is here.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent @dagrejs/dagre@3.1.3 >/dev/null && tar xzf ./*.tgz)
grep -v '^//# sourceMappingURL' "$work/package/dist/dagre.min.js" >"$work/dagre.min.js"
code=0
cmp "$work/dagre.min.js" dagre.min.js || { cp "$work/dagre.min.js" dagre.min.js; code=1; }
cmp "$work/package/LICENSE" dagre.LICENSE || { cp "$work/package/LICENSE" dagre.LICENSE; code=1; }
cmp "$work/package/dist/dagre.min.js.LEGAL.txt" dagre.min.js.LEGAL.txt || { cp "$work/package/dist/dagre.min.js.LEGAL.txt" .; code=1; }
exit $code
