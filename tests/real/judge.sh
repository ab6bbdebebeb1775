# SPDX-License-Identifier: Apache-2.0
# Compares what unsnag says of what was recorded with what was done. It needs no daemon, so `run --again` can do it later.

# The causes that unsnag names for some evidence, one a line, "cause confidence"; nothing: it failed.
causes_of() { "$UNSNAG" why -o json "$@" 2> /dev/null | jq -r '.verdicts[] | "\(.cause) \(.confidence)"'; }

# verdict NAME FORM ACCEPTED FILE...: all causes must be accepted ones
verdict() {
  local name=$1 form=$2 accepted=",$3," said cause confidence
  shift 3
  said=$(causes_of "$@")
  while read -r cause confidence; do
    [[ -n $cause && $accepted == *",$cause,"* ]] && continue
    echo "FAILED $name ($form): is ${accepted//,/ }, said ${said//$'\n'/; }"
    return 1
  done <<< "$said"
  echo "ok $name ($form): ${said//$'\n'/; }"
}

# judge_cases FOLDER: every recorded case, as a whole at both log levels, and in the parts that people paste
judge_cases() {
  local tool row name for image faults options causes all part folder status
  while IFS=$'\t' read -r -u 3 name for image faults options causes; do
    for tool in ${for//,/ }; do
      row=$name-$tool folder=$1/$row
      [[ $row =~ $only && -f $folder/status ]] || continue
      status=$(cat "$folder/status")
      if [[ $causes == no-failure && $status != 0 ]]; then echo "FAILED $row: the pull failed: $(tail -1 "$folder/all/pull.txt")"
      elif [[ ,$causes, != *,no-failure,* && $status == 0 ]]; then echo "FAILED $row: the pull did not fail"
      fi
      # What stands after | is as much as a part of the evidence can tell.
      all=${causes%%|*} part=${causes//|/,}
      if [[ $status == 0 && $causes == *no-failure* ]]; then all=no-failure part=no-failure; else all=${all/,no-failure/} part=${part/,no-failure/}; fi
      # The runtime cleans up in milliseconds; where df missed the moment, nobody can tell few inodes from a full disk.
      [[ $all == inodes-exhausted ]] && ! grep -qE ' (99|100)% ' "$folder/all/df-i.txt" && all=$part
      if [[ -f $folder/all/daemon.log ]]; then
        verdict "$row" 'all, debug' "$all" "$folder/all"
        verdict "$row" 'all, info' "$all" "$folder/info"
        # Where nothing failed, or the client refused by itself, dockerd says nothing of a pull unless it debugs.
        [[ $tool == docker && ( $all == no-failure || $all == invalid-reference ) ]] || verdict "$row" 'daemon, info' "$part" "$folder/info/daemon.log"
      fi
      # A healthy CRI call prints nothing.
      [[ -s $folder/all/pull.txt ]] && verdict "$row" 'client' "$part" "$folder/all/pull.txt"
    done
  done 3< <(table)
}

# judge_whole_log TOOL LOG: the whole log at once has all the faults, and no image may get another one's cause. dockerd
# names no image in its errors: there silence about an image is right.
judge_whole_log() {
  local name for image faults options causes said wrong=0 right=0 silent=0 verdicts
  verdicts=$("$UNSNAG" why -o json "$2" 2> /dev/null | jq -r '.verdicts[] | "\(.image)\t\(.cause)"')
  while IFS=$'\t' read -r name for image faults options causes; do
    [[ ,$for, == *",$1,"* && "$name-$1" =~ $only && $options != *store=* && $options != *daemon=* && $image != *[A-Z]* ]] || continue
    causes=${causes//|/,}
    said=$(awk -F'\t' -v i="$image" -v j="${image%:*}:latest" '$1 == i || $1 == j {print $2}' <<< "$verdicts" | sort -u | tr '\n' ' ')
    if [[ -z $said && ( $causes == *no-failure* || $1 == docker ) ]]; then ((++silent))
    elif [[ -n $said && ,$causes, == *",${said% },"* ]]; then ((++right))
    else echo "FAILED $name-$1 (whole log): is $causes, said ${said:-nothing}"; ((++wrong))
    fi
  done < <(table)
  ((wrong)) || echo "ok $1 (whole log): $right images explained, $silent not accused"
}
