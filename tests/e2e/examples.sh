# SPDX-License-Identifier: Apache-2.0
# Every example: its report, its verdict for programs, the same verdict by way of events; and what README files quote.
# Sourced by run.

# The members that docs/json.md promises. What is unknown is null, never left out.
promised='
  def has_all(names): . as $o | all(names[]; . as $n | $o | has($n));
  def proof: has_all(["file","line","text","program","time","count","echo","message"]);
  .format == 1
  and has_all(["format","verdict","verdicts","pulls","holes","read"])
  and (.verdicts | length) > 0 and .verdict == .verdicts[0]
  and (.read | has_all(["files","bytes","lines","understood","unreadable","interrupted"]))
  and all(.verdicts[]; has_all(["cause","title","confidence","summary","explanation","rule","image","image_as_given","node","pods",
        "containers","runtime","runtime_version","kubelet_version","platform","failures","proof","secondary","ruled_out",
        "alternatives","bring","advice","timer","next_retry","next_retry_delay_s","pull"])
      and all(.proof[], .secondary[]; proof)
      and all(.ruled_out[]; has_all(["cause","why","by"]) and (.by == null or (.by | proof)))
      and all(.alternatives[]; has_all(["cause","confidence","says","decides"]))
      and all(.bring[]; has_all(["what","command"]))
      and all(.advice[]; has_all(["when","platform","text","command","file","key","value","restart"])
                         and (.when == "now" or .when == "for-good" or .when == "others"))
      and (.timer == null or (.timer | has_all(["program","setting","limit_s","limit_origin","where","layer","doing","silent_for_s",
                                                "enough_s","enough_is_lower_bound","note"]))))
  and all(.pulls[]; has_all(["image","image_as_given","node","pods","containers","attempts"])
      and all(.attempts[]; has_all(["begin","end","outcome","phases","samples"])
                           and all(.phases[]; has_all(["phase","layer","begin","end","outcome","done","total"]))))'

verdicts_of() { jq -r '.verdicts[] | [.cause, .confidence, .rule // "-", .image // "-"] | join(" ")' "$1"; }

examples() { find examples -mindepth 1 -maxdepth 1 ! -name README.md | LC_ALL=C sort; }

check_example() {
  local target=$1 name json=$scratch/json md_status text_status
  name=$(basename "$target"); name=${name%%.*}
  run why "$target"; text_status=$status
  if [ -s "$err" ]; then bad "$name: text" "$(cat "$err")"; else same "$name: text" "$here/golden/$name.txt" "$out"; fi

  run why -o json "$target"; cp "$out" "$json"
  if ! jq -es "length == 1 and (.[0] | $promised)" "$json" > /dev/null; then bad "$name: json has the members of docs/json.md" "$(head -c 400 "$json")"
  elif [ "$status" != "$text_status" ]; then bad "$name: json" "status $status, text says $text_status"
  else ok "$name: json has the members of docs/json.md"; fi
  { echo "status $status"; verdicts_of "$json"; } > "$scratch/cause"
  same "$name: verdict" "$here/golden/$name.json-cause" "$scratch/cause"

  run why -o md "$target"; md_status=$status
  if [ "$md_status" = "$text_status" ] && [ -s "$out" ]; then ok "$name: md"; else bad "$name: md" "status $md_status instead of $text_status"; fi

  run why -o events "$target"; cp "$out" "$scratch/events"
  if [ "$status" != 0 ]; then bad "$name: events" "status $status" "$(cat "$err")"; return; fi
  if grep -v '^{"unsnag":1,' "$scratch/events" > "$scratch/strange"; then bad "$name: events" "$(head -n 3 "$scratch/strange")"; return; fi
  input=$scratch/events run why -o json -
  { echo "status $status"; verdicts_of "$out"; } > "$scratch/again"
  if diff "$scratch/cause" "$scratch/again" > "$scratch/diff"; then ok "$name: events | why - comes to the same verdict"
  else bad "$name: events | why - comes to the same verdict" "$(cat "$scratch/diff")"; fi
}

for target in $(examples); do check_example "$target"; done

# examples/README.md: a row for each, "| `unsnag why examples/…` | what it is | the answer |". The answer is the first
# line where lines are long enough.
readme_rows() {
  local line command answer
  while IFS= read -r line; do
    case $line in
      '| `unsnag '*|'| `'*'unsnag why` '*)
        command=${line#'| `'}; command=${command%%'` |'*}
        answer=$(COLUMNS=1000 PATH=$scratch/bin:$PATH timeout 20 bash -c "${command//\\|/|}" 2>&1 < /dev/null | head -n 1)
        line=${line%' |'}; printf '%s | %s |\n' "${line% | *}" "$answer" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done < examples/README.md
}
readme_rows > "$scratch/readme"
same "examples/README.md quotes the answers" examples/README.md "$scratch/readme"
for target in $(examples); do grep -qF "$target" examples/README.md || echo "$target"; done > "$scratch/missing"
if [ -s "$scratch/missing" ]; then bad "examples/README.md lists every example" "$(cat "$scratch/missing")"; else ok "examples/README.md lists every example"; fi

# Sessions in Markdown: a block that begins "```text" and "$ unsnag …" is what that command prints.
sessions() {
  local line command=
  while IFS= read -r line; do
    if [ -n "$command" ]; then
      case $line in '```') PATH=$scratch/bin:$PATH timeout 20 bash -c "$command" 2>&1 < /dev/null; command= ;; *) continue ;; esac
    fi
    printf '%s\n' "$line"
    case $line in '$ unsnag '*|'$ '*' | unsnag '*) command=${line#'$ '} ;; esac
  done < "$1"
}
for page in README.md; do
  sessions "$page" > "$scratch/page"
  same "$page shows what the program prints" "$page" "$scratch/page"
done
