#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the logs that run.sh measures with, out of the recorded folders of tests/data/recorded.tar.xz.

usage: make_logs.py UNSNAG RECORDED.tar.xz OUT MEGABYTES
  OUT/plain.log    lines of real kubelets and runtimes in which unsnag finds no message
  OUT/healthy.log  the logs of nodes where nothing was wrong, whole: every seventh line or so holds a message
  OUT/failing.log  the logs of all nodes, whole
  OUT/unique.log   the same, but no line comes twice, not even with another time
Every copy of a line has other digits in its time, and in its ids and counts; unique.log in a number at its end, too.
"""
import json, os, random, re, subprocess, sys, tarfile

LOGS = ('kubelet.log', 'containerd.log', 'dockerd.log', 'crio.log', 'cri-dockerd.log')
HEALTHY = ('no-failure', 'none', 'not-a-pull-failure')
# Fractions of seconds, byte counts, ids of containers and pods. Shorter numbers may be a status, a port or a year, and
# a digest belongs to an image: other digests would be other images.
VARYING = re.compile(r'(?<=\.\d{3})\d{3}(?!\d)|(?<=\.\d{6})\d{3}(?!\d)|(?<=(?<![0-9a-f:@])[0-9a-f]{61})[0-9a-f]{3}(?![0-9a-f])|(?<=-[0-9a-f]{9})[0-9a-f]{3}(?![0-9a-f])')

def recorded(path):
    """(whether the node was healthy, lines of its logs) of each folder."""
    folders = {}
    with tarfile.open(path) as tar:
        for member in tar:
            folder, name = os.path.split(member.name)
            if name in LOGS + ('truth.json',): folders.setdefault(folder, {})[name] = tar.extractfile(member).read().decode(errors='replace')
    for files in folders.values():
        truth = json.loads(files.pop('truth.json', '{}'))
        yield truth.get('cause') in HEALTHY, [line for name in sorted(files) for line in files[name].splitlines()]

def with_messages(unsnag, lines, scratch):
    """The numbers of the lines, from 0, in which unsnag finds a message."""
    with open(scratch, 'w') as f: f.write('\n'.join(lines) + '\n')
    out = subprocess.run([unsnag, 'why', '-o', 'events', scratch], capture_output=True, text=True, check=True).stdout
    os.unlink(scratch)
    return {event['line'] - 1 for event in map(json.loads, out.splitlines()) if 'line' in event}

def write(path, lines, size, rng, unique=False):
    pieces = [VARYING.split(line) for line in lines]
    written = number = 0
    with open(path, 'w') as f:
        while written < size:
            copy = []
            for piece in pieces:
                line = piece[0]
                for rest in piece[1:]: line += f'{rng.randrange(1000):03d}' + rest
                if unique:
                    number += 1
                    line += f' n={number}'
                copy.append(line)
            text = '\n'.join(copy) + '\n'
            f.write(text); written += len(text)

unsnag, archive, out, size = sys.argv[1], sys.argv[2], sys.argv[3], int(float(sys.argv[4]) * 1e6)
os.makedirs(out, exist_ok=True)
nodes = list(recorded(archive))
everything = [line for _, lines in nodes for line in lines]
healthy = [line for well, lines in nodes if well for line in lines]
holding = with_messages(unsnag, everything, out + '/scratch.log')
rng = random.Random(20261124)
write(out + '/plain.log', [line for i, line in enumerate(everything) if i not in holding], size, rng)
write(out + '/healthy.log', healthy, size, rng)
write(out + '/failing.log', everything, size, rng)
write(out + '/unique.log', everything, size, rng, unique=True)
