#!/bin/sh
# Starts etcd, NATS and Redis without containers, until Ctrl-C; their data is in a directory that is removed then.
# On Debian and Ubuntu: apt-get install --no-install-recommends etcd-server redis-server nats-server
set -eu
data=$(mktemp -d)
trap 'kill 0; rm -rf "$data"' EXIT INT TERM
etcd --data-dir "$data/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380 &
nats-server -a 127.0.0.1 -p 4222 -js -sd "$data/nats" &
redis-server --bind 127.0.0.1 --port 6379 --dir "$data" --save '' --appendonly yes &
wait
