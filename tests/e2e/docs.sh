# SPDX-License-Identifier: Apache-2.0
# Documents against what they describe: links, the table of modules, formats and statuses. Sourced by run.

for page in README.md CONTRIBUTING.md ARCHITECTURE.md CHANGELOG.md docs/*.md docs/causes/*.md examples/README.md; do
  grep -o '](\([^)#]*\)' "$page" | sed 's/^](//' | grep -v '^http' | while IFS= read -r link; do
    [ -z "$link" ] || [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
  done
done > "$scratch/dead"
if [ -s "$scratch/dead" ]; then bad "links in documents lead somewhere" "$(cat "$scratch/dead")"; else ok "links in documents lead somewhere"; fi

# unsnag_module(report LAYER 5 USES diagnose timeline base ↔ | 5 | `report` | … | diagnose timeline base |
sed -n 's/^unsnag_module(\([a-z_]*\) LAYER \([0-9]\)\(.*\)/\1 \2\3/p' src/*/CMakeLists.txt | sed 's/ USES / /; s/)$//' | LC_ALL=C sort > "$scratch/modules.cmake"
sed -n 's/^| \([0-9]\) | `\([a-z_]*\)` | [^|]* |\( *[^|]*\)|$/\2 \1\3/p' ARCHITECTURE.md | sed 's/ *$//' | LC_ALL=C sort > "$scratch/modules.md"
if diff "$scratch/modules.cmake" "$scratch/modules.md" > "$scratch/diff"; then ok "ARCHITECTURE.md has the modules of the build"
else bad "ARCHITECTURE.md has the modules of the build" "$(cat "$scratch/diff")"; fi

# Files that ARCHITECTURE.md names (below src/) are there.
grep -oE '`[a-z]+/[a-z_]+\.(cc|h)`' ARCHITECTURE.md | tr -d '`' | sort -u | while IFS= read -r file; do [ -e "src/$file" ] || echo "$file"; done > "$scratch/gone"
if [ -s "$scratch/gone" ]; then bad "ARCHITECTURE.md names files that are there" "$(cat "$scratch/gone")"; else ok "ARCHITECTURE.md names files that are there"; fi

# What the program knows of its own options is in README.md.
run why --help
missing=
for word in text json md events; do grep -q -- "-o $word" README.md && grep -qw "$word" "$out" || missing+="-o $word"$'\n'; done
for code in 0 1 2 3 130; do grep -q "^| $code |" README.md || missing+="status $code"$'\n'; done
if [ -n "$missing" ]; then bad "README.md tells of formats and statuses" "$missing"; else ok "README.md tells of formats and statuses"; fi
